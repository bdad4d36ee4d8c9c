package io.cohortclv.models.btyd;

import io.cohortclv.models.math.LogSpace;
import java.util.Arrays;
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

  /**
   * P(n or more) for n = 0, 1, … until it is below 1e-14, summed from the far end so that small
   * tails keep their digits.
   */
  static double[] tails(double shape, double ratio) {
    double mean = shape * ratio;
    double deviation = Math.sqrt(mean * (1 + ratio));
    // Chernoff: the exponential tail falls by q = ratio/(1 + ratio) a step at last.
    int most = (int) Math.min(1e8, mean + 10 * deviation + 40 * (1 + ratio) + 10);
    double[] tails = new double[most + 1];
    double[] log = new double[most + 1];
    double logQ = ratio == 0 ? Double.NEGATIVE_INFINITY : Math.log(ratio / (1 + ratio));
    log[0] = -shape * Math.log1p(ratio);
    for (int n = 1; n <= most; n++) {
      log[n] = log[n - 1] + logQ + Math.log((shape + n - 1) / n);
    }
    double sum = 0;
    for (int n = most; n >= 0; n--) {
      sum += Math.exp(log[n]);
      tails[n] = sum;
    }
    int last = most;
    while (last > 0 && tails[last] < 1e-14) {
      last--;
    }
    return Arrays.copyOf(tails, last + 1);
  }
}
