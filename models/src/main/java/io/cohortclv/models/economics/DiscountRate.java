package io.cohortclv.models.economics;

/**
 * What later money is worth today, discounted continuously: δ = ln(1 + d).
 *
 * @param perYear d, a fraction per year of 365 days, not negative
 */
public record DiscountRate(double perYear) {
  private static final double DAYS_PER_YEAR = 365;

  public DiscountRate {
    if (!(perYear >= 0 && perYear < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "a discount rate per year is finite and not negative: " + perYear);
    }
  }

  /** δ per day. */
  public double perDay() {
    return Math.log1p(perYear) / DAYS_PER_YEAR;
  }

  /** What money so many days ahead is worth today, as a fraction of it: e^(−δ days). */
  public double factor(double days) {
    return Math.exp(-perDay() * days);
  }
}
