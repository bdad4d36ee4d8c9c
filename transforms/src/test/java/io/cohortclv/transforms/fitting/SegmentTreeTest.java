package io.cohortclv.transforms.fitting;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.PurchaseFits;
import io.cohortclv.models.fit.SegmentFits;
import io.cohortclv.models.population.Population;
import io.cohortclv.transforms.SharedSession;
import io.cohortclv.transforms.table.ModelRegistry;
import java.sql.Date;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class SegmentTreeTest {
  private static final StructType CUSTOMERS =
      new StructType()
          .add("repeats", DataTypes.LongType)
          .add("recency_days", DataTypes.DoubleType)
          .add("age_days", DataTypes.DoubleType)
          .add("source_type", DataTypes.StringType)
          .add("affiliate_type", DataTypes.StringType)
          .add("affiliate_id", DataTypes.StringType)
          .add("cohort_month", DataTypes.DateType);

  private static final List<Row> ROWS = rows();

  /** Affiliates of two types, direct customers, and a source nobody came back from. */
  private static List<Row> rows() {
    UniformRandomProvider rng = RandomSource.SPLIT_MIX_64.create(5L);
    List<Row> rows = new ArrayList<>();
    add(rows, rng, 900, 0.8, "affiliate", "content", "big");
    add(rows, rng, 300, 1.6, "affiliate", "content", "keen");
    add(rows, rng, 5, 0.8, "affiliate", "content", "tiny");
    add(rows, rng, 400, 0.5, "affiliate", "coupon", "coupons");
    add(rows, rng, 700, 1.0, "direct", null, null);
    for (int i = 0; i < 40; i++) {
      rows.add(
          RowFactory.create(
              0L, 0.0, 100.5 + i, "unattributed", null, null, Date.valueOf("2024-01-01")));
    }
    return rows;
  }

  private static void add(
      List<Row> rows,
      UniformRandomProvider rng,
      int customers,
      double r,
      String source,
      String type,
      String affiliate) {
    Population population = Population.of(ModelFamily.MBG_NBD.model(r, 60, 0.8, 2.4));
    for (int i = 0; i < customers; i++) {
      double age = 30.5 + 13 * (i % 50);
      double[] repeats = population.draw(rng).repeatTimes(age);
      rows.add(
          RowFactory.create(
              (long) repeats.length,
              repeats.length == 0 ? 0.0 : repeats[repeats.length - 1],
              age,
              source,
              type,
              affiliate,
              Date.valueOf(i % 2 == 0 ? "2024-01-01" : "2024-02-01")));
    }
  }

  private static Map<String, Row> fitted(int partitions) {
    Dataset<Row> customers = SharedSession.SPARK.createDataFrame(ROWS, CUSTOMERS);
    return SegmentTree.fitSegments(
            customers.repartition(partitions), ModelFamily.MBG_NBD, 200, "revision")
        .collectAsList()
        .stream()
        .collect(Collectors.toMap(r -> r.getAs(ModelRegistry.SEGMENT_PATH), r -> r));
  }

  @Test
  void everySegment_hasARowAndSplitsSumToTheirParent() {
    Map<String, Row> models = fitted(3);

    assertThat(models.keySet())
        .containsExactlyInAnyOrder(
            "source_type=affiliate",
            "source_type=direct",
            "source_type=unattributed",
            "source_type=affiliate/affiliate_type=content",
            "source_type=affiliate/affiliate_type=coupon",
            "source_type=affiliate/affiliate_type=content/affiliate_id=big",
            "source_type=affiliate/affiliate_type=content/affiliate_id=keen",
            "source_type=affiliate/affiliate_type=content/affiliate_id=tiny",
            "source_type=affiliate/affiliate_type=coupon/affiliate_id=coupons",
            "source_type=affiliate/cohort_month=2024-01",
            "source_type=affiliate/cohort_month=2024-02",
            "source_type=direct/cohort_month=2024-01",
            "source_type=direct/cohort_month=2024-02");
    assertThat(customers(models, "source_type=affiliate/affiliate_type")).isEqualTo(1605 * 2);
    assertThat(customers(models, "source_type=affiliate/cohort_month")).isEqualTo(1605);
    assertThat(models.get("source_type=affiliate").<Long>getAs(ModelRegistry.CUSTOMERS))
        .isEqualTo(1605);
    assertThat(
            models
                .get("source_type=affiliate/affiliate_type=content/affiliate_id=big")
                .<String>getAs(ModelRegistry.PARENT_PATH))
        .isEqualTo("source_type=affiliate/affiliate_type=content");
  }

  private static long customers(Map<String, Row> models, String prefix) {
    return models.entrySet().stream()
        .filter(e -> e.getKey().startsWith(prefix))
        .mapToLong(e -> e.getValue().<Long>getAs(ModelRegistry.CUSTOMERS))
        .sum();
  }

  @Test
  void parameters_areTheSameBitsForAnyPartitioning() {
    assertThat(fitted(1)).isEqualTo(fitted(7));
  }

  @Test
  void children_areThoseOfThePlainApi() {
    List<String> affiliates = List.of("big", "keen", "tiny");
    Histories.Builder all = Histories.builder();
    List<Histories> children = new ArrayList<>();
    for (String affiliate : affiliates) {
      Histories.Builder own = Histories.builder();
      for (Row row : ROWS) {
        if (affiliate.equals(row.getString(5))) {
          own.add((int) row.getLong(0), row.getDouble(1), row.getDouble(2), 1);
          all.add((int) row.getLong(0), row.getDouble(1), row.getDouble(2), 1);
        }
      }
      children.add(own.build());
    }
    SegmentFits plain =
        SegmentFits.fit(PurchaseFits.fit(ModelFamily.MBG_NBD, all.build()), children, 200);

    Map<String, Row> models = fitted(2);
    for (int i = 0; i < affiliates.size(); i++) {
      Row row =
          models.get(
              "source_type=affiliate/affiliate_type=content/affiliate_id=" + affiliates.get(i));
      assertThat(
              row.<Double>getList(row.fieldIndex(ModelRegistry.PARAMETERS)).stream()
                  .mapToDouble(Double::doubleValue)
                  .toArray())
          .isEqualTo(plain.segments().get(i).fit().model().parameters());
    }
  }

  @Test
  void likelihoodRatio_isTestedAboveTheMinimumSizeOnly() {
    Map<String, Row> models = fitted(2);
    String path = "source_type=affiliate/affiliate_type=content/affiliate_id=";

    assertThat(models.get(path + "tiny").<Double>getAs(ModelRegistry.P_VALUE)).isNull();
    assertThat(models.get(path + "keen").<Double>getAs(ModelRegistry.P_VALUE)).isLessThan(0.01);
    assertThat(models.get(path + "big").<Double>getAs(ModelRegistry.LOG_LIKELIHOOD)).isNegative();
  }
}
