package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.ModelFamily;
import java.util.List;

/**
 * A model's likelihood over groups whose parameters depend on covariates z. In the coordinates
 *
 * <pre>
 * (M)BG/NBD:  ln r, ln α, logit μ, ln φ     with a = μφ, b = (1−μ)φ
 * Pareto/NBD: ln r, ln α, ln β, ln s
 * </pre>
 *
 * <p>the second is lowered by γ·z, and the third raised by δ·z, or for ln β lowered: positive
 * coefficients mean more purchases and earlier dropout. The mean of dropout moves with covariates
 * and its spread, φ or s, stays: one factor on both a and b, as published elsewhere, cannot move
 * the mean a/(a+b).
 *
 * <p>A point is the four coordinates, then γ, then δ. The climber moves over logarithms, so it is
 * handed over as their exponentials.
 */
final class CovariateLikelihood implements Likelihood {
  private static final int BASE = 4;
  private static final int SECOND_RATE = 1;
  private static final int DROPOUT = 2;
  private static final int SPREAD = 3;

  private final ModelFamily family;
  private final List<CovariateGroup> groups;
  private final List<Likelihood> likelihoods;
  private final List<double[]> weights;
  private final int covariates;

  CovariateLikelihood(ModelFamily family, List<CovariateGroup> groups, int covariates) {
    this.family = family;
    this.groups = groups;
    this.covariates = covariates;
    this.likelihoods =
        groups.stream().map(g -> PurchaseFits.likelihood(family, g.histories())).toList();
    this.weights = groups.stream().map(g -> g.histories().weights()).toList();
  }

  /** The coordinates of a model without covariates. */
  static double[] coordinates(ModelFamily family, double[] p) {
    return family == ModelFamily.PARETO_NBD
        ? new double[] {Math.log(p[0]), Math.log(p[1]), Math.log(p[3]), Math.log(p[2])}
        : new double[] {
          Math.log(p[0]), Math.log(p[1]), Math.log(p[2]) - Math.log(p[3]), Math.log(p[2] + p[3])
        };
  }

  /** The parameters at a point, for these values of the covariates. */
  static double[] parameters(ModelFamily family, double[] point, List<Double> values) {
    double[] at = new double[BASE];
    System.arraycopy(point, 0, at, 0, BASE);
    int sign = family == ModelFamily.PARETO_NBD ? -1 : 1;
    for (int k = 0; k < values.size(); k++) {
      at[SECOND_RATE] -= point[BASE + k] * values.get(k);
      at[DROPOUT] += sign * point[BASE + values.size() + k] * values.get(k);
    }
    if (family == ModelFamily.PARETO_NBD) {
      return new double[] {
        Math.exp(at[0]), Math.exp(at[1]), Math.exp(at[SPREAD]), Math.exp(at[DROPOUT])
      };
    }
    double spread = Math.exp(at[SPREAD]);
    return new double[] {
      Math.exp(at[0]),
      Math.exp(at[1]),
      spread / (1 + Math.exp(-at[DROPOUT])),
      spread / (1 + Math.exp(at[DROPOUT]))
    };
  }

  @Override
  public LikelihoodSums at(double[] exponentials, double[] ignored) {
    int size = BASE + 2 * covariates;
    double[] point = new double[size];
    for (int i = 0; i < size; i++) {
      point[i] = Math.log(exponentials[i]);
    }
    LikelihoodSums sums = new LikelihoodSums(size);
    for (int g = 0; g < groups.size(); g++) {
      List<Double> values = groups.get(g).values();
      double[] p = parameters(family, point, values);
      LikelihoodSums of = likelihoods.get(g).at(p, weights.get(g));
      sums.addValue(of.value());
      addGroup(sums, of.logGradient(p), of.logHessian(p), p, values, exponentials);
    }
    return sums;
  }

  /** The chain rule, from ln parameters to the coordinates and on to the point. */
  private void addGroup(
      LikelihoodSums sums,
      double[] gradient,
      double[][] hessian,
      double[] p,
      List<Double> values,
      double[] exponentials) {
    double[][] jacobian = new double[BASE][BASE];
    jacobian[0][0] = 1;
    jacobian[1][1] = 1;
    double bend = 0;
    if (family == ModelFamily.PARETO_NBD) {
      jacobian[2][SPREAD] = 1;
      jacobian[3][DROPOUT] = 1;
    } else {
      double mean = p[2] / (p[2] + p[3]);
      jacobian[2][DROPOUT] = 1 - mean;
      jacobian[3][DROPOUT] = -mean;
      jacobian[2][SPREAD] = 1;
      jacobian[3][SPREAD] = 1;
      // Both ln a and ln b have the second derivative −μ(1−μ) in logit μ.
      bend = -mean * (1 - mean) * (gradient[2] + gradient[3]);
    }
    int size = BASE + 2 * covariates;
    double[][] full = new double[BASE][size];
    int sign = family == ModelFamily.PARETO_NBD ? -1 : 1;
    double[] dropout = new double[size];
    dropout[DROPOUT] = 1;
    for (int i = 0; i < BASE; i++) {
      System.arraycopy(jacobian[i], 0, full[i], 0, BASE);
      for (int k = 0; k < covariates; k++) {
        full[i][BASE + k] = -jacobian[i][SECOND_RATE] * values.get(k);
        full[i][BASE + covariates + k] = sign * jacobian[i][DROPOUT] * values.get(k);
        dropout[BASE + covariates + k] = sign * values.get(k);
      }
    }
    for (int i = 0; i < size; i++) {
      double slope = 0;
      for (int s = 0; s < BASE; s++) {
        slope += gradient[s] * full[s][i];
      }
      sums.addGradient(i, slope / exponentials[i]);
      for (int j = 0; j <= i; j++) {
        double sum = bend * dropout[i] * dropout[j];
        for (int s = 0; s < BASE; s++) {
          for (int t = 0; t < BASE; t++) {
            sum += hessian[s][t] * full[s][i] * full[t][j];
          }
        }
        double own = i == j ? slope : 0;
        sums.addHessian(i, j, (sum - own) / exponentials[i] / exponentials[j]);
      }
    }
  }
}
