package io.cohortclv.transforms.attribution;

import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.identity.Stitching;
import io.cohortclv.transforms.orders.ExchangeRates;
import io.cohortclv.transforms.orders.OrderAmounts;
import io.cohortclv.transforms.orders.OrderValues;
import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Coupons;
import io.cohortclv.transforms.table.FxRates;
import io.cohortclv.transforms.table.IdentityMap;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.People;
import io.cohortclv.transforms.table.Products;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.RefundValue;
import io.cohortclv.transforms.table.Terms;
import io.cohortclv.transforms.table.Touchpoints;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Journeys typed in a test. Times are days since 2024-01-01T00:00Z, as numbers: 1.5 is noon of the
 * second. A touch by {@code A} is an affiliate's click, by {@code #K} a campaign's, by {@code
 * direct} a direct visit, by another lower-case name a visit through that channel.
 */
final class JourneyRows {
  static final AttributionRules.Windows WINDOWS =
      new AttributionRules.Windows(Duration.ofDays(30), Duration.ofDays(1), Duration.ofDays(365));
  static final AttributionRules.Precedence FRIENDS_FIRST =
      new AttributionRules.Precedence(Set.of(), false, 10, 20);

  static final CommissionRules COMMISSIONS = new CommissionRules(ZoneOffset.UTC, "EUR", true);

  final TypedRows orders =
      TypedRows.of(Orders.CONTRACT.clean().schema())
          .defaults("source_system", "shop", "status", "paid", "is_test", false)
          .defaults("currency", "EUR", "discount", "0", "subtotal", "100");
  final TypedRows touches =
      TypedRows.of(Touchpoints.CONTRACT.clean().schema())
          .defaults("source_system", "clicks", "touch_type", "click")
          .defaults("is_bot", false, "is_test", false);
  final TypedRows referrals =
      TypedRows.of(ReferralEvents.CONTRACT.clean().schema())
          .defaults("source_system", "friends", "program_id", "p", "event_id", "e1")
          .defaults("event_ts", day(0));
  final TypedRows terms =
      TypedRows.of(Terms.CONTRACT.clean().schema())
          .defaults("source_system", "network", "program_id", "p", "valid_from", day(-900))
          .defaults("view_window_s", 86_400, "currency", "EUR", "model", "last_touch");
  final TypedRows affiliates =
      TypedRows.of(Affiliates.CONTRACT.clean().schema())
          .defaults("source_system", "network", "valid_from", day(-900));
  final TypedRows coupons =
      TypedRows.of(Coupons.CONTRACT.clean().schema())
          .defaults("source_system", "network", "valid_from", day(-900), "is_exclusive", true);

  /** Customer and visitor of each order: what stitching would find, without its jobs. */
  private final TypedRows people = TypedRows.of(People.SCHEMA);

  private final Set<String> named = new HashSet<>();
  private boolean isStitched;
  private int touchNumber;
  private AttributionInputs inputs;

  static AttributionRules rules(String... models) {
    return rules(WINDOWS, FRIENDS_FIRST, models);
  }

  static AttributionRules rules(
      AttributionRules.Windows windows, AttributionRules.Precedence precedence, String... models) {
    return new AttributionRules(
        List.of(models), models[0], windows, Duration.ofDays(7), true, 1_000, precedence);
  }

  static String day(double days) {
    return Instant.parse("2024-01-01T00:00:00Z").plusSeconds(Math.round(days * 86_400)).toString();
  }

  /** Has people found from the logs, not taken from the orders' names. */
  JourneyRows stitching() {
    isStitched = true;
    return this;
  }

  /** An order of 100 by customer {@code c} and visitor {@code v} of the same name. */
  JourneyRows order(String id, String who, double day, Object... more) {
    if (named.add(who)) {
      people.row(People.NODE, "2:c" + who, People.PERSON, "0:v" + who);
    }
    orders.row(
        with(more, "order_id", id, "customer_id", "c" + who, "visitor_id", "v" + who)
            .add("order_ts", day(day))
            .toArray());
    return this;
  }

  JourneyRows touch(String who, double day, String source, Object... more) {
    Values values =
        with(more, "touch_id", "t" + ++touchNumber, "visitor_id", "v" + who)
            .add("touch_ts", day(day));
    if (source.startsWith("#")) {
      values.add("campaign_id", source.substring(1)).add("channel", "paid_search");
    } else if (source.equals(source.toLowerCase(Locale.ROOT))) {
      values.add("channel", source).add("touch_type", "visit");
    } else {
      values.add("affiliate_id", source).add("channel", "affiliate");
    }
    touches.row(values.toArray());
    return this;
  }

  /** What was written so far; made once, when first asked for. */
  AttributionInputs inputs() {
    if (inputs == null) {
      inputs = makeInputs();
    }
    return inputs;
  }

  private static Dataset<Row> none(Contract contract) {
    return TypedRows.of(contract.clean().schema()).dataset();
  }

  private AttributionInputs makeInputs() {
    Dataset<Row> placed = orders.dataset();
    Dataset<Row> touched = touches.dataset();
    Dataset<Row> items = none(OrderItems.CONTRACT);
    ExchangeRates rates = ExchangeRates.into("EUR", none(FxRates.CONTRACT));
    return new AttributionInputs(
        OrderValues.valueAsOf(
            OrderAmounts.of(placed, items, rates, ZoneOffset.UTC),
            TypedRows.of(RefundValue.TABLE.schema()).dataset(),
            items,
            none(Products.CONTRACT),
            rates,
            1,
            Optional.empty()),
        placed,
        touched,
        referrals.dataset(),
        terms.dataset(),
        affiliates.dataset(),
        coupons.dataset(),
        isStitched ? stitched(placed, touched) : people.dataset());
  }

  Dataset<Row> credited(AttributionRules rules) {
    AttributionInputs inputs = inputs();
    JourneyLogs logs = JourneyLogs.of(inputs, rules);
    RemovalEffects effects =
        rules.needsPaths()
            ? RemovalEffects.of(
                OrderCredits.countPassages(logs, rules).collectAsList(), 1, Integer.MAX_VALUE)
            : RemovalEffects.NONE;
    return OrderCredits.creditOrders(
        logs, inputs, rules, effects, Optional.of(Instant.parse(day(-900))), COMMISSIONS);
  }

  /** {@code "o1 A 0.5 50.00"}: order, owner, share when below 1, and cents then too. */
  List<String> credits(AttributionRules rules) {
    return credited(rules).collectAsList().stream()
        .filter(r -> r.<Boolean>getAs(OrderAttribution.IS_CONTRACT_MODEL))
        .map(JourneyRows::credit)
        .sorted()
        .toList();
  }

  private static String credit(Row row) {
    double share = row.getAs(OrderAttribution.CREDIT_SHARE);
    String part =
        share == 1
            ? ""
            : String.format(
                Locale.ROOT, " %.4f %s", share, row.getAs(OrderAttribution.CREDITED_NET));
    return row.getAs(OrderAttribution.ORDER_ID) + " " + owner(row) + part;
  }

  /** Affiliate, campaign or referrer, else the source type. */
  static String owner(Row row) {
    return Stream.of(
            row.<String>getAs(OrderAttribution.AFFILIATE_ID),
            row.<String>getAs(OrderAttribution.CAMPAIGN_ID),
            row.<String>getAs(OrderAttribution.REFERRER_ID))
        .filter(Objects::nonNull)
        .findFirst()
        .orElse(row.getAs(OrderAttribution.SOURCE_TYPE));
  }

  private static Dataset<Row> stitched(Dataset<Row> placed, Dataset<Row> touched) {
    return Stitching.people(
        placed,
        touched,
        TypedRows.of(IdentityMap.CONTRACT.clean().schema()).dataset(),
        new Stitching.Trust(Instant.parse(day(900)), 0.8, 20));
  }

  private static Values with(Object[] more, Object... first) {
    Values values = new Values();
    values.list.addAll(Arrays.asList(first));
    values.more.addAll(Arrays.asList(more));
    return values;
  }

  /** Names and values, those of the test last, so that they win. */
  private static final class Values {
    private final List<Object> list = new ArrayList<>();
    private final List<Object> more = new ArrayList<>();

    Values add(String name, Object value) {
      list.add(name);
      list.add(value);
      return this;
    }

    Object[] toArray() {
      return Stream.concat(list.stream(), more.stream()).toArray();
    }
  }
}
