package io.cohortclv.models.economics;

import java.util.List;
import org.apache.commons.numbers.gamma.RegularizedBeta;

/**
 * How a month that is not over stands against its goal. Counts of a month are Poisson with a rate
 * that is gamma-distributed around the baseline, so that what has come by now tells of what is to
 * come: with shape a, baseline B, actual y and elapsed share w of the month, the rate is gamma(a +
 * y, a/B + w) and the rest of the month negative binomial (Gelman et al., Bayesian Data Analysis,
 * 2.6).
 *
 * @param forecast expected count of the whole month
 * @param reachProbability P(count of the whole month ≥ target)
 */
public record MonthlyGoal(double forecast, double reachProbability) {
  /** Where months vary no more than Poisson counts do, the baseline is as good as known. */
  private static final double MOST_SHAPE = 1e6;

  private static final double LEAST_SHAPE = 0.1;

  /**
   * A month so far.
   *
   * @param actual y, what has come; of money, in units of the mean amount
   * @param elapsed w, the share of the month that is over; 1 when it has ended
   * @param baseline B, what a whole month brings without the goal, not negative
   * @param target what the whole month is to bring
   * @param shape a, from {@link #shape}
   */
  public static MonthlyGoal of(
      double actual, double elapsed, double baseline, double target, double shape) {
    if (!(elapsed > 0 && elapsed <= 1)) {
      throw new IllegalArgumentException(
          "the share of a month that is over lies above 0 and up to 1: " + elapsed);
    }
    if (elapsed == 1) {
      return new MonthlyGoal(actual, actual >= target ? 1 : 0);
    }
    if (!(baseline > 0)) {
      // Nothing is known of the rate but this month.
      return of(actual, elapsed, Math.max(actual / elapsed, 1e-9), target, LEAST_SHAPE);
    }
    double posteriorShape = shape + actual;
    double posteriorRate = shape / baseline + elapsed;
    double rest = 1 - elapsed;
    double missing = Math.ceil(target - actual - 1e-9);
    double reach =
        missing <= 0
            ? 1
            : RegularizedBeta.value(rest / (posteriorRate + rest), missing, posteriorShape);
    return new MonthlyGoal(actual + rest * posteriorShape / posteriorRate, reach);
  }

  /**
   * A past month of one partner.
   *
   * @param actual what it brought
   * @param baseline what was to be expected of it
   */
  public record Month(double actual, double baseline) {}

  /**
   * The shape a of the months' rates by moments, pooled over partners: Var = B + B²/a, so a = ΣB² /
   * Σ[(y − B)² − B]. A month whose baseline is itself a mean of three months strays by a third more
   * than its own chance; that is left in, as it is the forecast's error too.
   */
  public static double shape(List<Month> months) {
    double squares = 0;
    double excess = 0;
    for (Month month : months) {
      double apart = month.actual() - month.baseline();
      squares += month.baseline() * month.baseline();
      excess += apart * apart - month.baseline();
    }
    return excess > 0 ? Math.min(MOST_SHAPE, Math.max(LEAST_SHAPE, squares / excess)) : MOST_SHAPE;
  }
}
