package io.cohortclv.models.shrink;

/**
 * The restricted likelihood (REML) of the variance between groups: m_i ~ N(μ_k, v_i) with v_i = f_i
 * + β d_i, μ_k unknown for each kind k (Patterson and Thompson 1971, Biometrika 58(3); Harville
 * 1977, JASA 72(358)). Up to a constant
 *
 * <pre>2 ℓ(β) = −Σ ln v_i − Σ_k ln Σ_(i in k) 1/v_i − Σ (m_i − μ_k)²/v_i</pre>
 *
 * with μ_k the precision-weighted mean of the kind.
 *
 * <p>It can have more than one summit, so the highest is looked for on a grid of β and then found
 * as the root of the slope. Sums run in the order of the arrays.
 */
@SuppressWarnings("ArrayRecordComponent") // lives within one estimate, never compared
record RestrictedLikelihood(double[][] means, double[][] fixed, double[][] slopes) {
  private static final int GRID = 64;

  /** β on the grid is at least this share of the largest. */
  private static final double LEAST_SHARE = 1e-12;

  private static final int MOST_STEPS = 200;

  /** Twice the log-likelihood and twice its derivative. */
  private record Point(double value, double slope) {}

  /** The β of the highest likelihood; 0 where chance explains all the spread. */
  double maximum() {
    double largest = largest();
    if (!(largest > 0 && largest < Double.POSITIVE_INFINITY)) {
      return 0;
    }
    double[] grid = new double[GRID + 1];
    int best = 0;
    Point highest = null;
    for (int g = 0; g <= GRID; g++) {
      grid[g] = g == 0 ? 0 : largest * Math.pow(LEAST_SHARE, 1 - (double) g / GRID);
      Point point = at(grid[g]);
      // NaN and infinite at 0 where groups are known exactly: the next point says what 0 would.
      if (Double.isFinite(point.value()) && (highest == null || point.value() > highest.value())) {
        highest = point;
        best = g;
      }
    }
    if (highest == null || (best == 0 && highest.slope() <= 0)) {
      return 0;
    }
    return highest.slope() > 0
        ? root(grid[best], grid[Math.min(best + 1, GRID)])
        : root(grid[best - 1], grid[best]);
  }

  /** Where the slope falls through 0. */
  private double root(double from, double to) {
    double low = from;
    double high = to;
    for (int step = 0; step < MOST_STEPS && high - low > 1e-15 * high; step++) {
      double middle = low + (high - low) / 2;
      if (at(middle).slope() > 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /** With this β or more no squared distance exceeds its share of the variance. */
  private double largest() {
    double largest = 0;
    long groups = 0;
    for (int k = 0; k < means.length; k++) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < means[k].length; i++) {
        low = Math.min(low, means[k][i]);
        high = Math.max(high, means[k][i]);
        least = Math.min(least, slopes[k][i]);
      }
      groups += means[k].length;
      largest = Math.max(largest, high > low ? (high - low) * (high - low) / least : 0);
    }
    return groups * largest;
  }

  private Point at(double between) {
    double value = 0;
    double slope = 0;
    for (int k = 0; k < means.length; k++) {
      double weights = 0;
      double weighted = 0;
      double weightSlopes = 0;
      for (int i = 0; i < means[k].length; i++) {
        double variance = fixed[k][i] + between * slopes[k][i];
        weights += 1 / variance;
        weighted += means[k][i] / variance;
        weightSlopes += slopes[k][i] / variance / variance;
      }
      double center = weighted / weights;
      value -= Math.log(weights);
      slope += weightSlopes / weights;
      for (int i = 0; i < means[k].length; i++) {
        double variance = fixed[k][i] + between * slopes[k][i];
        double apart = means[k][i] - center;
        double spread = apart * apart / variance;
        value -= Math.log(variance) + spread;
        slope += (spread - 1) * slopes[k][i] / variance;
      }
    }
    return new Point(value, slope);
  }
}
