package io.cohortclv.transforms.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.fit.InfeasibleDataException;
import io.cohortclv.models.fit.PurchaseFit;
import io.cohortclv.models.fit.PurchaseFits;
import io.cohortclv.models.fit.SpendFit;
import io.cohortclv.models.fit.SpendFits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BuyTillYouDieTest {
  private static final PurchaseFit PURCHASES =
      PurchaseFits.fit(ModelFamily.MBG_NBD, SimulatedCustomers.histories(SimulatedCustomers.ROWS));
  private static final SpendFit SPEND =
      SpendFits.fit(SimulatedCustomers.spends(SimulatedCustomers.ROWS));

  private static BuyTillYouDie withSpend() {
    return new BuyTillYouDie().setMeanSpendCol("mean_spend");
  }

  private static void assertSameFits(BuyTillYouDieModel model) {
    assertThat(model.parameters()).isEqualTo(PURCHASES.model().parameters());
    assertThat(model.standardErrors()).isEqualTo(PURCHASES.standardErrors());
    assertThat(model.logCovariance()).isDeepEqualTo(PURCHASES.logCovariance());
    assertThat(model.logLikelihood()).isEqualTo(PURCHASES.logLikelihood());
    assertThat(model.spend().orElseThrow().parameters()).isEqualTo(SPEND.model().parameters());
    assertThat(model.unknownSpend()).contains(SPEND.model().populationMean());
  }

  @Test
  void fit_isThatOfThePlainJavaApiBitForBit() {
    BuyTillYouDieModel model = withSpend().fit(SimulatedCustomers.dataset());

    assertSameFits(model);
    assertThat(model.purchases().family()).isEqualTo(ModelFamily.MBG_NBD);
    assertThat(model.warnings()).isEqualTo(PURCHASES.warnings());
    assertThat(model.fits().get(0).customers()).isEqualTo(1500);
    assertThat(model.fits().get(0).distinctHistories()).isEqualTo(PURCHASES.distinctHistories());
    assertThat(model.fits().get(0).timeUnit()).isEqualTo("days");
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "7, 3"})
  void fit_hasTheSameBitsForAnyPartitionsAndOrder(int partitions, int seed) {
    List<Row> shuffled = new ArrayList<>(SimulatedCustomers.ROWS);
    Collections.shuffle(shuffled, new Random(seed));

    assertSameFits(withSpend().fit(SimulatedCustomers.dataset(shuffled).repartition(partitions)));
  }

  @ParameterizedTest
  @EnumSource(
      value = ModelFamily.class,
      mode = EnumSource.Mode.EXCLUDE,
      names = {"BG_CNBD_K", "MBG_CNBD_K"})
  void everyFamily_isFitted(ModelFamily family) {
    BuyTillYouDieModel model =
        new BuyTillYouDie().setFamily(family.id()).fit(SimulatedCustomers.dataset());

    assertThat(model.parameters())
        .isEqualTo(
            PurchaseFits.fit(family, SimulatedCustomers.histories(SimulatedCustomers.ROWS))
                .model()
                .parameters());
  }

  @Test
  void weight_countsAsSoManyRows() {
    Dataset<Row> repeated =
        SimulatedCustomers.dataset().union(SimulatedCustomers.dataset().limit(700));
    Dataset<Row> weighted =
        repeated
            .groupBy("repeats", "recency_days", "age_days", "mean_spend")
            .agg(count(lit(1)).as("how_many"));
    // Nobody has these, so that they change nothing.
    Dataset<Row> withNobody =
        weighted.union(
            weighted
                .limit(5)
                .withColumn("how_many", lit(0L))
                .withColumn("repeats", lit(900L))
                .withColumn("recency_days", col("age_days")));

    BuyTillYouDieModel byRow = withSpend().fit(repeated);
    BuyTillYouDieModel byWeight = withSpend().setWeightCol("how_many").fit(withNobody);
    assertThat(byWeight.fits()).isEqualTo(byRow.fits());
    assertThat(byWeight.fits().get(0).customers()).isEqualTo(2200);
  }

  @Test
  void columns_mayHaveAnyNumericTypeAndName() {
    Dataset<Row> other =
        SimulatedCustomers.dataset()
            .select(
                col("repeats").cast("decimal(12,2)").as("x.count"),
                col("recency_days").cast("float").as("t`x"),
                col("age_days").cast("decimal(10,3)").as("T"));

    BuyTillYouDieModel model =
        new BuyTillYouDie("stage.1")
            .setRepeatsCol("x.count")
            .setRecencyCol("t`x")
            .setAgeCol("T")
            .setAliveCol("alive.p")
            .fit(other);
    assertThat(model.parameters()).isEqualTo(PURCHASES.model().parameters());
    assertThat(model.transform(other).columns())
        .containsExactly("x.count", "t`x", "T", "alive.p", "exp_orders_h", "discounted_orders_h");
  }

  @Test
  void dataWithoutRepeats_areRefusedInTheModelsWords() {
    List<Row> once =
        List.of(
            SimulatedCustomers.customer("a", 0, 0.0, 10.0, null),
            SimulatedCustomers.customer("b", 0, 0.0, 20.0, null),
            SimulatedCustomers.customer("c", 0, 0.0, 30.0, null),
            SimulatedCustomers.customer("d", 0, 0.0, 40.0, null));

    assertThatThrownBy(() -> new BuyTillYouDie().fit(SimulatedCustomers.dataset(once)))
        .isInstanceOf(InfeasibleDataException.class)
        .hasMessageStartingWith("none of the 4 customers bought again")
        .hasMessageContaining("wait for repeat purchases");
    assertThatThrownBy(() -> new BuyTillYouDie().fit(SimulatedCustomers.dataset(List.of())))
        .isInstanceOf(InfeasibleDataException.class)
        .hasMessageContaining("there are 0 customers");
  }

  @Test
  void equalAmounts_areModelledByTheirMeanWithAWarning() {
    Dataset<Row> equal = SimulatedCustomers.dataset().withColumn("mean_spend", lit(20.0));

    BuyTillYouDieModel model = withSpend().fit(equal);
    assertThat(model.spend()).isEmpty();
    assertThat(model.unknownSpend()).contains(20.0);
    assertThat(model.warnings()).anyMatch(w -> w.contains("spend the same mean amount"));
    assertThat(model.transform(equal).select("exp_revenue").distinct().collectAsList())
        .extracting(row -> row.getDouble(0))
        .containsExactly(20.0);
  }

  @Test
  void amountsOfNobody_areRefused() {
    Dataset<Row> unknown =
        SimulatedCustomers.dataset().withColumn("mean_spend", lit(null).cast("double"));

    assertThatThrownBy(() -> withSpend().fit(unknown))
        .isInstanceOf(InfeasibleDataException.class)
        .hasMessageContaining("has an amount in mean_spend");
  }

  @Test
  void rowsThatAreNoHistories_areCountedByRuleWithoutTheirValues() {
    List<Row> rows = new ArrayList<>(SimulatedCustomers.ROWS);
    rows.add(SimulatedCustomers.customer("null", 1, null, 87.0, 1.0));
    rows.add(SimulatedCustomers.customer("nan", 1, Double.NaN, 87.0, 1.0));
    rows.add(SimulatedCustomers.customer("infinite", 1, 3.0, Double.POSITIVE_INFINITY, 1.0));
    rows.add(SimulatedCustomers.customer("negative", -1, 3.0, 87.0, 1.0));
    rows.add(SimulatedCustomers.customer("huge", 1L << 40, 3.0, 87.0, 1.0));
    rows.add(SimulatedCustomers.customer("late", 1, 87.5, 87.0, 1.0));
    rows.add(SimulatedCustomers.customer("later", 2, 88.5, 87.0, 1.0));
    rows.add(SimulatedCustomers.customer("x0", 0, 3.0, 87.0, null));
    rows.add(SimulatedCustomers.customer("t0", 4, 0.0, 87.0, 1.0));
    rows.add(SimulatedCustomers.customer("refunded", 4, 3.0, 87.0, -87.0));
    rows.add(SimulatedCustomers.customer("unread", 0, 0.0, 87.0, -87.0));
    Dataset<Row> dataset = SimulatedCustomers.dataset(rows);

    // A random identifier may hold the digits that no message may.
    assertThatThrownBy(() -> new BuyTillYouDie("stage").setMeanSpendCol("mean_spend").fit(dataset))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 with no value in repeats, recency_days or age_days;")
        .hasMessageContaining("2 with no finite number in repeats, recency_days or age_days;")
        .hasMessageContaining("1 with a negative number in repeats, recency_days or age_days;")
        .hasMessageContaining("1 with a number in repeats that is not whole or above 2147483647")
        .hasMessageContaining("2 with recency_days after age_days")
        .hasMessageContaining("1 with recency_days above 0 without a repeat purchase")
        .hasMessageContaining("1 with recency_days 0 despite a repeat purchase")
        .hasMessageContaining("1 with no positive finite amount in mean_spend despite a repeat")
        .hasMessageContaining("set handleInvalid to skip or keep")
        .hasMessageNotContaining("87");

    List<Row> sound = new ArrayList<>(SimulatedCustomers.ROWS);
    sound.add(rows.get(rows.size() - 1));
    List<FittedModel> fits = withSpend().fit(SimulatedCustomers.dataset(sound)).fits();
    assertThat(withSpend().setHandleInvalid("skip").fit(dataset).fits()).isEqualTo(fits);
    assertThat(withSpend().setHandleInvalid("keep").fit(dataset).fits()).isEqualTo(fits);
  }

  @ParameterizedTest
  @CsvSource({"-1.0", "0.5", "NaN", "Infinity", ","})
  void weightThatCountsNoCustomers_isRefused(Double weight) {
    Dataset<Row> weighted =
        SimulatedCustomers.dataset().withColumn("w", lit(weight).cast("double"));

    assertThatThrownBy(() -> new BuyTillYouDie().setWeightCol("w").fit(weighted))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1500 with no whole number of customers in w, 0 or more");
  }

  @Test
  void cap_isNamedWhenMet() {
    assertThatThrownBy(
            () -> new BuyTillYouDie().setMaxDistinctHistories(10).fit(SimulatedCustomers.dataset()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "more distinct histories (repeats, recency_days, age_days) than maxDistinctHistories ="
                + " 10")
        .hasMessageContaining("raise maxDistinctHistories");
    int distinct = PURCHASES.distinctHistories();
    assertThat(
            new BuyTillYouDie()
                .setMaxDistinctHistories(distinct)
                .fit(SimulatedCustomers.dataset())
                .parameters())
        .isEqualTo(PURCHASES.model().parameters());
    assertThatThrownBy(
            () ->
                new BuyTillYouDie()
                    .setMaxDistinctHistories(distinct - 1)
                    .fit(SimulatedCustomers.dataset()))
        .hasMessageContaining("maxDistinctHistories = " + (distinct - 1));
  }

  @Test
  void schema_isCheckedByColumnTypeAndParam() {
    Dataset<Row> customers = SimulatedCustomers.dataset();

    assertThatThrownBy(() -> new BuyTillYouDie("b").fit(customers.drop("age_days")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "b needs a column of numbers named age_days (ageCol); the input has")
        .hasMessageContaining("[customer_id, repeats, recency_days, mean_spend]");
    assertThatThrownBy(() -> new BuyTillYouDie("b").setWeightCol("customer_id").fit(customers))
        .hasMessage(
            "b needs numbers in the column customer_id (weightCol), but its type is string: cast"
                + " it to a numeric type");
    assertThatThrownBy(() -> new BuyTillYouDie("b").setAliveCol("repeats").fit(customers))
        .hasMessageContaining("would add the column repeats (aliveCol)");
    assertThatThrownBy(() -> withSpend().setValueCol("p_alive").fit(customers))
        .hasMessageContaining("would add the column p_alive (valueCol)");
  }

  @Test
  void transformSchema_isTheSchemaOfTransform() {
    Dataset<Row> customers = SimulatedCustomers.dataset();
    BuyTillYouDie estimator = withSpend();

    assertThat(estimator.transformSchema(customers.schema()))
        .isEqualTo(estimator.fit(customers).transform(customers).schema())
        .isEqualTo(estimator.fit(customers).transformSchema(customers.schema()));
    assertThat(estimator.transformSchema(customers.schema()).fieldNames())
        .endsWith(
            "mean_spend",
            "p_alive",
            "exp_orders_h",
            "discounted_orders_h",
            "exp_revenue",
            "residual_revenue_h");
    assertThat(new BuyTillYouDie().transformSchema(customers.schema()).fieldNames())
        .endsWith("p_alive", "exp_orders_h", "discounted_orders_h");
  }

  @Test
  void params_areCheckedWhenSet() {
    BuyTillYouDie estimator = new BuyTillYouDie();

    assertThatThrownBy(() -> estimator.setFamily("bgnbd"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("there is no purchase model 'bgnbd'; known are bg-nbd, mbg-nbd");
    assertThatThrownBy(() -> estimator.setTimeUnit("months"))
        .hasMessage("there is no time unit 'months'; known are days, weeks");
    assertThatThrownBy(() -> estimator.setHorizonDays(0)).hasMessageContaining("horizonDays");
    assertThatThrownBy(() -> estimator.setHorizonDays(Double.POSITIVE_INFINITY))
        .hasMessageContaining("horizonDays");
    assertThatThrownBy(() -> estimator.setDiscountRatePerYear(Double.NaN))
        .hasMessageContaining("discountRatePerYear");
    assertThatThrownBy(() -> estimator.setHandleInvalid("ignore"))
        .hasMessageContaining("handleInvalid");
    assertThatThrownBy(() -> estimator.setMaxDistinctHistories(0))
        .hasMessageContaining("maxDistinctHistories");
  }

  @Test
  void explainParams_tellsEveryParamWithItsDefault() {
    BuyTillYouDie estimator = new BuyTillYouDie();

    assertThat(Arrays.stream(estimator.params()).map(Param::name))
        .containsExactlyInAnyOrder(
            "family",
            "timeUnit",
            "weightCol",
            "maxDistinctHistories",
            "repeatsCol",
            "recencyCol",
            "ageCol",
            "meanSpendCol",
            "handleInvalid",
            "horizonDays",
            "discountRatePerYear",
            "aliveCol",
            "expectedPurchasesCol",
            "discountedPurchasesCol",
            "expectedSpendCol",
            "valueCol");
    assertThat(estimator.explainParams())
        .contains("family: purchase model, one of bg-nbd, mbg-nbd")
        .contains("horizonDays: how far ahead purchases are expected, in days")
        .contains("(default: 365.0)");
    for (Param<?> param : estimator.params()) {
      assertThat(estimator.explainParams()).contains(param.name() + ": " + param.doc());
      assertThat(estimator.hasDefault(param)).as(param.name()).isTrue();
    }
  }

  @Test
  void copy_keepsParamsAndTakesExtraOnes() {
    BuyTillYouDie estimator = withSpend().setFamily("pareto-nbd").setHorizonDays(90);
    BuyTillYouDie copy = estimator.copy(new ParamMap().put(estimator.family(), "nbd"));

    assertThat(copy.uid()).isEqualTo(estimator.uid());
    assertThat(copy.getFamily()).isEqualTo("nbd");
    assertThat(copy.getHorizonDays()).isEqualTo(90);
    assertThat(copy.getMeanSpendCol()).isEqualTo("mean_spend");
    assertThat(estimator.getFamily()).isEqualTo("pareto-nbd");
  }

  @Test
  void paramMap_ofOneFitOverridesTheParams() {
    BuyTillYouDie estimator = new BuyTillYouDie();
    BuyTillYouDieModel model =
        estimator.fit(SimulatedCustomers.dataset(), new ParamMap().put(estimator.family(), "nbd"));

    assertThat(model.purchases().family()).isEqualTo(ModelFamily.NBD);
    assertThat(estimator.getFamily()).isEqualTo("mbg-nbd");
  }

  @Test
  void estimator_isSavedAndLoadedWithItsParams(@TempDir Path folder) throws Exception {
    String path = folder.resolve("estimator").toString();
    BuyTillYouDie estimator =
        withSpend().setFamily("bg-nbd").setTimeUnit("weeks").setMaxDistinctHistories(5);
    estimator.save(path);

    BuyTillYouDie loaded = BuyTillYouDie.load(path);
    assertThat(loaded.uid()).isEqualTo(estimator.uid());
    assertThat(loaded.explainParams()).isEqualTo(estimator.explainParams());
    assertThat(loaded.getMaxDistinctHistories()).isEqualTo(5);
  }

  @Test
  void estimator_travels() throws Exception {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(withSpend().setFamily("nbd"));
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      BuyTillYouDie arrived = (BuyTillYouDie) in.readObject();
      assertThat(arrived.getFamily()).isEqualTo("nbd");
      assertThat(arrived.setHorizonDays(7).getHorizonDays()).isEqualTo(7);
    }
  }
}
