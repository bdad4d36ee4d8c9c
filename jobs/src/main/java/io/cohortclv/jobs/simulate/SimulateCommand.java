package io.cohortclv.jobs.simulate;

import io.cohortclv.jobs.failure.CommandException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code clv simulate}: the raw logs of a synthetic shop, ready to run. */
@Command(
    name = "simulate",
    description =
        "Writes the raw logs of a synthetic shop, the clv.conf that runs them, and the truth"
            + " behind them.",
    footer = {"", "Example:", "  clv simulate --out shop --customers 10000 --dirty 0.01"})
public final class SimulateCommand implements Callable<Integer> {
  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder to write; must not exist or be empty.")
  private Path out;

  @Option(
      names = "--customers",
      paramLabel = "N",
      defaultValue = "10000",
      description = "Customers who order at least once. Default: ${DEFAULT-VALUE}.")
  private long customers;

  @Option(
      names = "--affiliates",
      paramLabel = "N",
      defaultValue = "60",
      description = "Affiliates of the programme. Default: ${DEFAULT-VALUE}.")
  private int affiliates;

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "730",
      description = "Simulated days. Default: ${DEFAULT-VALUE}.")
  private int days;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "The same seed gives the same bytes. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--dirty",
      paramLabel = "FRACTION",
      defaultValue = "0",
      description =
          "Bad records per good one, of every kind the contracts name. Default: ${DEFAULT-VALUE}.")
  private double dirty;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    ShopOptions options = options();
    requireNothingThere(options.out());
    ShopSimulation simulation = ShopSimulation.of(options);
    ShopTruth truth;
    try {
      truth = simulation.run();
    } catch (IOException e) {
      throw CommandException.failed(
          "The shop could not be written to "
              + options.out()
              + ": "
              + reason(e)
              + ". Nothing was left behind; free or change the place and simulate again.",
          e);
    }
    print(simulation.conf(), truth, spec.commandLine().getOut());
    return 0;
  }

  private ShopOptions options() {
    try {
      return new ShopOptions(out, customers, affiliates, days, seed, dirty);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(e.getMessage() + ".");
    }
  }

  private static void requireNothingThere(Path out) {
    if (!Files.exists(out)) {
      return;
    }
    try (Stream<Path> files = Files.list(out)) {
      if (files.findAny().isEmpty()) {
        return;
      }
    } catch (IOException e) {
      throw CommandException.usage(
          "--out " + out + " is no folder that can be read: " + reason(e) + ". Name another one.");
    }
    throw CommandException.usage(
        "--out "
            + out
            + " is not empty, and nothing is overwritten. Name a new folder, or remove this one"
            + " first.");
  }

  /** What an I/O failure says, without the path that the message already names. */
  private static String reason(IOException e) {
    if (e instanceof FileSystemException f && f.getReason() != null) {
      return f.getReason();
    }
    return e.getClass().getSimpleName();
  }

  private static void print(Path conf, ShopTruth truth, PrintWriter printer) {
    long planted = truth.planted().stream().mapToLong(ShopTruth.Planted::rows).sum();
    printer.println(
        String.format(
            Locale.ROOT,
            "Simulated %,d customers with %,d counted orders through %,d affiliates over %,d days.",
            truth.customers(),
            truth.countedOrders(),
            truth.affiliates().size(),
            truth.days()));
    truth
        .rows()
        .forEach(
            (log, rows) ->
                printer.println(String.format(Locale.ROOT, "  raw/%-16s %,12d rows", log, rows)));
    if (planted > 0) {
      printer.println(
          String.format(
              Locale.ROOT,
              "  %,d of the rows are bad on purpose; truth/truth.json says how.",
              planted));
    }
    printer.println("The truth is in " + conf.resolveSibling(ShopTruth.FOLDER));
    printer.println("Next: clv run --conf " + conf + " --as-of " + truth.lastDay());
    printer.flush();
  }
}
