package io.cohortclv.models.btyd;

import io.cohortclv.models.math.LogSpace;
import org.apache.commons.numbers.gamma.RegularizedBeta;

/**
 * The number of events until t of a Poisson process whose rate is gamma(shape, rate): P(n) =
 * (shape)_n/n! · (1 − q)^shape · q^n with q = t/(rate + t).
 */
final class NegativeBinomial {
  private NegativeBinomial() {}

  /**
   * ln P(n).
   *
   * @param ratio t over the gamma distribution's rate
   */
  static double log(int n, double shape, double ratio) {
    return LogSpace.risingFactorial(shape, n)
        - LogSpace.risingFactorial(1, n)
        - shape * Math.log1p(ratio)
        + (n == 0 ? 0 : n * Math.log(ratio / (1 + ratio)));
  }

  /** P(n or more), the regularized incomplete beta I_q(n, shape): no complement is taken. */
  static double atLeast(int n, double shape, double ratio) {
    return n == 0 ? 1 : RegularizedBeta.value(ratio / (1 + ratio), n, shape);
  }
}
