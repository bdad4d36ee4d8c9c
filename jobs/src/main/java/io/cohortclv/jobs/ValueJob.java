package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.models.economics.CommissionPolicy;
import io.cohortclv.transforms.economics.SegmentValues;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.Costs;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.SegmentClv;

/** Credit, scores and costs to what each owner's customers are worth, cost and may cost. */
final class ValueJob implements Stage {
  @Override
  public long run(Lake lake, ClvConfig config, Run run) {
    long segments =
        lake.write(
                SegmentClv.TABLE,
                run,
                SegmentValues.sumSegments(
                    lake.read(CustomerClv.TABLE, run),
                    lake.read(CustomerSummary.TABLE, run),
                    lake.read(CustomerAcquisition.TABLE, run)))
            .rows();
    return segments + new Valuation(lake, config, run).write();
  }

  /** Whether any log tells what acquisition costs. */
  static boolean hasCosts(Lake lake) {
    return lake.has(Commissions.CONTRACT)
        || lake.has(Costs.CONTRACT)
        || lake.has(ReferralEvents.CONTRACT);
  }

  static CommissionPolicy policy(ClvConfig.Commission settings) {
    return new CommissionPolicy(
        settings.assumedIncrementality(),
        settings.targetRatio(),
        settings.quantile(),
        settings.paybackMonths(),
        settings.largestStep());
  }
}
