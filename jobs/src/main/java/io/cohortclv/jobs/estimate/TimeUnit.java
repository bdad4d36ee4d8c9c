package io.cohortclv.jobs.estimate;

/** The unit of a model's times. */
public enum TimeUnit {
  DAYS(1),
  WEEKS(7);

  private final int days;

  TimeUnit(int days) {
    this.days = days;
  }

  /** Days in this unit: weeks keep the fraction, as in the literature. */
  public double ofDays(long number) {
    return (double) number / days;
  }

  /** ln(1 + d) per year of 365 days as a rate per this unit. */
  public double continuousRate(double discountRatePerYear) {
    return Math.log1p(discountRatePerYear) * days / 365;
  }
}
