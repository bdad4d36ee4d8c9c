package io.cohortclv.jobs.simulate;

import io.cohortclv.jobs.simulate.Randomness.Purpose;
import io.cohortclv.jobs.simulate.ShopTruth.CustomerTruth;
import io.cohortclv.models.population.Customer;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Draws one customer after another and writes what each leaves in the logs: orders, refunds,
 * commissions, and through {@link Journey} the way to the order. Nothing of a customer is kept.
 */
final class CustomerTrail {
  private static final double TAX_RATE = 0.19;
  private static final double COUPON_DISCOUNT = 0.10;
  private static final double COUPON_RATE = 0.12;
  private static final int SHIPPING_CENTS = 495;
  private static final int FREE_SHIPPING_CENTS = 5_000;

  /** Share of orders that are reported open first and paid later. */
  private static final double OPEN_FIRST_RATE = 0.15;

  /** Share of customers who also order from a second device, and how often they then do. */
  private static final double SECOND_DEVICE_RATE = 0.25;

  private static final double SECOND_DEVICE_USE = 0.40;

  /** Share of orders whose click the shop recorded with them. */
  private static final double CLICK_RECORDED_RATE = 0.70;

  private static final double FAILED_ATTEMPT_RATE = 0.02;

  /** Extra orders per counted one, none of which counts. */
  private static final double CANCELLED_RATE = 0.020;

  private static final double TEST_STATUS_RATE = 0.003;
  private static final double TEST_FLAG_RATE = 0.003;
  private static final double FRAUD_RATE = 0.005;
  private static final double CANCELLED_LATER_RATE = 0.010;

  /** Wholly refunded orders per partly refunded one. */
  private static final double FULL_REFUND_SHARE = 0.3;

  private static final String OPEN = "OPEN";
  private static final String PAID = "PAID";
  private static final String CANCELLED = "CANCELLED";

  private final World world;
  private final RawLog orders;
  private final RawLog refunds;
  private final CommissionTrail commissions;
  private final Journey journey;
  private final TruthTally tally;

  CustomerTrail(
      World world,
      RawLog orders,
      RawLog refunds,
      CommissionTrail commissions,
      Journey journey,
      TruthTally tally) {
    this.world = world;
    this.orders = orders;
    this.refunds = refunds;
    this.commissions = commissions;
    this.journey = journey;
    this.tally = tally;
  }

  /** Where an order came from and what it cost. */
  private record Placed(
      String id, long millis, Amounts amounts, String visitor, String click, String code) {}

  /**
   * Money of an order in cents.
   *
   * @param lines before discount
   */
  private record Amounts(long lines, long discount) {
    long net() {
      return lines - discount;
    }

    /** The amounts that leave that much after discount. */
    static Amounts ofNet(double net, boolean discounted) {
      long cents = Math.max(1, Math.round(100 * net));
      long lines = discounted ? Math.round(cents / (1 - COUPON_DISCOUNT)) : cents;
      return new Amounts(lines, lines - cents);
    }
  }

  /** Writes all that the customer with this index leaves, and returns what is true of them. */
  CustomerTruth write(long index) throws IOException {
    Arrival arrival = world.arrival(index);
    Source source = arrival.source();
    Customer customer = source.population().draw(world.randomness().of(Purpose.PURCHASES, index));
    UniformRandomProvider spending = world.randomness().of(Purpose.SPEND, index);
    UniformRandomProvider random = world.randomness().of(Purpose.ORDERS, index);
    double meanSpend = World.SPENDERS.draw(spending);
    boolean hasSecondDevice = Randomness.chance(random, SECOND_DEVICE_RATE);
    String country = World.COUNTRIES.get((int) Randomness.below(random, World.COUNTRIES.size()));

    long first = arrival.firstOrderMillis();
    double observed = (double) (world.endMillis() - first) / World.DAY;
    double[] repeats = customer.repeatTimes(observed + World.HORIZON_DAYS);
    int future = 0;
    int order = 0;
    for (int k = -1; k < repeats.length; k++) {
      long millis = k < 0 ? first : first + (long) (repeats[k] * World.DAY);
      if (millis >= world.endMillis()) {
        future = repeats.length - k;
        break;
      }
      double spend = World.SPENDERS.drawSpend(spending, meanSpend) * arrival.spendMultiplier();
      boolean secondDevice =
          order > 0 && hasSecondDevice && Randomness.chance(random, SECOND_DEVICE_USE);
      placeCounted(arrival, country, order, World.orderTime(millis), spend, secondDevice, random);
      placeExtra(arrival, country, order, World.orderTime(millis), meanSpend, random);
      order++;
    }
    journey.passersBy(arrival);
    tally.customer(arrival, order);
    return new CustomerTruth(
        arrival.customerRef(),
        source.sourceType(),
        arrival.affiliate() == null ? "" : arrival.affiliate().id(),
        arrival.referrer() < 0 ? "" : Arrival.customerRef(arrival.referrer()),
        Instant.ofEpochMilli(first),
        customer.rate(),
        customer.isAliveAt(observed),
        meanSpend * arrival.spendMultiplier() * arrival.keptShare(),
        future);
  }

  /** An order of the purchase model, with the way to it, its refund and its commission. */
  private void placeCounted(
      Arrival arrival,
      String country,
      int number,
      long millis,
      double spend,
      boolean secondDevice,
      UniformRandomProvider random)
      throws IOException {
    boolean first = number == 0;
    String visitor = Journey.visitor(arrival, secondDevice);
    Journey.Click click =
        first
            ? journey.toFirstOrder(arrival)
            : journey.toRepeatOrder(arrival, visitor, millis, number);
    double couponRate =
        arrival.affiliate() == null ? COUPON_RATE : arrival.affiliate().type().couponRate();
    Placed placed =
        new Placed(
            "o" + arrival.index() + "-" + number,
            millis,
            Amounts.ofNet(spend, Randomness.chance(random, first ? couponRate : COUPON_RATE)),
            visitor,
            click != null && Randomness.chance(random, CLICK_RECORDED_RATE) ? click.id() : null,
            first && arrival.referrer() >= 0 ? Arrival.referralCode(arrival.referrer()) : null);
    if (first && Randomness.chance(random, FAILED_ATTEMPT_RATE)) {
      long before =
          World.orderTime(millis - (long) (Randomness.between(random, 3, 20) * World.MINUTE));
      Placed attempt =
          new Placed(placed.id() + "-a", before, placed.amounts(), visitor, null, placed.code());
      writeOrder(arrival, country, attempt, before, CANCELLED, false);
    }
    if (Randomness.chance(random, OPEN_FIRST_RATE)) {
      writeOrder(arrival, country, placed, millis, OPEN, false);
      long paid = later(millis, Randomness.between(random, 0.05, 48) * World.HOUR);
      if (paid < world.endMillis()) {
        writeOrder(arrival, country, placed, paid, PAID, false);
      }
    } else {
      writeOrder(arrival, country, placed, millis, PAID, false);
    }
    long refunded = 0;
    if (Randomness.chance(random, arrival.refundRate())) {
      double fraction =
          Randomness.between(random, World.LEAST_REFUNDED_FRACTION, World.MOST_REFUNDED_FRACTION);
      long at = later(millis, Randomness.between(random, 1, 20) * World.DAY);
      long cents = Math.round(fraction * placed.amounts().net());
      if (at < world.endMillis() && cents > 0 && cents < placed.amounts().net()) {
        writeRefund(arrival, placed, at, cents, "RETURN", "part of the order");
        refunded = cents;
      }
    }
    tally.order(arrival, millis, placed.amounts().net() - refunded, first);
    if (click != null && click.affiliate() != null) {
      boolean reversed = Randomness.chance(random, click.affiliate().type().reversalRate());
      commissions.write(
          placed.id(), click.affiliate(), click.millis(), millis, placed.amounts().net(), reversed);
    }
  }

  /** Sometimes an order that does not count, after one that does; never a customer's first. */
  private void placeExtra(
      Arrival arrival,
      String country,
      int number,
      long after,
      double meanSpend,
      UniformRandomProvider random)
      throws IOException {
    double u = random.nextDouble();
    double spend = World.SPENDERS.drawSpend(random, meanSpend) * arrival.spendMultiplier();
    long millis = World.orderTime(after + (long) (Randomness.between(random, 0.05, 3) * World.DAY));
    long room = Math.min(world.endMillis() - millis, 10 * World.DAY);
    if (room < World.HOUR) {
      return;
    }
    long ended = later(millis, Randomness.between(random, 0.1, 0.9) * room);
    String visitor = Journey.visitor(arrival, false);
    Placed extra =
        new Placed(
            "o" + arrival.index() + "-" + number + "-x",
            millis,
            Amounts.ofNet(spend, false),
            visitor,
            null,
            null);
    if ((u -= CANCELLED_RATE) < 0) {
      writeOrder(arrival, country, extra, millis, CANCELLED, false);
    } else if ((u -= TEST_STATUS_RATE) < 0) {
      writeOrder(arrival, country, extra, millis, "TEST", false);
    } else if ((u -= TEST_FLAG_RATE) < 0) {
      writeOrder(arrival, country, extra, millis, PAID, true);
    } else if ((u -= FRAUD_RATE) < 0) {
      writeOrder(arrival, country, extra, millis, "FRAUD", false);
    } else if ((u -= CANCELLED_LATER_RATE) < 0) {
      writeOrder(arrival, country, extra, millis, PAID, false);
      writeOrder(arrival, country, extra, ended, CANCELLED, false);
    } else if (u < FULL_REFUND_SHARE * arrival.refundRate()) {
      writeOrder(arrival, country, extra, millis, PAID, false);
      writeRefund(arrival, extra, ended, extra.amounts().net(), "RETURN", "all of the order");
    }
  }

  /** That much later as the shop records it, and at least a second: versions have an order. */
  private static long later(long millis, double delay) {
    return Math.max(World.orderTime(millis + (long) delay), millis + 1000);
  }

  private void writeOrder(
      Arrival arrival, String country, Placed placed, long changed, String state, boolean test)
      throws IOException {
    RawShape.TimeForm time = orders.shape().time();
    long net = placed.amounts().net();
    orders.write(
        placed.id(),
        arrival.customerRef(),
        Journey.emailHash(arrival.index()),
        country,
        time.cell(placed.millis()),
        time.cell(changed),
        state,
        test,
        World.CURRENCY,
        placed.amounts().lines(),
        placed.amounts().discount(),
        Math.round(TAX_RATE * net),
        net < FREE_SHIPPING_CENTS ? SHIPPING_CENTS : 0,
        placed.visitor() == null ? "pos" : "web",
        placed.visitor(),
        placed.click(),
        placed.code(),
        placed.amounts().discount() > 0 ? List.of("SAVE10") : null);
  }

  private void writeRefund(
      Arrival arrival, Placed placed, long millis, long cents, String kind, String reason)
      throws IOException {
    refunds.write(
        "r" + placed.id().substring(1),
        placed.id(),
        arrival.customerRef(),
        refunds.shape().time().cell(millis),
        World.CURRENCY,
        Cents.toMajor(cents),
        kind,
        reason);
  }
}
