package io.cohortclv.models.economics;

import io.cohortclv.models.shrink.Posterior;
import java.util.Locale;

/**
 * What to pay a partner for its next customer. Money in major units per new customer, commissions
 * without the network's fee, floored at 0.
 *
 * @param breakEven C₀ = (ι E[CLV] − other)/(1 + f): at it the customer is worth what it costs
 * @param ceiling C_max = (ι Q_q(CLV)/R − other)/(1 + f): at it the customer is worth R times the
 *     cost even at the q-quantile of what is believed
 * @param cashCeiling C_cash = (ι Σ margin of the first P months − other)/(1 + f)
 * @param limit min(C_max, C_cash)
 * @param recommendedRate the limit as a fraction of the basis, at most a step from today's rate
 * @param lossProbability P(ι CLV &lt; cost) at today's rate
 * @param expectedProfit ι E[CLV] − cost at today's rate
 * @param paysOverCeiling whether today's commission is above the ceiling
 * @param reason why this rate, in words
 */
public record CommissionAdvice(
    double breakEven,
    double ceiling,
    double cashCeiling,
    double limit,
    double recommendedRate,
    double lossProbability,
    double expectedProfit,
    boolean paysOverCeiling,
    String reason) {
  /** Rates closer than a hundredth of a point are the same. */
  private static final double SAME_RATE = 1e-4;

  /**
   * Weighs terms against what is believed of a partner's next customer.
   *
   * @param value the next customer's horizon value
   * @param cashShare margin of the first P months, not discounted, as a multiple of that value
   */
  public static CommissionAdvice of(
      CommissionPolicy policy, PartnerTerms terms, Posterior value, double cashShare) {
    double iota = policy.incrementality();
    double quantile = value.quantile(policy.quantile());
    double breakEven = commission(iota * value.mean(), terms);
    double ceiling = commission(iota * quantile / policy.targetRatio(), terms);
    double cashCeiling = commission(iota * value.mean() * cashShare, terms);
    double limit = Math.min(ceiling, cashCeiling);
    double wanted = limit / terms.basis();
    double step = policy.largestStep();
    double recommended =
        Math.max(0, Math.max(terms.rate() - step, Math.min(terms.rate() + step, wanted)));
    return new CommissionAdvice(
        breakEven,
        ceiling,
        cashCeiling,
        limit,
        recommended,
        lossProbability(iota, terms.cost(), value),
        iota * value.mean() - terms.cost(),
        terms.commission() > ceiling,
        reason(policy, terms, value, limit, cashCeiling < ceiling, recommended));
  }

  /** What is left for the commission of a customer who may cost so much, the fee taken off. */
  private static double commission(double mayCost, PartnerTerms terms) {
    return Math.max(0, (mayCost - terms.otherCost()) / (1 + terms.networkFee()));
  }

  private static double lossProbability(double iota, double cost, Posterior value) {
    if (iota == 0) {
      return cost > 0 ? 1 : 0;
    }
    return 1 - value.probabilityAbove(cost / iota);
  }

  private static String reason(
      CommissionPolicy policy,
      PartnerTerms terms,
      Posterior value,
      double limit,
      boolean cashBinds,
      double recommended) {
    double wanted = limit / terms.basis();
    String bound;
    if (limit == 0 && policy.incrementality() * value.mean() <= terms.otherCost()) {
      bound = "a customer is not expected to earn even the costs beside the commission";
    } else if (limit == 0) {
      bound = "nothing is left for a commission at the wanted ratio of value to cost";
    } else if (cashBinds) {
      bound =
          text("cash of the first %d months allows %.2f a customer", policy.paybackMonths(), limit);
    } else {
      bound =
          text(
              "a value of %.2f at the %.0f %% quantile, %.1f times the cost, allows %.2f a customer",
              value.quantile(policy.quantile()),
              100 * policy.quantile(),
              policy.targetRatio(),
              limit);
    }
    String verdict;
    if (Math.abs(recommended - terms.rate()) < SAME_RATE) {
      verdict = text("keep %.1f %%", 100 * terms.rate());
    } else {
      verdict =
          text(
              "%s %.1f %% to %.1f %%",
              recommended > terms.rate() ? "raise" : "lower",
              100 * terms.rate(),
              100 * recommended);
    }
    String halted =
        Math.abs(wanted - recommended) < SAME_RATE
            ? ""
            : text(", a step of the way to %.1f %%", 100 * wanted);
    return verdict + halted + ": " + bound;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
