package io.cohortclv.jobs;

import io.cohortclv.jobs.estimate.Delimiter;
import io.cohortclv.jobs.estimate.EstimateFormat;
import io.cohortclv.jobs.estimate.EstimateQuery;
import io.cohortclv.jobs.estimate.Estimation;
import io.cohortclv.jobs.estimate.OrderColumns;
import io.cohortclv.jobs.estimate.OrderFile;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.TimeUnit;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "estimate",
    description = "Estimates customer lifetime value from one file of orders.",
    sortOptions = false,
    footer = {
      "",
      "Example:",
      "  clv estimate orders.csv --customer customer_id --time date --amount dollars \\",
      "      --calibration-end 1997-09-30 --holdout-end 1998-06-30 --time-unit weeks",
      "",
      "A customer's orders on one day are one purchase. Zero amounts are purchases that are left"
          + " out of spend; negative amounts are no purchases."
    })
final class EstimateCommand implements Callable<Integer> {
  private static final String AUTO = "auto";

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      description = "CSV, white-space separated, JSON lines or Parquet; the content shows which.")
  private Path file;

  @Option(
      names = "--customer",
      required = true,
      paramLabel = "COL",
      description = "Column of the customer. Without a header, columns are numbers from 1.")
  private String customer;

  @Option(
      names = "--time",
      required = true,
      paramLabel = "COL",
      description = "Column of the order's day: 1997-01-31, with or without a time, or 19970131.")
  private String time;

  @Option(names = "--amount", paramLabel = "COL", description = "Column of the order's amount.")
  private Optional<String> amount;

  @Option(
      names = "--segment",
      paramLabel = "COL",
      description = "Estimates each value of this column as well, shrunk toward what they share.")
  private Optional<String> segment;

  @Option(
      names = "--calibration-end",
      required = true,
      paramLabel = "DATE",
      description = "Last day to learn from.")
  private LocalDate calibrationEnd;

  @Option(
      names = "--holdout-end",
      paramLabel = "DATE",
      description = "Last day to hold the forecast against.")
  private Optional<LocalDate> holdoutEnd;

  @Option(
      names = "--model",
      defaultValue = "mbg-nbd",
      description =
          "mbg-nbd (default), bg-nbd, pareto-nbd, nbd; mbg-cnbd-k or bg-cnbd-k for regular buyers;"
              + " or auto, one of the first four: the least AIC, unless another forecasts the"
              + " holdout better than chance explains.")
  private String model;

  @Option(
      names = "--time-unit",
      defaultValue = "days",
      description = "Unit of the model's times: days (default) or weeks.")
  private TimeUnit timeUnit;

  @Option(
      names = "--delimiter",
      defaultValue = AUTO,
      description = "auto (default), tab, space, ',', ';' or '|'.")
  private String delimiter;

  @Option(
      names = "--horizon-days",
      defaultValue = "365",
      paramLabel = "DAYS",
      description = "How far customers are valued, from the end of calibration; 365 by default.")
  private int horizonDays;

  @Option(
      names = "--discount-rate",
      defaultValue = "0.1",
      paramLabel = "RATE",
      description = "Discount rate per year, a fraction; 0.1 by default.")
  private double discountRatePerYear;

  @Option(
      names = "--format",
      defaultValue = "text",
      description = "text (default) or json, one object.")
  private EstimateFormat format;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Also writes customers.csv, a line a customer, and estimate.json here.")
  private Optional<Path> out;

  @Override
  public Integer call() {
    EstimateQuery query = query();
    OrderColumns columns = new OrderColumns(customer, time, amount, segment);
    OrderFile orders = OrderFile.open(file, delimiter());
    orders.requireColumns(columns);
    String result;
    try (Progress progress = Progress.onTerminalOnly(spec.commandLine().getErr())) {
      result = Estimation.run(orders, columns, query, format, out, progress::stage);
    }
    spec.commandLine().getOut().println(result);
    return 0;
  }

  private EstimateQuery query() {
    if (holdoutEnd.isPresent() && !holdoutEnd.get().isAfter(calibrationEnd)) {
      throw CommandException.usage(
          "--holdout-end "
              + holdoutEnd.get()
              + " does not lie after --calibration-end "
              + calibrationEnd
              + ": the forecast is held against the days between them.");
    }
    if (horizonDays <= 0) {
      throw CommandException.usage(
          "--horizon-days must be above 0, but it is " + horizonDays + ".");
    }
    if (!(discountRatePerYear >= 0 && discountRatePerYear < Double.POSITIVE_INFINITY)) {
      throw CommandException.usage(
          "--discount-rate is a fraction from 0 on, such as 0.1 for 10 % a year, but it is "
              + discountRatePerYear
              + ".");
    }
    return new EstimateQuery(
        families(),
        timeUnit,
        calibrationEnd,
        holdoutEnd,
        horizonDays,
        discountRatePerYear,
        segment.isPresent());
  }

  private List<ModelFamily> families() {
    if (model.equals(AUTO)) {
      return ModelFamily.ofHistories();
    }
    try {
      return List.of(ModelFamily.of(model));
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("--model: " + e.getMessage() + ", auto.");
    }
  }

  private Optional<Delimiter> delimiter() {
    if (delimiter.equals(AUTO)) {
      return Optional.empty();
    }
    return Optional.of(
        Delimiter.of(delimiter)
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "--delimiter is auto, tab, space, ',', ';' or '|', but it is '"
                            + delimiter
                            + "'.")));
  }
}
