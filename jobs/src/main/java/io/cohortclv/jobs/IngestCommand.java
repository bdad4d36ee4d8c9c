package io.cohortclv.jobs;

import io.cohortclv.jobs.IngestJob.Request;
import io.cohortclv.jobs.IngestJob.Taken;
import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.IngestBatches;
import io.cohortclv.jobs.lake.IngestRecon.Counts;
import io.cohortclv.jobs.lake.Lake;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The first stage: raw logs into the clean zone, without an as-of date. */
@Command(
    name = "ingest",
    description = "Takes the raw files that are new, each exactly once.",
    footer = {
      "",
      "Example: clv ingest --conf clv.conf",
      "         clv ingest --conf clv.conf --replay-quarantine"
    })
final class IngestCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--conf",
      paramLabel = "FILE",
      defaultValue = "clv.conf",
      description = "Configuration (default: ${DEFAULT-VALUE} in the current folder).")
  private Path conf;

  @Option(
      names = "--replay-quarantine",
      description =
          "Also takes the files with rejected rows again, under the mapping as it is now; rows that"
              + " were accepted before are duplicates.")
  private boolean replay;

  @Option(
      names = "--full",
      description =
          "Takes every file again into new clean tables; what was published stands. All files that"
              + " were ever taken must still be there.")
  private boolean full;

  @Option(
      names = "--since",
      paramLabel = "DAY",
      description = "Only files last changed on that business day or later.")
  private LocalDate since;

  @Option(
      names = "--until",
      paramLabel = "DAY",
      description = "Only files last changed on that business day or earlier.")
  private LocalDate until;

  @Option(
      names = "--accept",
      paramLabel = "BATCH",
      split = ",",
      description = "Lets batches be published that broke a gate or do not add up, as they are.")
  private List<String> accepted = List.of();

  @Override
  public Integer call() {
    ClvConfig config = ClvConfigs.load(conf);
    if (full && (replay || since != null || until != null)) {
      throw CommandException.usage(
          "--full takes every file, so it does not go with --replay-quarantine, --since or --until."
              + " Leave those out.");
    }
    Request request =
        new Request(replay, full, Optional.ofNullable(since), Optional.ofNullable(until));
    List<Taken> taken;
    try (Lake lake = Lake.openToWrite(config, "ingest");
        Progress progress = Progress.of(spec.commandLine().getErr())) {
      progress.stage("ingest");
      accepted.forEach(IngestBatches.of(lake)::accept);
      taken = IngestJob.run(lake, config, request);
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
        "%s: %,d rows in %,d files: %,d accepted, %,d superseded, %,d duplicate, %,d rejected,"
            + " %,d waiting, %,d not selected",
        taken.batch().source(),
        counts.records(),
        taken.batch().files().size(),
        counts.accepted(),
        counts.superseded(),
        counts.duplicate(),
        counts.rejected(),
        counts.waiting(),
        counts.notSelected());
  }
}
