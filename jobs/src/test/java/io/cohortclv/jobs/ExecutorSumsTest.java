package io.cohortclv.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.TestLakes;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.fit.PurchaseFit;
import io.cohortclv.models.population.Population;
import io.cohortclv.models.population.SpendPopulation;
import io.cohortclv.models.spend.GammaGammaParameters;
import io.cohortclv.transforms.summary.CompressedHistories;
import io.cohortclv.transforms.table.ModelRegistry;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fits of tables on the driver and of tables that stay on the executors. */
class ExecutorSumsTest {
  private static final int MANY = 1_000_000;
  private static final int FEW = 400;
  private static final StructType CUSTOMERS =
      new StructType()
          .add("source_type", DataTypes.StringType)
          .add("repeats", DataTypes.LongType)
          .add("recency_days", DataTypes.DoubleType)
          .add("age_days", DataTypes.DoubleType)
          .add("revenue_per_day_mean", DataTypes.DoubleType)
          .add("net_revenue", DataTypes.createDecimalType(18, 2))
          .add("purchase_days", DataTypes.LongType);

  @TempDir static Path folder;
  private static Lake lake;
  private static List<Row> customers;
  private static PurchaseFit first;
  private static List<Row> firstSpend;
  private static List<Row> firstAffiliate;

  @BeforeAll
  static void draw() {
    lake = TestLakes.open(folder);
    UniformRandomProvider rng = RandomSource.SPLIT_MIX_64.create(11L);
    Population purchases = Population.of(ModelFamily.MBG_NBD.model(0.8, 40, 0.8, 2));
    SpendPopulation spends = SpendPopulation.of(new GammaGammaParameters(4, 3, 25));
    customers = new ArrayList<>();
    for (int i = 0; i < 3000; i++) {
      double age = 30.5 + i % 300;
      double typical = spends.draw(rng);
      double[] times = purchases.draw(rng).repeatTimes(age);
      double last = times.length == 0 ? 0 : Math.min(age, Math.ceil(times[times.length - 1]));
      double sum = 0;
      for (int k = 0; k < times.length; k++) {
        sum += spends.drawSpend(rng, typical);
      }
      customers.add(
          RowFactory.create(
              i % 3 == 0 ? "direct" : "affiliate",
              (long) times.length,
              last,
              age,
              times.length == 0 ? null : sum / times.length,
              BigDecimal.valueOf(1000, 2),
              1L + times.length));
    }
    first = fit(dealt(1, 1), 1, MANY);
    firstSpend = spend(dealt(1, 1), 1, MANY, ModelRegistry.POOLED);
    firstAffiliate = spend(dealt(1, 1), 1, MANY, "affiliate");
  }

  @AfterAll
  static void close() {
    lake.close();
  }

  /** The customers in a random order over so many partitions. */
  private static Dataset<Row> dealt(int partitions, long seed) {
    List<Row> rows = new ArrayList<>(customers);
    Collections.shuffle(rows, new Random(seed));
    return lake.spark().createDataFrame(rows, CUSTOMERS).repartition(partitions);
  }

  private static PurchaseFit fit(Dataset<Row> dealt, int partitions, int cap) {
    // The partitions of the compressed table are those that the sums run over.
    Dataset<Row> compressed = CompressedHistories.ofPurchases(dealt).repartition(partitions);
    try (PurchaseTable table = PurchaseTable.of(lake, compressed, cap)) {
      return table.fit(ModelFamily.MBG_NBD);
    }
  }

  private static List<Row> spend(Dataset<Row> dealt, int partitions, int cap, String segment) {
    Dataset<Row> compressed = CompressedHistories.ofSpend(dealt).repartition(partitions);
    try (SpendTable table = SpendTable.of(lake, compressed, cap)) {
      return table.registryRows(segment, CompressedHistories.ofRevenue(dealt).collectAsList());
    }
  }

  @ParameterizedTest
  @CsvSource({"1,true", "2,false", "7,true", "7,false", "200,true"})
  void fits_areTheSameBitsOnTheDriverAndTheSameTo1e12OnTheExecutors(
      int partitions, boolean adaptive) {
    lake.spark().conf().set("spark.sql.adaptive.enabled", adaptive);
    try {
      Dataset<Row> dealt = dealt(partitions, partitions);
      PurchaseFit collected = fit(dealt, partitions, MANY);
      assertThat(collected.model().parameters()).isEqualTo(first.model().parameters());
      assertThat(collected.logLikelihood()).isEqualTo(first.logLikelihood());
      if (partitions < 200) {
        assertThat(values(spend(dealt, partitions, MANY, ModelRegistry.POOLED)))
            .isDeepEqualTo(values(firstSpend));
        assertSameModels(spend(dealt, partitions, FEW, ModelRegistry.POOLED), firstSpend);
        assertSameModels(spend(dealt, partitions, FEW, "affiliate"), firstAffiliate);
      }

      PurchaseFit summed = fit(dealt, partitions, FEW);
      assertThat(summed.converged()).isTrue();
      assertThat(summed.customers()).isEqualTo(3000);
      assertThat(summed.repeatPurchases()).isEqualTo(first.repeatPurchases());
      assertThat(summed.distinctHistories()).isEqualTo(first.distinctHistories());
      assertThat(summed.logLikelihood()).isCloseTo(first.logLikelihood(), withinPercentage(1e-10));
      assertClose(boxed(summed.model().parameters()), boxed(first.model().parameters()));
    } finally {
      lake.spark().conf().unset("spark.sql.adaptive.enabled");
    }
  }

  @Test
  void rerunOnTheExecutors_givesTheSameBits() {
    PurchaseFit once = fit(dealt(7, 1), 7, FEW);
    PurchaseFit again = fit(dealt(7, 1), 7, FEW);
    assertThat(again.model().parameters()).isEqualTo(once.model().parameters());
  }

  /** One data fingerprint, one number of customers and parameters alike to 1e-12. */
  private static void assertSameModels(List<Row> rows, List<Row> expected) {
    assertThat(rows).hasSize(expected.size());
    for (int i = 0; i < rows.size(); i++) {
      for (String same : List.of(ModelRegistry.MODEL_ID, ModelRegistry.CUSTOMERS)) {
        int column = ModelRegistry.TABLE.columns().indexOf(same);
        assertThat(rows.get(i).get(column)).isEqualTo(expected.get(i).get(column));
      }
      assertClose(parameters(rows.get(i)), parameters(expected.get(i)));
    }
  }

  /** Every value of the registry's rows. */
  private static Object[][] values(List<Row> rows) {
    return rows.stream()
        .map(row -> IntStream.range(0, row.size()).mapToObj(row::get).toArray())
        .toArray(Object[][]::new);
  }

  private static List<Double> parameters(Row row) {
    Object[] values =
        (Object[]) row.get(ModelRegistry.TABLE.columns().indexOf(ModelRegistry.PARAMETERS));
    return Stream.of(values).map(Double.class::cast).toList();
  }

  private static List<Double> boxed(double[] values) {
    List<Double> boxed = new ArrayList<>();
    for (double value : values) {
      boxed.add(value);
    }
    return boxed;
  }

  private static void assertClose(List<Double> values, List<Double> expected) {
    assertThat(values).hasSameSizeAs(expected);
    for (int i = 0; i < values.size(); i++) {
      assertThat(values.get(i)).isCloseTo(expected.get(i), withinPercentage(1e-10));
    }
  }
}
