package io.cohortclv.jobs.simulate;

import io.cohortclv.jobs.simulate.Randomness.Purpose;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.rng.UniformRandomProvider;

/** What the shop keeps apart from its customers: products, campaigns, costs, exchange rates. */
final class BackOffice {
  static final int PRODUCTS = 60;

  private static final List<String> CATEGORIES =
      List.of("shoes", "coats", "bags", "home", "outdoor");
  private static final List<String> TIERS = List.of("low", "mid", "high");

  private static final String ADS = "ads";
  private static final String PLACEMENT = "placement";
  private static final String TOOL = "tool";

  /** Euros a day that a campaign spends in the mean. */
  private static final double ADS_A_DAY = 40;

  private static final int TOOL_CENTS = 29_900;
  private static final int PLACEMENT_CENTS = 50_000;
  private static final int PLACED_AFFILIATES = 5;

  /** Euros for a franc. */
  private static final double FRANC = 1.05;

  private final World world;

  /** Cents by kind of cost. */
  private final Map<String, Long> costs = new TreeMap<>();

  BackOffice(World world) {
    this.world = world;
  }

  static String sku(long number) {
    return "sku-" + (100 + number);
  }

  /** What goods of that price in cents cost, so that the margin is the shop's. */
  static long goodsCost(long priceCents) {
    return priceCents - Math.round(World.MARGIN_RATE * priceCents);
  }

  /** Money spent by kind of cost, major units. */
  Map<String, Double> costs() {
    Map<String, Double> major = new TreeMap<>();
    costs.forEach((type, cents) -> major.put(type, cents / 100.0));
    return major;
  }

  void writeProducts(RawLog products) throws IOException {
    for (int i = 0; i < PRODUCTS; i++) {
      long price = 990 + 100L * i;
      products.write(
          sku(i),
          CATEGORIES.get(i % CATEGORIES.size()),
          TIERS.get(i * TIERS.size() / PRODUCTS),
          Cents.toMajor(price),
          Cents.toMajor(goodsCost(price)),
          World.CURRENCY,
          products.shape().time().cell(world.programMillis()));
    }
  }

  void writeCampaigns(RawLog campaigns) throws IOException {
    for (String campaign : World.CAMPAIGNS) {
      campaigns.write(
          campaign,
          campaign.replace('-', ' '),
          World.channel(campaign),
          firstDay(),
          World.LAST_DAY,
          "100000.00",
          World.CURRENCY);
    }
  }

  /** Advertising by day, a tool and the placements of the largest affiliates by month. */
  void writeCosts(RawLog log) throws IOException {
    int number = 0;
    for (LocalDate day = firstDay(); !day.isAfter(World.LAST_DAY); day = day.plusDays(1)) {
      UniformRandomProvider random = world.randomness().of(Purpose.COSTS, day.toEpochDay());
      for (String campaign : World.CAMPAIGNS) {
        long cents = Math.round(100 * ADS_A_DAY * Randomness.between(random, 0.5, 1.5));
        cost(log, ++number, day, ADS, null, campaign, World.channel(campaign), cents);
      }
      if (day.getDayOfMonth() == 1) {
        cost(log, ++number, day, TOOL, null, null, World.AFFILIATE_CHANNEL, TOOL_CENTS);
        for (Affiliate affiliate :
            world.affiliates().subList(0, Math.min(PLACED_AFFILIATES, world.affiliates().size()))) {
          cost(
              log,
              ++number,
              day,
              PLACEMENT,
              affiliate.id(),
              null,
              World.AFFILIATE_CHANNEL,
              PLACEMENT_CENTS);
        }
      }
    }
  }

  private void cost(
      RawLog log,
      int number,
      LocalDate day,
      String type,
      String affiliate,
      String campaign,
      String channel,
      long cents)
      throws IOException {
    costs.merge(type, cents, Long::sum);
    log.write(
        "cost-" + number,
        day,
        affiliate == null && campaign == null ? null : CommissionTrail.PROGRAM,
        affiliate,
        campaign,
        channel,
        type,
        Cents.toMajor(cents),
        World.CURRENCY);
  }

  /** A rate for every working day: weekends have none, as at the European Central Bank. */
  void writeRates(RawLog rates) throws IOException {
    for (LocalDate day = firstDay(); !day.isAfter(World.LAST_DAY); day = day.plusDays(1)) {
      if (day.getDayOfWeek().getValue() <= 5) {
        rates.write(day, World.SECOND_CURRENCY, World.CURRENCY, FRANC);
      }
    }
  }

  private LocalDate firstDay() {
    return LocalDate.ofInstant(Instant.ofEpochMilli(world.startMillis()), World.ZONE);
  }
}
