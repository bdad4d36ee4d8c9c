package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import java.time.LocalDate;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Ingest and every stage for one day in one session. */
@Command(
    name = "run",
    description = "Ingests what is new, then computes and publishes one day.",
    footer = {"", "Example: clv run --conf clv.conf --as-of 2024-12-31"})
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Override
  public Integer call() {
    ClvConfig config = options.config();
    try (Lake lake = Lake.openToWrite(config, "run");
        Progress progress = Progress.of(spec.commandLine().getErr())) {
      Run run = everything(lake, config, options.asOf(), progress);
      spec.commandLine()
          .getOut()
          .printf(
              "Published %s as run %s. Next: clv show %s%n",
              run.asOf(),
              run.runId(),
              config.attribution().only() ? "attribution_comparison" : "source_scorecard");
    }
    return 0;
  }

  /** All stages, from the raw logs to the publication. */
  static Run everything(Lake lake, ClvConfig config, LocalDate asOf, Progress progress) {
    progress.stage("ingest");
    IngestJob.run(lake, config);
    Run run = lake.runs().begin(asOf);
    try {
      for (Pipeline.Step step : Pipeline.of(config)) {
        progress.stage(step.name());
        Pipeline.execute(step, lake, config, run);
      }
      return run;
    } catch (Exception e) { // Spark's own are checked, and Scala does not declare them
      try {
        lake.removeScratch(run); // nobody goes on with this run
      } catch (RuntimeException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
  }
}
