package io.cohortclv.models.btyd;

import io.cohortclv.models.math.LogSpace;
import java.util.Arrays;
import org.apache.commons.numbers.gamma.RegularizedBeta;

/**
 * The number of events until t of a Poisson process whose rate is gamma(shape, rate): P(n) =
 * (shape)_n/n! · (1 − q)^shape · q^n with q = t/(rate + t).
 */
final class NegativeBinomial {
  private static final double NEGLIGIBLE = 1e-14;
  private static final double UNDERFLOW = 1e-280;

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

  /** P(n) for n = 0, 1, … until less than 1e-14 is left beyond. */
  static double[] probabilities(double shape, double ratio) {
    return probabilities(shape, ratio, 1);
  }

  /**
   * P(n) for n = 0, 1, … until less than 1e-14 of a probability is left beyond.
   *
   * @param of that probability, such as the one of what the caller sums up
   */
  static double[] probabilities(double shape, double ratio, double of) {
    double q = ratio / (1 + ratio);
    double[] out = new double[16];
    Recurrence next = new Recurrence(shape, ratio);
    double mean = shape * ratio;
    for (int n = 0; ; n++) {
      if (n == out.length) {
        out = Arrays.copyOf(out, Math.multiplyExact(2, n));
      }
      out[n] = next.probability();
      // The ratios of terms fall to q, or rise to it; past the mean the rest is a geometric series.
      double fall = Math.max(q, q * (shape + n) / (n + 1));
      if (n >= mean && fall < 1 && out[n] * fall < NEGLIGIBLE * of * (1 - fall)) {
        return Arrays.copyOf(out, n + 1);
      }
      next.step();
    }
  }

  /** P(n or more), summed from the far end so that small tails keep their digits. */
  static double[] tails(double[] probabilities) {
    double[] tails = new double[probabilities.length];
    double sum = 0;
    for (int n = tails.length - 1; n >= 0; n--) {
      sum += probabilities[n];
      tails[n] = sum;
    }
    return tails;
  }

  /** P(0), P(1), … one after the other, by their ratios, in logarithms while they underflow. */
  static final class Recurrence {
    private final double shape;
    private final double q;
    private int n;
    private double log;
    private double probability;
    private boolean inLogs;

    Recurrence(double shape, double ratio) {
      this.shape = shape;
      this.q = ratio / (1 + ratio);
      this.log = -shape * Math.log1p(ratio);
      this.probability = Math.exp(log);
      this.inLogs = probability < UNDERFLOW;
    }

    double probability() {
      return probability;
    }

    void step() {
      double factor = q * (shape + n) / (n + 1);
      n++;
      if (!inLogs) {
        probability *= factor;
        return;
      }
      log += Math.log(factor);
      probability = Math.exp(log);
      inLogs = probability < UNDERFLOW;
    }
  }
}
