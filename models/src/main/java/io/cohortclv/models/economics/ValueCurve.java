package io.cohortclv.models.economics;

import io.cohortclv.models.btyd.PurchaseModel;

/**
 * How the value of a new customer builds up with age, as a purchase model expects it: the first
 * purchase at age 0 and the repeats after it, all worth the same in the mean.
 *
 * <p>Values are shares of the horizon value: the margin of the first {@code horizonDays} days,
 * discounted to the first purchase, which is what {@code acquisition_clv} measures.
 */
public final class ValueCurve {
  private final PurchaseModel model;
  private final double horizonDays;
  private final double ratePerDay;
  private final double whole;

  private ValueCurve(PurchaseModel model, double horizonDays, double ratePerDay) {
    this.model = model;
    this.horizonDays = horizonDays;
    this.ratePerDay = ratePerDay;
    this.whole = 1 + model.discountedPurchases(horizonDays, ratePerDay);
  }

  /**
   * The curve of one kind of customers.
   *
   * @param model of purchases, its times in days
   * @param horizonDays H of the horizon value, positive
   */
  public static ValueCurve of(PurchaseModel model, double horizonDays, DiscountRate discount) {
    if (!(horizonDays > 0 && horizonDays < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("a horizon is positive and finite: " + horizonDays);
    }
    return new ValueCurve(model, horizonDays, discount.perDay());
  }

  /**
   * The share of the horizon value that has come by this age: (1 + E discounted repeats by min(age,
   * H)) / (1 + E discounted repeats by H); between the first purchase's share and 1.
   */
  public double shareBy(double ageDays) {
    double age = Math.min(Math.max(ageDays, 0), horizonDays);
    return (1 + model.discountedPurchases(age, ratePerDay)) / whole;
  }

  /**
   * Cash that has come by this age, not discounted, as a multiple of the horizon value. Beyond the
   * horizon it goes on growing.
   */
  public double cashBy(double ageDays) {
    return (1 + model.expectedPurchases(Math.max(ageDays, 0))) / whole;
  }
}
