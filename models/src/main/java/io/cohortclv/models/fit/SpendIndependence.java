package io.cohortclv.models.fit;

import java.util.Arrays;
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
    int rows = histories.distinct();
    double[] purchases = new double[rows];
    double[] means = new double[rows];
    double[] weights = histories.weights();
    for (int i = 0; i < rows; i++) {
      purchases[i] = histories.purchases(i);
      means[i] = histories.mean(i);
    }
    return new SpendIndependence(
        correlation(purchases, means, weights),
        correlation(
            middleRanks(histories, 0, weights), middleRanks(histories, 1, weights), weights));
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

  /** Ranks of a column's values, row by row; customers who share a value share its middle rank. */
  private static double[] middleRanks(SpendHistories histories, int column, double[] weights) {
    int[] places = histories.ranks(column);
    double[] middles = new double[histories.values(column).length];
    for (int i = 0; i < places.length; i++) {
      middles[places[i]] += weights[i];
    }
    double before = 0;
    for (int place = 0; place < middles.length; place++) {
      double tied = middles[place];
      middles[place] = before + (tied + 1) / 2;
      before += tied;
    }
    return Arrays.stream(places).mapToDouble(place -> middles[place]).toArray();
  }

  private static double correlation(double[] x, double[] y, double[] weights) {
    double all = 0;
    double sumX = 0;
    double sumY = 0;
    for (int i = 0; i < x.length; i++) {
      all += weights[i];
      sumX += weights[i] * x[i];
      sumY += weights[i] * y[i];
    }
    double xx = 0;
    double xy = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      double dx = x[i] - sumX / all;
      double dy = y[i] - sumY / all;
      xx += weights[i] * dx * dx;
      xy += weights[i] * dx * dy;
      yy += weights[i] * dy * dy;
    }
    return xy / Math.sqrt(xx * yy);
  }
}
