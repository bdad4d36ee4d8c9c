package io.cohortclv.jobs;

import io.cohortclv.jobs.IngestJob.Taken;
import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.lake.IngestBatches.Counts;
import io.cohortclv.jobs.lake.Lake;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The first stage: raw logs into the clean zone, without an as-of date. */
@Command(
    name = "ingest",
    description = "Takes the raw files that are new, each exactly once.",
    footer = {"", "Example: clv ingest --conf clv.conf"})
final class IngestCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--conf",
      paramLabel = "FILE",
      defaultValue = "clv.conf",
      description = "Configuration (default: ${DEFAULT-VALUE} in the current folder).")
  private Path conf;

  @Override
  public Integer call() {
    ClvConfig config = ClvConfigs.load(conf);
    List<Taken> taken;
    try (Lake lake = Lake.openToWrite(config, "ingest");
        Progress progress = Progress.of(spec.commandLine().getErr())) {
      progress.stage("ingest");
      taken = IngestJob.run(lake, config);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (taken.isEmpty()) {
      out.println("No new files.");
    }
    for (Taken batch : taken) {
      out.println(line(batch));
      batch
          .counts()
          .rejectedByReasons()
          .forEach(
              (reasons, rows) -> out.printf(Locale.ROOT, "  %,d rejected: %s%n", rows, reasons));
    }
    return 0;
  }

  private static String line(Taken taken) {
    Counts counts = taken.counts();
    return String.format(
        Locale.ROOT,
        "%s: %,d rows in %,d files: %,d accepted, %,d duplicate, %,d rejected, %,d not selected",
        taken.batch().source(),
        counts.records(),
        taken.batch().files().size(),
        counts.accepted(),
        counts.duplicate(),
        counts.rejected(),
        counts.notSelected());
  }
}
