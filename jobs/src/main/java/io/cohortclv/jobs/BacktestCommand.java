package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Publication;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.fit.ForecastAccuracy;
import io.cohortclv.models.fit.ModelComparison;
import io.cohortclv.models.fit.PurchaseForecast;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.ModelValidation;
import io.cohortclv.transforms.table.OrderValue;
import java.io.PrintWriter;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Refits at past dates and compares each forecast with what came. */
@Command(
    name = "backtest",
    description = "Refits models at past dates and compares their forecasts with what happened.",
    footer = {
      "",
      "Prints how far each forecast was off, how it did by tenths of the customers, and how it ran"
          + " along the weeks. The tenths and every week of the last run's own holdout are in"
          + " model_validation.",
      "",
      "Example: clv backtest --origins 4 --holdout-days 90 --models mbg-nbd,pareto-nbd"
    })
final class BacktestCommand implements Callable<Integer> {
  private static final int DAYS_PER_WEEK = 7;
  private static final int TENTHS = 10;

  /** Weeks of the holdout that are shown. */
  private static final int MARKS = 4;

  @Spec private CommandSpec spec;
  @Mixin private PublishedOptions options;

  @Option(
      names = "--origins",
      paramLabel = "N",
      defaultValue = "3",
      description = "Past dates to refit at, a holdout apart (default: ${DEFAULT-VALUE}).")
  private int origins;

  @Option(
      names = "--holdout-days",
      paramLabel = "DAYS",
      defaultValue = "90",
      description = "Days each refit forecasts (default: ${DEFAULT-VALUE}).")
  private int holdoutDays;

  @Option(
      names = "--models",
      split = ",",
      paramLabel = "MODEL",
      defaultValue = "mbg-nbd,bg-nbd,pareto-nbd",
      description = "Purchase models to compare (default: ${DEFAULT-VALUE}).")
  private List<String> models;

  @Override
  public Integer call() {
    if (origins < 1 || holdoutDays < 1) {
      throw CommandException.usage("--origins and --holdout-days must be at least 1.");
    }
    List<ModelFamily> families = families();
    ClvConfig config = options.config(spec.commandLine().getErr());
    List<List<String>> errors = new ArrayList<>();
    errors.add(
        header(
            List.of(
                "customers",
                "came",
                "expected",
                "80 % from",
                "to",
                "bias",
                "mae",
                "rmse",
                "gini",
                "aic")));
    List<List<String>> tenths = new ArrayList<>();
    tenths.add(header(IntStream.rangeClosed(1, TENTHS).mapToObj(Integer::toString).toList()));
    List<Integer> marks = marks(holdoutDays / DAYS_PER_WEEK);
    List<List<String>> weeks = new ArrayList<>();
    weeks.add(header(marks.stream().map(week -> "week " + week).toList()));
    try (Lake lake = Lake.open(config, "backtest");
        Progress progress = Progress.of(spec.commandLine().getErr())) {
      LocalDate newest =
          lake.latest()
              .map(Publication::asOf)
              .orElseThrow(
                  () ->
                      CommandException.usage(
                          "Nothing is published in this lake yet, so there is nothing to look back"
                              + " on. Run clv run --as-of DATE first."));
      Dataset<Row> orders = lake.published(OrderValue.TABLE, newest);
      Dataset<Row> acquisitions = lake.published(CustomerAcquisition.TABLE, newest);
      for (int back = origins; back >= 1; back--) {
        LocalDate origin = newest.minusDays((long) back * holdoutDays);
        progress.stage("refit at " + origin);
        Holdout holdout =
            Holdout.read(
                lake,
                orders,
                acquisitions,
                origin,
                origin.plusDays(holdoutDays),
                config.fit().midpoint(),
                config.fit().maxDistinctHistories());
        for (String segment : holdout.segments(config.fit().minSegmentCustomers())) {
          for (ModelFamily family : families) {
            Optional<Holdout.Outcome> judged = holdout.judge(family, segment);
            if (judged.isPresent()) {
              Holdout.Outcome outcome = judged.get();
              errors.add(line(outcome, errors(outcome, holdout.total(outcome, segment))));
              tenths.add(line(outcome, calibration(outcome)));
              weeks.add(line(outcome, tracking(outcome, marks)));
            }
          }
        }
      }
    }
    if (errors.size() == 1) {
      throw CommandException.data(
          "No model could be fitted at any of these origins: too few customers had come back by"
              + " then. Ask for fewer --origins or a shorter --holdout-days.");
    }
    PrintWriter out = spec.commandLine().getOut();
    TextTable.print(errors, out);
    out.println();
    out.println(
        "Purchase days a customer, expected / came, by tenths of the customers from the least"
            + " expected to the most:");
    TextTable.print(tenths, out);
    if (!marks.isEmpty()) {
      out.println();
      out.println(
          "Repeat purchase days of all, also those who came after the origin, until the week,"
              + " expected / came:");
      TextTable.print(weeks, out);
    }
    out.flush();
    return 0;
  }

  private List<ModelFamily> families() {
    try {
      List<ModelFamily> families = models.stream().map(ModelFamily::of).toList();
      if (!ModelFamily.ofHistories().containsAll(families)) {
        throw CommandException.usage(
            "--models can be "
                + String.join(
                    ", ", ModelFamily.ofHistories().stream().map(ModelFamily::id).toList())
                + ": the others need the gaps between purchases, which only clv estimate has.");
      }
      return families;
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("--models: " + e.getMessage() + ".");
    }
  }

  /** Four weeks of so many, evenly apart, the last among them; all where there are fewer. */
  private static List<Integer> marks(int weeks) {
    return IntStream.rangeClosed(1, MARKS)
        .map(mark -> (int) Math.ceil((double) weeks * mark / MARKS))
        .filter(week -> week > 0)
        .distinct()
        .boxed()
        .toList();
  }

  private static List<String> header(List<String> names) {
    return Stream.concat(Stream.of("origin", "segment", "model"), names.stream()).toList();
  }

  private static List<String> line(Holdout.Outcome outcome, List<String> cells) {
    return Stream.concat(
            Stream.of(
                outcome.origin().toString(),
                outcome.segmentPath(),
                outcome.fit().model().family().id()),
            cells.stream())
        .toList();
  }

  private static List<String> errors(Holdout.Outcome outcome, Optional<PurchaseForecast> total) {
    ForecastAccuracy accuracy = outcome.accuracy();
    return List.of(
        number("%,d", accuracy.customers()),
        number("%,d", accuracy.actual()),
        number("%,.1f", accuracy.expected()),
        total.map(t -> number("%,d", t.low())).orElse("-"),
        total.map(t -> number("%,d", t.high())).orElse("-"),
        number("%.3f", accuracy.bias()),
        number("%.4f", accuracy.meanAbsoluteError()),
        number("%.4f", accuracy.rootMeanSquaredError()),
        number("%.3f", accuracy.gini()),
        number("%,.1f", ModelComparison.aic(outcome.fit())));
  }

  private static List<String> calibration(Holdout.Outcome outcome) {
    String[] cells = new String[TENTHS];
    Arrays.fill(cells, "-");
    for (ForecastAccuracy.Decile tenth : outcome.accuracy().calibration()) {
      cells[tenth.decile() - 1] =
          number("%.3f", tenth.expectedMean()) + " / " + number("%.3f", tenth.actualMean());
    }
    return List.of(cells);
  }

  /** Whole weeks after the origin, counted back from the end of the holdout. */
  private static List<String> tracking(Holdout.Outcome outcome, List<Integer> marks) {
    int whole = (int) (outcome.holdoutDays() / DAYS_PER_WEEK);
    List<Row> weeks = outcome.weeks();
    int first = Math.max(0, weeks.size() - whole);
    List<String> cells = new ArrayList<>();
    for (int mark : marks) {
      double expected = 0;
      long came = 0;
      for (Row week : weeks.subList(first, first + mark)) {
        came += week.getLong(ModelValidation.WEEKS.fieldIndex(ModelValidation.ACTUAL));
        expected += week.getDouble(ModelValidation.WEEKS.fieldIndex(ModelValidation.EXPECTED));
      }
      cells.add(number("%,.1f", expected) + " / " + number("%,d", came));
    }
    return cells;
  }

  private static String number(String format, Number value) {
    return Double.isNaN(value.doubleValue()) ? "-" : String.format(Locale.ROOT, format, value);
  }
}
