package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.ClvConfigs;
import java.nio.file.Path;
import java.time.LocalDate;
import picocli.CommandLine.Option;

/** What every command on a run is told. */
final class RunOptions {
  @Option(
      names = "--conf",
      paramLabel = "FILE",
      defaultValue = "clv.conf",
      description = "Configuration (default: ${DEFAULT-VALUE} in the current folder).")
  private Path conf;

  @Option(
      names = "--as-of",
      required = true,
      paramLabel = "DATE",
      description = "Business day to describe, inclusive: YYYY-MM-DD.")
  private LocalDate asOf;

  ClvConfig config() {
    return ClvConfigs.load(conf);
  }

  LocalDate asOf() {
    return asOf;
  }
}
