package io.cohortclv.models.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;

/** What the curvature at a summit says of the parameters there. */
final class Estimate {
  private static final double STEEP_ENOUGH = 1e-6;
  private static final double ILL_CONDITIONED = 1e8;

  private final Maximizer.Summit summit;
  private final double[] curvatures;
  private final double[][] directions;
  private final int[] free;
  private final double[][] logCovariance;
  private final double customers;
  private final Bounds bounds;

  Estimate(Maximizer.Summit summit, long customers, Bounds bounds) {
    this.summit = summit;
    this.customers = customers;
    this.bounds = bounds;
    int size = summit.parameters().length;
    free =
        IntStream.range(0, size)
            .filter(
                i -> {
                  double log = Math.log(summit.parameters()[i]);
                  return !bounds.isFixed(i) && !bounds.isLow(i, log) && !bounds.isHigh(i, log);
                })
            .toArray();
    logCovariance = new double[size][size];
    directions = new double[free.length][];
    if (free.length == 0) {
      curvatures = new double[0];
      return;
    }
    double[][] negative = new double[free.length][free.length];
    for (int i = 0; i < free.length; i++) {
      for (int j = 0; j < free.length; j++) {
        negative[i][j] = -summit.hessian()[free[i]][free[j]];
      }
    }
    var eigen = new EigenDecompositionSymmetric(new Array2DRowRealMatrix(negative, false));
    curvatures = eigen.getEigenvalues();
    for (int k = 0; k < free.length; k++) {
      directions[k] = eigen.getEigenvector(k).toArray();
    }
    boolean curved = leastCurvature() > 0;
    for (int i = 0; i < free.length; i++) {
      for (int j = 0; j < free.length; j++) {
        double sum = curved ? 0 : Double.NaN;
        for (int k = 0; curved && k < free.length; k++) {
          sum += directions[k][i] * directions[k][j] / curvatures[k];
        }
        logCovariance[free[i]][free[j]] = sum;
      }
    }
  }

  private double leastCurvature() {
    return Arrays.stream(curvatures).min().orElse(Double.NaN);
  }

  double[] parameters() {
    return summit.parameters().clone();
  }

  /** 0 in the rows of parameters that are fixed or at their bounds: they stay there. */
  double[][] logCovariance() {
    return Arrays.stream(logCovariance).map(double[]::clone).toArray(double[][]::new);
  }

  /** How many parameters were there to be moved. */
  int degrees() {
    return (int)
        IntStream.range(0, summit.parameters().length).filter(i -> !bounds.isFixed(i)).count();
  }

  double[][] covariance() {
    double[][] out = logCovariance();
    for (int i = 0; i < out.length; i++) {
      for (int j = 0; j < out.length; j++) {
        out[i][j] *= summit.parameters()[i] * summit.parameters()[j];
      }
    }
    return out;
  }

  double[] standardErrors() {
    double[] out = new double[logCovariance.length];
    Arrays.fill(out, Double.NaN);
    for (int i : free) {
      out[i] = summit.parameters()[i] * Math.sqrt(logCovariance[i][i]);
    }
    return out;
  }

  double logLikelihood() {
    return summit.value();
  }

  boolean converged() {
    return summit.converged();
  }

  int iterations() {
    return summit.iterations();
  }

  double gradientNorm() {
    return Math.sqrt(
            Arrays.stream(free).mapToDouble(i -> summit.gradient()[i]).map(g -> g * g).sum())
        / customers;
  }

  /** Infinite where the log-likelihood is flat or rises in some direction. */
  double conditionNumber() {
    double least = leastCurvature();
    return least > 0
        ? Arrays.stream(curvatures).max().orElseThrow() / least
        : Double.POSITIVE_INFINITY;
  }

  /** Warnings about parameters with these names, which the climb moved by their logarithms. */
  List<String> warnings(List<String> names) {
    return warnings(names, names.stream().map(name -> "ln " + name).toList(), true);
  }

  /** Warnings about estimates that are themselves what the climb calls logarithms. */
  List<String> warningsOfLogs(List<String> names) {
    return warnings(names, names, false);
  }

  private List<String> warnings(List<String> names, List<String> logNames, boolean ofParameters) {
    List<String> warnings = new ArrayList<>();
    if (!converged()) {
      warnings.add("the fit did not converge in " + iterations() + " steps");
    }
    for (int i = 0; i < names.size(); i++) {
      if (Arrays.binarySearch(free, i) < 0 && !bounds.isFixed(i)) {
        warnings.add(
            names.get(i)
                + " ran to its bound "
                + number(ofParameters ? summit.parameters()[i] : Math.log(summit.parameters()[i]))
                + ": the data ask for a simpler model");
      }
    }
    if (gradientNorm() > STEEP_ENOUGH) {
      warnings.add(
          "the gradient's norm is " + number(gradientNorm()) + " a customer where it should be 0");
    }
    if (free.length > 0 && conditionNumber() > ILL_CONDITIONED) {
      warnings.add(
          "the likelihood is nearly flat (condition number "
              + number(conditionNumber())
              + ") along "
              + flattest(logNames)
              + ": these parameters are not determined one by one");
    }
    return warnings;
  }

  /** The direction of least curvature, as {@code +0.71 ln a +0.70 ln b}. */
  private String flattest(List<String> logNames) {
    int least = 0;
    for (int k = 1; k < curvatures.length; k++) {
      least = curvatures[k] < curvatures[least] ? k : least;
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < free.length; i++) {
      if (Math.abs(directions[least][i]) >= 0.05) {
        out.append(out.isEmpty() ? "" : " ")
            .append(
                String.format(
                    Locale.ROOT, "%+.2f %s", directions[least][i], logNames.get(free[i])));
      }
    }
    return out.toString();
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }
}
