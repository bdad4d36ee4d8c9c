package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.col;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.transforms.table.CommissionRecommendation;
import io.cohortclv.transforms.table.ModelRegistry;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Row;
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
    try (Lake lake = Lake.openToWrite(config, "run")) {
      Run run;
      try (Progress progress = Progress.of(spec.commandLine().getErr())) {
        run = everything(lake, config, options.asOf(), progress);
      }
      warnings(lake, config, run)
          .forEach(w -> spec.commandLine().getErr().println("clv: warning: " + w + "."));
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

  /** What a reader of the published day should know before using its figures, a sentence each. */
  static List<String> warnings(Lake lake, ClvConfig config, Run run) {
    Set<String> published = lake.published(run.asOf()).orElseThrow().tableVersions().keySet();
    List<String> warnings = new ArrayList<>();
    if (published.contains(ModelRegistry.TABLE.name())) {
      for (Row model :
          lake.collectSmall(
              lake.published(ModelRegistry.TABLE, run.asOf())
                  .filter(col(ModelRegistry.SEGMENT_PATH).equalTo(ModelRegistry.POOLED))
                  .orderBy(ModelRegistry.FAMILY),
              ScoreJob.MAX_MODELS,
              "models of all customers")) {
        for (String warning : model.<String>getList(model.fieldIndex(ModelRegistry.WARNINGS))) {
          warnings.add(model.getAs(ModelRegistry.FAMILY) + " of all customers: " + warning);
        }
      }
    }
    if (published.contains(CommissionRecommendation.TABLE.name())
        && config.commission().incrementality().isEmpty()) {
      warnings.add(
          "commission_recommendation takes every customer of an affiliate as won by it, since"
              + " commission.incrementality is not set: ceilings are too high by the share who would"
              + " have come anyway");
    }
    return warnings;
  }
}
