package io.cohortclv.models.math;

import java.util.Arrays;

/**
 * E[(1 + p·y)^−s] for p ~ Beta(a, b) and y ≥ 0, which is ₂F₁(s, a; a + b; −y).
 *
 * <p>With z = y/(1 + y) and c = a + b, Euler's and Pfaff's transformations (NIST DLMF 15.8.1) give
 * two series, of which one has only positive terms: (1 − z)^a ₂F₁(a, c − s; c; z) where c ≥ s, else
 * (1 − z)^s ₂F₁(s, b; c; z). As z nears 1 or a parameter grows both slow down, and the defining
 * integral takes over: in the logit of p its integrand is analytic within |Im| &lt; π and falls off
 * exponentially on both sides, so that the trapezoidal rule converges geometrically.
 */
public final class BetaMean {
  private static final double LAST_SERIES_Z = 0.98;
  private static final double MOST_TERMS = 3000;
  private static final double LARGEST_LOG = 600;
  private static final double NEGLIGIBLE = 1e-17;
  private static final double HUGE = 0x1p800;
  private static final double LOG_HUGE = 800 * Math.log(2);

  private BetaMean() {}

  /** The mean at one y. */
  public static double of(double s, double a, double b, double y) {
    double[] means = new double[1];
    of(s, a, b, new double[] {y}, means);
    return means[0];
  }

  /** The means at several y, into {@code means}. */
  public static void of(double s, double a, double b, double[] y, double[] means) {
    double c = a + b;
    boolean first = c >= s;
    double largest = 0;
    for (int i = 0; i < y.length; i++) {
      largest = Math.max(largest, z(y[i]));
    }
    if (first && isShort(a, c - s, c, largest) && isSmall(a, largest)) {
      shared(s, a, c, y, means);
      return;
    }
    boolean[] far = new boolean[y.length];
    double farthest = -1;
    for (int i = 0; i < y.length; i++) {
      double z = z(y[i]);
      far[i] = !isShort(first ? a : s, first ? c - s : b, c, z) || (first && !isSmall(a, z));
      if (far[i]) {
        farthest = Math.max(farthest, y[i]);
      } else if (first) {
        double[] mean = new double[1];
        shared(s, a, c, new double[] {y[i]}, mean);
        means[i] = mean[0];
      } else {
        means[i] = scaled(s, b, c, y[i]);
      }
    }
    if (farthest >= 0) {
      LogitNodes nodes = new LogitNodes(s, a, b, farthest);
      for (int i = 0; i < y.length; i++) {
        means[i] = far[i] ? nodes.mean(s, y[i]) : means[i];
      }
    }
  }

  /**
   * Whether ₂F₁(u, v; c; z) takes few terms: they grow while n is below the larger root of (u +
   * n)(v + n) z = (c + n)(1 + n), and then fall at least like zⁿ.
   */
  private static boolean isShort(double u, double v, double c, double z) {
    double half = ((u + v) * z - c - 1) / 2;
    double peak = Math.max(0, half + Math.sqrt(Math.max(0, half * half + u * v * z * (1 - z))));
    return z <= LAST_SERIES_Z && peak / (1 - z) < MOST_TERMS;
  }

  /** Whether (1 − z)^−a, which bounds the first series, is within the range of a double. */
  private static boolean isSmall(double a, double z) {
    return -a * Math.log1p(-z) < LARGEST_LOG;
  }

  private static double z(double y) {
    return y / (1 + y);
  }

  /** The first form, whose ratios of terms are the same for every y but for z. */
  private static void shared(double s, double a, double c, double[] y, double[] means) {
    double[] z = new double[y.length];
    double[] terms = new double[y.length];
    double largest = 0;
    for (int i = 0; i < y.length; i++) {
      z[i] = z(y[i]);
      largest = Math.max(largest, z[i]);
      terms[i] = 1;
      means[i] = 1;
    }
    double term = 1;
    for (int n = 0; ; n++) {
      double ratio = (a + n) * (c - s + n) / ((c + n) * (1 + n));
      term *= ratio * largest;
      double bound = largest * Math.max(1, ratio);
      if (bound < 1 && term < NEGLIGIBLE * (1 - bound)) {
        break;
      }
      for (int i = 0; i < terms.length; i++) {
        terms[i] *= ratio * z[i];
        means[i] += terms[i];
      }
    }
    for (int i = 0; i < y.length; i++) {
      means[i] *= Math.exp(-a * Math.log1p(y[i]));
    }
  }

  /** The second form. Its sum can exceed the range of a double before (1 − z)^s brings it back. */
  private static double scaled(double s, double b, double c, double y) {
    double z = z(y);
    double sum = 1;
    double term = 1;
    double scale = 0;
    for (int n = 0; ; n++) {
      double ratio = (s + n) * (b + n) / ((c + n) * (1 + n)) * z;
      term *= ratio;
      sum += term;
      double bound = Math.max(ratio, z);
      if (bound < 1 && term < NEGLIGIBLE * (1 - bound) * sum) {
        return Math.exp(Math.log(sum) + scale - s * Math.log1p(y));
      }
      if (sum > HUGE) {
        sum /= HUGE;
        term /= HUGE;
        scale += LOG_HUGE;
      }
    }
  }

  /**
   * Trapezoidal rule over t = logit p, with nodes for every y up to the farthest: of p and of the
   * logarithm of the density with the step.
   */
  private static final class LogitNodes {
    private double[] p = new double[256];
    private double[] logWeight = new double[256];
    private int count;

    LogitNodes(double s, double a, double b, double farthest) {
      // No wider than the strip allows, nor than 0.7 deviations of a peak between slopes of a and
      // −(b + s): there the rule errs by 2 exp(−2π²/0.49).
      double step = Math.min(0.25, 0.7 * Math.sqrt(1 / a + 1 / (b + s)));
      double start = Math.log(a / b);
      double norm = LogSpace.beta(a, b) - Math.log(step);
      // To the right the powers of 1 + py only make the tail smaller than that of the density.
      double density = 0;
      double previous = Double.NEGATIVE_INFINITY;
      double decay = -Math.expm1(-b * step);
      for (long k = 0; ; k++) {
        double t = start + k * step;
        double logP = logLogistic(t);
        double logQ = logLogistic(-t);
        double log = a * logP + b * logQ - norm;
        // Once nothing but the power of 1 − p is left, the nodes are a geometric series.
        if (Math.exp(logQ) * (a + s + 1) < NEGLIGIBLE) {
          add(1, log - Math.log(decay));
          break;
        }
        add(Math.exp(logP), log);
        density += Math.exp(log);
        if (log < previous && Math.exp(log) < NEGLIGIBLE * decay * density) {
          break;
        }
        previous = log;
      }
      // To the left it ends where the density itself is negligible to the smallest of the means.
      double least = mean(s, farthest);
      previous = Double.NEGATIVE_INFINITY;
      decay = -Math.expm1(-a * step);
      for (long k = 1; ; k++) {
        double t = start - k * step;
        double logP = logLogistic(t);
        double log = a * logP + b * logLogistic(-t) - norm;
        double share = Math.exp(logP);
        if (share * (s * farthest + b + 1) < NEGLIGIBLE) {
          add(0, log - Math.log(decay));
          break;
        }
        add(share, log);
        least += Math.exp(log - s * Math.log(1 + share * farthest));
        if (log < previous && Math.exp(log) < NEGLIGIBLE * decay * least) {
          break;
        }
        previous = log;
      }
    }

    /** ln 1/(1 + e^−t). */
    private static double logLogistic(double t) {
      return t > 0 ? -Math.log1p(Math.exp(-t)) : t - Math.log1p(Math.exp(t));
    }

    private void add(double node, double log) {
      if (count == p.length) {
        p = Arrays.copyOf(p, 2 * count);
        logWeight = Arrays.copyOf(logWeight, 2 * count);
      }
      p[count] = node;
      logWeight[count] = log;
      count++;
    }

    double mean(double s, double y) {
      double sum = 0;
      for (int i = 0; i < count; i++) {
        // 1 + py rounds at 1e-16, and s times that is what its power rounds at.
        sum += Math.exp(logWeight[i] - s * Math.log(1 + p[i] * y));
      }
      return sum;
    }
  }
}
