package io.cohortclv.jobs;

import io.cohortclv.models.shrink.GroupMoments;
import io.cohortclv.models.shrink.NormalShrinkage;
import io.cohortclv.transforms.summary.MarginCells;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The margin to be expected of revenue, as a fraction of it, by source and first category: shrunk,
 * for a category of few customers says little.
 *
 * <p>A cell's rate is R = Σ margin/Σ revenue, and its sampling variance that of a ratio, Σ(m − R
 * x)²/(n x̄)² (Cochran 1977, Sampling Techniques, 6.3). Rates of the categories of a source are
 * shrunk toward the source's, and that toward the rate of all sources.
 */
final class MarginRates {
  static final StructType SCHEMA =
      new StructType()
          .add(MarginCells.SOURCE, DataTypes.StringType)
          .add(MarginCells.CATEGORY, DataTypes.StringType)
          .add(MarginCells.RATE, DataTypes.DoubleType);

  /** Sums over customers of revenue x and margin m. */
  private record Sums(long n, double x, double m, double xx, double xm, double mm) {
    static Sums of(Row row) {
      return new Sums(
          row.<Long>getAs(MarginCells.CUSTOMERS),
          row.<Double>getAs(MarginCells.REVENUE),
          row.<Double>getAs(MarginCells.MARGIN),
          row.<Double>getAs(MarginCells.REVENUE_SQUARED),
          row.<Double>getAs(MarginCells.REVENUE_TIMES_MARGIN),
          row.<Double>getAs(MarginCells.MARGIN_SQUARED));
    }

    Sums and(Sums o) {
      return new Sums(n + o.n, x + o.x, m + o.m, xx + o.xx, xm + o.xm, mm + o.mm);
    }

    /** The rate as the mean of n values whose variance of the mean is that of the ratio. */
    GroupMoments moments() {
      double rate = m / x;
      double mean = x / n;
      double squares = Math.max(0, mm - 2 * rate * xm + rate * rate * xx);
      return new GroupMoments(n, rate, squares / (mean * mean));
    }
  }

  private MarginRates() {}

  /** One row of {@link #SCHEMA} for each of the {@link MarginCells}. */
  static List<Row> shrink(List<Row> cells) {
    Map<String, Map<String, Sums>> bySource = new TreeMap<>();
    cells.forEach(
        cell ->
            bySource
                .computeIfAbsent(cell.getAs(MarginCells.SOURCE), source -> new TreeMap<>())
                .put(cell.getAs(MarginCells.CATEGORY), Sums.of(cell)));
    List<GroupMoments> sources =
        bySource.values().stream()
            .map(source -> source.values().stream().reduce(Sums::and).orElseThrow().moments())
            .toList();
    List<Row> rates = new ArrayList<>();
    if (sources.isEmpty()) {
      return rates;
    }
    NormalShrinkage between = NormalShrinkage.of(sources);
    int next = 0;
    for (Map.Entry<String, Map<String, Sums>> source : bySource.entrySet()) {
      GroupMoments ofSource = sources.get(next++);
      double moved = between.posterior(ofSource).mean() - ofSource.mean();
      NormalShrinkage within =
          NormalShrinkage.of(source.getValue().values().stream().map(Sums::moments).toList());
      source
          .getValue()
          .forEach(
              (category, sums) ->
                  rates.add(
                      RowFactory.create(
                          source.getKey(),
                          category,
                          // What the source itself was moved by moves its categories too.
                          within.posterior(sums.moments()).mean() + moved)));
    }
    return rates;
  }
}
