package io.cohortclv.models.fit;

import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;

/**
 * Newton's method within a trust region (Moré and Sorensen 1983; Nocedal and Wright, Numerical
 * Optimization, ch. 4), over the logarithms of positive parameters. Few parameters, so the Hessian
 * is decomposed into eigenvectors and the region's subproblem is solved exactly, indefinite or not.
 */
final class Maximizer {
  /** Gain, a customer, that a Newton step must promise less of before the climb ends. */
  private static final double LEAST_GAIN = 1e-15;

  private static final int MOST_STEPS = 200;
  private static final double FIRST_RADIUS = 1;
  private static final double LARGEST_RADIUS = 4;

  private final Bounds bounds;
  private final Likelihood likelihood;
  private final double[] weights;
  private final double customers;
  private double unseenGain;
  private Penalty penalty;

  Maximizer(Likelihood likelihood, double[] weights, Bounds bounds) {
    this.likelihood = likelihood;
    this.weights = weights;
    this.bounds = bounds;
    double sum = 0;
    for (double w : weights) {
      sum += w;
    }
    this.customers = sum;
  }

  /** For a likelihood whose weights are out of reach. */
  Maximizer(Likelihood likelihood, long customers, Bounds bounds) {
    this.likelihood = likelihood;
    this.weights = new double[0];
    this.bounds = bounds;
    this.customers = customers;
  }

  /**
   * A normal prior of the log parameters, taken off the log-likelihood up to a constant.
   *
   * @param precision inverse of its covariance
   */
  @SuppressWarnings("ArrayRecordComponent") // lives within one fit, never compared
  record Penalty(double[] center, double[][] precision) {
    double value(double[] logs) {
      double sum = 0;
      double[] slopes = slopes(logs);
      for (int i = 0; i < logs.length; i++) {
        sum += slopes[i] * (logs[i] - center[i]) / 2;
      }
      return sum;
    }

    double[] slopes(double[] logs) {
      double[] slopes = new double[logs.length];
      for (int i = 0; i < logs.length; i++) {
        for (int j = 0; j < logs.length; j++) {
          slopes[i] -= precision[i][j] * (logs[j] - center[j]);
        }
      }
      return slopes;
    }
  }

  /** Climbs the log-likelihood less this penalty. */
  Maximizer penalized(Penalty by) {
    penalty = by;
    return this;
  }

  /** Ends a climb with an unseen Newton step once it promises less than this log-likelihood. */
  Maximizer stoppingAt(double gain) {
    unseenGain = gain;
    return this;
  }

  /**
   * Where a climb ended.
   *
   * @param gradient of the log-likelihood in the log parameters
   * @param hessian likewise
   */
  @SuppressWarnings("ArrayRecordComponent") // lives within one fit, never compared
  record Summit(
      double[] parameters,
      double value,
      double[] gradient,
      double[][] hessian,
      boolean converged,
      int iterations) {
    Summit withValue(double other) {
      return new Summit(parameters, other, gradient, hessian, converged, iterations);
    }
  }

  Summit climb(double[] start) {
    int size = start.length;
    double[] logs = new double[size];
    for (int i = 0; i < size; i++) {
      logs[i] = bounds.clamp(i, Math.log(start[i]));
    }
    Point here = new Point(logs);
    double radius = FIRST_RADIUS;
    boolean converged = false;
    int steps = 0;
    while (steps < MOST_STEPS && !converged && Double.isFinite(here.value)) {
      steps++;
      Step step = here.step(radius);
      if (step.gain <= unseenGain && !step.bounded) {
        double[] next = new double[size];
        for (int i = 0; i < size; i++) {
          next[i] = Math.exp(bounds.clamp(i, here.logs[i] + step.move[i]));
        }
        return new Summit(next, here.value + step.gain, here.gradient, here.hessian, true, steps);
      }
      if (step.gain <= LEAST_GAIN * customers) {
        converged = true;
        // The last Newton step is free precision, and cannot lose more than rounding does.
        if (step.gain <= 0 || step.bounded) {
          break;
        }
      }
      double[] next = new double[size];
      for (int i = 0; i < size; i++) {
        next[i] = bounds.clamp(i, here.logs[i] + step.move[i]);
      }
      Point there = new Point(next);
      double gained = there.value - here.value;
      double noise = 1e-14 * Math.abs(here.value);
      if (converged) {
        here = gained >= -noise && there.norm() <= here.norm() ? there : here;
        break;
      }
      boolean better = gained > 0 || (gained >= -noise && there.norm() < here.norm());
      if (step.gain <= noise && !better) {
        converged = true;
        break;
      }
      double ratio = gained / step.gain;
      if (!(ratio > 0.25) && !(better && step.gain <= noise)) {
        radius = Math.min(radius, step.length) / 4;
      } else if (ratio > 0.75 && step.bounded) {
        radius = Math.min(LARGEST_RADIUS, 2 * radius);
      }
      if (better) {
        here = there;
      } else if (radius < 1e-12) {
        break;
      }
    }
    double[] parameters = new double[size];
    for (int i = 0; i < size; i++) {
      parameters[i] = Math.exp(here.logs[i]);
    }
    return new Summit(parameters, here.value, here.gradient, here.hessian, converged, steps);
  }

  /** A step, the gain that the quadratic model promises for it, and whether the region cut it. */
  @SuppressWarnings("ArrayRecordComponent") // lives within one step, never compared
  private record Step(double[] move, double gain, double length, boolean bounded) {}

  private final class Point {
    private final double[] logs;
    private final double value;
    private final double[] gradient;
    private final double[][] hessian;

    Point(double[] logs) {
      this.logs = logs;
      double[] parameters = new double[logs.length];
      for (int i = 0; i < logs.length; i++) {
        parameters[i] = Math.exp(logs[i]);
      }
      LikelihoodSums sums = likelihood.at(parameters, weights);
      double sum = sums.value() + (penalty == null ? 0 : penalty.value(logs));
      this.value = Double.isNaN(sum) ? Double.NEGATIVE_INFINITY : sum;
      this.gradient = sums.logGradient(parameters);
      this.hessian = sums.logHessian(parameters);
      if (penalty != null) {
        double[] slopes = penalty.slopes(logs);
        for (int i = 0; i < logs.length; i++) {
          gradient[i] += slopes[i];
          for (int j = 0; j < logs.length; j++) {
            hessian[i][j] -= penalty.precision()[i][j];
          }
        }
      }
    }

    double norm() {
      double sum = 0;
      for (double g : gradient) {
        sum += g * g;
      }
      return Math.sqrt(sum);
    }

    /** The best step of the quadratic model within the radius, away from bounds that bind. */
    Step step(double radius) {
      int size = logs.length;
      int[] free = new int[size];
      int count = 0;
      for (int i = 0; i < size; i++) {
        boolean stuck =
            bounds.isFixed(i)
                || (bounds.isLow(i, logs[i]) && gradient[i] < 0)
                || (bounds.isHigh(i, logs[i]) && gradient[i] > 0);
        if (!stuck) {
          free[count++] = i;
        }
      }
      double[] move = new double[size];
      if (count == 0) {
        return new Step(move, 0, 0, false);
      }
      double[][] negative = new double[count][count];
      for (int i = 0; i < count; i++) {
        for (int j = 0; j < count; j++) {
          negative[i][j] = -hessian[free[i]][free[j]];
        }
      }
      var eigen = new EigenDecompositionSymmetric(new Array2DRowRealMatrix(negative, false));
      double[] curvatures = eigen.getEigenvalues();
      double[] slopes = new double[count];
      double least = Double.POSITIVE_INFINITY;
      for (int k = 0; k < count; k++) {
        for (int i = 0; i < count; i++) {
          slopes[k] += eigen.getEigenvector(k).getEntry(i) * gradient[free[i]];
        }
        least = Math.min(least, curvatures[k]);
      }
      double shift = 0;
      boolean bounded = least <= 0 || length(curvatures, slopes, 0) > radius;
      if (bounded) {
        shift = shift(curvatures, slopes, least, radius);
      }
      double gain = 0;
      for (int k = 0; k < count; k++) {
        double along = slopes[k] / (curvatures[k] + shift);
        gain += along * slopes[k] - along * along * curvatures[k] / 2;
        for (int i = 0; i < count; i++) {
          move[free[i]] += along * eigen.getEigenvector(k).getEntry(i);
        }
      }
      return new Step(move, gain, length(curvatures, slopes, shift), bounded);
    }
  }

  private static double length(double[] curvatures, double[] slopes, double shift) {
    double sum = 0;
    for (int k = 0; k < curvatures.length; k++) {
      double along = slopes[k] / (curvatures[k] + shift);
      sum += along * along;
    }
    return Math.sqrt(sum);
  }

  /** The shift of all curvatures at which the step is as long as the radius, by bisection. */
  private static double shift(double[] curvatures, double[] slopes, double least, double radius) {
    double norm = 0;
    for (double slope : slopes) {
      norm += slope * slope;
    }
    double low = Math.max(0, -least);
    // Just above the pole, so that a slope of exactly 0 along the worst direction divides well.
    low += 1e-12 * (1 + low);
    if (length(curvatures, slopes, low) <= radius) {
      return low;
    }
    double high = low + Math.sqrt(norm) / radius;
    for (int round = 0; round < 100 && high > low * (1 + 1e-6); round++) {
      double middle = (low + high) / 2;
      if (length(curvatures, slopes, middle) > radius) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }
}
