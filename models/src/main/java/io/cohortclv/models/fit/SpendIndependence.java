package io.cohortclv.models.fit;

import java.util.Arrays;
import java.util.Comparator;

/**
 * How far the mean spend goes with the number of purchases. Gamma-Gamma and the product of expected
 * purchases and expected spend assume that it does not.
 *
 * @param pearson correlation of the number of purchases and the mean amount
 * @param spearman correlation of their ranks, ties at their middle rank
 */
public record SpendIndependence(double pearson, double spearman) {

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
        correlation(ranks(purchases, weights), ranks(means, weights), weights));
  }

  private static double[] ranks(double[] values, double[] weights) {
    Integer[] order = new Integer[values.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
    double[] ranks = new double[values.length];
    double before = 0;
    int from = 0;
    while (from < order.length) {
      double tied = 0;
      int to = from;
      for (; to < order.length && values[order[to]] == values[order[from]]; to++) {
        tied += weights[order[to]];
      }
      for (int k = from; k < to; k++) {
        ranks[order[k]] = before + (tied + 1) / 2;
      }
      before += tied;
      from = to;
    }
    return ranks;
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
