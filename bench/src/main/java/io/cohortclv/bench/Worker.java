package io.cohortclv.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.fit.PurchaseFits;
import io.cohortclv.models.fit.SpendFits;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.transforms.attribution.Acquisitions;
import io.cohortclv.transforms.attribution.AttributionInputs;
import io.cohortclv.transforms.attribution.AttributionRules;
import io.cohortclv.transforms.attribution.CommissionRules;
import io.cohortclv.transforms.attribution.JourneyLogs;
import io.cohortclv.transforms.attribution.OrderCredits;
import io.cohortclv.transforms.attribution.RemovalEffects;
import io.cohortclv.transforms.cohorts.CohortPeriod;
import io.cohortclv.transforms.cohorts.CohortRetentions;
import io.cohortclv.transforms.identity.Stitching;
import io.cohortclv.transforms.summary.ChurnGaps;
import io.cohortclv.transforms.summary.CustomerSummaries;
import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.Coupons;
import io.cohortclv.transforms.table.IdentityMap;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.RefundValue;
import io.cohortclv.transforms.table.Terms;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The product's side of the comparison, and plain Spark SQL's: reads names of tasks from the
 * standard input and answers each with a line of JSON, its seconds, its memory and figures of its
 * result that must agree with a peer's. One process, so that code and caches are warm after the
 * first round.
 */
public final class Worker {
  private static final LocalDate AS_OF = LocalDate.of(2024, 12, 31);
  private static final double YEARLY_DISCOUNT = 0.1;
  private static final double DELTA = Math.log1p(YEARLY_DISCOUNT) / 365;
  private static final ChurnGaps CHURN_GAP = ChurnGaps.of(180);
  private static final String PARTITIONS = "spark.sql.shuffle.partitions";
  private static final int MONTHS_OF_30_DAYS = 360;
  private static final CommissionRules COMMISSIONS =
      new CommissionRules(ZoneOffset.UTC, "EUR", false);

  private final SparkSession spark;
  private final Logs logs;
  private final String out;
  private Yardstick customers;
  private PurchaseModel purchases;
  private GammaGamma spend;

  private Worker(SparkSession spark, String folder) {
    this.spark = spark;
    this.logs = new Logs(spark, folder);
    this.out = folder + "/out";
    for (String view : List.of("orders", "clicks", "acquired")) {
      logs.raw(view).createOrReplaceTempView(view);
    }
  }

  /** Runs on the files of the folder given. */
  public static void main(String... arguments) throws IOException {
    // What an embedded run of the product sets, except that the data lie in files, not in a lake.
    SparkSession spark =
        SparkSession.builder()
            .appName("bench")
            .master(System.getProperty("bench.master", "local[*]"))
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "localhost")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.ansi.enabled", "true")
            .config(PARTITIONS, "2")
            .getOrCreate();
    spark.sparkContext().setLogLevel("ERROR");
    Worker worker = new Worker(spark, arguments[0]);
    // compare.py talks with this process over its streams, a line of JSON an answer.
    System.out.printf(
        "{\"ready\": {\"java\": \"%s\", \"spark\": \"%s\"}}%n", Runtime.version(), spark.version());
    BufferedReader tasks = new BufferedReader(new InputStreamReader(System.in, UTF_8));
    for (String task = tasks.readLine(); task != null; task = tasks.readLine()) {
      System.out.println(worker.run(task.strip()));
    }
  }

  private String run(String task) {
    return switch (task) {
      case "fit-bg-nbd", "fit-mbg-nbd", "fit-pareto-nbd" -> fit(ModelFamily.of(task.substring(4)));
      case "fit-gamma-gamma" -> fitSpend();
      case "clv" -> value();
      case "summarize" -> write(task, this::summaries);
      case "attribute" -> write(task, this::acquisitions);
      case "skew-affiliate", "even-affiliate" ->
          write(
              task,
              () -> credits(logs.touchpointsOfAffiliates(isSkewed(task)), logs.orders(), false));
      case "skew-visitor", "even-visitor" ->
          write(
              task,
              () -> credits(logs.touchpointsOfVisitors(isSkewed(task)), logs.orders(), false));
      case "skew-coupon", "even-coupon" ->
          write(
              task,
              () -> credits(logs.touchpoints(), logs.ordersWithCoupons(isSkewed(task)), true));
      case "cohorts" ->
          write(
              task,
              () ->
                  CohortRetentions.retainCohorts(
                      logs.acquisitions(),
                      logs.summaries(this::summaries),
                      logs.orderValues(),
                      AS_OF,
                      CohortPeriod.MONTH,
                      CHURN_GAP.days()));
      case "spark-summarize" -> plainly(task, PlainSql.SUMMARIZE);
      case "spark-attribute" -> plainly(task, PlainSql.ATTRIBUTE);
      case "spark-cohorts" -> plainly(task, PlainSql.COHORTS);
      default -> throw new IllegalArgumentException("No task " + task);
    };
  }

  /** As Spark does it by itself: shuffles into 200, which it then finds too many. */
  private String plainly(String task, String sql) {
    String ours = spark.conf().get(PARTITIONS);
    spark.conf().unset(PARTITIONS);
    String answer = write(task, () -> spark.sql(sql));
    spark.conf().set(PARTITIONS, ours);
    return answer;
  }

  private Yardstick customers() {
    if (customers == null) {
      List<Row> rows = logs.raw("histories").orderBy("customer_id").collectAsList();
      customers =
          new Yardstick(
              rows.stream().mapToInt(r -> Math.toIntExact(r.<Long>getAs("x"))).toArray(),
              rows.stream().mapToDouble(r -> r.<Long>getAs("t_x")).toArray(),
              rows.stream().mapToDouble(r -> r.<Long>getAs("age")).toArray(),
              rows.stream()
                  .mapToDouble(r -> Optional.ofNullable(r.<Double>getAs("mean")).orElse(Double.NaN))
                  .toArray());
    }
    return customers;
  }

  private String fit(ModelFamily family) {
    Yardstick data = customers();
    Stopwatch watch = Stopwatch.start();
    PurchaseModel model = PurchaseFits.fit(family, data.histories()).model();
    return answer(watch.read(), model.parameters());
  }

  private String fitSpend() {
    Yardstick data = customers();
    Stopwatch watch = Stopwatch.start();
    var p = SpendFits.fit(data.spends()).model().parameters();
    return answer(watch.read(), p.p(), p.q(), p.v());
  }

  /** As the peer counts: twelve months of 30 days. */
  private String value() {
    Yardstick data = customers();
    if (purchases == null) {
      purchases = PurchaseFits.fit(ModelFamily.BG_NBD, data.histories()).model();
      spend = SpendFits.fit(data.spends()).model();
    }
    Stopwatch watch = Stopwatch.start();
    double sum = 0;
    for (int i = 0; i < data.customers(); i++) {
      int x = data.repeats()[i];
      double mean = x > 0 ? spend.expectedSpend(x, data.mean()[i]) : spend.populationMean();
      sum +=
          mean
              * purchases.discountedPurchases(
                  MONTHS_OF_30_DAYS, DELTA, x, data.recency()[i], data.age()[i]);
    }
    return answer(watch.read(), sum);
  }

  private Dataset<Row> summaries() {
    return CustomerSummaries.summarizeAsOf(
        logs.orderValues(),
        spark.createDataFrame(List.of(), RefundValue.TABLE.schema()),
        AS_OF,
        false,
        365,
        YEARLY_DISCOUNT,
        CHURN_GAP);
  }

  /** Credits every order by one rule, and every customer by the first of them. */
  private Dataset<Row> acquisitions() {
    AttributionInputs inputs = inputs(logs.touchpoints(), logs.orders(), false);
    AttributionRules rules = rules(List.of(AttributionRules.LAST_TOUCH));
    return Acquisitions.acquireCustomers(
        OrderCredits.creditOrders(
            JourneyLogs.of(inputs, rules),
            inputs,
            rules,
            RemovalEffects.NONE,
            Optional.of(Instant.EPOCH),
            COMMISSIONS),
        logs.none(Affiliates.CONTRACT),
        ZoneOffset.UTC,
        Optional.empty());
  }

  /** Credits every order by every rule, removal effects worked out first. */
  private Dataset<Row> credits(
      Dataset<Row> touchpoints, Dataset<Row> orders, boolean redeemsCoupons) {
    AttributionInputs inputs = inputs(touchpoints, orders, redeemsCoupons);
    AttributionRules rules = rules(AttributionRules.KNOWN);
    JourneyLogs journeys = JourneyLogs.of(inputs, rules);
    RemovalEffects effects =
        RemovalEffects.of(OrderCredits.countPassages(journeys, rules).collectAsList(), 100, 300);
    return OrderCredits.creditOrders(
        journeys, inputs, rules, effects, Optional.of(Instant.EPOCH), COMMISSIONS);
  }

  private static boolean isSkewed(String task) {
    return task.startsWith("skew");
  }

  private static AttributionRules rules(List<String> models) {
    return new AttributionRules(
        models,
        AttributionRules.LAST_TOUCH,
        new AttributionRules.Windows(Duration.ofDays(30), Duration.ofDays(1), Duration.ofDays(365)),
        Duration.ofDays(7),
        true,
        1_000,
        new AttributionRules.Precedence(Set.of(), false, 10, 20));
  }

  private AttributionInputs inputs(
      Dataset<Row> touchpoints, Dataset<Row> orders, boolean redeemsCoupons) {
    return new AttributionInputs(
        logs.orderValues(),
        orders,
        touchpoints,
        logs.none(ReferralEvents.CONTRACT),
        logs.none(Terms.CONTRACT),
        logs.none(Affiliates.CONTRACT),
        redeemsCoupons ? logs.coupons() : logs.none(Coupons.CONTRACT),
        Stitching.people(
            orders,
            touchpoints,
            logs.none(IdentityMap.CONTRACT),
            new Stitching.Trust(Instant.now(), 0.8, 20)));
  }

  /** Writes the rows as Parquet and reads figures back; planning and stitching are timed too. */
  private String write(String task, Supplier<Dataset<Row>> rows) {
    String path = out + "/" + task + ".parquet";
    SlowestTask slowest = new SlowestTask();
    spark.sparkContext().addSparkListener(slowest);
    Stopwatch watch = Stopwatch.start();
    rows.get().write().mode("overwrite").option("compression", "zstd").parquet(path);
    String times = watch.read() + ", " + slowest.read();
    spark.sparkContext().removeSparkListener(slowest);
    spark.read().parquet(path).createOrReplaceTempView("result");
    Row figures =
        spark.sql("SELECT " + figures(task.replace("spark-", "spark ")) + " FROM result").first();
    double[] values = new double[figures.length()];
    Arrays.setAll(values, i -> ((Number) figures.get(i)).doubleValue());
    return answer(times, values);
  }

  private static String figures(String task) {
    return switch (task) {
      case "summarize" ->
          "count(*), sum(repeats), sum(recency_days), sum(age_days),"
              + " sum(repeats * revenue_per_day_mean)";
      case "attribute", "spark attribute" -> "count(*), count(affiliate_id)";
      case "cohorts" ->
          "sum(active) FILTER (WHERE cohort_level = 'type'),"
              + " sum(cum_margin_per_customer * customers) FILTER (WHERE cohort_level = 'type'"
              + " AND add_months(cohort_month, age_month) = DATE '2024-12-01')";
      case "spark summarize" -> "count(*), sum(x), sum(t_x), sum(age), sum(x * mean)";
      // Of both sides every order by every model to the cent; who gets them differs.
      case "skew-affiliate",
          "even-affiliate",
          "skew-visitor",
          "even-visitor",
          "skew-coupon",
          "even-coupon" ->
          "round(sum(credit_share)), sum(credited_net)";
      default -> "sum(active), sum(cents) / 100";
    };
  }

  private static String answer(String times, double... figures) {
    return "{%s, \"figures\": [%s]}"
        .formatted(
            times,
            Arrays.stream(figures).mapToObj(Double::toString).collect(Collectors.joining(", ")));
  }
}
