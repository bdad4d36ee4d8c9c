package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.struct;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.models.economics.DiscountRate;
import io.cohortclv.models.economics.ValueCurve;
import io.cohortclv.models.shrink.ValueCap;
import io.cohortclv.transforms.economics.AcquisitionCosts;
import io.cohortclv.transforms.economics.AffiliateDays;
import io.cohortclv.transforms.economics.AffiliateMonths;
import io.cohortclv.transforms.economics.ApprovalRates;
import io.cohortclv.transforms.economics.CommissionRows;
import io.cohortclv.transforms.economics.OwnedCustomers;
import io.cohortclv.transforms.economics.OwnerSums;
import io.cohortclv.transforms.economics.PartnerValues;
import io.cohortclv.transforms.economics.ScorecardRows;
import io.cohortclv.transforms.economics.TargetRows;
import io.cohortclv.transforms.economics.TouchSums;
import io.cohortclv.transforms.scoring.SegmentModel;
import io.cohortclv.transforms.table.AffiliateDaily;
import io.cohortclv.transforms.table.AffiliateEconomics;
import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.CommissionRecommendation;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.Costs;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Scorecards;
import io.cohortclv.transforms.table.Table;
import io.cohortclv.transforms.table.TargetAttainment;
import io.cohortclv.transforms.table.Terms;
import io.cohortclv.transforms.table.Touchpoints;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The scorecards and what follows from them, of one run. */
final class Valuation {
  private static final int MAX_BUCKETS = 100_000;

  private final Lake lake;
  private final ClvConfig config;
  private final Run run;
  private final Map<String, ValueCurve> curves;
  private final Map<String, String> affiliateTypes;
  private final boolean hasCosts;

  Valuation(Lake lake, ClvConfig config, Run run) {
    this.lake = lake;
    this.config = config;
    this.run = run;
    this.curves = curves();
    this.affiliateTypes = affiliateTypes();
    this.hasCosts = ValueJob.hasCosts(lake);
  }

  /** Makes every table and gives the rows written. */
  long write() {
    int months = config.commission().paybackMonths();
    Dataset<Row> owned =
        lake.keep(
            OwnedCustomers.own(
                lake.read(CustomerAcquisition.TABLE, run),
                lake.read(CustomerSummary.TABLE, run),
                lake.read(CustomerClv.TABLE, run),
                lake.read(OrderValue.TABLE, run),
                curves,
                config.reporting().horizonDays(),
                months));
    Dataset<Row> commissions = lake.asOf(Commissions.CONTRACT, run);
    List<Row> endings = collect(AcquisitionCosts.countEndings(commissions));
    Dataset<Row> costs = lake.keep(costs(commissions, endings));
    try {
      Map<String, ValueCap> caps =
          PartnerValues.caps(
              lake.collectSmall(OwnedCustomers.countValues(owned), MAX_BUCKETS, "ranges of values"),
              config.scorecard().capQuantile());
      List<Row> sums = collect(OwnerSums.sumByOwner(owned, caps, months));
      PartnerValues values = PartnerValues.of(sums, affiliateTypes);
      ScorecardRows scorecards = scorecards(sums, values, costs, endings);
      List<Row> affiliates = scorecards.ofAffiliates();
      long rows =
          write(Scorecards.SOURCE_SCORECARD, scorecards.ofSources())
              + write(Scorecards.AFFILIATE_SCORECARD, affiliates)
              + write(Scorecards.CAMPAIGN_SCORECARD, scorecards.ofCampaigns())
              + write(Scorecards.SUB_ID_SCORECARD, scorecards.ofSubIds());
      if (hasCosts) {
        rows += write(AffiliateEconomics.TABLE, AffiliateMonths.sumByMonth(costs, owned));
      }
      if (affiliates.isEmpty()) {
        return rows;
      }
      return rows
          + writeDays(owned, costs)
          + write(CommissionRecommendation.TABLE, recommend(affiliates, values, endings));
    } finally {
      owned.unpersist();
      costs.unpersist();
    }
  }

  private Dataset<Row> costs(Dataset<Row> commissions, List<Row> endings) {
    return AcquisitionCosts.list(
        commissions,
        lake.spark().createDataFrame(ApprovalRates.rows(endings), AcquisitionCosts.APPROVALS),
        lake.read(OrderAttribution.TABLE, run),
        lake.asOf(Costs.CONTRACT, run),
        lake.asOf(ReferralEvents.CONTRACT, run),
        lake.read(OrderValue.TABLE, run),
        lake.read(CustomerAcquisition.TABLE, run),
        run.endOfDay(),
        config.reporting().timezone());
  }

  private ScorecardRows scorecards(
      List<Row> sums, PartnerValues values, Dataset<Row> costs, List<Row> endings) {
    return new ScorecardRows(
        sums,
        lake.has(Touchpoints.CONTRACT)
            ? collect(TouchSums.countByOwner(lake.asOf(Touchpoints.CONTRACT, run)))
            : null,
        collect(AcquisitionCosts.sumByOwner(costs)),
        hasCosts,
        endings,
        affiliateTypes,
        values,
        new ScorecardRows.Settings(
            config.scorecard().smallN(),
            config.commission().paybackMonths(),
            config.commission().assumedIncrementality(),
            curve()));
  }

  /** None where no log tells the terms. */
  private List<Row> recommend(List<Row> affiliates, PartnerValues values, List<Row> endings) {
    if (!lake.has(Terms.CONTRACT)) {
      return List.of();
    }
    return new CommissionRows(
            ValueJob.policy(config.commission()),
            config.commission().incrementality().isEmpty(),
            curve(),
            values,
            collect(lake.asOf(Terms.CONTRACT, run)),
            endings,
            run.endOfDay())
        .of(affiliates);
  }

  /** What affiliates did day by day, and how they stand against their goals. */
  private long writeDays(Dataset<Row> owned, Dataset<Row> costs) {
    int days = config.scorecard().dailyDays();
    long rows =
        write(
            AffiliateDaily.TABLE,
            AffiliateDays.dailyByAffiliate(
                lake.asOf(Touchpoints.CONTRACT, run),
                lake.read(OrderAttribution.TABLE, run),
                lake.read(OrderValue.TABLE, run),
                owned,
                costs,
                run.asOf(),
                days,
                config.reporting().timezone()));
    if (config.targets().isEmpty()) {
      return rows;
    }
    TargetRows goals =
        new TargetRows(
            config.targets(),
            lake.collectSmall(
                TargetRows.sumByMonth(lake.read(AffiliateDaily.TABLE, run)),
                config.scorecard().maxOwners(),
                "months of affiliates (scorecard.max-owners)"),
            affiliateTypes,
            run.asOf().minusDays(days),
            run.asOf());
    return rows + write(TargetAttainment.TABLE, goals.rows());
  }

  private long write(Table table, Dataset<Row> rows) {
    return lake.write(table, run, rows).rows();
  }

  /** Writes nothing where there is nothing to say: the table is then missing from the day. */
  private long write(Table table, List<Row> rows) {
    return rows.isEmpty()
        ? 0
        : write(table, lake.spark().createDataFrame(rows, table.ownSchema()).coalesce(1));
  }

  private List<Row> collect(Dataset<Row> rows) {
    return lake.collectSmall(
        rows,
        config.scorecard().maxOwners(),
        "sources, campaigns, affiliates and sub-ids (scorecard.max-owners)");
  }

  /** How the value of an affiliate's customer builds up. */
  private ValueCurve curve() {
    return curves.getOrDefault(
        Segments.path(CustomerAcquisition.AFFILIATE), curves.get(ModelRegistry.POOLED));
  }

  /** How value builds up by the models customers were scored with, by segment path. */
  private Map<String, ValueCurve> curves() {
    List<Row> registry =
        lake.collectSmall(
            lake.read(ModelRegistry.TABLE, run).filter(ScoreJob.IS_SCORED_WITH),
            ScoreJob.MAX_MODELS,
            "models");
    Map<String, ValueCurve> byPath = new HashMap<>();
    for (SegmentModel model :
        ScoreJob.segmentModels(registry, config.fit().minSegmentCustomers()).values()) {
      byPath.put(
          model.segmentPath(),
          ValueCurve.of(
              model.family().model(model.parameters().stream().mapToDouble(p -> p).toArray()),
              config.reporting().horizonDays(),
              new DiscountRate(config.reporting().discountRatePerYear())));
    }
    return byPath;
  }

  /** The newest type of every affiliate that has one: of stubs nothing is known. */
  private Map<String, String> affiliateTypes() {
    Map<String, String> types = new HashMap<>();
    collect(
            lake.asOf(Affiliates.CONTRACT, run)
                .filter(col(Affiliates.TYPE).isNotNull())
                .groupBy(Affiliates.AFFILIATE_ID)
                .agg(
                    max_by(
                        col(Affiliates.TYPE),
                        struct(col(Affiliates.VALID_FROM), col(Affiliates.TYPE)))))
        .forEach(row -> types.put(row.getString(0), row.getString(1)));
    return types;
  }
}
