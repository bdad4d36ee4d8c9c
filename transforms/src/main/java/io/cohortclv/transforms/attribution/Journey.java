package io.cohortclv.transforms.attribution;

import java.util.List;

/**
 * One counted order with what came before it.
 *
 * @param order the order
 * @param isFirst whether it is the first counted order of its customer
 * @param firstAt when the customer's first counted order was, microseconds; null for a guest
 * @param touches those within their windows, in time
 * @param earliest the first touch within the long window of the first-touch model, or null
 * @param signUp the first sign-up through a friend that still held, or null
 * @param isCut whether earlier touches were dropped, since there were too many
 */
record Journey(
    Order order,
    boolean isFirst,
    Long firstAt,
    List<Touch> touches,
    Touch earliest,
    Touch signUp,
    boolean isCut) {

  /**
   * One counted order.
   *
   * @param at microseconds since 1970
   * @param customer null for a guest
   * @param month days since 1970 of its month's first
   * @param cents net revenue in minor units
   * @param discountRate null for an order of nothing
   * @param codeEvent the referral that its code stands for, or null
   * @param referrer whose code it is
   * @param yields whether that code's program lets affiliates come first
   * @param coupon the affiliate's code redeemed, or null
   * @param couponOwner null where several own it
   * @param couponState what is known of the code
   * @param sale before refunds, after discounts, in minor units
   */
  record Order(
      long at,
      String system,
      String id,
      String customer,
      int month,
      long cents,
      Double discountRate,
      String codeEvent,
      String referrer,
      boolean yields,
      String coupon,
      String couponOwner,
      String couponState,
      long sale) {}

  /**
   * One touch.
   *
   * @param at microseconds since 1970
   * @param clickId the network's id of the click, or null
   * @param repeatKey the same for touches of one visitor, affiliate, page and kind
   * @param pool states of the Markov chain that rare affiliates share: type and channel
   * @param window microseconds after the touch in which an order counts
   * @param yields of a sign-up, whether its program lets affiliates come first
   */
  record Touch(
      long at,
      String id,
      String clickId,
      long repeatKey,
      String sourceType,
      String affiliate,
      String campaign,
      String channel,
      String subId,
      String referrer,
      String pool,
      long window,
      boolean yields) {
    private static final long NEVER = Long.MIN_VALUE;

    /** What stands for a code redeemed with an order: evidence, but no touch at a time. */
    static Touch untimed(String id, String sourceType, String affiliate, String referrer) {
      return new Touch(
          NEVER, id, null, 0, sourceType, affiliate, null, null, null, referrer, null, 0, false);
    }

    boolean isUntimed() {
      return at == NEVER;
    }

    boolean holdsAt(long moment) {
      return moment - at <= window;
    }

    /** What counts as one source where touches of one source share a credit. */
    String source() {
      return affiliate != null
          ? "affiliate " + affiliate
          : campaign != null ? "campaign " + campaign : sourceType + " " + channel;
    }
  }
}
