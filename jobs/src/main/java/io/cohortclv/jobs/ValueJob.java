package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.transforms.economics.ScorecardSums;
import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Scorecards;
import io.cohortclv.transforms.table.Touchpoints;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Credit, scores and commissions to what each source and affiliate brought. */
final class ValueJob implements Stage {
  @Override
  public long run(Lake lake, ClvConfig config, Run run) {
    Dataset<Row> acquisitions = lake.read(CustomerAcquisition.TABLE, run);
    Dataset<Row> clv = lake.read(CustomerClv.TABLE, run);
    Dataset<Row> orderValues = lake.read(OrderValue.TABLE, run);
    int smallN = config.scorecard().smallN();
    long rows =
        lake.write(
                Scorecards.SOURCE_SCORECARD,
                run,
                ScorecardSums.scoreSources(acquisitions, clv, orderValues, smallN))
            .rows();
    if (!lake.has(Touchpoints.CONTRACT) && !lake.has(Commissions.CONTRACT)) {
      return rows;
    }
    return rows
        + lake.write(
                Scorecards.AFFILIATE_SCORECARD,
                run,
                ScorecardSums.scoreAffiliates(
                    acquisitions,
                    clv,
                    orderValues,
                    lake.asOf(Affiliates.CONTRACT, run),
                    lake.asOf(Touchpoints.CONTRACT, run),
                    lake.asOf(Commissions.CONTRACT, run),
                    smallN))
            .rows();
  }
}
