package io.cohortclv.models.spend;

import java.io.Serial;
import java.io.Serializable;

/**
 * Gamma-Gamma population parameters. Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary
 * Value".
 *
 * @param p shape of the gamma distribution of one purchase's amount, dimensionless
 * @param q shape of the gamma distribution of the customers' rates ν, dimensionless
 * @param v rate of that distribution, in the currency of the amounts
 */
public record GammaGammaParameters(double p, double q, double v) implements Serializable {
  @Serial private static final long serialVersionUID = 1L;

  public GammaGammaParameters {
    requirePositive("p", p);
    requirePositive("q", q);
    requirePositive("v", v);
  }

  private static void requirePositive(String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) { // also refuses NaN
      throw new IllegalArgumentException(
          "Gamma-Gamma " + name + " must be positive and finite: " + value);
    }
  }
}
