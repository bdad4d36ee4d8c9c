package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.instant;
import static io.cohortclv.transforms.table.Table.money;
import static io.cohortclv.transforms.table.Table.text;

import java.util.List;

/** What each order was worth, refunds included; the ledger behind every sum of money. */
public final class OrderValue {
  public static final String SOURCE_SYSTEM = "source_system";
  public static final String ORDER_ID = "order_id";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String ORDER_TS = "order_ts";
  public static final String ORDERED_ON = "ordered_on";
  public static final String GROSS = "gross";
  public static final String DISCOUNT = "discount";
  public static final String REFUNDED = "refunded";
  public static final String NET_REVENUE = "net_revenue";
  public static final String MARGIN = "margin";
  public static final String MARGIN_IS_ESTIMATED = "margin_is_estimated";
  public static final String CURRENCY = "currency";
  public static final String COUNTED = "counted";
  public static final String LINK_RULE = "link_rule";

  /** An order's key; what the ledgers are joined by. */
  public static final List<String> KEY = List.of(SOURCE_SYSTEM, ORDER_ID);

  public static final Table TABLE =
      Table.ledger(
          "order_value",
          "one order",
          text(SOURCE_SYSTEM, "System the order came from"),
          text(ORDER_ID, "The shop's id of the order"),
          text(CUSTOMER_ID, "Keyed hash of the customer; null for an anonymous guest"),
          instant(ORDER_TS, "When the order was placed"),
          Table.day(ORDERED_ON, "Business day of the order"),
          money(GROSS, "Lines before discounts, without tax and shipping"),
          money(DISCOUNT, "Discount on the lines"),
          money(REFUNDED, "Refunds of the order made by the as-of date, at most gross - discount"),
          money(NET_REVENUE, "gross - discount - refunded"),
          money(MARGIN, "Contribution margin: net revenue less its costs"),
          flag(MARGIN_IS_ESTIMATED, "Margin from a rate, since the costs are not known"),
          text(CURRENCY, "ISO 4217 code the order was placed in"),
          flag(
              COUNTED,
              "A purchase: not cancelled, test or fraud, and net revenue above 0; only these enter"
                  + " frequencies, values and cohorts"),
          text(
              LINK_RULE,
              "How refunds found the order: order_id, product, or both; null without refund"));

  private OrderValue() {}
}
