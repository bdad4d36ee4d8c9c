package io.cohortclv.models.math;

import org.apache.commons.numbers.gamma.LogGamma;

/** Sums and rising factorials whose logarithms are finite where the values are not. */
public final class LogSpace {
  /** Up to here a product of factors is both faster and nearer than two log-gammas. */
  private static final int LONGEST_PRODUCT = 40;

  private LogSpace() {}

  /** ln(e^first + e^second); minus infinity stands for zero. */
  public static double sum(double first, double second) {
    double larger = Math.max(first, second);
    if (larger == Double.NEGATIVE_INFINITY) {
      return larger;
    }
    return larger + Math.log1p(Math.exp(Math.min(first, second) - larger));
  }

  /**
   * ln (a)_n = ln Γ(a + n) − ln Γ(a), for a &gt; 0 and n ≥ 0.
   *
   * <p>The product keeps full precision where the difference of two log-gammas loses it: a large, n
   * small.
   */
  public static double risingFactorial(double a, int n) {
    if (n > LONGEST_PRODUCT) {
      return LogGamma.value(a + n) - LogGamma.value(a);
    }
    double log = 0;
    double product = 1;
    for (int k = 0; k < n; k++) {
      product *= a + k;
      // Two such factors cannot overflow together.
      if (product > 1e150 || product < 1e-150) {
        log += Math.log(product);
        product = 1;
      }
    }
    return log + Math.log(product);
  }

  /** ln B(a, b). */
  public static double beta(double a, double b) {
    return org.apache.commons.numbers.gamma.LogBeta.value(a, b);
  }

  /** (1 − e^−x)/x, and 1 at x = 0: the mean of e^−xu over u in (0, 1); x may be negative. */
  public static double meanDecay(double x) {
    return x == 0 ? 1 : -Math.expm1(-x) / x;
  }
}
