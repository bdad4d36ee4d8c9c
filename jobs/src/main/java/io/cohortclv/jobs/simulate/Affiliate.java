package io.cohortclv.jobs.simulate;

/**
 * One affiliate of the shop.
 *
 * @param index position among the shop's affiliates, the largest first
 * @param share of the customers who come through affiliates; sums to 1
 * @param spendMultiplier factor on the spend of its customers, log-normal around its type's
 * @param joinedMillis when it joined; before the first simulated day
 * @param negotiatedMillis when its own better rate began, or {@link Long#MAX_VALUE} for never
 */
record Affiliate(
    int index,
    String id,
    String name,
    AffiliateType type,
    String country,
    double share,
    double spendMultiplier,
    long joinedMillis,
    long negotiatedMillis) {
  /** What a negotiated rate has on top of the type's. */
  static final double NEGOTIATED_BONUS = 0.02;

  /** The commission rate that holds at that moment, a fraction of the order before tax. */
  double commissionRate(long millis) {
    return type.commissionRate() + (millis >= negotiatedMillis ? NEGOTIATED_BONUS : 0);
  }
}
