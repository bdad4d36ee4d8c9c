package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** One stage in a process of its own, for schedulers; the first begins a run, the others go on. */
@Command
class StageCommand implements Callable<Integer> {
  private final Pipeline.Step step;

  @Spec CommandSpec spec;
  @Mixin RunOptions options;

  private static final Pipeline.Step FIRST = Pipeline.STEPS.get(0);

  StageCommand(Pipeline.Step step) {
    this.step = step;
  }

  /** The command of that stage, under its name. */
  static CommandLine of(Pipeline.Step step) {
    CommandLine line =
        new CommandLine(
            step.stage() instanceof ValueJob ? new ValueCommand(step) : new StageCommand(step));
    line.getCommandSpec()
        .name(step.name())
        .usageMessage()
        .description(step.does())
        .footer("", "Example: clv " + step.name() + " --conf clv.conf --as-of 2024-12-31");
    return line;
  }

  @Override
  public Integer call() {
    ClvConfig config = options.config();
    try (Lake lake = Lake.openToWrite(config, step.name());
        Progress progress = Progress.of(spec.commandLine().getErr())) {
      Run run = step.equals(FIRST) ? lake.runs().begin(options.asOf()) : resume(lake, config);
      progress.stage(step.name() + " " + run.runId());
      long rows = Pipeline.execute(step, lake, config, run);
      spec.commandLine()
          .getOut()
          .printf("%s of run %s done: %,d rows.%n", step.name(), run.runId(), rows);
    }
    return 0;
  }

  /** The newest run of the day, if it is this stage's turn. */
  private Run resume(Lake lake, ClvConfig config) {
    Run run =
        lake.runs()
            .resume(options.asOf())
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "There is no run of "
                            + options.asOf()
                            + " to go on with. Begin one with clv "
                            + FIRST.name()
                            + " --as-of "
                            + options.asOf()
                            + ", or do all stages with clv run."));
    Set<String> done = lake.runs().stagesDone(run);
    List<Pipeline.Step> steps = Pipeline.of(config);
    if (!steps.contains(step)) {
      throw CommandException.usage(
          "There is no stage "
              + step.name()
              + " in a run that ends with attribution. Leave attribution.only out of "
              + "the configuration, or go on with clv publish.");
    }
    for (Pipeline.Step before : steps.subList(0, steps.indexOf(step))) {
      if (!done.contains(before.name())) {
        throw CommandException.usage(
            "Run "
                + run.runId()
                + " is not ready for "
                + step.name()
                + ": its stage "
                + before.name()
                + " has not ended well. Run clv "
                + before.name()
                + " --as-of "
                + options.asOf()
                + " first.");
      }
    }
    boolean published =
        lake.published(options.asOf()).filter(p -> p.runId().equals(run.runId())).isPresent();
    if (published && !step.equals(Pipeline.STEPS.get(Pipeline.STEPS.size() - 1))) {
      throw CommandException.usage(
          "Run "
              + run.runId()
              + " is published, and a published run does not change. Begin a new one with clv "
              + FIRST.name()
              + " --as-of "
              + options.asOf()
              + ".");
    }
    return run;
  }
}
