package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.transforms.cohorts.CohortPeriod;
import io.cohortclv.transforms.cohorts.CohortRetentions;
import io.cohortclv.transforms.summary.CustomerSummaries;
import io.cohortclv.transforms.summary.PurchaseGaps;
import io.cohortclv.transforms.table.CohortRetention;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.RefundValue;
import java.util.OptionalInt;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Order values to one history a customer, and to cohorts by age. */
final class SummarizeJob implements Stage {
  @Override
  public long run(Lake lake, ClvConfig config, Run run) {
    Dataset<Row> orderValues = lake.read(OrderValue.TABLE, run);
    OptionalInt churnGapDays = churnGapDays(lake, config.cohorts(), orderValues);
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
                    churnGapDays))
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
                        churnGapDays))
            .reduce(Dataset::union)
            .orElseThrow();
    return customers + lake.write(CohortRetention.TABLE, run, cohorts).rows();
  }

  /** As configured, else learned from all gaps; none where nobody has come back yet. */
  private static OptionalInt churnGapDays(
      Lake lake, ClvConfig.Cohorts settings, Dataset<Row> orderValues) {
    if (settings.churnGapDays().isPresent()) {
      return settings.churnGapDays();
    }
    Row learned =
        lake.collectSmall(
                PurchaseGaps.quantile(orderValues, settings.churnGapQuantile()), 1, "quantiles")
            .get(0);
    return learned.isNullAt(0) ? OptionalInt.empty() : OptionalInt.of(learned.getInt(0));
  }
}
