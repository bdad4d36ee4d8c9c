package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Publication;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.fit.ModelComparison;
import io.cohortclv.models.fit.PurchaseForecast;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderValue;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
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
      "Example: clv backtest --origins 4 --holdout-days 90 --models mbg-nbd,pareto-nbd"
    })
final class BacktestCommand implements Callable<Integer> {
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
    List<List<String>> table = new ArrayList<>();
    table.add(
        List.of(
            "origin",
            "segment",
            "model",
            "customers",
            "came",
            "expected",
            "80 % from",
            "to",
            "bias",
            "mae",
            "rmse",
            "gini",
            "aic"));
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
            holdout
                .judge(family, segment)
                .map(outcome -> line(outcome, holdout.total(outcome, segment)))
                .ifPresent(table::add);
          }
        }
      }
    }
    if (table.size() == 1) {
      throw CommandException.data(
          "No model could be fitted at any of these origins: too few customers had come back by"
              + " then. Ask for fewer --origins or a shorter --holdout-days.");
    }
    TextTable.print(table, spec.commandLine().getOut());
    spec.commandLine().getOut().flush();
    return 0;
  }

  private List<ModelFamily> families() {
    try {
      return models.stream().map(ModelFamily::of).toList();
    } catch (IllegalArgumentException e) {
      throw CommandException.usage("--models: " + e.getMessage() + ".");
    }
  }

  private static List<String> line(Holdout.Outcome outcome, Optional<PurchaseForecast> total) {
    var accuracy = outcome.accuracy();
    return Arrays.asList(
        outcome.origin().toString(),
        outcome.segmentPath(),
        outcome.fit().model().family().id(),
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

  private static String number(String format, Number value) {
    return Double.isNaN(value.doubleValue()) ? "-" : String.format(Locale.ROOT, format, value);
  }
}
