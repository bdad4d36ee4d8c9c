package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.ModelFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.numbers.gamma.RegularizedGamma;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;

/**
 * One model for each segment of a parent, shrunk toward what the segments have in common, by as
 * much as the data say (empirical Bayes).
 *
 * <p>The logarithms of a segment's parameters are normal around a common center with covariance Ω.
 * A segment's estimate maximises its log-likelihood plus the log of that density. Center and Ω are
 * learned by the EM algorithm with Laplace's approximation: Ω is the mean over segments of V + (m −
 * center)(m − center)ᵀ, m a segment's estimate and V the inverse of its penalised negative Hessian.
 * Between Newton climbs the EM steps run on each segment's quadratic expansion, so that a round
 * costs a few passes over the data whatever its number of steps.
 *
 * <p>A weak prior, worth two segments that differ by 20 %, keeps Ω proper where segments are few or
 * do not tell a direction; with many it does not matter.
 */
public final class SegmentFits {
  private static final int ROUNDS = 4;
  private static final int EM_STEPS = 40;
  private static final double PRIOR_SEGMENTS = 2;
  private static final double PRIOR_VARIANCE = 0.04;
  private static final double FIRST_VARIANCE = 0.25;

  /** Gain in log-likelihood that ends a climb: far below a standard error. */
  private static final double LEAST_GAIN = 1e-6;

  private final List<Segment> segments;
  private final double[] center;
  private final double[][] between;

  private SegmentFits(List<Segment> segments, double[] center, double[][] between) {
    this.segments = List.copyOf(segments);
    this.center = center;
    this.between = between;
  }

  /**
   * One segment's result.
   *
   * @param fit the shrunk model; its covariance is the posterior one, its log-likelihood the
   *     segment's own without the penalty
   * @param parentLogLikelihood the segment's log-likelihood under the parent's model
   * @param pValue of the likelihood-ratio test of the segment's own maximum against the parent's
   *     model, χ² with as many degrees as parameters (k of a regular model is the parent's); NaN
   *     below the minimum size
   */
  public record Segment(PurchaseFit fit, double parentLogLikelihood, double pValue) {}

  /** The segments in the order in which they were given. */
  public List<Segment> segments() {
    return segments;
  }

  /** Center of the segments' log parameters. */
  public double[] center() {
    return center.clone();
  }

  /** Ω, the covariance of the log parameters between segments. */
  public double[][] between() {
    return Arrays.stream(between).map(double[]::clone).toArray(double[][]::new);
  }

  /**
   * Fits all segments of a parent.
   *
   * @param parent the pooled fit
   * @param histories one table a segment; a segment without a repeat purchase is no obstacle
   * @param minimumCustomers smaller segments are shrunk like the others but teach nothing about Ω
   */
  public static SegmentFits fit(
      PurchaseFit parent, List<Histories> histories, long minimumCustomers) {
    int size = parent.model().parameters().length;
    double unit = parent.timeScale();
    Bounds bounds = Bounds.of(parent.model().family(), unit);
    double[] center = logs(parent.model().parameters());
    double[][] between = new double[size][size];
    for (int i = 0; i < size; i++) {
      between[i][i] = FIRST_VARIANCE;
    }
    List<double[]> modes = new ArrayList<>();
    histories.forEach(h -> modes.add(parent.model().parameters()));
    boolean[] teaches = new boolean[histories.size()];
    for (int g = 0; g < teaches.length; g++) {
      teaches[g] = histories.get(g).customers() >= minimumCustomers;
    }
    for (int round = 0; round < ROUNDS; round++) {
      Maximizer.Penalty penalty = new Maximizer.Penalty(center, inverse(between));
      List<Expansion> expansions = new ArrayList<>();
      for (int g = 0; g < teaches.length; g++) {
        if (teaches[g]) {
          Maximizer.Summit summit =
              maximizer(parent.model().family(), histories.get(g), bounds)
                  .penalized(penalty)
                  .stoppingAt(LEAST_GAIN)
                  .climb(modes.get(g));
          modes.set(g, summit.parameters());
          expansions.add(Expansion.of(summit, penalty));
        }
      }
      if (expansions.isEmpty()) {
        break;
      }
      for (int step = 0; step < EM_STEPS; step++) {
        double[] nextCenter = new double[size];
        double[][] nextBetween = new double[size][size];
        learn(expansions, center, between, nextCenter, nextBetween);
        center = nextCenter;
        between = nextBetween;
      }
    }
    Maximizer.Penalty penalty = new Maximizer.Penalty(center, inverse(between));
    List<Segment> out = new ArrayList<>();
    for (int g = 0; g < teaches.length; g++) {
      out.add(segment(parent, histories.get(g), modes.get(g), penalty, bounds, teaches[g]));
    }
    return new SegmentFits(out, center, between);
  }

  private static Maximizer maximizer(ModelFamily family, Histories histories, Bounds bounds) {
    return new Maximizer(PurchaseFits.likelihood(family, histories), histories.weights(), bounds);
  }

  private static Segment segment(
      PurchaseFit parent,
      Histories histories,
      double[] start,
      Maximizer.Penalty penalty,
      Bounds bounds,
      boolean tested) {
    ModelFamily family = parent.model().family();
    Maximizer.Summit summit = maximizer(family, histories, bounds).penalized(penalty).climb(start);
    Estimate estimate =
        new Estimate(
            summit.withValue(summit.value() - penalty.value(logs(summit.parameters()))),
            histories.customers(),
            bounds);
    PurchaseFit fit =
        new PurchaseFit(
            family.model(estimate.parameters()),
            estimate,
            HistoryTotals.of(histories),
            estimate.warnings(family.parameterNames()));
    double underParent =
        PurchaseFits.likelihood(family, histories)
            .at(parent.model().parameters(), histories.weights())
            .value();
    double pValue = Double.NaN;
    if (tested) {
      Maximizer.Summit own =
          maximizer(family, histories, bounds).stoppingAt(LEAST_GAIN).climb(summit.parameters());
      double ratio = Math.max(0, own.value() - underParent);
      pValue = RegularizedGamma.Q.value(estimate.degrees() / 2.0, ratio);
    }
    return new Segment(fit, underParent, pValue);
  }

  /** One EM step over the segments' quadratic expansions. */
  private static void learn(
      List<Expansion> expansions,
      double[] center,
      double[][] between,
      double[] nextCenter,
      double[][] nextBetween) {
    int size = center.length;
    double[][] precision = inverse(between);
    List<double[]> means = new ArrayList<>();
    for (Expansion expansion : expansions) {
      double[][] variance = new double[size][size];
      double[] mean = expansion.posterior(center, precision, variance);
      means.add(mean);
      for (int i = 0; i < size; i++) {
        nextCenter[i] += mean[i] / expansions.size();
        for (int j = 0; j < size; j++) {
          nextBetween[i][j] += variance[i][j];
        }
      }
    }
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        for (double[] mean : means) {
          nextBetween[i][j] += (mean[i] - nextCenter[i]) * (mean[j] - nextCenter[j]);
        }
        nextBetween[i][j] += i == j ? PRIOR_SEGMENTS * PRIOR_VARIANCE : 0;
        nextBetween[i][j] /= expansions.size() + PRIOR_SEGMENTS;
      }
    }
  }

  private static double[] logs(double[] parameters) {
    return Arrays.stream(parameters).map(Math::log).toArray();
  }

  private static double[][] inverse(double[][] matrix) {
    return spectral(matrix, value -> 1 / value);
  }

  /** The symmetric matrix with a function applied to its eigenvalues. */
  private static double[][] spectral(double[][] matrix, DoubleUnaryOperator function) {
    int size = matrix.length;
    double[][] symmetric = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        symmetric[i][j] = (matrix[i][j] + matrix[j][i]) / 2;
      }
    }
    var eigen = new EigenDecompositionSymmetric(new Array2DRowRealMatrix(symmetric, false));
    double[][] out = new double[size][size];
    for (int k = 0; k < size; k++) {
      double value = function.applyAsDouble(eigen.getEigenvalue(k));
      double[] direction = eigen.getEigenvector(k).toArray();
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
          // In this order, so that the result is symmetric to the last bit.
          out[i][j] += value * (direction[i] * direction[j]);
        }
      }
    }
    return out;
  }

  /** A segment's own log-likelihood to second order: information K, and K·(its maximum). */
  @SuppressWarnings("ArrayRecordComponent") // lives within one fit, never compared
  private record Expansion(double[][] information, double[] pull) {
    static Expansion of(Maximizer.Summit summit, Maximizer.Penalty penalty) {
      double[] at = logs(summit.parameters());
      double[] slopes = penalty.slopes(at);
      int size = at.length;
      double[][] negative = new double[size][size];
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
          negative[i][j] = -summit.hessian()[i][j] - penalty.precision()[i][j];
        }
      }
      // Directions in which the segment's own likelihood is not concave tell nothing.
      double[][] information = spectral(negative, value -> Math.max(0, value));
      double[] pull =
          IntStream.range(0, size)
              .mapToDouble(
                  i -> {
                    // At the penalised summit the segment's own slope is that of the penalty.
                    double sum = -slopes[i];
                    for (int j = 0; j < size; j++) {
                      sum += information[i][j] * at[j];
                    }
                    return sum;
                  })
              .toArray();
      return new Expansion(information, pull);
    }

    double[] posterior(double[] center, double[][] precision, double[][] variance) {
      int size = center.length;
      double[][] sum = new double[size][size];
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
          sum[i][j] = information[i][j] + precision[i][j];
        }
      }
      double[][] inverse = inverse(sum);
      double[] mean = new double[size];
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < size; j++) {
          variance[i][j] = inverse[i][j];
          double toward = pull[j];
          for (int k = 0; k < size; k++) {
            toward += precision[j][k] * center[k];
          }
          mean[i] += inverse[i][j] * toward;
        }
      }
      return mean;
    }
  }
}
