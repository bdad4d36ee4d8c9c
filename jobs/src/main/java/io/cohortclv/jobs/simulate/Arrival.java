package io.cohortclv.jobs.simulate;

/**
 * How a customer came: what others need to know of a customer, and all that is needed to draw the
 * rest.
 *
 * @param index of the customer; customers come in its order
 * @param firstOrderMillis when the first counted order is placed
 * @param affiliate who brought the customer; null unless the source is an affiliate
 * @param campaign id of the campaign that did; null unless the source is a campaign
 * @param referrer index of the customer who did; -1 unless the source is a referral
 * @param invitedMillis when the referrer invited; 0 unless the source is a referral
 */
record Arrival(
    long index,
    long firstOrderMillis,
    Source source,
    Affiliate affiliate,
    String campaign,
    long referrer,
    long invitedMillis) {

  String customerRef() {
    return customerRef(index);
  }

  /** The shop's id of the customer with that index. */
  static String customerRef(long index) {
    return "c" + index;
  }

  /** The code that customer's friends redeem. */
  static String referralCode(long index) {
    return "FRIEND-" + index;
  }

  /** Factor on the Gamma-Gamma spend. */
  double spendMultiplier() {
    return affiliate == null ? source.spendMultiplier() : affiliate.spendMultiplier();
  }

  /** Probability that a counted order is refunded in part. */
  double refundRate() {
    return affiliate == null ? source.refundRate() : affiliate.type().refundRate();
  }

  /** Probability that the first order redeems a coupon. */
  double firstCouponRate() {
    return affiliate == null ? World.COUPON_RATE : affiliate.type().couponRate();
  }

  /** Share of spend that is kept after the refunds to be expected. */
  double keptShare() {
    return World.keptShare(refundRate());
  }
}
