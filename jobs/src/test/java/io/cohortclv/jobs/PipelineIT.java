package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.jobs.lake.TestLakes;
import io.cohortclv.jobs.simulate.ShopOptions;
import io.cohortclv.jobs.simulate.ShopSimulation;
import io.cohortclv.jobs.simulate.ShopTruth;
import io.cohortclv.transforms.attribution.AttributionRules;
import io.cohortclv.transforms.table.Catalog;
import io.cohortclv.transforms.table.CommissionRecommendation;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import io.cohortclv.transforms.table.ModelValidation;
import io.cohortclv.transforms.table.Operations;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Scorecards;
import io.cohortclv.transforms.table.Table;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A simulated shop with dirty logs through every stage, several times over. */
@TestMethodOrder(OrderAnnotation.class)
class PipelineIT {
  private static final long CUSTOMERS = 3_000;

  @TempDir static Path temporary;

  /** -Dpipeline.folder=FOLDER keeps the shop and its lake. */
  private static Path folder;

  private static Path shop;
  private static ShopTruth truth;
  private static ClvConfig config;
  private static Lake lake;
  private static Run first;

  @BeforeAll
  static void runOnce() throws Exception {
    folder = Path.of(System.getProperty("pipeline.folder", temporary.toString()));
    shop = folder.resolve("shop");
    truth = ShopSimulation.of(new ShopOptions(shop, CUSTOMERS, 30, 400, 7, 0.02)).run();
    config = ClvConfigs.load(shop.resolve("clv.conf")).withIdentifiers("a key of tests");
    // The session of the tests, so that opening a lake does not start another.
    TestLakes.config(folder);
    lake = Lake.open(config, "test");
    first = everything(truth.lastDay());
  }

  @AfterAll
  static void close() {
    lake.close();
  }

  private static Run everything(LocalDate asOf) {
    return everything(config, asOf);
  }

  private static Run everything(ClvConfig by, LocalDate asOf) {
    return RunCommand.everything(
        lake, by, asOf, Progress.onTerminalOnly(new PrintWriter(Writer.nullWriter())));
  }

  private static Dataset<Row> published(Table table) {
    return lake.published(table, truth.lastDay());
  }

  @Test
  @Order(1)
  void acquisition_isTheTruth() throws Exception {
    Map<String, Long> bySource = new HashMap<>();
    ShopTruth.forEachCustomer(shop, c -> bySource.merge(c.sourceType(), 1L, Long::sum));

    Map<String, Long> found = new HashMap<>();
    published(CustomerAcquisition.TABLE)
        .filter(col(CustomerAcquisition.IS_CONTRACT_MODEL))
        .groupBy(CustomerAcquisition.SOURCE_TYPE)
        .count()
        .collectAsList()
        .forEach(row -> found.put(row.getString(0), row.getLong(1)));
    assertThat(found).isEqualTo(bySource);

    Map<String, Long> trueByAffiliate = new HashMap<>();
    truth.affiliates().stream()
        .filter(a -> a.customers() > 0)
        .forEach(a -> trueByAffiliate.put(a.affiliateId(), a.customers()));
    Map<String, Long> byAffiliate = new HashMap<>();
    published(Scorecards.AFFILIATE_SCORECARD)
        .filter(col(Scorecards.N_CUSTOMERS).gt(0))
        .collectAsList()
        .forEach(
            row ->
                byAffiliate.put(
                    row.getAs(Scorecards.AFFILIATE_ID),
                    row.<Double>getAs(Scorecards.N_CUSTOMERS).longValue()));
    assertThat(byAffiliate).isEqualTo(trueByAffiliate);
  }

  @Test
  @Order(2)
  void countedOrders_areTheTruth() {
    assertThat(published(OrderValue.TABLE).filter(col(OrderValue.COUNTED)).count())
        .isEqualTo(truth.countedOrders());
  }

  @Test
  @Order(3)
  void sourceClv_isNearTheTruth() {
    for (Row row : published(Scorecards.SOURCE_SCORECARD).collectAsList()) {
      String source = row.getAs(Scorecards.SOURCE_TYPE);
      ShopTruth.SourceTruth real = truth.sources().get(source);
      // Three standard errors of a mean of customers as the shop draws them: a mean of values that
      // are partly seen and partly expected varies no more than that of values wholly seen.
      double bound =
          3
              * real.acquisitionClv()
              * variation(source, real)
              / Math.sqrt((double) real.customers());
      assertThat(row.<Double>getAs(Scorecards.CLV_RAW))
          .as(source)
          .isCloseTo(real.acquisitionClv(), within(bound));
    }
  }

  /**
   * Coefficient of variation of a customer's value over the horizon, by the shop's own parameters:
   * N orders of gamma(p, p/m) around the customer's mean m, and E[m²]/E[m]² = (q − 1)/(q − 2), more
   * by the spread of the affiliates' multipliers. Var = E[N] E[m²]/p + E[N²] E[m²] − E[N]² E[m]².
   */
  private static double variation(String source, ShopTruth.SourceTruth real) {
    double orders = 1 + real.model().expectedPurchases(truth.horizonDays());
    double variance = real.model().purchaseVariance(truth.horizonDays(), 0, 0, 0);
    double q = truth.spend().q();
    double squared = (q - 1) / (q - 2);
    if (source.equals(CustomerAcquisition.AFFILIATE)) {
      double customers = 0;
      double sum = 0;
      double squares = 0;
      for (ShopTruth.AffiliateTruth a : truth.affiliates()) {
        customers += a.customers();
        sum += a.customers() * a.trueAcquisitionClv();
        squares += a.customers() * a.trueAcquisitionClv() * a.trueAcquisitionClv();
      }
      squared *= squares * customers / (sum * sum);
    }
    double ofOrders = 1 + variance / (orders * orders);
    return Math.sqrt(squared / truth.spend().p() / orders + ofOrders * squared - 1);
  }

  @Test
  @Order(3)
  void recommendations_followFromTheScorecard() {
    Dataset<Row> advice = published(CommissionRecommendation.TABLE);
    List<Row> rows =
        advice
            .join(published(Scorecards.AFFILIATE_SCORECARD), Scorecards.AFFILIATE_ID)
            .select(
                advice.col(CommissionRecommendation.CLV),
                col(Scorecards.CLV_SHRUNK),
                advice.col(CommissionRecommendation.BREAK_EVEN),
                advice.col(CommissionRecommendation.CEILING),
                advice.col(CommissionRecommendation.OTHER_COST),
                advice.col(CommissionRecommendation.NETWORK_FEE_PCT),
                advice.col(CommissionRecommendation.IOTA_SOURCE))
            .filter(col(Scorecards.CLV_SHRUNK).isNotNull())
            .collectAsList();
    assertThat(rows).hasSizeGreaterThan(15);
    for (Row row : rows) {
      double clv = row.getAs(Scorecards.CLV_SHRUNK);
      assertThat(row.<Double>getAs(CommissionRecommendation.CLV)).isEqualTo(clv);
      double other = row.<BigDecimal>getAs(CommissionRecommendation.OTHER_COST).doubleValue();
      double fee = row.getAs(CommissionRecommendation.NETWORK_FEE_PCT);
      assertThat(row.<BigDecimal>getAs(CommissionRecommendation.BREAK_EVEN).doubleValue())
          .isCloseTo(Math.max(0, (clv - other) / (1 + fee)), within(0.011));
      assertThat(row.<BigDecimal>getAs(CommissionRecommendation.CEILING))
          .isLessThanOrEqualTo(row.<BigDecimal>getAs(CommissionRecommendation.BREAK_EVEN));
      assertThat(row.<String>getAs(CommissionRecommendation.IOTA_SOURCE)).isEqualTo("assumed");
    }
    assertThat(RunCommand.warnings(lake, config, first))
        .anyMatch(warning -> warning.contains("commission.incrementality is not set"));
  }

  @Test
  @Order(9)
  void whatIf_showsOtherTermsAndPublishesNothing() throws Exception {
    Path terms =
        Files.writeString(
            folder.resolve("terms.conf"), "terms = [{ rate = 0.9 }]\ncommission.quantile = 0.1\n");
    long before = lake.ops(Operations.PUBLICATION).count();
    StringWriter out = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(out),
            new PrintWriter(Writer.nullWriter()),
            "value",
            "--conf",
            shop.resolve("clv.conf").toString(),
            "--as-of",
            truth.lastDay().toString(),
            "--what-if",
            terms.toString());
    assertThat(code).isZero();
    assertThat(out.toString()).contains("90.0 %", "P(loss)");
    assertThat(lake.ops(Operations.PUBLICATION).count()).isEqualTo(before);
  }

  @Test
  @Order(4)
  void everyCheck_reconciles() {
    Dataset<Row> recon = lake.ops(Operations.RECON);
    assertThat(recon.filter(col(Operations.RUN_ID).equalTo(first.runId())).count()).isEqualTo(47);
    assertThat(
            recon
                .filter(abs(col(Operations.DIFFERENCE)).gt(0.0005))
                .select(Operations.CHECK)
                .collectAsList())
        .isEmpty();
  }

  @Test
  @Order(5)
  void plantedRows_endWhereTheTruthSays() {
    long planted =
        truth.planted().stream()
            .filter(p -> p.verdict().equals("reject"))
            .mapToLong(ShopTruth.Planted::rows)
            .sum();
    assertThat(planted).isPositive();
    assertThat(
            lake.ops(Operations.DQ_QUARANTINE).agg(sum(Operations.SOURCE_ROWS)).first().getLong(0))
        .isEqualTo(planted);
  }

  @Test
  @Order(6)
  void rerun_givesTheSameRows() {
    List<Map<String, Object>> before = contents();
    Run again = everything(truth.lastDay());

    assertThat(again.runId()).isNotEqualTo(first.runId());
    assertThat(lake.published(truth.lastDay()).orElseThrow().runId()).isEqualTo(again.runId());
    assertThat(contents()).isEqualTo(before);
  }

  /** Count and order-free hash of the own columns of every published table. */
  private static List<Map<String, Object>> contents() {
    return Catalog.PUBLISHED.stream()
        // The shop's affiliates have no sub-ids.
        .filter(table -> !table.equals(Scorecards.SUB_ID_SCORECARD))
        .map(PipelineIT::content)
        .toList();
  }

  private static Map<String, Object> content(Table table) {
    List<String> rows =
        published(table)
            .select(
                to_json(struct(table.columns().stream().map(c -> col(c)).toArray(Column[]::new))))
            .collectAsList()
            .stream()
            .map(row -> row.getString(0))
            .sorted()
            .toList();
    assertThat(rows).as(table.name()).isNotEmpty();
    return Map.of("table", table.name(), "rows", rows);
  }

  @Test
  @Order(7)
  void backfill_seesNothingYoungerAndLeavesTheRestAlone() throws Exception {
    List<Map<String, Object>> before = contents();
    LocalDate earlier = truth.lastDay().minusDays(120);
    Path auto =
        Files.writeString(
            shop.resolve("auto.conf"),
            Files.readString(shop.resolve("clv.conf")) + "\nfit.model = auto\n");
    Run backfill = everything(ClvConfigs.load(auto).withIdentifiers("a key of tests"), earlier);

    assertThatEveryFamilyWasTried(earlier);

    assertThat(lake.published(earlier).orElseThrow().isBackfill()).isTrue();
    assertThat(
            lake.published(CustomerSummary.TABLE, earlier)
                .filter(col(CustomerSummary.LAST_ORDER_ON).gt(lit(earlier)))
                .count())
        .isZero();
    assertThat(lake.published(CustomerSummary.TABLE, earlier).count())
        .isLessThan(CUSTOMERS)
        .isPositive();
    assertThat(backfill.dataThrough()).isBefore(first.dataThrough());
    assertThat(contents()).isEqualTo(before);
  }

  /**
   * fit.model = auto: one family for all segments, with the reason, out of all that were judged.
   */
  private static void assertThatEveryFamilyWasTried(LocalDate asOf) {
    assertThat(
            lake.published(ModelValidation.TABLE, asOf)
                .filter(col(ModelValidation.SEGMENT_PATH).equalTo(ModelRegistry.POOLED))
                .select(ModelValidation.FAMILY)
                .as(Encoders.STRING())
                .collectAsList())
        .containsExactlyInAnyOrder("bg-nbd", "mbg-nbd", "pareto-nbd", "nbd");
    List<Row> models =
        lake.published(ModelRegistry.TABLE, asOf)
            .filter(
                not(
                    col(ModelRegistry.FAMILY)
                        .isin(ModelRegistry.GAMMA_GAMMA, ModelRegistry.MEAN_SPEND)))
            .collectAsList();
    Row pooled =
        models.stream()
            .filter(row -> row.getAs(ModelRegistry.SEGMENT_PATH).equals(ModelRegistry.POOLED))
            .findFirst()
            .orElseThrow();
    String family = pooled.getAs(ModelRegistry.FAMILY);
    assertThat(pooled.<String>getList(pooled.fieldIndex(ModelRegistry.WARNINGS)))
        .anyMatch(w -> w.startsWith(family + " was chosen"));
    assertThat(models)
        .hasSizeGreaterThan(1)
        .allMatch(row -> row.getAs(ModelRegistry.FAMILY).equals(family));
  }

  @Test
  @Order(8)
  void ledgers_creditEveryCountedOrderOnceAModel() {
    Dataset<Row> credits = published(OrderAttribution.TABLE);
    long orders = published(OrderValue.TABLE).filter(col(OrderValue.COUNTED)).count();
    for (String model : AttributionRules.KNOWN) {
      assertThat(
              credits
                  .filter(col(OrderAttribution.MODEL).equalTo(model))
                  .agg(sum(OrderAttribution.CREDIT_SHARE))
                  .first()
                  .getDouble(0))
          .isCloseTo((double) orders, within(1e-6));
    }
  }

  @Test
  @Order(9)
  void show_printsJsonLinesInColumnOrder() {
    StringWriter out = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(out),
            new PrintWriter(Writer.nullWriter()),
            "show",
            "source_scorecard",
            "--conf",
            shop.resolve("clv.conf").toString(),
            "--columns",
            "source_type,n_customers",
            "--where",
            "source_type = 'direct'",
            "--format",
            "json");
    assertThat(code).isZero();
    assertThat(out.toString().strip())
        .matches("\\{\"source_type\":\"direct\",\"n_customers\":\\d+\\.0}");
  }

  @Test
  @Order(9)
  void backtest_printsErrorsCalibrationAndTracking() {
    StringWriter out = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(out),
            new PrintWriter(Writer.nullWriter()),
            "backtest",
            "--conf",
            shop.resolve("clv.conf").toString(),
            "--origins",
            "1",
            "--holdout-days",
            "60",
            "--models",
            "mbg-nbd");
    assertThat(code).isZero();
    String origin = truth.lastDay().minusDays(60).toString();
    String number = "[0-9.,]+";
    assertThat(out.toString())
        .containsPattern("(?m)^" + origin + "  all +mbg-nbd .* 0\\.[0-9]{3} ")
        // Ten tenths, those of whom least is expected first, and eight whole weeks of sixty days.
        .containsPattern(
            "(?m)^" + origin + "  all +mbg-nbd( +" + number + " / " + number + "){10}$")
        .containsPattern("(?m)^origin .* week 2 +week 4 +week 6 +week 8$")
        .containsPattern(
            "(?m)^" + origin + "  all +mbg-nbd( +" + number + " / " + number + "){4}$");
  }

  @Test
  @Order(10)
  void status_isOneObjectOfWhatStands() throws Exception {
    StringWriter out = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(out),
            new PrintWriter(Writer.nullWriter()),
            "status",
            "--conf",
            shop.resolve("clv.conf").toString(),
            "--format",
            "json");
    assertThat(code).isZero();
    JsonNode status = new ObjectMapper().readTree(out.toString());
    assertThat(status.path("busy").isNull()).isTrue();
    assertThat(status.path("published")).hasSize(2);
    assertThat(status.path("published").get(0).path("as_of_date").asText())
        .isEqualTo(truth.lastDay().toString());
    assertThat(status.path("published").get(1).path("is_backfill").asBoolean()).isTrue();
    assertThat(status.path("runs")).hasSize(3);
    JsonNode orders = status.path("inputs").get(0);
    assertThat(orders.path("input").asText()).isEqualTo("orders");
    assertThat(orders.path("accepted").asLong()).isEqualTo(lake.versions(Orders.CONTRACT).count());
    assertThat(orders.path("newest_event").asText()).startsWith(truth.lastDay().toString());
    assertThat(status.path("rejected")).isNotEmpty();
  }
}
