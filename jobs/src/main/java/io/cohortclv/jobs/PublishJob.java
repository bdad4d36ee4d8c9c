package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.transforms.table.Catalog;

/** Checks the run's tables against each other and makes them visible in one append. */
final class PublishJob implements Stage {
  @Override
  public long run(Lake lake, ClvConfig config, Run run) {
    Reconciliation.of(lake, config, run);
    lake.publish(run, Catalog.PUBLISHED);
    return 1;
  }
}
