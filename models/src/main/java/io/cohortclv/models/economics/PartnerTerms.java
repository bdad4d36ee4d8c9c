package io.cohortclv.models.economics;

/**
 * What the next customer of a partner costs beside and through the commission. Money in major units
 * per new customer.
 *
 * @param rate commission as a fraction of the basis, not negative
 * @param basis sale that a new customer's commission is expected to be reckoned on, positive
 * @param networkFee f, the network's override as a fraction of the commission, not negative
 * @param otherCost rewards, discounts, bonuses and fixed fees per new customer
 */
public record PartnerTerms(double rate, double basis, double networkFee, double otherCost) {
  public PartnerTerms {
    require(rate >= 0 && rate < Double.POSITIVE_INFINITY, "rate", rate);
    require(basis > 0 && basis < Double.POSITIVE_INFINITY, "basis", basis);
    require(networkFee >= 0 && networkFee < Double.POSITIVE_INFINITY, "network fee", networkFee);
    require(Double.isFinite(otherCost), "other cost", otherCost);
  }

  /** Commission of a new customer. */
  public double commission() {
    return rate * basis;
  }

  /** All that a new customer costs: C (1 + f) and the rest. */
  public double cost() {
    return commission() * (1 + networkFee) + otherCost;
  }

  private static void require(boolean holds, String what, double value) {
    if (!holds) {
      throw new IllegalArgumentException("this is no " + what + " of terms: " + value);
    }
  }
}
