package io.cohortclv.models.economics;

import java.util.Arrays;

/**
 * How the months of a year differ in what they bring, by the ratio to a centred moving average of
 * twelve months (the classical decomposition, Macaulay 1931): months of growth and months of season
 * are told apart. Less than two years tell nothing, and every index is 1.
 */
public final class Seasonality {
  private static final int YEAR = 12;

  /** Months that are no more than this share of the mean index are not told apart from it. */
  private static final double LEAST_INDEX = 0.1;

  private final double[] indices;

  private Seasonality(double[] indices) {
    this.indices = indices;
  }

  /**
   * Learns from consecutive whole months.
   *
   * @param totals what each month brought, oldest first
   * @param firstMonth calendar month of the first, 1 to 12
   */
  public static Seasonality of(double[] totals, int firstMonth) {
    double[] sums = new double[YEAR];
    int[] counts = new int[YEAR];
    for (int i = YEAR / 2; i + YEAR / 2 < totals.length; i++) {
      // Half of both ends makes thirteen months weigh as twelve.
      double trend = (totals[i - YEAR / 2] + totals[i + YEAR / 2]) / 2;
      for (int k = i - YEAR / 2 + 1; k < i + YEAR / 2; k++) {
        trend += totals[k];
      }
      if (trend > 0) {
        int month = Math.floorMod(firstMonth - 1 + i, YEAR);
        sums[month] += totals[i] / (trend / YEAR);
        counts[month]++;
      }
    }
    if (Arrays.stream(counts).anyMatch(c -> c == 0)) {
      double[] level = new double[YEAR];
      Arrays.fill(level, 1);
      return new Seasonality(level);
    }
    double[] indices = new double[YEAR];
    Arrays.setAll(indices, m -> Math.max(LEAST_INDEX, sums[m] / counts[m]));
    double mean = Arrays.stream(indices).average().orElseThrow();
    Arrays.setAll(indices, m -> indices[m] / mean);
    return new Seasonality(indices);
  }

  /** The index of a calendar month, 1 to 12; their mean is 1. */
  public double index(int month) {
    return indices[month - 1];
  }

  /**
   * What a month is expected to bring by the whole months before it: the mean of them, each divided
   * by its index, times the month's own.
   *
   * @param before what they brought, the latest last; none tells nothing, 0
   * @param month calendar month expected, 1 to 12; the one before it is the last of {@code before}
   */
  public double baseline(double[] before, int month) {
    double sum = 0;
    for (int back = 1; back <= before.length; back++) {
      sum += before[before.length - back] / index(Math.floorMod(month - 1 - back, YEAR) + 1);
    }
    return before.length == 0 ? 0 : sum / before.length * index(month);
  }
}
