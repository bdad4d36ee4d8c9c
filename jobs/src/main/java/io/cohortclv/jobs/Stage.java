package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;

/** One step of a run: reads what earlier steps wrote and writes its own tables. */
interface Stage {
  /** Does the work and returns the rows written. Doing it again replaces them. */
  long run(Lake lake, ClvConfig config, Run run);
}
