package io.cohortclv.models.spend;

import org.apache.commons.numbers.gamma.LogBeta;

/**
 * The Gamma-Gamma model of the amount of a purchase. Fader and Hardie (2013), "The Gamma-Gamma
 * Model of Monetary Value".
 *
 * <p>A customer's amounts are gamma(p, ν), and ν ~ gamma(q, v) over customers. The mean of x
 * amounts, m, has the density
 *
 * <pre>
 * Γ(px+q) / (Γ(px) Γ(q)) · v^q m^(px−1) x^(px) / (v + xm)^(px+q)
 * </pre>
 *
 * <p>and given it the expected amount is p (v + xm) / (px + q − 1).
 *
 * <p>Immutable, and safe for any number of threads.
 */
public final class GammaGamma {
  private final GammaGammaParameters parameters;

  private GammaGamma(GammaGammaParameters parameters) {
    this.parameters = parameters;
  }

  public static GammaGamma of(GammaGammaParameters parameters) {
    return new GammaGamma(parameters);
  }

  public GammaGammaParameters parameters() {
    return parameters;
  }

  /**
   * E[amount of a purchase | mean of the purchases averaged], infinite where px + q ≤ 1.
   *
   * @param purchases x, how many amounts were averaged; 0 for none
   * @param mean m, their mean; not read when there is none
   */
  public double expectedSpend(double purchases, double mean) {
    return posterior(purchases, mean).mean();
  }

  /**
   * What is believed of the customer's further amounts.
   *
   * @param purchases x, how many amounts were averaged; 0 for none
   * @param mean m, their mean; not read when there is none
   */
  public SpendPosterior posterior(double purchases, double mean) {
    requireCount(purchases);
    double sum = 0;
    if (purchases > 0) {
      requirePositive(mean);
      sum = purchases * mean;
    }
    return new SpendPosterior(
        parameters.p(), parameters.q() + parameters.p() * purchases, parameters.v() + sum);
  }

  /** ln of the density of the mean of so many purchases. */
  public double logLikelihood(double purchases, double mean) {
    if (!(purchases > 0 && purchases < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the number of averaged purchases must be positive and finite: " + purchases);
    }
    requirePositive(mean);
    double px = parameters.p() * purchases;
    double q = parameters.q();
    double v = parameters.v();
    // With f = v/(v + xm): f^q (1 − f)^px / (m B(px, q)), which no power can overflow.
    double ratio = purchases * mean / v;
    return -q * Math.log1p(ratio)
        - px * Math.log1p(1 / ratio)
        - Math.log(mean)
        - LogBeta.value(px, q);
  }

  /** The mean amount over all customers, p v / (q − 1); infinite where q ≤ 1. */
  public double populationMean() {
    return expectedSpend(0, 0);
  }

  private static void requireCount(double purchases) {
    if (!(purchases >= 0 && purchases < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the number of averaged purchases must be finite and not negative: " + purchases);
    }
  }

  private static void requirePositive(double mean) {
    if (!(mean > 0 && mean < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "a mean of purchases must be positive and finite: "
              + mean
              + "; leave out amounts that are not before averaging");
    }
  }

  @Override
  public String toString() {
    return parameters.toString();
  }
}
