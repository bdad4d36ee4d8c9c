package io.cohortclv.models.economics;

import java.util.function.IntToDoubleFunction;

/**
 * When the margin of acquired customers has paid for their acquisition: the least number of months
 * m whose cumulative margin per customer reaches the CAC.
 *
 * @param months m, null when it is not reached as far as anybody can see
 */
public record Payback(Status status, Integer months) {

  /** How the answer is known. */
  public enum Status {
    /** Customers old enough have brought it. */
    RECOVERED,
    /** Not yet, but their margin is expected to reach it within the horizon. */
    PROJECTED,
    /** Neither. */
    NOT_YET
  }

  /**
   * When a CAC is paid back.
   *
   * @param cac cost per new customer; at or below 0 it is recovered in month 0
   * @param observed cumulative margin per customer after 1, 2, ... months, each of the customers
   *     observed that long; NaN where nobody is old enough
   * @param expected cumulative margin per customer expected after m months
   * @param lastMonth how far ahead expectations are followed
   */
  public static Payback of(
      double cac, double[] observed, IntToDoubleFunction expected, int lastMonth) {
    if (!Double.isFinite(cac)) {
      throw new IllegalArgumentException("without a finite CAC there is no payback: " + cac);
    }
    if (cac <= 0) {
      return new Payback(Status.RECOVERED, 0);
    }
    int seen = 0;
    for (int month = 1; month <= observed.length; month++) {
      if (observed[month - 1] >= cac) {
        return new Payback(Status.RECOVERED, month);
      }
      seen = Double.isNaN(observed[month - 1]) ? seen : month;
    }
    for (int month = seen + 1; month <= lastMonth; month++) {
      if (expected.applyAsDouble(month) >= cac) {
        return new Payback(Status.PROJECTED, month);
      }
    }
    return new Payback(Status.NOT_YET, null);
  }
}
