package io.cohortclv.jobs.simulate;

import io.cohortclv.jobs.simulate.Randomness.Purpose;
import io.cohortclv.jobs.simulate.ShopTruth.CustomerTruth;
import io.cohortclv.models.population.Customer;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Draws one customer after another and writes what each leaves in the logs: orders, refunds,
 * commissions, and through {@link Journey} the way to the order. Nothing of a customer is kept.
 */
final class CustomerTrail {
  private static final double TAX_RATE = 0.19;
  private static final int SHIPPING_CENTS = 495;
  private static final int FREE_SHIPPING_CENTS = 5_000;

  /** Share of orders that are reported open first and paid later. */
  private static final double OPEN_FIRST_RATE = 0.15;

  /** Share of customers who have two devices. */
  private static final double SECOND_DEVICE_RATE = 0.25;

  /** Share of orders whose click the shop recorded with them. */
  private static final double CLICK_RECORDED_RATE = 0.70;

  private static final double FAILED_ATTEMPT_RATE = 0.02;

  private static final double ANSWER_RATE = 0.08;
  private static final double SECOND_ANSWER_RATE = 0.1;

  /** Wholly refunded orders per partly refunded one. */
  private static final double FULL_REFUND_SHARE = 0.3;

  /** Of two devices, how often the second one orders. */
  private static final double SECOND_DEVICE_USE = 0.40;

  private static final String OPEN = "OPEN";
  private static final String PAID = "PAID";
  private static final String CANCELLED = "CANCELLED";
  private static final String TEST = "TEST";
  private static final String FRAUD = "FRAUD";

  private final World world;
  private final RawLog orders;
  private final ItemTrail items;
  private final RawLog refunds;
  private final RawLog identities;
  private final RawLog answers;
  private final CommissionTrail commissions;
  private final Journey journey;
  private final TruthTally tally;

  CustomerTrail(
      World world,
      RawLog orders,
      ItemTrail items,
      RawLog refunds,
      RawLog identities,
      RawLog answers,
      CommissionTrail commissions,
      Journey journey,
      TruthTally tally) {
    this.world = world;
    this.orders = orders;
    this.items = items;
    this.refunds = refunds;
    this.identities = identities;
    this.answers = answers;
    this.commissions = commissions;
    this.journey = journey;
    this.tally = tally;
  }

  /** Orders that do not count, placed on top of those that do, and how many per counted one. */
  private enum Extra {
    CANCELLED(0.020),
    TEST(0.003),
    FLAGGED_AS_TEST(0.003),
    FRAUD(0.005),
    CANCELLED_LATER(0.010),
    /** As many as the customer's refunds make likely. */
    REFUNDED(0);

    private final double rate;

    Extra(double rate) {
      this.rate = rate;
    }

    static Optional<Extra> draw(UniformRandomProvider random, double refundRate) {
      double u = random.nextDouble();
      for (Extra extra : values()) {
        u -= extra == REFUNDED ? FULL_REFUND_SHARE * refundRate : extra.rate;
        if (u < 0) {
          return Optional.of(extra);
        }
      }
      return Optional.empty();
    }
  }

  /**
   * A customer while being drawn.
   *
   * @param meanSpend of an order after discount and before refunds, major units
   * @param random of all that is not purchases and spend
   */
  private record Buyer(
      Arrival arrival,
      String country,
      double meanSpend,
      boolean hasSecondDevice,
      UniformRandomProvider random) {}

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
      long lines = discounted ? Math.round(cents / (1 - World.COUPON_DISCOUNT)) : cents;
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
    Buyer buyer =
        new Buyer(
            arrival,
            World.COUNTRIES.get((int) Randomness.below(random, World.COUNTRIES.size())),
            World.SPENDERS.draw(spending) * arrival.spendMultiplier(),
            Randomness.chance(random, SECOND_DEVICE_RATE),
            random);

    if (buyer.hasSecondDevice() && source != Source.UNATTRIBUTED) {
      writeIdentities(arrival);
    }
    long first = arrival.firstOrderMillis();
    double observedDays = (double) (world.endMillis() - first) / World.DAY;
    double[] repeats = customer.repeatTimes(observedDays + World.HORIZON_DAYS);
    int orders = 0;
    long before = Long.MIN_VALUE;
    for (long millis = first; millis < world.endMillis(); ) {
      long placed = World.orderTime(millis);
      double spend = World.SPENDERS.drawSpend(spending, buyer.meanSpend());
      placeCounted(buyer, orders, before, placed, spend);
      placeExtra(buyer, orders, placed);
      before = Math.max(before, placed);
      millis =
          orders < repeats.length ? first + (long) (repeats[orders] * World.DAY) : Long.MAX_VALUE;
      orders++;
    }
    journey.passersBy(arrival);
    tally.customer(arrival, orders);
    return new CustomerTruth(
        arrival.customerRef(),
        source.sourceType(),
        arrival.affiliate() == null ? "" : arrival.affiliate().id(),
        arrival.referrer() < 0 ? "" : Arrival.customerRef(arrival.referrer()),
        Instant.ofEpochMilli(first),
        customer.rate(),
        customer.isAliveAt(observedDays),
        buyer.meanSpend() * arrival.keptShare(),
        repeats.length + 1 - orders);
  }

  /**
   * An order of the purchase model, with the way to it, its refund and its commission.
   *
   * @param since the counted order before
   */
  private void placeCounted(Buyer buyer, int number, long since, long millis, double spend)
      throws IOException {
    Arrival arrival = buyer.arrival();
    UniformRandomProvider random = buyer.random();
    boolean first = number == 0;
    boolean secondDevice =
        !first && buyer.hasSecondDevice() && Randomness.chance(random, SECOND_DEVICE_USE);
    String visitor = Journey.visitor(arrival, secondDevice);
    Journey.Click click =
        first
            ? journey.toFirstOrder(arrival)
            : journey.toRepeatOrder(arrival, visitor, since, millis, number);
    double couponRate = first ? arrival.firstCouponRate() : World.COUPON_RATE;
    Placed placed =
        new Placed(
            "o" + arrival.index() + "-" + number,
            millis,
            Amounts.ofNet(spend, Randomness.chance(random, couponRate)),
            visitor,
            click != null && Randomness.chance(random, CLICK_RECORDED_RATE) ? click.id() : null,
            first && arrival.referrer() >= 0 ? Arrival.referralCode(arrival.referrer()) : null);
    if (first && Randomness.chance(random, FAILED_ATTEMPT_RATE)) {
      long before =
          World.orderTime(millis - (long) (Randomness.between(random, 3, 20) * World.MINUTE));
      Placed attempt =
          new Placed(placed.id() + "-a", before, placed.amounts(), visitor, null, placed.code());
      writeOrder(buyer, attempt, before, CANCELLED, false);
    }
    if (Randomness.chance(random, OPEN_FIRST_RATE)) {
      writeOrder(buyer, placed, millis, OPEN, false);
      long paid = later(millis, Randomness.between(random, 0.05, 48) * World.HOUR);
      if (paid < world.endMillis()) {
        writeOrder(buyer, placed, paid, PAID, false);
      }
    } else {
      writeOrder(buyer, placed, millis, PAID, false);
    }
    writeItems(buyer, placed, number, false);
    sometimesAnswer(buyer, placed, number);
    long refunded = refundInPart(buyer, placed);
    tally.order(arrival, millis, placed.amounts().net() - refunded, first);
    if (click != null && click.affiliate() != null) {
      boolean reversed = Randomness.chance(random, click.affiliate().type().reversalRate());
      commissions.write(
          placed.id(), click.affiliate(), click.millis(), millis, placed.amounts().net(), reversed);
    }
  }

  /** Sometimes gives part of an order back, and returns how many cents. */
  private long refundInPart(Buyer buyer, Placed placed) throws IOException {
    UniformRandomProvider random = buyer.random();
    if (!Randomness.chance(random, buyer.arrival().refundRate())) {
      return 0;
    }
    double fraction =
        Randomness.between(random, World.LEAST_REFUNDED_FRACTION, World.MOST_REFUNDED_FRACTION);
    long at = later(placed.millis(), Randomness.between(random, 1, 20) * World.DAY);
    long cents = Math.round(fraction * placed.amounts().net());
    if (at >= world.endMillis() || cents == 0 || cents == placed.amounts().net()) {
      return 0;
    }
    writeRefund(buyer, placed, at, cents, "part of the order");
    return cents;
  }

  /** Sometimes an order that does not count, after one that does; never a customer's first. */
  private void placeExtra(Buyer buyer, int number, long after) throws IOException {
    UniformRandomProvider random = buyer.random();
    Optional<Extra> extra = Extra.draw(random, buyer.arrival().refundRate());
    long millis = World.orderTime(after + (long) (Randomness.between(random, 0.05, 3) * World.DAY));
    long room = Math.min(world.endMillis() - millis, 10 * World.DAY);
    if (extra.isEmpty() || room < World.HOUR) {
      return;
    }
    long ended = later(millis, Randomness.between(random, 0.1, 0.9) * room);
    Placed placed =
        new Placed(
            "o" + buyer.arrival().index() + "-" + number + "-x",
            millis,
            Amounts.ofNet(World.SPENDERS.drawSpend(random, buyer.meanSpend()), false),
            Journey.visitor(buyer.arrival(), false),
            null,
            null);
    writeItems(buyer, placed, number, true);
    switch (extra.get()) {
      case CANCELLED -> writeOrder(buyer, placed, millis, CANCELLED, false);
      case TEST -> writeOrder(buyer, placed, millis, TEST, false);
      case FLAGGED_AS_TEST -> writeOrder(buyer, placed, millis, PAID, true);
      case FRAUD -> writeOrder(buyer, placed, millis, FRAUD, false);
      case CANCELLED_LATER -> {
        writeOrder(buyer, placed, millis, PAID, false);
        writeOrder(buyer, placed, ended, CANCELLED, false);
      }
      case REFUNDED -> {
        writeOrder(buyer, placed, millis, PAID, false);
        writeRefund(buyer, placed, ended, placed.amounts().net(), "all of the order");
      }
    }
  }

  /** That much later as the shop records it, and at least a second: versions have an order. */
  private static long later(long millis, double delay) {
    return Math.max(World.orderTime(millis + (long) delay), millis + 1000);
  }

  private void writeOrder(Buyer buyer, Placed placed, long changed, String state, boolean test)
      throws IOException {
    RawShape.TimeForm time = orders.shape().time();
    long net = placed.amounts().net();
    orders.write(
        placed.id(),
        buyer.arrival().customerRef(),
        Journey.emailHash(buyer.arrival().index()),
        buyer.country(),
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

  private void writeItems(Buyer buyer, Placed placed, int number, boolean extra)
      throws IOException {
    long own = Randomness.mix(buyer.arrival().index()) + 2L * number + (extra ? 1 : 0);
    items.write(
        placed.id(), own, placed.millis(), placed.amounts().lines(), placed.amounts().discount());
  }

  /** Which browsers are one person's, known from the first order on. */
  private void writeIdentities(Arrival arrival) throws IOException {
    Object since = identities.shape().time().cell(arrival.firstOrderMillis());
    String person = "p" + arrival.index();
    identities.write("customer", arrival.customerRef(), person, 1.0, since);
    identities.write("visitor", Journey.visitor(arrival, false), person, 0.9, since);
    identities.write("visitor", Journey.visitor(arrival, true), person, 0.9, since);
  }

  /** Some say a day later how content they are; some of these think again within hours. */
  private void sometimesAnswer(Buyer buyer, Placed placed, int number) throws IOException {
    UniformRandomProvider random =
        world.randomness().of(Purpose.ANSWERS, Randomness.mix(buyer.arrival().index()) + number);
    long answered = placed.millis() + World.DAY;
    if (!Randomness.chance(random, ANSWER_RATE) || answered + World.HOUR >= world.endMillis()) {
      return;
    }
    String survey = "survey-" + placed.id();
    int stars = 5 - Math.min(4, Randomness.geometric(random, 0.8));
    if (Randomness.chance(random, SECOND_ANSWER_RATE)) {
      writeAnswer(buyer, survey, answered, Math.max(1, stars - 1));
      answered += World.HOUR / 2;
    }
    writeAnswer(buyer, survey, answered, stars);
  }

  private void writeAnswer(Buyer buyer, String survey, long millis, int stars) throws IOException {
    answers.write(
        survey, buyer.arrival().customerRef(), answers.shape().time().cell(millis), stars);
  }

  private void writeRefund(Buyer buyer, Placed placed, long millis, long cents, String reason)
      throws IOException {
    refunds.write(
        "r" + placed.id().substring(1),
        placed.id(),
        buyer.arrival().customerRef(),
        refunds.shape().time().cell(millis),
        World.CURRENCY,
        Cents.toMajor(cents),
        "RETURN",
        reason);
  }
}
