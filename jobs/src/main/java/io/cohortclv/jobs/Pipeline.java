package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.jobs.lake.Runs;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** The stages of a run in their order: the only place that knows it. */
final class Pipeline {
  /** What is left where only attribution is asked for. */
  private static final Set<String> ATTRIBUTION = Set.of("attribute", "publish");

  /**
   * A stage as users name it.
   *
   * @param does what it does, for --help
   */
  record Step(String name, String does, Stage stage) {}

  static final List<Step> STEPS =
      List.of(
          new Step(
              "attribute",
              "Values orders, credits them, and finds who brought each customer.",
              new AttributeJob()),
          new Step(
              "summarize",
              "Makes one history a customer, and cohorts by month of age.",
              new SummarizeJob()),
          new Step("fit", "Fits the purchase and spend models.", new FitJob()),
          new Step("score", "Predicts each customer's value.", new ScoreJob()),
          new Step("value", "Makes the scorecards of sources and affiliates.", new ValueJob()),
          new Step(
              "publish",
              "Checks the run's tables against each other and makes them visible.",
              new PublishJob()));

  private Pipeline() {}

  /** The stages of a run under that configuration. */
  static List<Step> of(ClvConfig config) {
    return config.attribution().only()
        ? STEPS.stream().filter(s -> ATTRIBUTION.contains(s.name())).toList()
        : STEPS;
  }

  /** Runs one step and notes its start and its end in ops.run_audit. */
  static long execute(Step step, Lake lake, ClvConfig config, Run run) {
    lake.spark().sparkContext().setJobDescription(step.name() + " " + run.asOf());
    Instant start = Instant.now();
    lake.runs().audit(run, step.name(), Runs.STARTED, 0, Duration.ZERO, null);
    try {
      long rows = step.stage().run(lake, config, run);
      lake.runs()
          .audit(run, step.name(), Runs.DONE, rows, Duration.between(start, Instant.now()), null);
      return rows;
    } catch (Exception e) {
      // Spark throws checked exceptions undeclared. Class only: messages of others may carry values
      // of rows.
      try {
        lake.runs()
            .audit(
                run,
                step.name(),
                Runs.FAILED,
                0,
                Duration.between(start, Instant.now()),
                e.getClass().getSimpleName());
      } catch (RuntimeException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    } finally {
      lake.spark().sparkContext().setJobDescription(null);
    }
  }
}
