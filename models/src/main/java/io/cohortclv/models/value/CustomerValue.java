package io.cohortclv.models.value;

import io.cohortclv.models.spend.SpendPosterior;

/**
 * What one customer will bring in over the horizon of the purchases, Σ e^(−δu) · amount, parameters
 * known: its mean, variance and quantiles are those of the outcome. The amounts do not depend on
 * when and how often the customer buys, which Gamma-Gamma assumes.
 *
 * @param purchases when and how often
 * @param amounts how much, in any currency; {@link SpendPosterior#times} makes margins of revenue
 */
public record CustomerValue(FuturePurchases purchases, SpendPosterior amounts) {

  /** Infinite where the belief about the amounts has no mean. */
  public double mean() {
    return purchases.mean() == 0 ? 0 : purchases.mean() * amounts.mean();
  }

  /**
   * With μ the customer's mean amount and S the discounted number of purchases, E[μ²] (Var S + E[Σ
   * e^(−2δu)]/p) + Var(μ) E[S]². Finite always: where the belief's shape is below 2.5, μ is cut as
   * {@link SpendPosterior#moments} says.
   */
  public double variance() {
    double[] moments = amounts.moments();
    double spread = moments[1] - moments[0] * moments[0];
    return moments[1] * (purchases.variance() + purchases.squares() / amounts.p())
        + spread * purchases.mean() * purchases.mean();
  }

  /** P(nothing comes in). */
  public double noneProbability() {
    return purchases.noneProbability();
  }

  /** The value that is not exceeded with this probability; often exactly 0. */
  public double quantile(double probability) {
    return purchases.quantile(probability, amounts);
  }
}
