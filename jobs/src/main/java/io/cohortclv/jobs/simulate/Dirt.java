package io.cohortclv.jobs.simulate;

import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.Campaigns;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.Costs;
import io.cohortclv.transforms.table.Csat;
import io.cohortclv.transforms.table.FxRates;
import io.cohortclv.transforms.table.IdentityMap;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Products;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Refunds;
import io.cohortclv.transforms.table.Terms;
import io.cohortclv.transforms.table.Touchpoints;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * One kind of bad record. It is made from a good row of the log under a new id, so that the good
 * row and all that is true of it stay.
 *
 * @param kind its name in the truth
 * @param verdict what ingest must do with it
 * @param planting how it is made
 */
record Dirt(String kind, Verdict verdict, Planting planting) {

  /** What ingest must do with a bad record. */
  enum Verdict {
    REJECT,
    DUPLICATE,
    ACCEPT;

    /** The name in the truth. */
    String id() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Makes one bad record. */
  private interface Planting {
    /**
     * @param row a copy of a good row
     * @param id an id no other row has
     */
    void plant(RawLog log, Object[] row, String id) throws IOException;
  }

  /** After any clock that ingest may run by. */
  private static final long FUTURE_MILLIS = 7_258_118_400_000L; // 2200-01-01

  private static final int OVERLONG = 10_000;

  void plant(RawLog log, Object[] row, long number) throws IOException {
    planting.plant(log, row, "bad-" + log.shape().name() + "-" + number);
  }

  static List<Dirt> ofOrders() {
    return List.of(
        unparseable(),
        missing(Orders.ORDER_ID),
        cell("garbage_timestamp", Orders.ORDER_TS, "31/31/20"),
        missing(Orders.ORDER_TS),
        future(Orders.ORDER_TS),
        cell("garbage_amount", Orders.SUBTOTAL, "twelve"),
        cell("negative_subtotal", Orders.SUBTOTAL, -500),
        cell("unknown_currency", Orders.CURRENCY, "EURO"),
        cell("unknown_status", Orders.STATUS, "TELEPORTED"),
        overlong(Orders.ORDER_ID),
        duplicate());
  }

  /**
   * @param orders where a refund larger than its order finds one, cancelled, so that the counted
   *     orders stay
   */
  static List<Dirt> ofRefunds(RawLog orders) {
    return List.of(
        unparseable(),
        missing(Refunds.REFUND_ID),
        cell("garbage_timestamp", Refunds.REFUND_TS, "yesterday"),
        future(Refunds.REFUND_TS),
        cell("garbage_amount", Refunds.AMOUNT, "1.2.3"),
        cell("negative_refund", Refunds.AMOUNT, "-5.00"),
        cell("unknown_currency", Refunds.CURRENCY, "EURO"),
        cell("unknown_type", Refunds.TYPE, "SWAP"),
        overlong(Refunds.REFUND_ID),
        duplicate(),
        new Dirt(
            "larger_than_order",
            Verdict.ACCEPT,
            (log, row, id) -> {
              Object at = row[log.shape().position(Refunds.REFUND_TS)];
              Object customer = row[log.shape().position(Refunds.CUSTOMER_REF)];
              Object[] order = new Object[orders.shape().columns().size()];
              set(orders, order, Orders.ORDER_ID, id);
              set(orders, order, Orders.CUSTOMER_REF, customer);
              set(orders, order, Orders.ORDER_TS, at);
              set(orders, order, Orders.STATUS, "CANCELLED");
              set(orders, order, Orders.CURRENCY, World.CURRENCY);
              set(orders, order, Orders.SUBTOTAL, 1000);
              orders.append(order);
              set(log, row, Refunds.REFUND_ID, id);
              set(log, row, Refunds.ORDER_ID, id);
              set(log, row, Refunds.AMOUNT, "25.00");
              log.append(row);
            }),
        new Dirt(
            "order_not_seen",
            Verdict.ACCEPT,
            (log, row, id) -> {
              set(log, row, Refunds.REFUND_ID, id);
              set(log, row, Refunds.ORDER_ID, id);
              set(log, row, Refunds.CUSTOMER_REF, null);
              log.append(row);
            }));
  }

  static List<Dirt> ofTouchpoints() {
    return List.of(
        unparseable(),
        new Dirt(
            "missing_" + Touchpoints.TOUCH_ID,
            Verdict.ACCEPT,
            (log, row, id) -> {
              set(log, row, Touchpoints.TOUCH_ID, null);
              set(log, row, Touchpoints.VISITOR_ID, id);
              set(log, row, Touchpoints.CUSTOMER_REF, null);
              set(log, row, Touchpoints.CLICK_ID, null);
              log.append(row);
            }),
        missing(Touchpoints.VISITOR_ID),
        cell("garbage_timestamp", Touchpoints.TOUCH_TS, "2024-13-45T99:00:00Z"),
        future(Touchpoints.TOUCH_TS),
        cell("unknown_type", Touchpoints.TOUCH_TYPE, "telepathy"),
        overlong(Touchpoints.TOUCH_ID),
        duplicate(),
        new Dirt(
            "unknown_affiliate",
            Verdict.ACCEPT,
            (log, row, id) -> {
              set(log, row, Touchpoints.TOUCH_ID, id);
              set(log, row, Touchpoints.VISITOR_ID, id);
              set(log, row, Touchpoints.CUSTOMER_REF, null);
              set(log, row, Touchpoints.CLICK_ID, null);
              set(log, row, Touchpoints.AFFILIATE_ID, "aff-nobody");
              log.append(row);
            }));
  }

  static List<Dirt> ofReferralEvents() {
    return List.of(
        unparseable(),
        missing(ReferralEvents.EVENT_ID),
        cell("garbage_timestamp", ReferralEvents.EVENT_TS, "noon"),
        future(ReferralEvents.EVENT_TS),
        cell("unknown_type", ReferralEvents.EVENT_TYPE, "daydream"),
        new Dirt(
            "self_referral",
            Verdict.REJECT,
            (log, row, id) -> {
              set(log, row, ReferralEvents.EVENT_ID, id);
              set(
                  log,
                  row,
                  ReferralEvents.REFEREE_REF,
                  row[log.shape().position(ReferralEvents.REFERRER_REF)]);
              log.append(row);
            }),
        duplicate());
  }

  static List<Dirt> ofAffiliates() {
    return List.of(
        unparseable(),
        missing(Affiliates.AFFILIATE_ID),
        cell("garbage_timestamp", Affiliates.JOINED_TS, "long ago"),
        cell("unknown_type", Affiliates.TYPE, "wizard"),
        duplicate());
  }

  static List<Dirt> ofTerms() {
    return List.of(
        unparseable(),
        missing(Terms.PROGRAM_ID),
        cell("garbage_timestamp", Terms.VALID_FROM, "always"),
        cell("garbage_rate", Terms.RATE, "a lot"),
        cell("unknown_type", Terms.RATE_TYPE, "barter"),
        duplicate());
  }

  static List<Dirt> ofCommissions() {
    return List.of(
        unparseable(),
        missing(Commissions.ACTION_ID),
        cell("garbage_timestamp", Commissions.EVENT_TS, "32.01.2024 25:00:00"),
        cell("garbage_amount", Commissions.PAYOUT, "lots"),
        cell("unknown_currency", Commissions.CURRENCY, "EURO"),
        cell("unknown_status", Commissions.STATE, "LOST"),
        duplicate());
  }

  static List<Dirt> ofOrderItems() {
    return List.of(
        unparseable(),
        missing(OrderItems.PRODUCT_ID),
        cell("garbage_quantity", OrderItems.QUANTITY, "some"),
        cell("negative_price", OrderItems.UNIT_PRICE, "-1.00"),
        new Dirt(
            "order_not_seen",
            Verdict.ACCEPT,
            (log, row, id) -> {
              set(log, row, OrderItems.ORDER_ITEM_ID, id);
              set(log, row, OrderItems.ORDER_ID, id);
              log.append(row);
            }),
        duplicate());
  }

  static List<Dirt> ofCampaigns() {
    return List.of(
        unparseable(),
        missing(Campaigns.CAMPAIGN_ID),
        cell("garbage_date", Campaigns.STARTS_ON, "the first of May"),
        duplicate());
  }

  static List<Dirt> ofCosts() {
    return List.of(
        unparseable(),
        cell("garbage_date", Costs.COST_DATE, "2024-02-30"),
        cell("far_ahead", Costs.COST_DATE, "9999-12-31"),
        cell("unknown_type", Costs.COST_TYPE, "party"),
        cell("unknown_currency", Costs.CURRENCY, "EURO"),
        duplicate());
  }

  static List<Dirt> ofProducts() {
    return List.of(
        unparseable(),
        missing(Products.PRODUCT_ID),
        cell("negative_cost", Products.COGS, "-1.00"),
        duplicate());
  }

  static List<Dirt> ofIdentities() {
    return List.of(
        unparseable(),
        missing(IdentityMap.ID_HASH),
        missing(IdentityMap.PERSON_ID),
        cell("unknown_type", IdentityMap.ID_TYPE, "shoe_size"),
        cell("impossible_confidence", IdentityMap.CONFIDENCE, 7),
        duplicate());
  }

  static List<Dirt> ofRates() {
    return List.of(
        unparseable(),
        cell("rate_of_zero", FxRates.RATE, "0"),
        cell("rate_that_is_none", FxRates.RATE, "NaN"),
        duplicate());
  }

  static List<Dirt> ofAnswers() {
    return List.of(
        unparseable(),
        missing(Csat.CUSTOMER_REF),
        cell("six_stars", Csat.SCORE, 6),
        future(Csat.TS),
        duplicate());
  }

  private static Dirt cell(String kind, String contractColumn, Object value) {
    return new Dirt(
        kind,
        Verdict.REJECT,
        (log, row, id) -> {
          set(log, row, log.shape().idColumn(), id);
          set(log, row, contractColumn, value);
          log.append(row);
        });
  }

  private static Dirt missing(String contractColumn) {
    return cell("missing_" + contractColumn, contractColumn, null);
  }

  private static Dirt overlong(String contractColumn) {
    return cell("overlong_" + contractColumn, contractColumn, "x".repeat(OVERLONG));
  }

  private static Dirt future(String contractColumn) {
    return new Dirt(
        "future_timestamp",
        Verdict.REJECT,
        (log, row, id) -> {
          set(log, row, log.shape().idColumn(), id);
          set(log, row, contractColumn, log.shape().time().cell(FUTURE_MILLIS));
          log.append(row);
        });
  }

  private static Dirt unparseable() {
    return new Dirt(
        "unparseable_line",
        Verdict.REJECT,
        (log, row, id) -> log.appendLine("{\"torn in two by a crash: " + id));
  }

  private static Dirt duplicate() {
    return new Dirt("exact_duplicate", Verdict.DUPLICATE, (log, row, id) -> log.append(row));
  }

  private static void set(RawLog log, Object[] row, String contractColumn, Object value) {
    row[log.shape().position(contractColumn)] = value;
  }
}
