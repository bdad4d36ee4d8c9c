package io.cohortclv.transforms.table;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Every table of the lake, in the order a run makes them. */
public final class Catalog {
  /** What BI tools read. */
  public static final List<Table> PUBLISHED =
      List.of(
          RefundValue.TABLE,
          OrderValue.TABLE,
          OrderAttribution.TABLE,
          CustomerAcquisition.TABLE,
          AttributionComparison.TABLE,
          CommissionCheck.TABLE,
          CustomerSummary.TABLE,
          CohortRetention.TABLE,
          ModelRegistry.TABLE,
          ModelValidation.TABLE,
          CustomerClv.TABLE,
          SegmentClv.TABLE,
          Scorecards.SOURCE_SCORECARD,
          Scorecards.AFFILIATE_SCORECARD,
          Scorecards.CAMPAIGN_SCORECARD,
          Scorecards.SUB_ID_SCORECARD,
          AffiliateDaily.TABLE,
          AffiliateEconomics.TABLE,
          CommissionRecommendation.TABLE,
          TargetAttainment.TABLE);

  /** What the jobs say about themselves. */
  public static final List<Table> OPERATIONS =
      List.of(
          Operations.INGEST_BATCH,
          Operations.RECON,
          Operations.DQ_QUARANTINE,
          Operations.LAKE_SETTING,
          Operations.RUN_AUDIT,
          Operations.LEASE,
          Operations.PUBLICATION);

  private Catalog() {}

  /** The table of that display name, {@code customer_clv} or {@code ops.recon}. */
  public static Optional<Table> find(String name) {
    return all().filter(t -> t.displayName().equals(name)).findFirst();
  }

  /** Every display name. */
  public static List<String> names() {
    return all().map(Table::displayName).toList();
  }

  private static Stream<Table> all() {
    return Stream.of(
            PUBLISHED.stream(), OPERATIONS.stream(), Contract.all().stream().map(Contract::clean))
        .flatMap(s -> s);
  }
}
