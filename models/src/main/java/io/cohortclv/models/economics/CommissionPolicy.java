package io.cohortclv.models.economics;

/**
 * What a company wants of the commissions it pays.
 *
 * @param incrementality ι, the share of the customers who would not have come anyway; 0 to 1
 * @param targetRatio R, how many times its cost a customer is to be worth; at least 1
 * @param quantile q, the quantile of the believed value that the ceiling trusts; inside (0, 1)
 * @param paybackMonths P, months in which a commission has to come back in cash
 * @param largestStep the most a recommended rate may differ from today's, in points of the rate:
 *     0.01 moves 5 % to at most 6 %
 */
public record CommissionPolicy(
    double incrementality,
    double targetRatio,
    double quantile,
    int paybackMonths,
    double largestStep) {
  public CommissionPolicy {
    require(incrementality >= 0 && incrementality <= 1, "incrementality", incrementality);
    require(targetRatio >= 1 && targetRatio < Double.POSITIVE_INFINITY, "ratio", targetRatio);
    require(quantile > 0 && quantile < 1, "quantile", quantile);
    require(paybackMonths >= 1, "number of payback months", paybackMonths);
    require(largestStep > 0 && largestStep < Double.POSITIVE_INFINITY, "step", largestStep);
  }

  private static void require(boolean holds, String what, double value) {
    if (!holds) {
      throw new IllegalArgumentException("this is no " + what + " of a policy: " + value);
    }
  }
}
