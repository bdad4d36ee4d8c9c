package io.cohortclv.jobs.simulate;

/** Kinds of affiliates of the shop, and what is true of the customers they bring. */
enum AffiliateType {
  CONTENT("content", 0.30, 0.07, 0.05, 0.10, 0.04, 1.10),
  COUPON("coupon", 0.16, 0.03, 0.11, 0.60, 0.07, 0.75),
  CASHBACK("cashback", 0.12, 0.05, 0.13, 0.20, 0.09, 0.80),
  INFLUENCER("influencer", 0.18, 0.10, 0.09, 0.45, 0.05, 0.95),
  PPC("ppc", 0.10, 0.06, 0.08, 0.10, 0.06, 1.00),
  EMAIL("email", 0.08, 0.05, 0.06, 0.25, 0.04, 1.15),
  B2B("b2b", 0.06, 0.12, 0.03, 0.05, 0.02, 1.80);

  private final String id;
  private final double share;
  private final double commissionRate;
  private final double refundRate;
  private final double couponRate;
  private final double reversalRate;
  private final double spendFactor;

  AffiliateType(
      String id,
      double share,
      double commissionRate,
      double refundRate,
      double couponRate,
      double reversalRate,
      double spendFactor) {
    this.id = id;
    this.share = share;
    this.commissionRate = commissionRate;
    this.refundRate = refundRate;
    this.couponRate = couponRate;
    this.reversalRate = reversalRate;
    this.spendFactor = spendFactor;
  }

  /** The name in the contract of affiliates. */
  String id() {
    return id;
  }

  /** Share of the affiliates. */
  double share() {
    return share;
  }

  /** Commission as a fraction of the order before tax. */
  double commissionRate() {
    return commissionRate;
  }

  /** Probability that a counted order of its customers is refunded in part. */
  double refundRate() {
    return refundRate;
  }

  /** Probability that a first order redeems a coupon. */
  double couponRate() {
    return couponRate;
  }

  /** Probability that the network reverses the commission of a valid order. */
  double reversalRate() {
    return reversalRate;
  }

  /** What its customers spend against all. */
  double spendFactor() {
    return spendFactor;
  }

  /** Whether customers come back through it shortly before they order anyway. */
  boolean touchesRepeatOrders() {
    return this == COUPON || this == CASHBACK;
  }
}
