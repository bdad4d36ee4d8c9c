package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.failure.CommandException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which lake a command reads that only looks: the one configured, or the last demo's. */
final class PublishedOptions {
  private static final Path HERE = Path.of("clv.conf");

  @Option(
      names = "--conf",
      paramLabel = "FILE",
      description =
          "Configuration (default: clv.conf in the current folder, else the last demo's).")
  private Path conf;

  /** The configuration; says so on {@code err} where it is the demo's. */
  ClvConfig config(PrintWriter err) {
    if (conf != null || Files.exists(HERE)) {
      return ClvConfigs.load(conf == null ? HERE : conf);
    }
    Path demo = DemoCommand.folder().resolve("shop").resolve("clv.conf");
    if (!Files.exists(demo)) {
      throw CommandException.usage(
          "There is no clv.conf in the current folder, and no demo was run yet. Name one with"
              + " --conf, or try clv demo.");
    }
    err.println("clv: no clv.conf here, so this is the last demo's lake (" + demo + ")");
    return ClvConfigs.load(demo);
  }
}
