package io.cohortclv.jobs.simulate;

import io.cohortclv.jobs.simulate.Randomness.Purpose;
import java.io.IOException;
import org.apache.commons.rng.UniformRandomProvider;

/** The lines of orders: their prices sum to the order's, their costs to what their prices leave. */
final class ItemTrail {
  private static final int MOST_LINES = 3;
  private static final double PAIR_RATE = 0.2;

  private final World world;
  private final RawLog items;

  ItemTrail(World world, RawLog items) {
    this.world = world;
    this.items = items;
  }

  /**
   * Writes the lines of one order.
   *
   * @param number makes the order's lines its own
   * @param lines cents before discount
   * @param discount cents, spread over the lines as their prices
   */
  void write(String orderId, long number, long millis, long lines, long discount)
      throws IOException {
    UniformRandomProvider random = world.randomness().of(Purpose.ITEMS, number);
    int count = (int) Math.min(lines, 1 + Randomness.below(random, MOST_LINES));
    Object sold = items.shape().time().cell(millis);
    long priced = 0;
    long discounted = 0;
    long cost = 0;
    for (int i = 1; i <= count; i++) {
      // Each amount is the difference of running totals, so that rounding loses no cent.
      long pricedNow = lines * i / count;
      long discountedNow = discount * i / count;
      long costNow = BackOffice.goodsCost(pricedNow);
      long price = pricedNow - priced;
      boolean pair = price % 2 == 0 && Randomness.chance(random, PAIR_RATE);
      items.write(
          orderId + "-" + i,
          orderId,
          BackOffice.sku(Randomness.below(random, BackOffice.PRODUCTS)),
          sold,
          pair ? 2 : 1,
          Cents.toMajor(pair ? price / 2 : price),
          Cents.toMajor(discountedNow - discounted),
          Cents.toMajor(costNow - cost));
      priced = pricedNow;
      discounted = discountedNow;
      cost = costNow;
    }
  }
}
