package io.cohortclv.transforms.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.transforms.SharedSession;
import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.scoring.CustomerScores;
import io.cohortclv.transforms.scoring.SegmentModel;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BuyTillYouDieModelTest {
  private static final double DISCOUNT_PER_DAY = Math.log1p(0.10) / 365;

  private static final BuyTillYouDie ESTIMATOR = new BuyTillYouDie().setMeanSpendCol("mean_spend");
  private static final BuyTillYouDieModel MODEL = ESTIMATOR.fit(SimulatedCustomers.dataset());

  private static Map<String, Row> byCustomer(Dataset<Row> rows) {
    return rows.collectAsList().stream()
        .collect(Collectors.toMap(row -> row.getAs("customer_id"), row -> row));
  }

  @Test
  void predictions_areThoseOfThePlainJavaApi() {
    PurchaseModel purchases = MODEL.purchases();
    GammaGamma spend = MODEL.spend().orElseThrow();
    Map<String, Row> scored = byCustomer(MODEL.transform(SimulatedCustomers.dataset()));

    assertThat(scored).hasSize(1500);
    for (Row customer : SimulatedCustomers.ROWS) {
      int x = (int) customer.getLong(1);
      double last = customer.getDouble(2);
      double age = customer.getDouble(3);
      double discounted = purchases.discountedPurchases(365, DISCOUNT_PER_DAY, x, last, age);
      double amount =
          x == 0 ? spend.populationMean() : spend.expectedSpend(x, customer.getDouble(4));
      Row row = scored.get(customer.getString(0));
      assertThat(row.<Double>getAs("p_alive")).isEqualTo(purchases.aliveProbability(x, last, age));
      assertThat(row.<Double>getAs("exp_orders_h"))
          .isEqualTo(purchases.expectedPurchases(365, x, last, age));
      assertThat(row.<Double>getAs("discounted_orders_h")).isEqualTo(discounted);
      assertThat(row.<Double>getAs("exp_revenue")).isEqualTo(amount);
      assertThat(row.<Double>getAs("residual_revenue_h")).isEqualTo(discounted * amount);
    }
  }

  @Test
  void predictions_areThoseOfCustomerScores() {
    TypedRows summaries =
        TypedRows.of(CustomerSummary.TABLE.schema())
            .defaults("hist_margin", "50", "first_margin", "20", "acquisition_margin", 45.0)
            .defaults("margin_rate", 0.4);
    TypedRows acquisitions = TypedRows.of(CustomerAcquisition.TABLE.schema());
    SimulatedCustomers.ROWS.forEach(
        c ->
            summaries.row(
                "customer_id",
                c.get(0),
                "repeats",
                c.get(1),
                "recency_days",
                c.get(2),
                "age_days",
                c.get(3),
                "revenue_per_day_mean",
                c.get(4)));
    SegmentModel pooled =
        new SegmentModel(
            "id",
            ModelRegistry.POOLED,
            MODEL.purchases().family(),
            MODEL.fits().get(0).parameters(),
            List.of(),
            MODEL.spend().orElseThrow().parameters(),
            List.of(),
            MODEL.unknownSpend().orElseThrow());
    Map<String, Row> published =
        byCustomer(
            CustomerScores.scoreCustomers(
                summaries.dataset(),
                acquisitions.dataset(),
                Map.of(ModelRegistry.POOLED, pooled),
                365,
                0.10));

    byCustomer(MODEL.transform(SimulatedCustomers.dataset()))
        .forEach(
            (id, row) -> {
              for (String column :
                  List.of(CustomerClv.P_ALIVE, CustomerClv.EXP_ORDERS_H, CustomerClv.EXP_REVENUE)) {
                assertThat(row.<Double>getAs(column))
                    .isEqualTo(published.get(id).<Double>getAs(column));
              }
            });
  }

  @Test
  void unknownSpend_isScoredWithThePopulationsMean() {
    Dataset<Row> unknown =
        SimulatedCustomers.dataset(List.of(SimulatedCustomers.customer("c", 2, 30.0, 60.0, null)));

    assertThat(MODEL.transform(unknown).head().<Double>getAs("exp_revenue"))
        .isEqualTo(MODEL.spend().orElseThrow().populationMean());
  }

  @Test
  void weeks_takeTheHorizonAndTheRateInWeeks() {
    Dataset<Row> weekly =
        SimulatedCustomers.dataset()
            .withColumn("recency_days", col("recency_days").divide(lit(7)))
            .withColumn("age_days", col("age_days").divide(lit(7)));
    BuyTillYouDieModel model =
        new BuyTillYouDie().setTimeUnit("weeks").setHorizonDays(91).fit(weekly);
    Row row = model.transform(weekly).filter("repeats > 2").head();

    assertThat(row.<Double>getAs("discounted_orders_h"))
        .isEqualTo(
            model
                .purchases()
                .discountedPurchases(
                    13,
                    Math.log1p(0.10) * 7 / 365,
                    row.<Long>getAs("repeats").intValue(),
                    row.<Double>getAs("recency_days"),
                    row.<Double>getAs("age_days")));
    assertThat(model.fits().get(0).timeUnit()).isEqualTo("weeks");
  }

  @Test
  void rowThatIsNoHistory_failsWithItsRuleAndWithoutItsValues() {
    Dataset<Row> impossible =
        SimulatedCustomers.dataset(
            List.of(SimulatedCustomers.customer("secret", 1, 7654321.5, 7654321.0, 1.0)));

    assertThatThrownBy(() -> MODEL.transform(impossible).collectAsList())
        .hasMessageContaining(
            MODEL.uid()
                + " was given a row that is no purchase history, with recency_days after age_days")
        .hasMessageContaining("set handleInvalid to skip or keep")
        .hasMessageNotContaining("7654321.")
        .hasMessageNotContaining("secret");
  }

  @Test
  void rowsThatAreNoHistories_areSkippedOrKeptOnRequest() {
    List<Row> rows = new ArrayList<>(SimulatedCustomers.ROWS.subList(0, 3));
    rows.add(SimulatedCustomers.customer("late", 1, 87.5, 87.0, 1.0));
    rows.add(SimulatedCustomers.customer("null", 1, null, 87.0, 1.0));
    rows.add(SimulatedCustomers.customer("nan", 1, 3.0, Double.NaN, 1.0));
    rows.add(SimulatedCustomers.customer("x0", 0, 3.0, 87.0, null));
    rows.add(SimulatedCustomers.customer("negative", -1, 3.0, 87.0, null));
    Dataset<Row> dataset = SimulatedCustomers.dataset(rows);

    assertThat(byCustomer(set("skip").transform(dataset)))
        .isEqualTo(byCustomer(MODEL.transform(SimulatedCustomers.dataset(rows.subList(0, 3)))));
    Map<String, Row> kept = byCustomer(set("keep").transform(dataset));
    assertThat(kept).hasSize(8);
    assertThat(kept.get("c0").<Double>getAs("p_alive")).isNotNull();
    for (String id : List.of("late", "null", "nan", "x0", "negative")) {
      assertThat(kept.get(id).<Double>getAs("p_alive")).isNull();
      assertThat(kept.get(id).<Double>getAs("residual_revenue_h")).isNull();
    }
  }

  private static BuyTillYouDieModel set(String choice) {
    return MODEL.copy(ParamMap.empty()).setHandleInvalid(choice);
  }

  @Test
  void model_isSavedAsRowsAndPredictsTheSameWhenLoaded(@TempDir Path folder) throws IOException {
    String path = folder.resolve("model").toString();
    BuyTillYouDieModel model =
        MODEL.copy(ParamMap.empty()).setHorizonDays(30).setAliveCol("still_there");
    model.save(path);
    BuyTillYouDieModel loaded = BuyTillYouDieModel.load(path);

    assertThat(loaded.uid()).isEqualTo(model.uid());
    assertThat(loaded.fits()).isEqualTo(model.fits());
    assertThat(loaded.explainParams()).isEqualTo(model.explainParams());
    assertThat(byCustomer(loaded.transform(SimulatedCustomers.dataset())))
        .isEqualTo(byCustomer(model.transform(SimulatedCustomers.dataset())));

    Map<String, Row> rows =
        SharedSession.SPARK.read().parquet(path + "/data").collectAsList().stream()
            .collect(Collectors.toMap(row -> row.getAs("family"), row -> row));
    assertThat(rows).containsOnlyKeys("mbg-nbd", "gamma-gamma", "mean-spend");
    Row purchases = rows.get("mbg-nbd");
    assertThat(purchases.<String>getList(purchases.fieldIndex("parameter_names")))
        .containsExactly("r", "alpha", "a", "b");
    assertThat(purchases.<Double>getList(purchases.fieldIndex("parameters")))
        .isEqualTo(Arrays.stream(MODEL.parameters()).boxed().toList());
    assertThat(purchases.<Double>getAs("log_likelihood")).isEqualTo(MODEL.logLikelihood());
    assertThat(purchases.<String>getAs("time_unit")).isEqualTo("days");
    assertThat(rows.get("mean-spend").<Double>getAs("log_likelihood")).isNull();
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(files.filter(Files::isRegularFile).map(f -> f.getFileName().toString()))
          .allMatch(name -> name.matches("\\.?part-.*|\\.?_SUCCESS.*"));
    }
  }

  @Test
  void savedModel_isReplacedOnlyOnRequest(@TempDir Path folder) throws IOException {
    String path = folder.resolve("model").toString();
    MODEL.save(path);

    assertThatThrownBy(() -> MODEL.save(path))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("overwrite");
    MODEL.write().overwrite().save(path);
    assertThat(BuyTillYouDieModel.load(path).fits()).isEqualTo(MODEL.fits());
  }

  @Test
  void folderOfAnotherStage_isRefused(@TempDir Path folder) throws IOException {
    String path = folder.resolve("estimator").toString();
    ESTIMATOR.save(path);

    assertThatThrownBy(() -> BuyTillYouDieModel.load(path))
        .hasMessageContaining(BuyTillYouDieModel.class.getName());
  }

  @Test
  void pipeline_isFittedSavedAndLoaded(@TempDir Path folder) throws IOException {
    SQLTransformer histories =
        new SQLTransformer()
            .setStatement(
                "SELECT customer_id, orders - 1 AS repeats, last AS recency_days,"
                    + " until AS age_days, mean_spend FROM __THIS__");
    Dataset<Row> orders =
        SimulatedCustomers.dataset()
            .select(
                col("customer_id"),
                col("repeats").plus(lit(1)).as("orders"),
                col("recency_days").as("last"),
                col("age_days").as("until"),
                col("mean_spend"));
    Pipeline pipeline = new Pipeline().setStages(new PipelineStage[] {histories, ESTIMATOR});

    String path = folder.resolve("pipeline").toString();
    pipeline.save(path);
    PipelineModel fitted = Pipeline.load(path).fit(orders);
    Map<String, Row> scored = byCustomer(fitted.transform(orders));
    assertThat(scored).isEqualTo(byCustomer(MODEL.transform(SimulatedCustomers.dataset())));

    String fittedPath = folder.resolve("fitted").toString();
    fitted.save(fittedPath);
    PipelineModel loaded = PipelineModel.load(fittedPath);
    assertThat(byCustomer(loaded.transform(orders))).isEqualTo(scored);
    assertThat(((BuyTillYouDieModel) loaded.stages()[1]).fits()).isEqualTo(MODEL.fits());
  }

  @Test
  void copy_keepsFitsParamsAndParent() {
    BuyTillYouDieModel copy = MODEL.copy(new ParamMap().put(MODEL.aliveCol(), "still_there"));

    assertThat(copy.uid()).isEqualTo(MODEL.uid());
    assertThat(copy.fits()).isEqualTo(MODEL.fits());
    assertThat(copy.parent()).isSameAs(ESTIMATOR);
    assertThat(copy.getAliveCol()).isEqualTo("still_there");
    assertThat(copy.getMeanSpendCol()).isEqualTo("mean_spend");
    assertThat(MODEL.getAliveCol()).isEqualTo("p_alive");
  }

  @Test
  void explainParams_tellsEveryParam() {
    assertThat(Arrays.stream(MODEL.params()).map(Param::name))
        .contains("repeatsCol", "horizonDays", "valueCol", "handleInvalid")
        .doesNotContain("family", "timeUnit", "weightCol");
    for (Param<?> param : MODEL.params()) {
      assertThat(MODEL.explainParams()).contains(param.name() + ": " + param.doc());
    }
    assertThat(MODEL.toString())
        .isEqualTo(
            "BuyTillYouDieModel: uid="
                + ESTIMATOR.uid()
                + ", family="
                + ModelFamily.MBG_NBD.id()
                + ", customers=1500, timeUnit=days");
  }

  @Test
  void transform_namesTheColumnItMisses() {
    Dataset<Row> customers = SimulatedCustomers.dataset();

    assertThatThrownBy(() -> MODEL.transform(customers.drop("mean_spend")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("needs a column of numbers named mean_spend (meanSpendCol)");
    assertThatThrownBy(
            () -> MODEL.transform(customers.withColumn("repeats", col("repeats").cast("string"))))
        .hasMessageContaining("(repeatsCol), but its type is string");
    assertThatThrownBy(() -> MODEL.transform(MODEL.transform(customers)))
        .hasMessageContaining("would add the column p_alive (aliveCol), but there is one");
  }
}
