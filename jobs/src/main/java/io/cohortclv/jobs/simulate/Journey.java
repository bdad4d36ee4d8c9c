package io.cohortclv.jobs.simulate;

import io.cohortclv.jobs.simulate.Randomness.Purpose;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * The ways visitors take: touches before orders, decoys, bots and tests, people who never buy, and
 * referrals. The source of a customer shows in the logs as the friend's code on the first order,
 * else the last click by an affiliate or campaign before it; whatever else is written leaves this
 * so.
 */
final class Journey {
  private static final String REFERRAL_PROGRAM = "friends";
  private static final String DIRECT_CHANNEL = "direct";
  private static final String REWARD = "10.00";

  /** What the friend gets. */
  private static final String WELCOME = "5.00";

  private static final List<String> PLACEMENTS = List.of("account", "checkout", "e-mail");
  private static final int REWARD_AFTER_DAYS = 14;

  /** The acquiring click comes 30 minutes to 29 days before the order, 2 days in the mean. */
  private static final double MEAN_LAG_DAYS = 2;

  private static final double MOST_LAG_DAYS = World.CLICK_WINDOW_DAYS - 1;

  /** Decoys come at most so long before what they distract from; some are out of every window. */
  private static final double DECOY_DAYS = 40;

  private static final double MEAN_DECOYS = 0.8;
  private static final double CAMPAIGN_DECOY_RATE = 0.15;
  private static final double VISIT_BEFORE_CLICK_RATE = 0.25;
  private static final double BOT_RATE = 0.03;
  private static final double TEST_RATE = 0.01;
  private static final double REPEAT_VISIT_RATE = 0.30;
  private static final double REPEAT_CLICK_RATE = 0.10;
  private static final double MEAN_PASSERS_BY = 0.8;
  private static final double PASSING_BOT_RATE = 0.10;
  private static final double FRUITLESS_INVITE_RATE = 0.15;

  private final World world;
  private final RawLog touchpoints;
  private final RawLog referralEvents;

  /** Numbers the touches of one customer and of those who passed by meanwhile. */
  private long owner;

  private int touches;

  Journey(World world, RawLog touchpoints, RawLog referralEvents) {
    this.world = world;
    this.touchpoints = touchpoints;
    this.referralEvents = referralEvents;
  }

  /**
   * The click an order is credited to.
   *
   * @param affiliate null for a campaign's
   */
  record Click(String id, Affiliate affiliate, long millis) {}

  /** What a successful invitation earns. */
  private record Reward(String side, String type, String amount) {
    static final Reward OF_REFERRER = new Reward("referrer", "cash", REWARD);
    static final Reward OF_FRIEND = new Reward("referee", "credit", WELCOME);
  }

  /** What a touch led from. */
  private record Origin(String channel, Affiliate affiliate, String campaign) {
    static final Origin DIRECT = new Origin(DIRECT_CHANNEL, null, null);

    static Origin of(Affiliate affiliate) {
      return new Origin(World.AFFILIATE_CHANNEL, affiliate, null);
    }

    static Origin ofCampaign(String campaign) {
      return new Origin(World.channel(campaign), null, campaign);
    }
  }

  /** Who a touch is of; the customer is null while the shop does not know the visitor. */
  private record Visitor(String id, String customerRef) {}

  /** The browser a customer orders with; null for those who leave no trace on the web. */
  static String visitor(Arrival arrival, boolean secondDevice) {
    return arrival.source() == Source.UNATTRIBUTED
        ? null
        : (secondDevice ? "d" : "v") + arrival.index();
  }

  /** A stand-in for the hash of a customer's e-mail address. */
  static String emailHash(long index) {
    return hash("customer".hashCode(), index);
  }

  private static String hash(long salt, long index) {
    return String.format(Locale.ROOT, "%016x", Randomness.mix(Randomness.mix(salt) + index));
  }

  /** Writes the way to the first order and returns the click that won the customer, if one did. */
  Click toFirstOrder(Arrival arrival) throws IOException {
    owner = arrival.index();
    touches = 0;
    UniformRandomProvider random = world.randomness().of(Purpose.TOUCHES, owner);
    Visitor visitor = new Visitor(visitor(arrival, false), null);
    long order = arrival.firstOrderMillis();
    return switch (arrival.source()) {
      case AFFILIATE, CAMPAIGN -> wonByClick(arrival, visitor, order, random);
      case REFERRAL -> {
        writeReferral(arrival, random);
        writeDecoys(visitor, order, random);
        yield null;
      }
      case DIRECT -> {
        for (int i = Randomness.geometric(random, 0.5); i >= 0; i--) {
          visit(visitor, order - minutes(random, 2, 20 * 24 * 60), random);
        }
        yield null;
      }
      case UNATTRIBUTED -> null;
    };
  }

  private Click wonByClick(
      Arrival arrival, Visitor visitor, long order, UniformRandomProvider random)
      throws IOException {
    double lagDays = Math.min(Randomness.exponential(random, MEAN_LAG_DAYS), MOST_LAG_DAYS);
    long lag = Math.max((long) (lagDays * World.DAY), 30 * World.MINUTE);
    Origin origin =
        arrival.affiliate() == null
            ? Origin.ofCampaign(arrival.campaign())
            : Origin.of(arrival.affiliate());
    Click click = new Click("k" + owner, arrival.affiliate(), order - lag);
    writeDecoys(visitor, click.millis(), random);
    // Before the click, not after it: so the last touch won the customer whether or not an
    // attribution rule looks past direct visits.
    if (Randomness.chance(random, VISIT_BEFORE_CLICK_RATE)) {
      visit(visitor, click.millis() - minutes(random, 1, DECOY_DAYS * 24 * 60), random);
    }
    touch(visitor, click.millis(), "click", origin, click.id(), false, false, random);
    if (Randomness.chance(random, BOT_RATE)) {
      Origin other = Origin.of(world.anyAffiliate(random));
      touch(
          visitor,
          between(random, click.millis(), order),
          "click",
          other,
          null,
          true,
          false,
          random);
    }
    if (Randomness.chance(random, TEST_RATE)) {
      Origin other = Origin.of(world.anyAffiliate(random));
      touch(
          visitor,
          between(random, click.millis(), order),
          "click",
          other,
          null,
          false,
          true,
          random);
    }
    return click;
  }

  /** Touches by others, all before that moment. */
  private void writeDecoys(Visitor visitor, long before, UniformRandomProvider random)
      throws IOException {
    for (int i = Randomness.geometric(random, MEAN_DECOYS); i > 0; i--) {
      long millis = before - minutes(random, 1, DECOY_DAYS * 24 * 60);
      double u = random.nextDouble();
      String type = u < 0.5 ? "click" : u < 0.7 ? "soft_click" : "view";
      touch(
          visitor, millis, type, Origin.of(world.anyAffiliate(random)), null, false, false, random);
    }
    if (Randomness.chance(random, CAMPAIGN_DECOY_RATE)) {
      Origin campaign = Origin.ofCampaign(World.anyCampaign(random));
      long millis = before - minutes(random, 1, DECOY_DAYS * 24 * 60);
      touch(visitor, millis, "click", campaign, null, false, false, random);
    }
  }

  /**
   * Writes the way to a later order and returns the click that won it, if one did.
   *
   * @param since the order before: a touch before that one would belong to it
   */
  Click toRepeatOrder(Arrival arrival, String visitorId, long since, long order, int number)
      throws IOException {
    if (visitorId == null) {
      return null;
    }
    // A generator of its own for each order, so that nothing hangs on how many came before.
    UniformRandomProvider random =
        world.randomness().of(Purpose.TOUCHES, Randomness.mix(arrival.index()) + number);
    Visitor visitor = new Visitor(visitorId, arrival.customerRef());
    long visited = order - minutes(random, 2, 60);
    if (Randomness.chance(random, REPEAT_VISIT_RATE) && visited > since) {
      visit(visitor, visited, random);
    }
    Affiliate affiliate = world.anyRepeatTouchingAffiliate(random);
    if (affiliate == null || !Randomness.chance(random, REPEAT_CLICK_RATE)) {
      return null;
    }
    Click click = new Click("k" + owner + "-" + number, affiliate, order - minutes(random, 3, 120));
    if (click.millis() <= since) {
      return null;
    }
    touch(visitor, click.millis(), "click", Origin.of(affiliate), click.id(), false, false, random);
    return click;
  }

  /** Visitors who never buy, bots among them, and invitations nobody follows. */
  void passersBy(Arrival arrival) throws IOException {
    UniformRandomProvider random = world.randomness().of(Purpose.PASSERS_BY, arrival.index());
    for (int i = Randomness.geometric(random, MEAN_PASSERS_BY); i > 0; i--) {
      Visitor visitor = new Visitor("n" + owner + "-" + i, null);
      boolean bot = Randomness.chance(random, PASSING_BOT_RATE);
      long millis = arrival.firstOrderMillis() - minutes(random, 0, 5 * 24 * 60);
      for (int k = Randomness.geometric(random, 0.6); k >= 0; k--) {
        double u = random.nextDouble();
        if (u < 0.65) {
          String type = Randomness.chance(random, 0.75) ? "click" : "view";
          Origin affiliate = Origin.of(world.anyAffiliate(random));
          touch(visitor, millis, type, affiliate, null, bot, false, random);
        } else if (u < 0.85) {
          Origin campaign = Origin.ofCampaign(World.anyCampaign(random));
          touch(visitor, millis, "click", campaign, null, bot, false, random);
        } else {
          touch(visitor, millis, "visit", Origin.DIRECT, null, bot, false, random);
        }
        millis -= minutes(random, 1, 2 * 24 * 60);
      }
    }
    if (Randomness.chance(random, FRUITLESS_INVITE_RATE)) {
      long millis = arrival.firstOrderMillis() + minutes(random, 60, 60 * 24 * 60);
      String friend = hash("stranger".hashCode(), arrival.index());
      if (millis < world.endMillis()) {
        referral("f" + owner, millis, "invite", owner, null, friend, null);
      }
    }
  }

  private void writeReferral(Arrival arrival, UniformRandomProvider random) throws IOException {
    long order = arrival.firstOrderMillis();
    long invited = arrival.invitedMillis();
    long referrer = arrival.referrer();
    String id = "e" + owner;
    String friend = emailHash(owner);
    String ref = arrival.customerRef();
    long clicked = invited + (long) (0.8 * random.nextDouble() * (order - invited));
    long rewarded = order + REWARD_AFTER_DAYS * World.DAY;
    referral(id + "-1", invited, "invite", referrer, null, friend, null);
    referral(id + "-2", clicked, "click", referrer, null, friend, null);
    referral(id + "-3", order - minutes(random, 5, 25), "signup", referrer, ref, friend, null);
    if (order + World.MINUTE < world.endMillis()) {
      referral(id + "-4", order + World.MINUTE, "qualify", referrer, ref, friend, null);
    }
    if (rewarded < world.endMillis()) {
      referral(id + "-5", rewarded, "reward", referrer, ref, friend, Reward.OF_REFERRER);
      referral(id + "-6", rewarded, "reward", referrer, ref, friend, Reward.OF_FRIEND);
    }
  }

  private void referral(
      String id,
      long millis,
      String type,
      long referrer,
      String referee,
      String invitee,
      Reward reward)
      throws IOException {
    referralEvents.write(
        id,
        referralEvents.shape().time().cell(millis),
        type,
        Arrival.customerRef(referrer),
        referee,
        invitee,
        Arrival.referralCode(referrer),
        REFERRAL_PROGRAM,
        PLACEMENTS.get((int) (referrer % PLACEMENTS.size())),
        reward == null ? null : reward.side(),
        reward == null ? null : reward.type(),
        reward == null ? null : new BigDecimal(reward.amount()),
        reward == null ? null : World.CURRENCY);
  }

  private void visit(Visitor visitor, long millis, UniformRandomProvider random)
      throws IOException {
    touch(visitor, millis, "visit", Origin.DIRECT, null, false, false, random);
  }

  private void touch(
      Visitor visitor,
      long millis,
      String type,
      Origin origin,
      String click,
      boolean bot,
      boolean test,
      UniformRandomProvider random)
      throws IOException {
    touches++;
    Affiliate affiliate = origin.affiliate();
    long page = Randomness.below(random, 500);
    touchpoints.write(
        "t" + owner + "-" + touches,
        touches,
        visitor.id(),
        visitor.customerRef(),
        touchpoints.shape().time().cell(millis),
        type,
        origin.channel(),
        affiliate == null ? null : affiliate.id(),
        origin.campaign(),
        affiliate == null ? null : "s" + page % 7,
        click,
        "https://shop.example/p/" + page,
        affiliate == null ? null : affiliate.id() + ".example",
        bot,
        test);
  }

  private static long minutes(UniformRandomProvider random, double least, double most) {
    return (long) (Randomness.between(random, least, most) * World.MINUTE);
  }

  /** A moment after the click and at least a minute before the order, which is minutes later. */
  private static long between(UniformRandomProvider random, long click, long order) {
    return click + 1 + Randomness.below(random, order - World.MINUTE - click - 1);
  }
}
