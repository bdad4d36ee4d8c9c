package io.cohortclv.models.math;

/**
 * ∫₀ʰ e^(−δu) f(u) du for a rate f that is analytic, falls no faster than a power of (scale + u)
 * and rises at most once.
 *
 * <p>With v = ln(1 + u/scale) the rates of the dropout models are analytic in |Im v| &lt; π, so a
 * 16-point Gauss-Legendre rule on panels no longer than 2 in v, and over which neither the power
 * nor the discount falls by more than e⁸, is exact to rounding. δ = 0 is no special case, and with
 * δ &gt; 0 the horizon may be infinite: what lies beyond δu = 40 is below the last place.
 */
public final class DiscountedIntegral {
  private static final double LONGEST_PANEL = 2;
  private static final double STEEPEST_PANEL = 8;
  private static final double LAST_EXPONENT = 40;
  private static final double NEGLIGIBLE = 1e-17;

  /** A rate at several times at once, so that its series can share coefficients. */
  @FunctionalInterface
  public interface Rate {
    void at(double[] times, double[] rates);
  }

  private DiscountedIntegral() {}

  /**
   * The integral from 0 to the horizon.
   *
   * @param rate f, with times in the unit of the horizon
   * @param scale distance of f's singularity at u = −scale from 0
   * @param steepness an upper bound of −d ln f / d ln(scale + u)
   * @param horizon h, may be infinite when the discount rate is positive
   * @param discountRate δ, continuous, per unit of time
   */
  public static double of(
      Rate rate, double scale, double steepness, double horizon, double discountRate) {
    return of(rate, scale, steepness, Double.POSITIVE_INFINITY, 0, horizon, discountRate);
  }

  /**
   * The same for a rate that also swings at first.
   *
   * @param turn shortest period of the swings: no panel is longer
   * @param calm time after which they are gone
   */
  public static double of(
      Rate rate,
      double scale,
      double steepness,
      double turn,
      double calm,
      double horizon,
      double discountRate) {
    double end = discountRate > 0 ? Math.min(horizon, LAST_EXPONENT / discountRate) : horizon;
    double[] times = new double[GaussLegendre.POINTS];
    double[] rates = new double[GaussLegendre.POINTS];
    double panels = 0;
    double from = 0;
    while (from < end) {
      double discountLength = Math.log1p(STEEPEST_PANEL / (discountRate * (scale + from)));
      double length = Math.min(LONGEST_PANEL, Math.min(STEEPEST_PANEL / steepness, discountLength));
      if (from < calm) {
        length = Math.min(length, Math.log1p(turn / (scale + from)));
      }
      double left = Math.log1p((end - from) / (scale + from));
      // Equal panels over what is left, unless the discount shortens them on the way.
      length =
          discountLength > left && from >= calm
              ? left / Math.ceil(left / length)
              : Math.min(length, left);
      double to = from + (scale + from) * Math.expm1(length);
      if (to > end || length >= left) {
        to = end;
      }
      panels += panel(rate, times, rates, scale, from, length, discountRate);
      from = to;
      // A rate that has fallen this far adds nothing, however long it goes on.
      double last = rates[GaussLegendre.POINTS - 1];
      if (last * (end - from) < NEGLIGIBLE * panels) {
        break;
      }
    }
    return panels;
  }

  /**
   * ∫₀ʰ e^(−δw) f(w) ∫₀ʷ e^(−δu) du dw, for pairs of events: f of the later one, the earlier one
   * anywhere before it.
   */
  public static double ofPairs(
      Rate rate, double scale, double steepness, double horizon, double discountRate) {
    return of(
        (times, rates) -> {
          rate.at(times, rates);
          for (int i = 0; i < times.length; i++) {
            rates[i] *= times[i] * LogSpace.meanDecay(discountRate * times[i]);
          }
        },
        scale,
        steepness,
        horizon,
        discountRate);
  }

  private static double panel(
      Rate rate,
      double[] times,
      double[] rates,
      double scale,
      double from,
      double length,
      double discountRate) {
    double base = scale + from;
    for (int i = 0; i < GaussLegendre.POINTS; i++) {
      times[i] = from + base * Math.expm1(length * GaussLegendre.node(i));
    }
    rate.at(times, rates);
    double sum = 0;
    for (int i = 0; i < GaussLegendre.POINTS; i++) {
      double discount = discountRate == 0 ? 1 : Math.exp(-discountRate * times[i]);
      sum += GaussLegendre.weight(i) * rates[i] * discount * (scale + times[i]);
    }
    return length * sum;
  }
}
