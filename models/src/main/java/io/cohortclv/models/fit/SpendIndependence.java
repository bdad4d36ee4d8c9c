package io.cohortclv.models.fit;

import java.util.Locale;
import java.util.Optional;

/**
 * How far the mean spend goes with the number of purchases. Gamma-Gamma and the product of expected
 * purchases and expected spend assume that it does not.
 *
 * @param pearson correlation of the number of purchases and the mean amount
 * @param spearman correlation of their ranks, ties at their middle rank
 */
public record SpendIndependence(double pearson, double spearman) {

  /** Correlations below this change values by less than the spread of anybody's amounts. */
  private static final double WORTH_A_WARNING = 0.1;

  /** Standard errors of a correlation, 1/√customers, within which it may be chance. */
  private static final double ERRORS = 2;

  /** Both correlations over all customers; NaN where one of the two does not vary. */
  public static SpendIndependence of(SpendHistories histories) {
    double[] weights = histories.weights();
    Axis purchases = Axis.of(histories, 0, weights);
    Axis means = Axis.of(histories, 1, weights);
    int[] left = histories.ranks(0);
    int[] right = histories.ranks(1);
    double values = 0;
    double ranks = 0;
    for (int i = 0; i < weights.length; i++) {
      values += weights[i] * purchases.values[left[i]] * means.values[right[i]];
      ranks += weights[i] * purchases.ranks[left[i]] * means.ranks[right[i]];
    }
    return new SpendIndependence(
        values / Math.sqrt(purchases.valueSquares * means.valueSquares),
        ranks / Math.sqrt(purchases.rankSquares * means.rankSquares));
  }

  /** What to say of the assumption where the data of so many customers speak against it. */
  Optional<String> warning(long customers) {
    double strongest = Math.max(Math.abs(pearson), Math.abs(spearman));
    if (!(strongest >= WORTH_A_WARNING && strongest > ERRORS / Math.sqrt((double) customers))) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "the mean spend goes with the number of purchases (Pearson %.3f, Spearman %.3f), which"
                + " the model takes not to be so: values of frequent customers are too %s",
            pearson,
            spearman,
            (Math.abs(pearson) >= Math.abs(spearman) ? pearson : spearman) > 0 ? "low" : "high"));
  }

  /**
   * A column's distinct values and their ranks, both from the mean of all customers, and the sums
   * of their squares. Customers who share a value share its middle rank.
   */
  @SuppressWarnings("ArrayRecordComponent") // lives within one comparison, never compared
  private record Axis(double[] values, double[] ranks, double valueSquares, double rankSquares) {
    static Axis of(SpendHistories histories, int column, double[] weights) {
      double[] tied = new double[histories.values(column).length];
      int[] places = histories.ranks(column);
      for (int i = 0; i < places.length; i++) {
        tied[places[i]] += weights[i];
      }
      double[] values = histories.values(column).clone();
      double[] ranks = new double[values.length];
      double before = 0;
      double sum = 0;
      for (int place = 0; place < values.length; place++) {
        ranks[place] = before + (tied[place] + 1) / 2;
        before += tied[place];
        sum += tied[place] * values[place];
      }
      double valueSquares = 0;
      double rankSquares = 0;
      for (int place = 0; place < values.length; place++) {
        values[place] -= sum / before;
        ranks[place] -= (before + 1) / 2;
        valueSquares += tied[place] * values[place] * values[place];
        rankSquares += tied[place] * ranks[place] * ranks[place];
      }
      return new Axis(values, ranks, valueSquares, rankSquares);
    }
  }
}
