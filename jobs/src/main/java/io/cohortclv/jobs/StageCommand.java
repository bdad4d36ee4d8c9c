package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** One stage in a process of its own, for schedulers; the first begins a run, the others go on. */
@Command
final class StageCommand implements Callable<Integer> {
  private final Pipeline.Step step;

  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  private StageCommand(Pipeline.Step step) {
    this.step = step;
  }

  /** The command of that stage, under its name. */
  static CommandLine of(Pipeline.Step step) {
    CommandLine line = new CommandLine(new StageCommand(step));
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
    try (Lake lake = Lake.open(config, step.name());
        Progress progress = Progress.of(spec.commandLine().getErr())) {
      Run run =
          step.equals(Pipeline.STEPS.get(0))
              ? lake.begin(options.asOf())
              : lake.resume(options.asOf())
                  .orElseThrow(
                      () ->
                          CommandException.usage(
                              "There is no unpublished run of "
                                  + options.asOf()
                                  + " to go on with. Begin one with clv "
                                  + Pipeline.STEPS.get(0).name()
                                  + " --as-of "
                                  + options.asOf()
                                  + ", or do all stages with clv run."));
      progress.stage(step.name() + " " + run.runId());
      long rows = Pipeline.execute(step, lake, config, run);
      spec.commandLine()
          .getOut()
          .printf("%s of run %s done: %,d rows.%n", step.name(), run.runId(), rows);
    }
    return 0;
  }
}
