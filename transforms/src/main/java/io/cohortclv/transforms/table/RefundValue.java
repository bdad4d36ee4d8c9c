package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.day;
import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.instant;
import static io.cohortclv.transforms.table.Table.money;
import static io.cohortclv.transforms.table.Table.text;

/** What each refund took back, on both bases: the order's date and the refund's own. */
public final class RefundValue {
  public static final String SOURCE_SYSTEM = "source_system";
  public static final String REFUND_ID = "refund_id";
  public static final String ORDER_SYSTEM = "order_system";
  public static final String ORDER_ID = "order_id";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String REFUND_TS = "refund_ts";
  public static final String REFUNDED_ON = "refunded_on";
  public static final String TYPE = "type";
  public static final String LINK_RULE = "link_rule";
  public static final String PRODUCT_ID = "product_id";
  public static final String UNITS = "units";
  public static final String RESTOCKED = "restocked";
  public static final String REFUNDED = "refunded";
  public static final String CASH_REFUNDED = "cash_refunded";
  public static final String IS_CAPPED = "is_capped";
  public static final String CURRENCY = "currency";
  public static final String SET_ASIDE = "set_aside";

  public static final Table TABLE =
      Table.ledger(
          "refund_value",
          "one refund",
          text(SOURCE_SYSTEM, "System the refund came from"),
          text(REFUND_ID, "Id of the refund"),
          text(ORDER_SYSTEM, "System of the order it belongs to; null when none was found"),
          text(ORDER_ID, "That order"),
          text(CUSTOMER_ID, "Keyed hash of the customer: the order's, else the refund's own"),
          instant(REFUND_TS, "When the refund was made"),
          day(REFUNDED_ON, "Business day of the refund"),
          text(TYPE, "return, cancel, chargeback or adjust"),
          text(
              LINK_RULE,
              "How its order was found: order_id, product, or customer when none was: such a refund"
                  + " counts on the refund date only"),
          text(PRODUCT_ID, "Product given back; null when the log does not say"),
          Table.whole(UNITS, "Units given back; 1 when the log does not say"),
          flag(RESTOCKED, "The goods went back to stock; null, like false, when they did not"),
          money(
              REFUNDED,
              "Order-date basis: what it lowers the order's net revenue by, at the order's rate, the"
                  + " refunds of an order together at most gross - discount"),
          money(
              CASH_REFUNDED,
              "Refund-date basis: the whole refund at the rate of its own day; 0, like refunded, of"
                  + " orders that are no sales"),
          flag(IS_CAPPED, "More was refunded than the order was worth"),
          text(CURRENCY, "ISO 4217 code of the refund"),
          text(SET_ASIDE, "Why a value is missing here; null when none is"));

  private RefundValue() {}
}
