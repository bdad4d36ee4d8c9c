package io.cohortclv.jobs.simulate;

import io.cohortclv.jobs.simulate.RawShape.TimeForm;
import java.io.IOException;

/** The programme's affiliates, terms and commissions, as the affiliate network reports them. */
final class CommissionTrail {
  static final String PROGRAM = "shop-main";
  static final double NETWORK_FEE_RATE = 0.20;
  static final int LOCK_DAYS = 30;
  private static final int PAID_AFTER_DAYS = 45;

  /** What affiliates without terms of their own get. */
  private static final double DEFAULT_RATE = 0.05;

  private final World world;
  private final RawLog commissions;

  CommissionTrail(World world, RawLog commissions) {
    this.world = world;
    this.commissions = commissions;
  }

  /**
   * The commission on an order and its states so far: pending an hour after the order, approved or
   * reversed when it locks, paid after that.
   */
  void write(
      String orderId,
      Affiliate affiliate,
      long clickMillis,
      long orderMillis,
      long saleCents,
      boolean reversed)
      throws IOException {
    long payout = Math.round(saleCents * affiliate.commissionRate(clickMillis));
    String[] states = {"PENDING", reversed ? "REVERSED" : "APPROVED", "PAID"};
    String[] texts = {"waiting", reversed ? "declined by advertiser" : "confirmed", "remitted"};
    long[] times = {
      orderMillis + World.HOUR,
      orderMillis + LOCK_DAYS * World.DAY,
      orderMillis + PAID_AFTER_DAYS * World.DAY
    };
    TimeForm time = commissions.shape().time();
    for (int i = 0; i < (reversed ? 2 : 3) && times[i] < world.endMillis(); i++) {
      commissions.write(
          "a-" + orderId,
          i + 1,
          orderId,
          affiliate.id(),
          PROGRAM,
          Cents.toMajor(saleCents),
          Cents.toMajor(payout),
          Cents.toMajor(Math.round(NETWORK_FEE_RATE * payout)),
          World.CURRENCY,
          states[i],
          texts[i],
          time.cell(orderMillis),
          time.cell(times[i]));
    }
  }

  /**
   * The affiliates and their terms. Who negotiated a better rate has a second version of both from
   * then on, under a name that says so.
   */
  static void writeProgram(World world, RawLog affiliates, RawLog terms) throws IOException {
    writeTerms(terms, null, DEFAULT_RATE, world.programMillis(), Long.MAX_VALUE);
    for (Affiliate a : world.affiliates()) {
      long joined = a.joinedMillis();
      long negotiated = a.negotiatedMillis();
      writeAffiliate(affiliates, a, a.name(), joined, negotiated);
      writeTerms(terms, a.id(), a.commissionRate(joined), joined, negotiated);
      if (negotiated < Long.MAX_VALUE) {
        writeAffiliate(affiliates, a, a.name() + " (Premium)", negotiated, Long.MAX_VALUE);
        writeTerms(terms, a.id(), a.commissionRate(negotiated), negotiated, Long.MAX_VALUE);
      }
    }
  }

  private static void writeAffiliate(
      RawLog affiliates, Affiliate affiliate, String name, long since, long until)
      throws IOException {
    TimeForm time = affiliates.shape().time();
    affiliates.write(
        affiliate.id(),
        name,
        affiliate.type().id(),
        "active",
        affiliate.country(),
        time.cell(affiliate.joinedMillis()),
        time.cell(since),
        until == Long.MAX_VALUE ? null : time.cell(until));
  }

  private static void writeTerms(
      RawLog terms, String affiliate, double rate, long since, long until) throws IOException {
    TimeForm time = terms.shape().time();
    terms.write(
        PROGRAM,
        affiliate,
        "last_touch",
        World.CLICK_WINDOW_DAYS,
        1,
        "pct",
        // Whole per cents: 0.07 + 0.02 is 0.09, not its binary neighbour.
        Cents.toMajor(Math.round(rate * 100)),
        LOCK_DAYS,
        NETWORK_FEE_RATE,
        World.CURRENCY,
        time.cell(since),
        until == Long.MAX_VALUE ? null : time.cell(until));
  }
}
