package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.min;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.transforms.attribution.Acquisitions;
import io.cohortclv.transforms.attribution.AttributionInputs;
import io.cohortclv.transforms.attribution.AttributionRules;
import io.cohortclv.transforms.attribution.CommissionChecks;
import io.cohortclv.transforms.attribution.CommissionRules;
import io.cohortclv.transforms.attribution.JourneyLogs;
import io.cohortclv.transforms.attribution.ModelComparisons;
import io.cohortclv.transforms.attribution.OrderCredits;
import io.cohortclv.transforms.attribution.RemovalEffects;
import io.cohortclv.transforms.attribution.Touches;
import io.cohortclv.transforms.identity.ReferralCycles;
import io.cohortclv.transforms.identity.Stitching;
import io.cohortclv.transforms.orders.ExchangeRates;
import io.cohortclv.transforms.orders.OrderAmounts;
import io.cohortclv.transforms.orders.OrderValues;
import io.cohortclv.transforms.orders.RefundValues;
import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.AttributionComparison;
import io.cohortclv.transforms.table.CommissionCheck;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Coupons;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.FxRates;
import io.cohortclv.transforms.table.IdentityMap;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.People;
import io.cohortclv.transforms.table.Products;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.RefundValue;
import io.cohortclv.transforms.table.Refunds;
import io.cohortclv.transforms.table.Terms;
import io.cohortclv.transforms.table.Touchpoints;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Clean logs to what each order was worth, who is credited with it, and who brought each customer.
 * Order values come first, since credits are shares of them.
 */
final class AttributeJob implements Stage {
  /** Pairs of sources; a thousand affiliates that all follow each other. */
  private static final int MAX_PASSAGES = 1_000_000;

  @Override
  public long run(Lake lake, ClvConfig config, Run run) {
    Dataset<Row> orders = lake.asOf(Orders.CONTRACT, run);
    long valued = valueOrders(lake, config, run, orders);
    try (Kept kept = new Kept(lake, run, new ArrayList<>())) {
      return valued + attribute(lake, config, run, orders, kept);
    }
  }

  private static long attribute(
      Lake lake, ClvConfig config, Run run, Dataset<Row> orders, Kept kept) {
    AttributionRules rules = config.attribution().rules();
    AttributionInputs inputs = inputs(lake, config, run, orders, kept);
    JourneyLogs logs = JourneyLogs.of(inputs, rules);
    if (rules.needsPaths()) {
      logs = logs.kept(kept::keep);
    }
    long credited =
        lake.write(
                OrderAttribution.TABLE,
                run,
                OrderCredits.creditOrders(
                    logs,
                    inputs,
                    rules,
                    removalEffects(lake, config.attribution(), logs),
                    firstTouch(lake, inputs),
                    commissionRules(lake, config, inputs)))
            .rows();
    long acquired =
        lake.write(
                CustomerAcquisition.TABLE,
                run,
                Acquisitions.acquireCustomers(
                    lake.read(OrderAttribution.TABLE, run),
                    inputs.affiliates(),
                    config.reporting().timezone(),
                    config.historyCompleteFrom()))
            .rows();
    long compared =
        lake.write(
                AttributionComparison.TABLE,
                run,
                ModelComparisons.compare(
                    lake.read(OrderAttribution.TABLE, run),
                    lake.read(CustomerAcquisition.TABLE, run),
                    rules))
            .rows();
    return credited + acquired + compared + checkCommissions(lake, run, inputs);
  }

  /** The logs as of the run's day, and who is who in them; nobody is sought where nothing leads. */
  private static AttributionInputs inputs(
      Lake lake, ClvConfig config, Run run, Dataset<Row> orders, Kept kept) {
    Column[] ofTouches = Touches.COLUMNS.stream().map(c -> col(c)).toArray(Column[]::new);
    // The longest log: read again where that takes no sort, since it fills what may be kept.
    Dataset<Row> touchpoints =
        lake.sharesMuch(Touchpoints.CONTRACT, run)
            ? kept.asOf(Touchpoints.CONTRACT, ofTouches)
            : lake.asOf(Touchpoints.CONTRACT, run).select(ofTouches);
    boolean leads =
        run.inputVersions().containsKey(Touchpoints.CONTRACT.name())
            || run.inputVersions().containsKey(ReferralEvents.CONTRACT.name());
    Dataset<Row> people =
        leads
            ? Stitching.people(
                orders,
                touchpoints,
                lake.asOf(IdentityMap.CONTRACT, run),
                new Stitching.Trust(
                    run.endOfDay(),
                    config.attribution().leastConfidence(),
                    config.attribution().mostPeople()))
            : lake.spark().createDataFrame(List.of(), People.SCHEMA);
    return new AttributionInputs(
        lake.read(OrderValue.TABLE, run),
        orders,
        touchpoints,
        referrals(lake, run, kept),
        kept.asOf(Terms.CONTRACT, col("*")),
        kept.asOf(Affiliates.CONTRACT, col("*")),
        lake.asOf(Coupons.CONTRACT, run),
        people);
  }

  /** Events of referrals without those that close a circle, which go to the quarantine. */
  private static Dataset<Row> referrals(Lake lake, Run run, Kept kept) {
    Dataset<Row> events = kept.asOf(ReferralEvents.CONTRACT, col("*"));
    if (!run.inputVersions().containsKey(ReferralEvents.CONTRACT.name())) {
      return events;
    }
    Dataset<Row> closing = kept.keep(ReferralCycles.of(events));
    if (Reconciliation.tell(lake, run, "events of referrals that close a circle", closing) == 0) {
      return events;
    }
    lake.quarantine(run, ReferralEvents.CONTRACT, closing, ReferralCycles.REASON);
    String[] key = ReferralEvents.CONTRACT.key().toArray(new String[0]);
    return events.join(closing.select(key[0], key[1]), key, "left_anti");
  }

  /** What is read several times and takes a shuffle to make, until it is closed. */
  private record Kept(Lake lake, Run run, List<Dataset<Row>> rows) implements AutoCloseable {
    Dataset<Row> keep(Dataset<Row> made) {
      Dataset<Row> keeping = lake.keep(made);
      rows.add(keeping);
      return keeping;
    }

    /** Those columns of a log; of one that is not there nothing, which plans leave out. */
    Dataset<Row> asOf(Contract contract, Column... columns) {
      Dataset<Row> known = lake.asOf(contract, run).select(columns);
      return run.inputVersions().containsKey(contract.name()) ? keep(known) : known;
    }

    @Override
    public void close() {
      rows.forEach(Dataset::unpersist);
    }
  }

  /** Orders are numbered only where terms count them: it takes another shuffle. */
  private static CommissionRules commissionRules(
      Lake lake, ClvConfig config, AttributionInputs inputs) {
    boolean countsOrders =
        !lake.collectSmall(
                inputs.terms().filter(CommissionRules.COUNTS_ORDERS).limit(1), 1, "terms")
            .isEmpty();
    return new CommissionRules(
        config.reporting().timezone(), config.reporting().currency(), countsOrders);
  }

  /** Nothing is checked where there are neither terms nor a ledger. */
  private static long checkCommissions(Lake lake, Run run, AttributionInputs inputs) {
    if (!run.inputVersions().containsKey(Commissions.CONTRACT.name())
        && !run.inputVersions().containsKey(Terms.CONTRACT.name())) {
      return 0;
    }
    return lake.write(
            CommissionCheck.TABLE,
            run,
            CommissionChecks.check(
                lake.read(OrderAttribution.TABLE, run),
                inputs.orders(),
                lake.asOf(Commissions.CONTRACT, run),
                inputs.terms()))
        .rows();
  }

  /** Solved on the driver, from counts of the steps between sources. */
  private static RemovalEffects removalEffects(
      Lake lake, ClvConfig.Attribution settings, JourneyLogs logs) {
    if (!settings.rules().needsPaths()) {
      return RemovalEffects.NONE;
    }
    return RemovalEffects.of(
        lake.collectSmall(
            OrderCredits.countPassages(logs, settings.rules()),
            MAX_PASSAGES,
            "different steps from source to source in the paths of the markov model"),
        settings.leastPaths(),
        settings.mostAffiliates());
  }

  private static Optional<Instant> firstTouch(Lake lake, AttributionInputs inputs) {
    Timestamp first =
        lake.collectSmall(
                inputs.touchpoints().filter(Touches.IS_CREDITABLE).agg(min(Touchpoints.TOUCH_TS)),
                1,
                "first touches")
            .get(0)
            .getAs(0);
    return Optional.ofNullable(first).map(Timestamp::toInstant);
  }

  /** What refunds took back, and then what orders were worth without it. */
  private static long valueOrders(Lake lake, ClvConfig config, Run run, Dataset<Row> orders) {
    ZoneId zone = config.reporting().timezone();
    Dataset<Row> items = lake.asOf(OrderItems.CONTRACT, run);
    ExchangeRates rates =
        ExchangeRates.into(config.reporting().currency(), lake.asOf(FxRates.CONTRACT, run));
    Dataset<Row> amounts = OrderAmounts.of(orders, items, rates, zone);
    long refunds =
        lake.write(
                RefundValue.TABLE,
                run,
                RefundValues.valueAsOf(
                    lake.asOf(Refunds.CONTRACT, run), amounts, items, rates, zone))
            .rows();
    return refunds
        + lake.write(
                OrderValue.TABLE,
                run,
                OrderValues.valueAsOf(
                    amounts,
                    lake.read(RefundValue.TABLE, run),
                    items,
                    lake.asOf(Products.CONTRACT, run),
                    rates,
                    config.margin().defaultRate(),
                    config.historyCompleteFrom()))
            .rows();
  }
}
