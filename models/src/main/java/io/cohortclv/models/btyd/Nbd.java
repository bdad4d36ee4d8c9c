package io.cohortclv.models.btyd;

import io.cohortclv.models.math.LogSpace;
import java.util.Arrays;

/**
 * NBD of Ehrenberg (1959), Applied Statistics 8(1): customers buy at a rate λ ~ gamma(r, α) and
 * never stop. The baseline against which a likelihood-ratio test shows that there is dropout.
 *
 * <p>The likelihood of (x, t_x, T) is (r)_x α^r (α+T)^−(r+x); the recency carries no information.
 */
public final class Nbd implements PurchaseModel {
  private final double r;
  private final double alpha;

  private Nbd(NbdParameters p) {
    this.r = p.r();
    this.alpha = p.alpha();
  }

  public static Nbd of(NbdParameters parameters) {
    return new Nbd(parameters);
  }

  @Override
  public ModelFamily family() {
    return ModelFamily.NBD;
  }

  @Override
  public double[] parameters() {
    return new double[] {r, alpha};
  }

  @Override
  public double logLikelihood(int repeats, double recency, double age) {
    Checks.history(repeats, recency, age);
    return LogSpace.risingFactorial(r, repeats)
        - r * Math.log1p(age / alpha)
        - repeats * Math.log(alpha + age);
  }

  /** Always 1. */
  @Override
  public double aliveProbability(double ahead, int repeats, double recency, double age) {
    Checks.time("time ahead", ahead);
    Checks.history(repeats, recency, age);
    return 1;
  }

  @Override
  public double discountedPurchases(
      double horizon, double discountRate, int repeats, double recency, double age) {
    Checks.history(repeats, recency, age);
    return (r + repeats) / (alpha + age) * discountedTime(horizon, discountRate);
  }

  /** (1 − e^(−δh))/δ. */
  private static double discountedTime(double horizon, double discountRate) {
    Checks.horizon(horizon, discountRate);
    return horizon == Double.POSITIVE_INFINITY
        ? 1 / discountRate
        : horizon * LogSpace.meanDecay(discountRate * horizon);
  }

  @Override
  public double probability(
      int purchases, double horizon, int repeats, double recency, double age) {
    Checks.purchases(purchases);
    Checks.time("horizon", horizon);
    Checks.history(repeats, recency, age);
    return Math.exp(NegativeBinomial.log(purchases, r + repeats, horizon / (alpha + age)));
  }

  @Override
  public double[] probabilities(double horizon, int repeats, double recency, double age) {
    Checks.time("horizon", horizon);
    Checks.history(repeats, recency, age);
    return NegativeBinomial.probabilities(r + repeats, horizon / (alpha + age));
  }

  /** E[λ²] ((1 − e^(−δh))/δ)²/2. */
  @Override
  public double discountedPairs(
      double horizon, double discountRate, int repeats, double recency, double age) {
    Checks.history(repeats, recency, age);
    double time = discountedTime(horizon, discountRate);
    double shape = r + repeats;
    return shape / (alpha + age) * ((shape + 1) / (alpha + age)) * time * time / 2;
  }

  @Override
  public String toString() {
    return family().title()
        + " "
        + family().parameterNames()
        + " = "
        + Arrays.toString(parameters());
  }
}
