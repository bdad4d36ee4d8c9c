package io.cohortclv.transforms.summary;

import static io.cohortclv.transforms.DatasetAssertions.assertSameRows;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.rand;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.transforms.SharedSession;
import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.RefundValue;
import java.math.BigDecimal;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class CustomerSummariesTest {
  private static final int GAP = 30;

  private final TypedRows orders =
      TypedRows.of(OrderValue.TABLE.schema())
          .defaults("source_system", "shop", "counted", true, "net_revenue", "10", "margin", "4")
          .defaults("acquisition_discount", "0");

  private final TypedRows refunds = TypedRows.of(RefundValue.TABLE.schema());

  /** Orders without a time were placed as their day began. */
  private Dataset<Row> log() {
    return orders
        .dataset()
        .withColumn(
            OrderValue.ORDER_TS,
            coalesce(col(OrderValue.ORDER_TS), col(OrderValue.ORDERED_ON).cast("timestamp")));
  }

  private List<Row> summaries(String asOf, boolean midpoint, int horizonDays) {
    return CustomerSummaries.summarizeAsOf(
            log(),
            refunds.dataset(),
            LocalDate.parse(asOf),
            midpoint,
            horizonDays,
            0.10,
            ChurnGaps.of(GAP))
        .orderBy(CustomerSummary.CUSTOMER_ID)
        .collectAsList();
  }

  private static List<Double> history(Row row) {
    return List.of(
        row.<Long>getAs(CustomerSummary.REPEATS).doubleValue(),
        row.<Double>getAs(CustomerSummary.RECENCY_DAYS),
        row.<Double>getAs(CustomerSummary.AGE_DAYS));
  }

  /** Row A056 of the published values: lifetimes 0.11.3, tests/test_utils.py. */
  @Test
  void a056_dailySummary() {
    orders
        .row("order_id", "1", "customer_id", "1", "ordered_on", "2015-02-01")
        .row("order_id", "2", "customer_id", "1", "ordered_on", "2015-02-06")
        .row("order_id", "3", "customer_id", "2", "ordered_on", "2015-01-01")
        .row("order_id", "4", "customer_id", "3", "ordered_on", "2015-01-01")
        .row("order_id", "5", "customer_id", "3", "ordered_on", "2015-01-02")
        .row("order_id", "6", "customer_id", "3", "ordered_on", "2015-01-05");

    assertThat(summaries("2015-02-07", false, 365))
        .extracting(CustomerSummariesTest::history)
        .containsExactly(List.of(1.0, 5.0, 6.0), List.of(0.0, 0.0, 37.0), List.of(2.0, 4.0, 37.0));
  }

  @Test
  void ordersOfOneDay_areOnePurchase() {
    orders
        .row("order_id", "1", "customer_id", "c", "ordered_on", "2024-01-01")
        .row("order_id", "2", "customer_id", "c", "ordered_on", "2024-01-01")
        .row("order_id", "3", "customer_id", "c", "ordered_on", "2024-01-11")
        .row("order_id", "4", "customer_id", "c", "ordered_on", "2024-01-11", "net_revenue", "30")
        .row("order_id", "5", "customer_id", "c", "ordered_on", "2024-01-21", "net_revenue", "5");

    Row row = summaries("2024-01-31", true, 365).get(0);
    assertThat(history(row)).containsExactly(2.0, 20.0, 30.5);
    // Repeat days only: (40 + 5) / 2.
    assertThat(row.<Double>getAs(CustomerSummary.REVENUE_PER_DAY_MEAN)).isEqualTo(22.5);
    assertThat(row.<BigDecimal>getAs(CustomerSummary.FIRST_MARGIN)).isEqualByComparingTo("8");
    assertThat(row.<BigDecimal>getAs(CustomerSummary.HIST_MARGIN)).isEqualByComparingTo("20");
    assertThat(row.<BigDecimal>getAs(CustomerSummary.NET_REVENUE)).isEqualByComparingTo("65");
  }

  @Test
  void uncountedAndAnonymousOrders_areNoHistory() {
    orders
        .row("order_id", "1", "customer_id", "c", "ordered_on", "2024-01-01", "counted", false)
        .row("order_id", "2", "ordered_on", "2024-01-01");

    assertThat(summaries("2024-01-31", true, 365)).isEmpty();
  }

  @Test
  void acquisitionMargin_isDiscountedAndEndsAtTheHorizon() {
    orders
        .row("order_id", "1", "customer_id", "c", "ordered_on", "2024-01-01", "margin", "100")
        .row("order_id", "2", "customer_id", "c", "ordered_on", "2024-04-10", "margin", "100")
        .row("order_id", "3", "customer_id", "c", "ordered_on", "2024-07-19", "margin", "100");

    // By hand: 100 + 100 / 1.1^(100/365); the order of day 200 lies at the horizon, not within it.
    assertThat(summaries("2024-12-31", true, 200).get(0))
        .satisfies(
            row ->
                assertThat(row.<Double>getAs(CustomerSummary.ACQUISITION_MARGIN))
                    .isCloseTo(197.42256, within(5e-6)));
  }

  private void bought(String customer, String... days) {
    for (String day : days) {
      orders.row("order_id", customer + day, "customer_id", customer, "ordered_on", day);
    }
  }

  private static List<Object> survival(Row row) {
    return Arrays.asList(
        row.getAs(CustomerSummary.SURVIVAL_DAYS), row.getAs(CustomerSummary.CHURNED));
  }

  @Test
  void survival_endsAtTheLastPurchaseBeforeTheFirstLongSilence() {
    // Silences of 31 days, of 30, of 30 by the end of the as-of day, and of 29 by then.
    bought("1 back after 31", "2024-01-01", "2024-01-11", "2024-02-11", "2024-06-29");
    bought("2 back after 30", "2024-05-01", "2024-05-31", "2024-06-30");
    bought("3 silent for 30", "2024-05-01", "2024-05-31");
    bought("4 silent for 29", "2024-05-01", "2024-05-31", "2024-06-01");
    bought("5 young, of a day", "2024-06-01");
    bought("6 just old enough", "2024-05-31", "2024-06-15");

    assertThat(summaries("2024-06-30", true, 365))
        .extracting(CustomerSummariesTest::survival)
        .containsExactly(
            List.of(10L, true),
            // Seen until 2024-05-31, 30 days before the as-of date.
            List.of(30L, false),
            List.of(30L, true),
            List.of(30L, false),
            Arrays.asList(null, null),
            List.of(0L, false));
  }

  @Test
  void withoutGap_survivalIsNotKnown() {
    bought("c", "2024-01-01");
    assertThat(
            CustomerSummaries.summarizeAsOf(
                    log(),
                    refunds.dataset(),
                    LocalDate.of(2024, 12, 31),
                    true,
                    365,
                    0.10,
                    new ChurnGaps(OptionalInt.empty(), Map.of()))
                .collectAsList())
        .extracting(CustomerSummariesTest::survival)
        .containsExactly(Arrays.asList(null, null));
  }

  @Test
  void retained365_isNullUntilMatureAndBoundedWhereTheOpenFormIsNot() {
    // Days 364, 365, 454, 455 after the first of January 2023; 455 days later is 2024-03-31.
    bought("364", "2023-01-01", "2023-12-31");
    bought("365", "2023-01-01", "2024-01-01");
    bought("454", "2023-01-01", "2024-03-30");
    bought("455", "2023-01-01", "2024-03-31");
    bought("young", "2023-01-02", "2024-01-02");

    assertThat(summaries("2024-03-31", true, 365))
        .extracting(
            r -> r.<Boolean>getAs(CustomerSummary.RETAINED_365),
            r -> r.<Boolean>getAs(CustomerSummary.RETAINED_365_OPEN))
        .containsExactly(
            tuple(false, false),
            tuple(true, true),
            tuple(true, true),
            tuple(false, true),
            tuple(null, null));
  }

  @Test
  void secondOrder_isTheSecondDay() {
    bought("c", "2024-01-01", "2024-01-11", "2024-01-21");
    orders.row("order_id", "again", "customer_id", "c", "ordered_on", "2024-01-01");
    bought("d", "2024-01-01");

    assertThat(summaries("2024-06-30", true, 365))
        .extracting(r -> r.<Object>getAs(CustomerSummary.SECOND_ORDER_ON))
        .containsExactly(Date.valueOf("2024-01-11"), null);
  }

  /** 20 gaps: 19 of 1 to 19 days are 95 % of them, so 19 covers them; the mean of none is null. */
  @Test
  void gapQuantile_isTheShortestGapThatCoversTheShare() {
    LocalDate day = LocalDate.of(2024, 1, 1);
    List<String> days = new ArrayList<>(List.of(day.toString(), day.toString()));
    for (int gap = 1; gap <= 19; gap++) {
      day = day.plusDays(gap);
      days.add(day.toString());
    }
    days.add(day.plusDays(300).toString());
    bought("c", days.toArray(String[]::new));
    bought("of another customer", "2020-01-01");

    Dataset<Row> log = log();
    assertThat(learned(log, 0.95).days()).hasValue(19);
    assertThat(learned(log, 0.9500001).days()).hasValue(300);
    assertThat(learned(log.limit(1), 0.95)).isEqualTo(new ChurnGaps(OptionalInt.empty(), Map.of()));
  }

  private static ChurnGaps learned(Dataset<Row> log, double quantile) {
    return ChurnGaps.learn(ChurnGaps.countGaps(log).collectAsList(), quantile);
  }

  /** A customer's gaps are those of the category of the first order, whatever came later. */
  @Test
  void gap_isLearnedByFirstCategoryWhereThereAreEnough() {
    LocalDate day = LocalDate.of(2020, 1, 1);
    for (int i = 0; i <= ChurnGaps.LEAST_GAPS; i++) {
      orders.row(
          "order_id",
          "coffee " + i,
          "customer_id",
          "c",
          "ordered_on",
          day.plusDays(2L * i).toString(),
          "category",
          i == 0 ? "coffee" : "mattress");
    }
    for (int i = 0; i < ChurnGaps.LEAST_GAPS; i++) {
      orders.row(
          "order_id",
          "mattress " + i,
          "customer_id",
          "m",
          "ordered_on",
          day.plusDays(3L * i).toString(),
          "category",
          "mattress");
    }

    ChurnGaps gaps = learned(log(), 0.95);
    assertThat(gaps).isEqualTo(new ChurnGaps(OptionalInt.of(3), Map.of("coffee", 2)));
  }

  @Test
  void churn_goesByTheGapOfTheFirstCategory() {
    for (String category : List.of("coffee", "mattress")) {
      orders
          .row(
              "order_id",
              category,
              "customer_id",
              category,
              "ordered_on",
              "2024-01-01",
              "order_ts",
              "2024-01-01T10:00:00Z",
              "category",
              category)
          .row(
              "order_id",
              category + " 2",
              "customer_id",
              category,
              "ordered_on",
              "2024-02-01",
              "order_ts",
              "2024-02-01T10:00:00Z",
              "category",
              "tea");
    }

    assertThat(
            CustomerSummaries.summarizeAsOf(
                    log(),
                    refunds.dataset(),
                    LocalDate.of(2024, 3, 31),
                    true,
                    365,
                    0.10,
                    new ChurnGaps(OptionalInt.of(50), Map.of("coffee", 20)))
                .orderBy(CustomerSummary.CUSTOMER_ID)
                .collectAsList())
        .extracting(
            r -> r.getAs("customer_id"), r -> r.getAs("churned"), r -> r.getAs("survival_days"))
        // 31 days of silence are too many for coffee; of the other only those at the end, 59, are.
        .containsExactly(tuple("coffee", true, 0L), tuple("mattress", true, 31L));
  }

  /**
   * Net 90 of an order and 20 of another; of 7 refunded without order all lowers only cash, of 30
   * refunded at a rate of its own day 3 more than on the order's.
   */
  @Test
  void cashRevenue_isLessRefundsThatNoOrderBears() {
    orders
        .row("order_id", "1", "customer_id", "c", "ordered_on", "2024-01-01", "net_revenue", "90")
        .row("order_id", "2", "customer_id", "c", "ordered_on", "2024-01-02", "net_revenue", "20")
        .row("order_id", "3", "customer_id", "d", "ordered_on", "2024-01-02", "net_revenue", "20");
    refunds
        .row("refund_id", "1", "customer_id", "c", "refunded", "0", "cash_refunded", "7")
        .row("refund_id", "2", "customer_id", "c", "refunded", "30", "cash_refunded", "33")
        .row("refund_id", "3", "customer_id", "c", "refunded", "2", "cash_refunded", null);

    assertThat(summaries("2024-06-30", true, 365))
        .extracting(r -> r.<BigDecimal>getAs(CustomerSummary.CASH_REVENUE).toString())
        .containsExactly("100.00", "20.00");
  }

  @Test
  void firstOrder_tellsCountryCategoryAndIncentive() {
    orders
        .row(
            "order_id",
            "late",
            "customer_id",
            "c",
            "ordered_on",
            "2024-01-01",
            "country",
            "FR",
            "order_ts",
            "2024-01-01T12:00:00Z",
            "acquisition_discount",
            "0")
        .row(
            "order_id",
            "early",
            "customer_id",
            "c",
            "ordered_on",
            "2024-01-01",
            "country",
            "DE",
            "order_ts",
            "2024-01-01T11:00:00Z",
            "category",
            "shoes",
            "incentive",
            "coupon",
            "acquisition_discount",
            "2.50",
            "margin",
            "6.50")
        .row("order_id", "next", "customer_id", "c", "ordered_on", "2024-01-02", "country", "AT");

    Row row = summaries("2024-06-30", true, 365).get(0);
    assertThat(row.<String>getAs(CustomerSummary.FIRST_COUNTRY)).isEqualTo("DE");
    assertThat(row.<String>getAs(CustomerSummary.FIRST_CATEGORY)).isEqualTo("shoes");
    assertThat(row.<String>getAs(CustomerSummary.FIRST_INCENTIVE)).isEqualTo("coupon");
    // (4 + 6.50 + 4) / (30 + 2.50)
    assertThat(row.<Double>getAs(CustomerSummary.MARGIN_RATE))
        .isCloseTo(14.5 / 32.5, within(1e-15));
  }

  /** Money adds up exactly, so neither the order of the log nor its partitions can show. */
  @Test
  void summaries_areTheSameForAnyOrderOfTheLog() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 300; i++) {
      orders.row(
          "order_id",
          "o" + i,
          "customer_id",
          "c" + random.nextInt(40),
          "ordered_on",
          LocalDate.of(2024, 1, 1).plusDays(random.nextInt(300)).toString(),
          "net_revenue",
          random.nextInt(1, 100_000) / 100.0,
          "margin",
          random.nextInt(1, 100_000) / 100.0);
    }
    Dataset<Row> log = log();
    assertSameRows(
        summarizeAsOf(log.coalesce(1)), summarizeAsOf(log.orderBy(rand(9)).repartition(7)));
  }

  /** The same asked of windows, straight from the definitions: what the walk stands for. */
  private static final String BY_WINDOWS =
      """
      WITH counted AS (
        SELECT customer_id, ordered_on, order_ts, net_revenue, margin, country, category, incentive,
          acquisition_discount,
          min(ordered_on) OVER (PARTITION BY customer_id) AS first_on,
          first_value(struct(order_ts, country, category, incentive)) OVER (
            PARTITION BY customer_id ORDER BY order_ts, country, category, incentive) AS first_order,
          lag(ordered_on) OVER (PARTITION BY customer_id ORDER BY ordered_on) AS before
        FROM log WHERE counted AND customer_id IS NOT NULL),
      gapped AS (
        SELECT *, CASE first_order.category WHEN 'coffee' THEN 20 ELSE 45 END AS gap,
          datediff(ordered_on, first_on) AS age
        FROM counted),
      facts AS (
        SELECT customer_id, min(first_on) AS first_on, max(ordered_on) AS last_on, min(gap) AS gap,
          count(DISTINCT ordered_on) AS days, sum(net_revenue) AS net,
          sum(margin) AS margin, sum(acquisition_discount) AS discount,
          sum(net_revenue) FILTER (WHERE age > 0) AS later_net,
          sum(margin) FILTER (WHERE age = 0) AS first_margin,
          sum(rint(1e6D * margin * exp(-ln(1.1) / 365 * age))) FILTER (WHERE age < 200) AS discounted,
          min(ordered_on) FILTER (WHERE age > 0) AS second_on,
          min(datediff(before, first_on)) FILTER (WHERE datediff(ordered_on, before) > gap) AS stopped,
          max(age BETWEEN 365 AND 454) AS seen, max(age >= 365) AS seen_later,
          min(first_order.country) AS country, min(first_order.category) AS category,
          min(first_order.incentive) AS incentive
        FROM gapped GROUP BY customer_id),
      judged AS (
        SELECT *, datediff(DATE '2025-06-30', first_on) AS age,
          least(stopped, CASE WHEN datediff(DATE '2025-06-30', last_on) >= gap
            THEN datediff(last_on, first_on) END) AS end_of_stay
        FROM facts)
      SELECT customer_id, days - 1, double(datediff(last_on, first_on)), age + 0.5D, days,
        round(double(later_net) / (days - 1), 9), net, margin, discount, first_margin,
        discounted / 1e6D, first_on, last_on, second_on, country, category, incentive,
        CASE WHEN age >= gap THEN bigint(coalesce(end_of_stay, age - gap)) END,
        CASE WHEN age >= gap THEN end_of_stay IS NOT NULL END,
        CASE WHEN age >= 455 THEN seen END, CASE WHEN age >= 455 THEN seen_later END
      FROM judged ORDER BY customer_id""";

  @Test
  void summaries_sayWhatWindowsOverTheLogSay() {
    SplittableRandom random = new SplittableRandom(20);
    String[] countries = {null, "AT", "DE"};
    String[] categories = {null, "coffee", "mattress"};
    for (int i = 0; i < 2_000; i++) {
      String customer = "c" + random.nextInt(300);
      LocalDate day =
          LocalDate.of(2023, 6, 1)
              .plusDays(customer.length() * 100L + (long) (450 * Math.pow(random.nextDouble(), 3)));
      orders.row(
          "order_id",
          "o" + i,
          "customer_id",
          random.nextInt(50) == 0 ? null : customer,
          "counted",
          random.nextInt(20) > 0,
          "ordered_on",
          day.toString(),
          "order_ts",
          day + (random.nextBoolean() ? "T08:00:00Z" : "T08:00:00.000001Z"),
          "country",
          countries[random.nextInt(3)],
          "category",
          categories[random.nextInt(3)],
          "incentive",
          random.nextBoolean() ? "coupon" : null,
          "net_revenue",
          random.nextInt(1, 100_000) / 100.0,
          "margin",
          random.nextInt(-1_000, 50_000) / 100.0,
          "acquisition_discount",
          random.nextInt(0, 500) / 100.0);
    }
    Dataset<Row> log = orders.dataset();
    log.createOrReplaceTempView("log");
    List<Row> byWindows = SharedSession.SPARK.sql(BY_WINDOWS).collectAsList();
    List<Row> walked =
        CustomerSummaries.summarizeAsOf(
                log,
                refunds.dataset(),
                LocalDate.of(2025, 6, 30),
                true,
                200,
                0.10,
                new ChurnGaps(OptionalInt.of(45), Map.of("coffee", 20)))
            .selectExpr(
                "customer_id",
                "repeats",
                "recency_days",
                "age_days",
                "purchase_days",
                "round(revenue_per_day_mean, 9)",
                "net_revenue",
                "hist_margin",
                "acquisition_discount",
                "first_margin",
                "acquisition_margin",
                "first_order_on",
                "last_order_on",
                "second_order_on",
                "first_country",
                "first_category",
                "first_incentive",
                "survival_days",
                "churned",
                "retained_365",
                "retained_365_open")
            .orderBy("customer_id")
            .collectAsList();

    assertThat(walked).hasSizeGreaterThan(250);
    assertThat(walked.stream().map(CustomerSummariesTest::text))
        .containsExactlyElementsOf(byWindows.stream().map(CustomerSummariesTest::text).toList());
  }

  /** Numbers without the scale of their type. */
  private static String text(Row row) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < row.length(); i++) {
      Object value = row.get(i);
      text.append(
              value instanceof BigDecimal number
                  ? number.stripTrailingZeros().toPlainString()
                  : value)
          .append(' ');
    }
    return text.toString();
  }

  private Dataset<Row> summarizeAsOf(Dataset<Row> log) {
    return CustomerSummaries.summarizeAsOf(
        log, refunds.dataset(), LocalDate.of(2024, 12, 31), true, 365, 0.10, ChurnGaps.of(GAP));
  }
}
