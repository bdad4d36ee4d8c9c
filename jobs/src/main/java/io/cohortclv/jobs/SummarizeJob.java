package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.transforms.cohorts.CohortPeriod;
import io.cohortclv.transforms.cohorts.CohortRetentions;
import io.cohortclv.transforms.summary.ChurnGaps;
import io.cohortclv.transforms.summary.CustomerSummaries;
import io.cohortclv.transforms.table.CohortRetention;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.RefundValue;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Order values to one history a customer, and to cohorts by age. */
final class SummarizeJob implements Stage {
  /** Categories times the days of a log. */
  private static final int MAX_GAPS = 1_000_000;

  @Override
  public long run(Lake lake, ClvConfig config, Run run) {
    Dataset<Row> orderValues = lake.read(OrderValue.TABLE, run);
    ChurnGaps churnGaps = churnGaps(lake, config.cohorts(), orderValues);
    long customers =
        lake.write(
                CustomerSummary.TABLE,
                run,
                CustomerSummaries.summarizeAsOf(
                    orderValues,
                    lake.read(RefundValue.TABLE, run),
                    run.asOf(),
                    config.fit().midpoint(),
                    config.reporting().horizonDays(),
                    config.reporting().discountRatePerYear(),
                    churnGaps))
            .rows();
    Dataset<Row> cohorts =
        config.cohorts().periods().stream()
            .map(
                period ->
                    CohortRetentions.retainCohorts(
                        lake.read(CustomerAcquisition.TABLE, run),
                        lake.read(CustomerSummary.TABLE, run),
                        orderValues,
                        run.asOf(),
                        CohortPeriod.of(period),
                        churnGaps.days()))
            .reduce(Dataset::union)
            .orElseThrow();
    return customers + lake.write(CohortRetention.TABLE, run, cohorts).rows();
  }

  /** As configured, else learned from all gaps; none where nobody has come back yet. */
  private static ChurnGaps churnGaps(
      Lake lake, ClvConfig.Cohorts settings, Dataset<Row> orderValues) {
    return settings.churnGapDays().isPresent()
        ? ChurnGaps.of(settings.churnGapDays().getAsInt())
        : ChurnGaps.learn(
            lake.collectSmall(
                ChurnGaps.countGaps(orderValues), MAX_GAPS, "gaps by first category and length"),
            settings.churnGapQuantile());
  }
}
