package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.instant;
import static io.cohortclv.transforms.table.Table.money;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;

import java.util.List;

/** What each order was worth, refunds included; the ledger behind every sum of money. */
public final class OrderValue {
  public static final String SOURCE_SYSTEM = "source_system";
  public static final String ORDER_ID = "order_id";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String ORDER_TS = "order_ts";
  public static final String ORDERED_ON = "ordered_on";
  public static final String COUNTRY = "country";
  public static final String CATEGORY = "category";
  public static final String INCENTIVE = "incentive";
  public static final String GROSS = "gross";
  public static final String DISCOUNT = "discount";
  public static final String ACQUISITION_DISCOUNT = "acquisition_discount";
  public static final String REFUNDED = "refunded";
  public static final String NET_REVENUE = "net_revenue";
  public static final String COGS = "cogs";
  public static final String PAYMENT_FEE = "payment_fee";
  public static final String FULFILMENT_COST = "fulfilment_cost";
  public static final String MARGIN = "margin";
  public static final String MARGIN_IS_ESTIMATED = "margin_is_estimated";
  public static final String CURRENCY = "currency";
  public static final String FX_RATE = "fx_rate";
  public static final String COUNTED = "counted";
  public static final String LINK_RULE = "link_rule";
  public static final String SET_ASIDE = "set_aside";

  /** {@link #INCENTIVE}: a friend's code was redeemed. */
  public static final String REFERRAL = "referral_reward";

  /** {@link #INCENTIVE}: a coupon was redeemed. */
  public static final String COUPON = "coupon";

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
          text(COUNTRY, "Country of the customer"),
          text(CATEGORY, "Category most of its net is of; null without lines or products"),
          text(INCENTIVE, "referral_reward or coupon, by the code redeemed; null without"),
          money(GROSS, "Lines before discounts, without tax, shipping and gift cards sold"),
          money(DISCOUNT, "Discount on these lines"),
          money(
              ACQUISITION_DISCOUNT,
              "Part of the discount given to win the customer: that of a code on the first counted"
                  + " order, less its share of refunds; a cost of acquisition, not of the order"),
          money(REFUNDED, "Refunds of the order made by the as-of date, at most gross - discount"),
          money(NET_REVENUE, "gross - discount - refunded"),
          money(COGS, "Cost of the goods sold and not restocked"),
          money(PAYMENT_FEE, "What the payment cost; 0 when the log does not say"),
          money(FULFILMENT_COST, "Picking, packing and sending; 0 when the log does not say"),
          money(
              MARGIN,
              "Contribution margin: net_revenue + acquisition_discount - cogs - payment_fee -"
                  + " fulfilment_cost"),
          flag(MARGIN_IS_ESTIMATED, "Some of cogs is from a margin rate, since it is not known"),
          text(CURRENCY, "ISO 4217 code the order was placed in"),
          real(
              FX_RATE,
              "Reporting currency for one unit of that currency on the order's day, or the last"
                  + " rate of the 7 days before; null without one"),
          flag(
              COUNTED,
              "A purchase: not cancelled, test or fraud, and net revenue above 0; only these enter"
                  + " frequencies, values and cohorts"),
          text(
              LINK_RULE,
              "How refunds found the order: order_id, product, or both; null without refund"),
          text(SET_ASIDE, "Why the order has no value and is not counted; null when it has"));

  private OrderValue() {}
}
