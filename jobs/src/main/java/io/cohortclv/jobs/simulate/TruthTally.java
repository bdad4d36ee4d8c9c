package io.cohortclv.jobs.simulate;

import io.cohortclv.jobs.simulate.ShopTruth.AffiliateTruth;
import io.cohortclv.jobs.simulate.ShopTruth.SourceTruth;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts what was really written, by source and affiliate. */
final class TruthTally {
  private final World world;
  private final Map<Source, Counts> bySource = new EnumMap<>(Source.class);
  private final long[] customersByAffiliate;
  private LocalDate previousOrder = LocalDate.MIN;

  TruthTally(World world) {
    this.world = world;
    this.customersByAffiliate = new long[world.affiliates().size()];
    for (Source source : Source.values()) {
      bySource.put(source, new Counts());
    }
  }

  private static final class Counts {
    private long customers;
    private long orders;
    private long sameDayOrders;
    private long oneTimeBuyers;
    private long netCents;
  }

  /** A counted order of the current customer, in the order of time. */
  void order(Arrival arrival, long millis, long netCents, boolean first) {
    Counts counts = bySource.get(arrival.source());
    LocalDate day = LocalDate.ofInstant(Instant.ofEpochMilli(millis), World.ZONE);
    counts.orders++;
    counts.netCents += netCents;
    if (!first && day.equals(previousOrder)) {
      counts.sameDayOrders++;
    }
    previousOrder = day;
  }

  /** A customer, after all of their orders. */
  void customer(Arrival arrival, int orders) {
    Counts counts = bySource.get(arrival.source());
    counts.customers++;
    if (orders == 1) {
      counts.oneTimeBuyers++;
    }
    if (arrival.affiliate() != null) {
      customersByAffiliate[arrival.affiliate().index()]++;
    }
  }

  List<AffiliateTruth> affiliates() {
    List<AffiliateTruth> truths = new ArrayList<>();
    for (Affiliate a : world.affiliates()) {
      truths.add(
          new AffiliateTruth(a.id(), a.type().id(), customersByAffiliate[a.index()], clv(a)));
    }
    return truths;
  }

  Map<String, SourceTruth> sources() {
    Map<String, SourceTruth> truths = new LinkedHashMap<>();
    for (Source source : Source.values()) {
      Counts counts = bySource.get(source);
      truths.put(
          source.sourceType(),
          new SourceTruth(
              source.model(),
              source.spendMultiplier(),
              source.refundRate(),
              counts.customers,
              counts.orders,
              counts.sameDayOrders,
              counts.oneTimeBuyers,
              counts.netCents / 100.0,
              clv(source)));
    }
    return truths;
  }

  private static double clv(Affiliate affiliate) {
    return World.acquisitionClv(
        Source.AFFILIATE,
        affiliate.spendMultiplier(),
        World.keptShare(affiliate.type().refundRate()),
        affiliate.type().couponRate());
  }

  /** Of the next customer, who comes through a large affiliate more often than a small one. */
  private double clv(Source source) {
    return source == Source.AFFILIATE
        ? world.affiliates().stream().mapToDouble(a -> a.share() * clv(a)).sum()
        : World.acquisitionClv(
            source,
            source.spendMultiplier(),
            World.keptShare(source.refundRate()),
            World.COUPON_RATE);
  }
}
