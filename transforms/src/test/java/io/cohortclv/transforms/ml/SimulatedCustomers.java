package io.cohortclv.transforms.ml;

import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.SpendHistories;
import io.cohortclv.models.population.Population;
import io.cohortclv.models.population.SpendPopulation;
import io.cohortclv.models.spend.GammaGammaParameters;
import io.cohortclv.transforms.SharedSession;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** Customers drawn from an MBG/NBD and a Gamma-Gamma population, by the day. */
final class SimulatedCustomers {
  static final StructType SCHEMA =
      new StructType()
          .add("customer_id", StringType)
          .add("repeats", LongType)
          .add("recency_days", DoubleType)
          .add("age_days", DoubleType)
          .add("mean_spend", DoubleType);

  /** 1,500 customers of two years; the same ones every time. */
  static final List<Row> ROWS = rows(1500);

  private SimulatedCustomers() {}

  static Dataset<Row> dataset() {
    return dataset(ROWS);
  }

  static Dataset<Row> dataset(List<Row> rows) {
    return SharedSession.SPARK.createDataFrame(rows, SCHEMA);
  }

  /** One customer; the mean spend is null for none. */
  static Row customer(String id, long repeats, Double recency, Double age, Double meanSpend) {
    return RowFactory.create(id, repeats, recency, age, meanSpend);
  }

  /** The histories as the plain Java API takes them, row by row. */
  static Histories histories(List<Row> rows) {
    Histories.Builder histories = Histories.builder();
    rows.forEach(row -> histories.add((int) row.getLong(1), row.getDouble(2), row.getDouble(3), 1));
    return histories.build();
  }

  static SpendHistories spends(List<Row> rows) {
    SpendHistories.Builder spends = SpendHistories.builder();
    rows.stream()
        .filter(row -> !row.isNullAt(4))
        .forEach(row -> spends.add((double) row.getLong(1), row.getDouble(4), 1));
    return spends.build();
  }

  private static List<Row> rows(int customers) {
    UniformRandomProvider rng = RandomSource.XO_SHI_RO_256_PP.create(20261123);
    Population population = Population.of(ModelFamily.MBG_NBD.model(0.6, 40, 0.8, 2.0));
    SpendPopulation spending = SpendPopulation.of(new GammaGammaParameters(6.25, 3.74, 15.44));
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < customers; i++) {
      double age = 60 + rng.nextInt(670) + 0.5;
      double[] days =
          Arrays.stream(population.draw(rng).repeatTimes(age))
              .map(Math::ceil)
              .filter(day -> day < age)
              .distinct()
              .toArray();
      double mean = spending.draw(rng);
      double amount = Arrays.stream(days).map(d -> spending.drawSpend(rng, mean)).sum();
      rows.add(
          customer(
              "c" + i,
              days.length,
              days.length == 0 ? 0.0 : days[days.length - 1],
              age,
              days.length == 0 ? null : Math.rint(100 * amount / days.length) / 100 + 0.01));
    }
    return List.copyOf(rows);
  }
}
