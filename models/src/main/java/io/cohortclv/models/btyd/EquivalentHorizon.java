package io.cohortclv.models.btyd;

/**
 * A horizon h′ and a discount d, so that the purchases within h′, each taken times d, are worth as
 * much as the discounted ones within h: E[Σ e^(−δu)] = d E[N(h′)] and E[Σ e^(−2δu)] = d² E[N(h′)].
 * Thus a discounted sum has, near enough, the distribution of a count. Without discount it is h and
 * 1, exactly; with purchases at a constant rate without dropout and h infinite, 2/δ and 1/2.
 *
 * @param horizon h′, finite where h is not
 * @param discount d
 */
public record EquivalentHorizon(double horizon, double discount) {
  private static final int MOST_STEPS = 100;
  private static final double PRECISION = 1e-10;

  /**
   * That of a customer with this history.
   *
   * @param horizon h; may be infinite when the discount rate is positive
   * @param discountRate δ, continuous, per unit of time
   */
  public static EquivalentHorizon of(
      PurchaseModel model,
      double horizon,
      double discountRate,
      int repeats,
      double recency,
      double age) {
    if (discountRate == 0) {
      return new EquivalentHorizon(horizon, 1);
    }
    double once = model.discountedPurchases(horizon, discountRate, repeats, recency, age);
    double twice = model.discountedPurchases(horizon, 2 * discountRate, repeats, recency, age);
    return of(model, once, twice, horizon, discountRate, repeats, recency, age);
  }

  /**
   * The same where E[Σ e^(−δu)] and E[Σ e^(−2δu)] are at hand.
   *
   * @param once the former
   * @param twice the latter
   */
  public static EquivalentHorizon of(
      PurchaseModel model,
      double once,
      double twice,
      double horizon,
      double discountRate,
      int repeats,
      double recency,
      double age) {
    if (discountRate == 0 || !(twice > 0)) {
      return new EquivalentHorizon(discountRate == 0 ? horizon : 0, 1);
    }
    double purchases = once * (once / twice);
    double low = 0;
    double lowValue = -purchases;
    double high = Math.min(horizon, 1 / discountRate);
    double highValue = model.expectedPurchases(high, repeats, recency, age) - purchases;
    while (highValue < 0 && high < horizon) {
      low = high;
      lowValue = highValue;
      high = Math.min(horizon, 2 * high);
      highValue = model.expectedPurchases(high, repeats, recency, age) - purchases;
    }
    // Regula falsi with the Illinois rule: the expectation is nearly straight in the horizon.
    int side = 0;
    for (int step = 0; step < MOST_STEPS && highValue > 0; step++) {
      double next = high - highValue * (high - low) / (highValue - lowValue);
      double value = model.expectedPurchases(next, repeats, recency, age) - purchases;
      if (Math.abs(value) <= 1e-9 * purchases || high - low <= PRECISION * high) {
        return new EquivalentHorizon(next, twice / once);
      }
      if (value < 0) {
        low = next;
        lowValue = value;
        highValue /= side < 0 ? 2 : 1;
        side = -1;
      } else {
        high = next;
        highValue = value;
        lowValue /= side > 0 ? 2 : 1;
        side = 1;
      }
    }
    return new EquivalentHorizon(high, twice / once);
  }
}
