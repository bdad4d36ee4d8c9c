package io.cohortclv.models.math;

/**
 * ₂F₁(1, u; c; z) for 0 &lt; u ≤ c and 0 ≤ z &lt; 1: what the Pareto/NBD likelihood needs.
 *
 * <p>Up to z = 0.9 by the power series, whose terms are positive and at most zⁿ. Beyond, by Gauss'
 * continued fraction (NIST DLMF 15.7.1) with the modified Lentz method, which converges like ((1 −
 * √(1−z))/(1 + √(1−z)))^n where the series takes 1/(1 − z) terms a digit.
 */
public final class HypergeometricOne {
  private static final double LAST_SERIES_Z = 0.9;
  private static final double NEGLIGIBLE = 1e-17;

  private HypergeometricOne() {}

  /** ln ₂F₁(1, u; c; z). */
  public static double log(double u, double c, double z) {
    if (!(u > 0 && u <= c && z >= 0 && z < 1)) {
      throw new IllegalArgumentException(
          "2F1(1, u; c; z) needs 0 < u <= c and 0 <= z < 1: u " + u + ", c " + c + ", z " + z);
    }
    return z <= LAST_SERIES_Z ? Math.log1p(seriesLessOne(u, c, z)) : -Math.log(fraction(u, c, z));
  }

  private static double seriesLessOne(double u, double c, double z) {
    double sum = 0;
    double term = 1;
    for (int n = 0; ; n++) {
      term *= (u + n) / (c + n) * z;
      sum += term;
      if (term * z < NEGLIGIBLE * (1 - z) * (1 + sum)) {
        return sum;
      }
    }
  }

  /** 1/₂F₁ = 1 − z·t₁/(1 − z·t₂/(1 − …)). */
  private static double fraction(double u, double c, double z) {
    double value = 1;
    double upper = 1;
    double lower = 0;
    for (int n = 1; ; n++) {
      int half = n / 2;
      double t =
          n % 2 == 1
              ? (u + half) * (c - 1 + half) / ((c + n - 2) * (c + n - 1))
              : half * (c - u + half - 1) / ((c + n - 2) * (c + n - 1));
      if (t == 0) {
        return value;
      }
      lower = 1 / (1 - z * t * lower);
      upper = 1 - z * t / upper;
      double change = upper * lower;
      value *= change;
      if (Math.abs(change - 1) <= 0x1p-52) {
        return value;
      }
    }
  }
}
