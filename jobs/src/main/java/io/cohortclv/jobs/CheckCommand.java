package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.config.SourceConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.RawFiles.RawFile;
import io.cohortclv.transforms.table.CleanColumns;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Tries what a run needs, and writes nothing. */
@Command(
    name = "check",
    description = {
      "Reads configuration, storage and inputs without writing: whether each path can be reached,"
          + " whether the columns map, and what would become of the first rows.",
      "Exits with the code an ingest would fail with; 3 when a sample holds no row that fits."
    },
    footer = {
      "",
      "Example: clv check --conf clv.conf",
      "         clv check --conf clv.conf --propose   (prints schemas to paste into it)"
    })
final class CheckCommand implements Callable<Integer> {
  private static final int MAX_REASONS = 1_000;

  @Spec private CommandSpec spec;

  @Option(
      names = "--conf",
      paramLabel = "FILE",
      defaultValue = "clv.conf",
      description = "Configuration (default: ${DEFAULT-VALUE} in the current folder).")
  private Path conf;

  @Option(
      names = "--sample",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Raw rows of each source to look at (default: ${DEFAULT-VALUE}).")
  private int sample;

  @Option(
      names = "--propose",
      description =
          "Prints for each source a schema for its sample. Read it before you use it: a column that"
              + " a sample lacks is missing in it.")
  private boolean propose;

  @Override
  public Integer call() {
    if (sample < 1) {
      throw CommandException.usage("--sample must be at least 1: " + sample + ".");
    }
    PrintWriter out = spec.commandLine().getOut();
    ClvConfig config = propose ? ClvConfigs.loadToPropose(conf) : ClvConfigs.load(conf);
    List<CommandException> problems = new ArrayList<>();
    try (Lake lake = Lake.open(config, "check")) {
      out.printf(
          "Lake %s: %s%n",
          config.lake().root(), lake.isThere() ? "can be reached" : "not there yet");
      if (config.inputs().isEmpty()) {
        throw CommandException.usage(
            "There are no inputs in " + conf + ". Map at least one log to inputs.orders.");
      }
      for (List<SourceConfig> sources : config.inputs().values()) {
        for (SourceConfig source : sources) {
          try {
            look(lake, config, source, out);
          } catch (CommandException e) {
            out.printf("%s: %s%n", source.name(), e.getMessage());
            problems.add(e);
          }
          out.flush();
        }
      }
    }
    return problems.stream().mapToInt(CommandException::exitCode).max().orElse(0);
  }

  private void look(Lake lake, ClvConfig config, SourceConfig source, PrintWriter out) {
    List<RawFile> files = lake.rawFiles().list(source);
    if (files.isEmpty()) {
      out.printf("%s: no files yet in %s%n", source.name(), source.path());
      return;
    }
    if (propose) {
      out.printf(
          "# %s%nschema = \"%s\"%n",
          source.name(), lake.rawFiles().proposeSchema(source, files, sample));
      return;
    }
    out.printf(
        Locale.ROOT,
        "%s: %,d files, %,d bytes, the newest of %s%n",
        source.name(),
        files.size(),
        files.stream().mapToLong(RawFile::length).sum(),
        Instant.ofEpochMilli(files.stream().mapToLong(RawFile::modified).max().orElseThrow())
            .truncatedTo(ChronoUnit.SECONDS));
    Dataset<Row> outcomes =
        IngestJob.preview(lake, config, source, files, sample)
            .groupBy(
                col(CleanColumns.OUTCOME),
                array_join(col(CleanColumns.REASONS), "; ").as("reasons"))
            .agg(sum(CleanColumns.SOURCE_ROWS).as(CleanColumns.SOURCE_ROWS))
            .orderBy(CleanColumns.OUTCOME, "reasons");
    boolean fits = false;
    for (Row row : lake.collectSmall(outcomes, MAX_REASONS, "outcomes of a sample")) {
      String outcome = row.getAs(CleanColumns.OUTCOME);
      String reasons = row.getAs("reasons");
      fits |= outcome.equals(CleanColumns.ACCEPTED);
      out.printf(
          Locale.ROOT,
          "  %,d %s%s%n",
          row.<Long>getAs(CleanColumns.SOURCE_ROWS),
          outcome.replace('_', ' '),
          reasons == null || reasons.isEmpty() ? "" : ": " + reasons);
    }
    if (!fits) {
      throw CommandException.data(
          "None of the first "
              + sample
              + " rows would be accepted. The reasons are above; correct inputs."
              + source.input()
              + " in "
              + conf
              + ".");
    }
  }
}
