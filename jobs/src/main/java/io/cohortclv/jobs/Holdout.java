package io.cohortclv.jobs;

import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.fit.ForecastAccuracy;
import io.cohortclv.models.fit.InfeasibleDataException;
import io.cohortclv.models.fit.ModelChoice;
import io.cohortclv.models.fit.ModelComparison;
import io.cohortclv.models.fit.ParameterDraws;
import io.cohortclv.models.fit.PurchaseFit;
import io.cohortclv.models.fit.PurchaseFits;
import io.cohortclv.models.fit.PurchaseForecast;
import io.cohortclv.models.fit.PurchaseTracking;
import io.cohortclv.transforms.summary.CompressedHistories;
import io.cohortclv.transforms.summary.HoldoutHistories;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import io.cohortclv.transforms.table.ModelValidation;
import java.sql.Date;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Purchase days split at a past day: models fitted before it, judged by what came after. */
final class Holdout {
  private static final int DAYS_PER_WEEK = 7;
  private static final int DRAWS = 20;
  private static final long SEED = 1;
  private static final double LEVEL = 0.8;

  /** Days of a century, of each source type. */
  private static final int MOST_DAYS = 36_525 * CustomerAcquisition.SOURCE_TYPES.size();

  private final LocalDate origin;
  private final LocalDate end;
  private final boolean midpoint;
  private final List<Row> cells;
  private final List<Row> days;
  private final long oneIn;

  private Holdout(
      LocalDate origin,
      LocalDate end,
      boolean midpoint,
      List<Row> cells,
      List<Row> days,
      long oneIn) {
    this.origin = origin;
    this.end = end;
    this.midpoint = midpoint;
    this.cells = cells;
    this.days = days;
    this.oneIn = oneIn;
  }

  /**
   * What one model forecast for one segment.
   *
   * @param forecasts purchases expected of each distinct history, in the order of the holdout
   * @param accuracy of the forecast over the holdout
   * @param weeks rows of {@link ModelValidation#WEEKS}
   * @param remarks what the holdout has to say beside what the fit warns of
   */
  @SuppressWarnings("ArrayRecordComponent") // read once, never compared
  record Outcome(
      String segmentPath,
      LocalDate origin,
      long holdoutDays,
      PurchaseFit fit,
      double[] forecasts,
      ForecastAccuracy accuracy,
      List<Row> weeks,
      List<String> remarks) {
    /** Its row of model_validation, own columns. */
    Row toRow() {
      return RowFactory.create(
          fit.model().family().id(),
          segmentPath,
          Date.valueOf(origin),
          holdoutDays,
          accuracy.customers(),
          accuracy.actual(),
          accuracy.expected(),
          accuracy.meanAbsoluteError(),
          accuracy.rootMeanSquaredError(),
          known(accuracy.bias()),
          known(accuracy.gini()),
          fit.logLikelihood(),
          ModelComparison.aic(fit),
          accuracy.calibration().stream()
              .map(
                  d ->
                      RowFactory.create(
                          (long) d.decile(), d.customers(), d.expectedMean(), d.actualMean()))
              .toArray(),
          weeks.toArray(),
          Stream.concat(fit.warnings().stream(), remarks.stream()).toArray());
    }

    private static Double known(double value) {
      return Double.isNaN(value) ? null : value;
    }
  }

  /**
   * Reads what it takes, compressed, to the driver. Where that is more than the cap, a sample of
   * the customers is judged: what is to be seen of a forecast shows with far fewer.
   *
   * @param cap most distinct histories
   */
  static Holdout read(
      Lake lake,
      Dataset<Row> orderValues,
      Dataset<Row> acquisitions,
      LocalDate origin,
      LocalDate end,
      boolean midpoint,
      int cap) {
    Dataset<Row> all = lake.keep(HoldoutHistories.purchaseDays(orderValues, acquisitions, end));
    try {
      for (long oneIn = 1; ; oneIn *= 2) {
        Dataset<Row> purchaseDays = HoldoutHistories.ofOneIn(oneIn, all);
        Optional<List<Row>> cells =
            lake.collectUpTo(HoldoutHistories.compress(purchaseDays, origin, midpoint), cap);
        if (cells.isPresent()) {
          return new Holdout(
              origin,
              end,
              midpoint,
              cells.get(),
              lake.collectSmall(
                  HoldoutHistories.byDay(purchaseDays), MOST_DAYS, "days with a purchase"),
              oneIn);
        }
      }
    } finally {
      all.unpersist();
    }
  }

  /** Whether the log reaches back as far before the origin as the holdout reaches after it. */
  boolean isLongEnough() {
    LocalDate earliest = origin.minusDays(ChronoUnit.DAYS.between(origin, end));
    return days.stream()
        .anyMatch(row -> !row.<Date>getAs(HoldoutHistories.DAY).toLocalDate().isAfter(earliest));
  }

  /**
   * The model for the fits' customers, by their AIC and by how the same families, fitted before the
   * origin, forecast what came after it.
   *
   * @param fits one a family, of all that is known
   * @param outcomes of all customers; a family without one is judged by its AIC alone, and so are
   *     all where the log is too short for a holdout
   */
  ModelChoice choose(List<PurchaseFit> fits, List<Outcome> outcomes) {
    List<ModelChoice.Candidate> candidates = new ArrayList<>();
    for (PurchaseFit fit : fits) {
      outcomes.stream()
          .filter(o -> o.segmentPath().equals(ModelRegistry.POOLED))
          .filter(o -> o.fit().model().family() == fit.model().family())
          .findFirst()
          .ifPresent(o -> candidates.add(new ModelChoice.Candidate(fit, o.forecasts())));
    }
    if (candidates.size() < fits.size()) {
      return ModelChoice.byAic(fits);
    }
    return ModelChoice.of(
        candidates,
        cells.stream().mapToLong(row -> row.getAs(HoldoutHistories.CAME)).toArray(),
        cells.stream().mapToLong(row -> row.getAs(HoldoutHistories.CUSTOMERS)).toArray());
  }

  /**
   * The total that the outcome's model expects of the holdout with its 80 % interval, over chance
   * and over the parameters; empty where the data do not bound these.
   */
  Optional<PurchaseForecast> total(Outcome outcome, String segment) {
    try {
      return Optional.of(
          PurchaseForecast.ofTotal(
              outcome.fit().model(),
              ParameterDraws.asymptotic(outcome.fit(), DRAWS, SEED),
              CompressedHistories.toHistories(Segments.rowsOf(cells, segment).iterator()),
              (double) outcome.holdoutDays(),
              LEVEL));
    } catch (InfeasibleDataException e) {
      return Optional.empty();
    }
  }

  /** Customers of the segment known at the origin. */
  private long customers(String segment) {
    return Segments.rowsOf(cells, segment).stream()
        .mapToLong(row -> row.getAs(HoldoutHistories.CUSTOMERS))
        .sum();
  }

  /** Fits the family before the origin; empty where the segment's histories do not identify it. */
  Optional<Outcome> judge(ModelFamily family, String segment) {
    List<Row> rows = Segments.rowsOf(cells, segment);
    if (rows.isEmpty()) {
      return Optional.empty();
    }
    PurchaseFit fit;
    try {
      fit = PurchaseFits.fit(family, CompressedHistories.toHistories(rows.iterator()));
    } catch (InfeasibleDataException e) {
      return Optional.empty();
    }
    return Optional.of(judge(fit, segment, rows));
  }

  private Outcome judge(PurchaseFit fit, String segment, List<Row> rows) {
    long holdoutDays = ChronoUnit.DAYS.between(origin, end);
    double[] forecasts =
        rows.stream()
            .mapToDouble(
                row ->
                    fit.model()
                        .expectedPurchases(
                            (double) holdoutDays, repeats(row), recency(row), age(row)))
            .toArray();
    ForecastAccuracy.Builder judged = ForecastAccuracy.builder();
    for (int i = 0; i < forecasts.length; i++) {
      judged.add(
          forecasts[i],
          rows.get(i).<Long>getAs(HoldoutHistories.CAME),
          rows.get(i).<Long>getAs(HoldoutHistories.CUSTOMERS));
    }
    ForecastAccuracy accuracy = judged.build();
    List<String> remarks = new ArrayList<>();
    if (oneIn > 1) {
      remarks.add("judged by one customer in " + oneIn + ": all have too many distinct histories");
    }
    accuracy
        .biasWarning()
        .ifPresent(w -> remarks.add("the " + holdoutDays + " days after " + origin + ": " + w));
    return new Outcome(
        Segments.path(segment),
        origin,
        holdoutDays,
        fit,
        forecasts,
        accuracy,
        weeks(fit.model(), Segments.rowsOf(days, segment)),
        remarks);
  }

  /** Weeks back from the end of the holdout, so that none is cut; an odd first one is left out. */
  private List<Row> weeks(PurchaseModel model, List<Row> daily) {
    TreeMap<LocalDate, Long> repeats = new TreeMap<>();
    Map<Double, Long> firsts = new HashMap<>();
    LocalDate start = end;
    for (Row row : daily) {
      LocalDate day = row.<Date>getAs(HoldoutHistories.DAY).toLocalDate();
      start = day.isBefore(start) ? day : start;
    }
    for (Row row : daily) {
      LocalDate day = row.<Date>getAs(HoldoutHistories.DAY).toLocalDate();
      repeats.merge(day, row.<Long>getAs(HoldoutHistories.REPEATS), Long::sum);
      long customers = row.<Long>getAs(HoldoutHistories.FIRSTS);
      if (customers > 0) {
        firsts.merge((double) ChronoUnit.DAYS.between(start, day), customers, Long::sum);
      }
    }
    PurchaseTracking tracking = PurchaseTracking.of(model, firsts);
    long length = ChronoUnit.DAYS.between(start, end) + 1;
    List<Row> weeks = new ArrayList<>();
    LocalDate before = end.minusDays(length - length % DAYS_PER_WEEK);
    while (before.isBefore(end)) {
      LocalDate last = before.plusDays(DAYS_PER_WEEK);
      double untilBefore = expectedUntil(tracking, start, before);
      double untilLast = expectedUntil(tracking, start, last);
      weeks.add(
          RowFactory.create(
              Date.valueOf(last),
              sum(repeats.subMap(before, false, last, true)),
              untilLast - untilBefore,
              sum(repeats.headMap(last, true)),
              untilLast));
      before = last;
    }
    return weeks;
  }

  private double expectedUntil(PurchaseTracking tracking, LocalDate start, LocalDate day) {
    return tracking.expectedUntil(ChronoUnit.DAYS.between(start, day) + (midpoint ? 0.5 : 0.0));
  }

  private static long sum(Map<LocalDate, Long> repeats) {
    return repeats.values().stream().mapToLong(Long::longValue).sum();
  }

  private static int repeats(Row row) {
    return Math.toIntExact(row.getAs(CustomerSummary.REPEATS));
  }

  private static double recency(Row row) {
    return row.<Double>getAs(CustomerSummary.RECENCY_DAYS);
  }

  private static double age(Row row) {
    return row.<Double>getAs(CustomerSummary.AGE_DAYS);
  }

  /** What is worth judging: all customers, and source types of enough of them. */
  List<String> segments(int minCustomers) {
    return Stream.concat(
            Stream.of(ModelRegistry.POOLED),
            CustomerAcquisition.SOURCE_TYPES.stream().filter(s -> customers(s) >= minCustomers))
        .toList();
  }
}
