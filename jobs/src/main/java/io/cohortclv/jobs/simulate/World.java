package io.cohortclv.jobs.simulate;

import io.cohortclv.jobs.simulate.Randomness.Purpose;
import io.cohortclv.models.population.SpendPopulation;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;

/**
 * What is true of the shop: its clock, its affiliates, and how each customer came. It keeps the
 * affiliates and no customer.
 */
final class World {
  /** The clock is fixed, so that the same options give the same bytes on any day. */
  static final LocalDate LAST_DAY = LocalDate.of(2025, 12, 31);

  static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
  static final String CURRENCY = "EUR";
  static final String SECOND_CURRENCY = "CHF";
  static final String AFFILIATE_CHANNEL = "affiliate";
  static final int HORIZON_DAYS = 365;
  static final double DISCOUNT_RATE_PER_YEAR = 0.10;

  /** What the price of goods, before any discount, leaves after their cost. */
  static final double MARGIN_RATE = 0.35;

  /** Discount of a coupon as a fraction of the price. */
  static final double COUPON_DISCOUNT = 0.10;

  /** Probability that an order redeems one; first orders through affiliates have their own. */
  static final double COUPON_RATE = 0.12;

  /** A click counts as long before an order, as the terms of every affiliate say. */
  static final int CLICK_WINDOW_DAYS = 30;

  static final double LEAST_REFUNDED_FRACTION = 0.15;
  static final double MOST_REFUNDED_FRACTION = 0.60;
  static final double MEAN_REFUNDED_FRACTION =
      (LEAST_REFUNDED_FRACTION + MOST_REFUNDED_FRACTION) / 2;

  /** Orders after discount and before tax: 50.00 in the mean. */
  static final GammaGamma SPEND = GammaGamma.of(new GammaGammaParameters(6, 4, 25));

  static final SpendPopulation SPENDERS = SpendPopulation.of(SPEND.parameters());

  static final List<String> CAMPAIGNS =
      List.of("brand-search", "social-video", "newsletter-swap", "autumn-sale");
  static final List<String> COUNTRIES = List.of("DE", "DE", "DE", "DE", "DE", "AT", "AT", "CH");

  static final long DAY = TimeUnit.DAYS.toMillis(1);
  static final long HOUR = TimeUnit.HOURS.toMillis(1);
  static final long MINUTE = TimeUnit.MINUTES.toMillis(1);

  /** Spread of the logarithm of affiliates' spend multipliers within their type. */
  private static final double AFFILIATE_SPREAD = 0.35;

  /** Skew of affiliates' sizes: the share of the k-th largest falls as k to this power. */
  private static final double SIZE_EXPONENT = 1.1;

  /** Age of the affiliate programme on the first simulated day. */
  private static final int PROGRAM_DAYS = 1_000;

  private static final double NEGOTIATING_SHARE = 0.1;

  /** Attempts to find a referrer who was a customer early enough. */
  private static final int REFERRER_TRIES = 8;

  private final long customers;
  private final Randomness randomness;
  private final long startMillis;
  private final long endMillis;
  private final List<Affiliate> affiliates;
  private final double[] cumulativeShares;
  private final List<Affiliate> repeatTouching;

  World(ShopOptions options) {
    customers = options.customers();
    randomness = new Randomness(options.seed());
    endMillis = LAST_DAY.plusDays(1).atStartOfDay(ZONE).toInstant().toEpochMilli();
    startMillis =
        LAST_DAY
            .plusDays(1)
            .minusDays(options.days())
            .atStartOfDay(ZONE)
            .toInstant()
            .toEpochMilli();
    affiliates = drawAffiliates(options.affiliates());
    cumulativeShares = new double[affiliates.size()];
    double sum = 0;
    for (int i = 0; i < cumulativeShares.length; i++) {
      sum += affiliates.get(i).share();
      cumulativeShares[i] = sum;
    }
    repeatTouching = affiliates.stream().filter(a -> a.type().touchesRepeatOrders()).toList();
  }

  /** Discount rate per day, continuous: ln(1 + yearly rate) / 365. */
  static double discountRatePerDay() {
    return Math.log1p(DISCOUNT_RATE_PER_YEAR) / 365;
  }

  Randomness randomness() {
    return randomness;
  }

  long startMillis() {
    return startMillis;
  }

  /** When the programme began; every affiliate joined later. */
  long programMillis() {
    return startMillis - PROGRAM_DAYS * DAY;
  }

  /** The first moment after the last simulated day. */
  long endMillis() {
    return endMillis;
  }

  List<Affiliate> affiliates() {
    return affiliates;
  }

  /**
   * Expected margin of the next customer of a source in the first {@link #HORIZON_DAYS} days, the
   * first order included, discounted to it; in major units. What is refunded does not come back to
   * stock, and the coupon of a first order is a cost of acquisition, not of the order.
   *
   * @param spendMultiplier factor on the spend of the source's or affiliate's customers
   * @param keptShare share of spend kept after refunds
   * @param firstCouponRate probability that a first order redeems a coupon
   */
  static double acquisitionClv(
      Source source, double spendMultiplier, double keptShare, double firstCouponRate) {
    double perCoupon = COUPON_DISCOUNT / (1 - COUPON_DISCOUNT);
    double cost = 1 - MARGIN_RATE;
    double first = (1 + firstCouponRate * perCoupon) * (keptShare - cost);
    double repeat = keptShare - (1 + COUPON_RATE * perCoupon) * cost;
    double repeats = source.model().discountedPurchases(HORIZON_DAYS, discountRatePerDay());
    return SPEND.populationMean() * spendMultiplier * (first + repeats * repeat);
  }

  /** Share of spend that is kept after the refunds to be expected. */
  static double keptShare(double refundRate) {
    return 1 - refundRate * MEAN_REFUNDED_FRACTION;
  }

  /** The affiliate a random customer or visitor comes through, large ones more often. */
  Affiliate anyAffiliate(UniformRandomProvider random) {
    double u = random.nextDouble();
    int low = 0;
    int high = cumulativeShares.length - 1;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (cumulativeShares[middle] > u) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return affiliates.get(low);
  }

  /** A coupon or cashback affiliate, or null when the shop has none. */
  Affiliate anyRepeatTouchingAffiliate(UniformRandomProvider random) {
    return repeatTouching.isEmpty()
        ? null
        : repeatTouching.get((int) Randomness.below(random, repeatTouching.size()));
  }

  static String channel(String campaign) {
    return campaign.contains("search") ? "paid_search" : "paid_social";
  }

  static String anyCampaign(UniformRandomProvider random) {
    return CAMPAIGNS.get((int) Randomness.below(random, CAMPAIGNS.size()));
  }

  /**
   * When a customer first orders, known without drawing anything else of the customer. Customers
   * come ever faster: the rate grows from 0.4 to 1.6 times its mean.
   */
  long firstOrderMillis(long index) {
    double u = randomness.of(Purpose.FIRST_ORDER, index).nextDouble();
    double arrived = (index + u) / customers;
    // The inverse of 0.4 t + 0.6 t².
    double time = (Math.sqrt(0.16 + 2.4 * arrived) - 0.4) / 1.2;
    return orderTime(startMillis + (long) (time * (endMillis - startMillis)));
  }

  /** How a customer came. */
  Arrival arrival(long index) {
    UniformRandomProvider random = randomness.of(Purpose.SOURCE, index);
    long firstOrder = firstOrderMillis(index);
    Source source = anySource(random);
    return switch (source) {
      case AFFILIATE -> new Arrival(index, firstOrder, source, anyAffiliate(random), null, -1, 0);
      case CAMPAIGN -> new Arrival(index, firstOrder, source, null, anyCampaign(random), -1, 0);
      case REFERRAL -> referred(index, firstOrder, random);
      case DIRECT, UNATTRIBUTED -> new Arrival(index, firstOrder, source, null, null, -1, 0);
    };
  }

  /** By any earlier customer who was one when inviting; else the customer came by themselves. */
  private Arrival referred(long index, long firstOrder, UniformRandomProvider random) {
    long invited = firstOrder - (long) (Randomness.between(random, 0.5, 12) * DAY);
    for (int i = 0; i < REFERRER_TRIES && index > 0; i++) {
      long referrer = Randomness.below(random, index);
      if (firstOrderMillis(referrer) < invited) {
        return new Arrival(index, firstOrder, Source.REFERRAL, null, null, referrer, invited);
      }
    }
    return new Arrival(index, firstOrder, Source.DIRECT, null, null, -1, 0);
  }

  private static Source anySource(UniformRandomProvider random) {
    double u = random.nextDouble();
    for (Source source : Source.values()) {
      u -= source.share();
      if (u < 0) {
        return source;
      }
    }
    return Source.DIRECT;
  }

  /**
   * The moment as the shop records it: whole seconds, and never in the hour that daylight saving
   * repeats in autumn, whose local time would not say which moment it was; what falls into it is
   * recorded at its end. Monotone.
   */
  static long orderTime(long millis) {
    Instant second = Instant.ofEpochSecond(Math.floorDiv(millis, 1000L));
    LocalDateTime local = LocalDateTime.ofInstant(second, ZONE);
    ZoneOffsetTransition transition = ZONE.getRules().getTransition(local);
    if (transition == null || transition.isGap()) {
      return second.toEpochMilli();
    }
    return transition
        .getDateTimeBefore()
        .atZone(ZONE)
        .withLaterOffsetAtOverlap()
        .toInstant()
        .toEpochMilli();
  }

  private List<Affiliate> drawAffiliates(int count) {
    List<UniformRandomProvider> randoms = new ArrayList<>(count);
    double total = 0;
    for (int i = 0; i < count; i++) {
      randoms.add(randomness.of(Purpose.AFFILIATE, i));
      total += Math.pow(i + 1, -SIZE_EXPONENT);
    }
    List<Affiliate> drawn = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      UniformRandomProvider random = randoms.get(i);
      AffiliateType type = anyType(random);
      double z = ZigguratSampler.NormalizedGaussian.of(random).sample();
      double multiplier =
          type.spendFactor()
              * Math.exp(AFFILIATE_SPREAD * z - AFFILIATE_SPREAD * AFFILIATE_SPREAD / 2);
      long joined = startMillis - (60 + Randomness.below(random, PROGRAM_DAYS - 60)) * DAY;
      long negotiated =
          Randomness.chance(random, NEGOTIATING_SHARE)
              ? startMillis + Randomness.below(random, endMillis - startMillis) / DAY * DAY
              : Long.MAX_VALUE;
      String id = "aff-" + (1001 + i);
      drawn.add(
          new Affiliate(
              i,
              id,
              affiliateName(type, i),
              type,
              COUNTRIES.get((int) Randomness.below(random, COUNTRIES.size())),
              Math.pow(i + 1, -SIZE_EXPONENT) / total,
              multiplier,
              joined,
              negotiated));
    }
    return List.copyOf(drawn);
  }

  private static AffiliateType anyType(UniformRandomProvider random) {
    double u = random.nextDouble();
    for (AffiliateType type : AffiliateType.values()) {
      u -= type.share();
      if (u < 0) {
        return type;
      }
    }
    return AffiliateType.CONTENT;
  }

  /** Names with commas and umlauts, as real ones have. */
  private static String affiliateName(AffiliateType type, int i) {
    return switch (type) {
      case CONTENT -> "Magazin " + (i + 1) + ", Köln";
      case COUPON -> "Gutschein-Ecke " + (i + 1);
      case CASHBACK -> "Bonus & Zurück " + (i + 1);
      case INFLUENCER -> "@stil.und.mut." + (i + 1);
      case PPC -> "Search Partner " + (i + 1);
      case EMAIL -> "Post für dich " + (i + 1);
      case B2B -> "Bürohandel " + (i + 1) + ", GmbH";
    };
  }
}
