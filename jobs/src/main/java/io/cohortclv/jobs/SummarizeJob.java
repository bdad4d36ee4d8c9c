package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.transforms.cohorts.CohortRetentions;
import io.cohortclv.transforms.summary.CustomerSummaries;
import io.cohortclv.transforms.table.CohortRetention;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.OrderValue;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Order values to one history a customer, and to cohorts by month of age. */
final class SummarizeJob implements Stage {
  @Override
  public long run(Lake lake, ClvConfig config, Run run) {
    Dataset<Row> orderValues = lake.read(OrderValue.TABLE, run);
    long customers =
        lake.write(
                CustomerSummary.TABLE,
                run,
                CustomerSummaries.summarizeAsOf(
                    orderValues,
                    run.asOf(),
                    config.fit().midpoint(),
                    config.reporting().horizonDays(),
                    config.reporting().discountRatePerYear()))
            .rows();
    long cohorts =
        lake.write(
                CohortRetention.TABLE,
                run,
                CohortRetentions.retainCohorts(
                    lake.read(CustomerAcquisition.TABLE, run), orderValues, run.asOf()))
            .rows();
    return customers + cohorts;
  }
}
