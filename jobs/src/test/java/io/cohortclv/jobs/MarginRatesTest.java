package io.cohortclv.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.transforms.summary.MarginCells;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class MarginRatesTest {
  private static final StructType CELL =
      new StructType()
          .add(MarginCells.SOURCE, DataTypes.StringType)
          .add(MarginCells.CATEGORY, DataTypes.StringType)
          .add(MarginCells.CUSTOMERS, DataTypes.LongType)
          .add(MarginCells.REVENUE, DataTypes.DoubleType)
          .add(MarginCells.MARGIN, DataTypes.DoubleType)
          .add(MarginCells.REVENUE_SQUARED, DataTypes.DoubleType)
          .add(MarginCells.REVENUE_TIMES_MARGIN, DataTypes.DoubleType)
          .add(MarginCells.MARGIN_SQUARED, DataTypes.DoubleType);

  /** A cell of customers with these revenues and margins, in pairs. */
  private static Row cell(String source, String category, double... revenuesAndMargins) {
    double[] s = new double[5];
    for (int i = 0; i < revenuesAndMargins.length; i += 2) {
      double x = revenuesAndMargins[i];
      double m = revenuesAndMargins[i + 1];
      double[] add = {x, m, x * x, x * m, m * m};
      for (int j = 0; j < add.length; j++) {
        s[j] += add[j];
      }
    }
    long n = revenuesAndMargins.length / 2;
    return new GenericRowWithSchema(
        new Object[] {source, category, n, s[0], s[1], s[2], s[3], s[4]}, CELL);
  }

  private static Map<String, Double> rates(List<Row> cells) {
    return MarginRates.shrink(cells).stream()
        .collect(Collectors.toMap(r -> r.getString(0) + "/" + r.getString(1), r -> r.getDouble(2)));
  }

  @Test
  void oneCell_hasItsRatioOfSumsNotItsMeanOfRates() {
    // (10 + 90) / (100 + 300); the mean of 0.1 and 0.3 is 0.2.
    assertThat(rates(List.of(cell("direct", "unknown", 100, 10, 300, 90))))
        .containsOnly(Map.entry("direct/unknown", 0.25));
  }

  @Test
  void marginsWithoutSpread_keepEachCellsRate() {
    assertThat(
            rates(
                List.of(
                    cell("direct", "a", 100, 50, 100, 50), cell("direct", "b", 100, 20, 200, 40))))
        .hasEntrySatisfying("direct/a", r -> assertThat(r).isCloseTo(0.5, within(1e-9)))
        .hasEntrySatisfying("direct/b", r -> assertThat(r).isCloseTo(0.2, within(1e-9)));
  }

  @Test
  void noCells_haveNoRates() {
    assertThat(MarginRates.shrink(List.of())).isEmpty();
  }

  /**
   * Over seeded sweeps, categories of 3 to 60 customers with true rates of sd 0.05 around 0.3 and
   * customers' own of sd 0.2 around those: shrunk rates err less than raw ones, taken together.
   */
  @Test
  void shrunkRates_areNearerToTheTruthThanRawOnes() {
    double raw = 0;
    double shrunk = 0;
    int sweeps = 100;
    for (int seed = 0; seed < sweeps; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Row> cells = new ArrayList<>();
      double[] truth = new double[20];
      double[] plain = new double[20];
      for (int c = 0; c < truth.length; c++) {
        truth[c] = 0.3 + 0.05 * random.nextGaussian();
        double[] values = new double[2 * random.nextInt(3, 60)];
        double x = 0;
        double m = 0;
        for (int i = 0; i < values.length; i += 2) {
          values[i] = random.nextDouble(20, 200);
          values[i + 1] = values[i] * (truth[c] + 0.2 * random.nextGaussian());
          x += values[i];
          m += values[i + 1];
        }
        plain[c] = m / x;
        cells.add(cell("direct", "c" + c, values));
      }
      Map<String, Double> rates = rates(cells);
      for (int c = 0; c < truth.length; c++) {
        raw += Math.pow(plain[c] - truth[c], 2);
        shrunk += Math.pow(rates.get("direct/c" + c) - truth[c], 2);
      }
    }
    // A ratio of n has variance v = 0.04 (1 + 0.22)/n, with 0.22 the squared coefficient of
    // variation
    // of revenue, and shrunk 1/(1/0.05^2 + 1/v): over n from 3 to 59 in the mean 0.0027 and 0.0011.
    assertThat(shrunk / raw).isLessThan(0.5);
  }
}
