package io.cohortclv.jobs.estimate;

import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.fit.ForecastAccuracy;
import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.InfeasibleDataException;
import io.cohortclv.models.fit.ModelChoice;
import io.cohortclv.models.fit.PurchaseFit;
import io.cohortclv.models.fit.PurchaseFits;
import io.cohortclv.models.fit.SegmentFits;
import io.cohortclv.models.fit.SpendFit;
import io.cohortclv.models.fit.SpendFits;
import io.cohortclv.models.fit.SpendHistories;
import io.cohortclv.models.math.CompensatedSum;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Fits the models to purchase histories and says what follows from them. */
final class Estimator {
  /**
   * Segments of fewer customers teach nothing about how segments differ, and take the spend model
   * of all.
   */
  static final int LEAST_SEGMENT_CUSTOMERS = 500;

  private final EstimateQuery query;
  private final List<History> all;
  private final List<Gap> gaps;
  private final Fit pooled;
  private final Map<String, Fit> fitBySegment = new TreeMap<>();
  private final Estimate estimate;

  /**
   * Fits.
   *
   * @param histories with their notes, which become warnings beside what the fits say
   * @throws InfeasibleDataException where the histories cannot tell a model's parameters
   */
  Estimator(EstimateQuery query, OrderLog.Histories histories) {
    this.query = query;
    this.all = histories.rows();
    this.gaps = histories.gaps();
    this.pooled = fit(all);
    List<String> warnings = new ArrayList<>(histories.notes());
    warnings.addAll(pooled.warnings());
    Optional<List<Estimate>> segments =
        query.bySegment() ? Optional.of(segments(warnings)) : Optional.empty();
    this.estimate = describe(Optional.empty(), all, pooled, segments, warnings);
  }

  Estimate estimate() {
    return estimate;
  }

  /** What one customer's history means. */
  CustomerValue value(History history) {
    Fit fit = fitBySegment.getOrDefault(history.segment(), pooled);
    PurchaseModel model = fit.purchases().model();
    double expected =
        model.expectedPurchases(query.horizon(), history.repeats(), recency(history), age(history));
    return new CustomerValue(
        model.aliveProbability(history.repeats(), recency(history), age(history)),
        expected,
        fit.spend().map(s -> expectedSpend(s.model(), history)),
        fit.spend().map(s -> discounted(model, history) * expectedSpend(s.model(), history)));
  }

  /**
   * One customer's expectations.
   *
   * @param expectedPurchases over the horizon
   * @param expectedSpend a purchase
   * @param clv discounted revenue over the horizon
   */
  record CustomerValue(
      double aliveProbability,
      double expectedPurchases,
      Optional<Double> expectedSpend,
      Optional<Double> clv) {}

  /** Fitted models and what their fits had to say. */
  private record Fit(
      PurchaseFit purchases, Optional<SpendFit> spend, double seconds, List<String> warnings) {}

  /**
   * Each segment's model, shrunk toward that of all. Small ones learn nearly all from the others:
   * no segment is too small for a model.
   */
  private List<Estimate> segments(List<String> warnings) {
    Map<String, List<History>> bySegment =
        all.stream()
            .collect(Collectors.groupingBy(History::segment, TreeMap::new, Collectors.toList()));
    long start = System.nanoTime();
    List<SegmentFits.Segment> shrunk =
        SegmentFits.fit(
                pooled.purchases(),
                bySegment.entrySet().stream()
                    .map(segment -> table(segment.getValue(), segment.getKey()::equals))
                    .toList(),
                LEAST_SEGMENT_CUSTOMERS)
            .segments();
    double seconds = (System.nanoTime() - start) / 1e9 / shrunk.size();
    List<Estimate> estimates = new ArrayList<>();
    int small = 0;
    Iterator<SegmentFits.Segment> fits = shrunk.iterator();
    for (Map.Entry<String, List<History>> segment : bySegment.entrySet()) {
      PurchaseFit purchases = fits.next().fit();
      List<String> said = new ArrayList<>(purchases.warnings());
      Optional<SpendFit> spend = pooled.spend();
      if (purchases.customers() < LEAST_SEGMENT_CUSTOMERS) {
        small++;
        said.add(
            "fewer than "
                + LEAST_SEGMENT_CUSTOMERS
                + " customers: the purchase model is mostly that of all, the spend model is");
      } else if (spend.isPresent()) {
        Optional<SpendFit> own = spendFit(segment.getValue(), said);
        spend = own.isPresent() ? own : spend;
      }
      Fit fit = new Fit(purchases, spend, seconds, said);
      fitBySegment.put(segment.getKey(), fit);
      estimates.add(
          describe(Optional.of(segment.getKey()), segment.getValue(), fit, Optional.empty(), said));
    }
    if (small > 0) {
      warnings.add(
          small
              + " of "
              + bySegment.size()
              + " segments have fewer than "
              + LEAST_SEGMENT_CUSTOMERS
              + " customers: their models are mostly that of all");
    }
    return List.copyOf(estimates);
  }

  private Histories table(List<History> histories, Predicate<String> segments) {
    Histories.Builder table = Histories.builder();
    histories.forEach(h -> table.add(h.repeats(), recency(h), age(h), h.customers()));
    if (gaps.isEmpty()) {
      return table.build();
    }
    CompensatedSum logGaps = new CompensatedSum();
    gaps.stream()
        .filter(gap -> segments.test(gap.segment()))
        .forEach(gap -> logGaps.add(gap.count() * Math.log(query.timeUnit().ofDays(gap.days()))));
    return table.logGaps(logGaps.value()).build();
  }

  private Fit fit(List<History> histories) {
    long start = System.nanoTime();
    List<String> warnings = new ArrayList<>();
    PurchaseFit purchases = choose(histories, warnings);
    warnings.addAll(purchases.warnings());
    Optional<SpendFit> spend = spendFit(histories, warnings);
    return new Fit(purchases, spend, (System.nanoTime() - start) / 1e9, warnings);
  }

  /** Empty, with a word why, where no amounts tell a spend model. */
  private static Optional<SpendFit> spendFit(List<History> histories, List<String> warnings) {
    SpendHistories.Builder amounts = SpendHistories.builder();
    boolean anySpend = false;
    for (History h : histories) {
      if (h.spendDays() > 0) {
        amounts.add(h.spendDays(), h.meanSpend(), h.customers());
        anySpend = true;
      }
    }
    if (!anySpend) {
      return Optional.empty();
    }
    try {
      SpendFit fit = SpendFits.fit(amounts.build());
      fit.warnings().forEach(w -> warnings.add("gamma-gamma: " + w));
      return Optional.of(fit);
    } catch (InfeasibleDataException e) {
      warnings.add("no spend model: " + e.getMessage());
      return Optional.empty();
    }
  }

  /** The fit of the one family, or of the one that the data choose. */
  private PurchaseFit choose(List<History> histories, List<String> warnings) {
    Histories table = table(histories, segment -> true);
    List<PurchaseFit> fits =
        query.families().stream().map(family -> PurchaseFits.fit(family, table)).toList();
    if (fits.size() == 1) {
      return fits.get(0);
    }
    ModelChoice choice =
        query.holdoutEnd().isEmpty()
            ? ModelChoice.byAic(fits)
            : ModelChoice.of(
                fits.stream()
                    .map(fit -> new ModelChoice.Candidate(fit, forecasts(fit.model(), histories)))
                    .toList(),
                histories.stream().mapToLong(History::holdoutPurchases).toArray(),
                histories.stream().mapToLong(History::customers).toArray());
    warnings.add(choice.reason());
    return choice.fit();
  }

  private double[] forecasts(PurchaseModel model, List<History> histories) {
    double length = query.holdoutLength();
    Cached expected =
        new Cached(h -> model.expectedPurchases(length, h.repeats(), recency(h), age(h)));
    return histories.stream().mapToDouble(expected::of).toArray();
  }

  private Estimate describe(
      Optional<String> segment,
      List<History> histories,
      Fit fit,
      Optional<List<Estimate>> segments,
      List<String> warnings) {
    PurchaseFit purchases = fit.purchases();
    PurchaseModel model = purchases.model();
    Optional<Estimate.Holdout> holdout =
        query.holdoutEnd().map(end -> holdout(model, histories, warnings));
    Optional<Estimate.Clv> clv = fit.spend().map(s -> clv(model, s.model(), histories));
    if (clv.isPresent() && !Double.isFinite(clv.get().total())) {
      warnings.add("no CLV: the expected spend of customers without repeats is infinite");
      clv = Optional.empty();
    }
    return new Estimate(
        segment,
        model.family().id(),
        query.timeUnit(),
        query.calibrationEnd(),
        customers(histories),
        histories.stream().mapToLong(h -> h.customers() * h.repeats()).sum(),
        purchases.distinctHistories(),
        byName(model.family().parameterNames(), model.parameters()),
        byName(model.family().parameterNames(), purchases.standardErrors()),
        purchases.logLikelihood(),
        purchases.converged(),
        purchases.iterations(),
        fit.seconds(),
        holdout,
        fit.spend()
            .map(
                s ->
                    spend(s, histories, segment.isPresent() && fit.spend().equals(pooled.spend()))),
        clv,
        segments,
        List.copyOf(warnings));
  }

  private static Estimate.Spend spend(SpendFit fit, List<History> histories, boolean borrowed) {
    GammaGammaParameters p = fit.model().parameters();
    Map<String, Double> parameters =
        byName(List.of("p", "q", "v"), new double[] {p.p(), p.q(), p.v()});
    if (!borrowed) {
      return new Estimate.Spend(parameters, fit.customers(), fit.logLikelihood());
    }
    List<History> spenders = histories.stream().filter(h -> h.spendDays() > 0).toList();
    return new Estimate.Spend(
        parameters,
        customers(spenders),
        sum(spenders, h -> fit.model().logLikelihood(h.spendDays(), h.meanSpend())));
  }

  private Estimate.Holdout holdout(
      PurchaseModel model, List<History> histories, List<String> warnings) {
    double[] forecasts = forecasts(model, histories);
    ForecastAccuracy.Builder judged = ForecastAccuracy.builder();
    for (int i = 0; i < forecasts.length; i++) {
      judged.add(forecasts[i], histories.get(i).holdoutPurchases(), histories.get(i).customers());
    }
    ForecastAccuracy accuracy = judged.build();
    accuracy.biasWarning().ifPresent(w -> warnings.add("the holdout's " + w));
    return new Estimate.Holdout(
        query.holdoutEnd().orElseThrow(),
        accuracy.actual(),
        accuracy.expected(),
        accuracy.meanAbsoluteError(),
        accuracy.rootMeanSquaredError());
  }

  private Estimate.Clv clv(PurchaseModel model, GammaGamma spend, List<History> histories) {
    Cached discounted = new Cached(h -> discounted(model, h));
    double total = sum(histories, h -> discounted.of(h) * expectedSpend(spend, h));
    return new Estimate.Clv(
        query.horizonDays(), query.discountRatePerYear(), total, total / customers(histories));
  }

  private double discounted(PurchaseModel model, History h) {
    return model.discountedPurchases(
        query.horizon(), query.discountRate(), h.repeats(), recency(h), age(h));
  }

  private static double expectedSpend(GammaGamma spend, History h) {
    return spend.expectedSpend(h.spendDays(), h.meanSpend());
  }

  private double recency(History h) {
    return query.timeUnit().ofDays(h.recencyDays());
  }

  private double age(History h) {
    return query.timeUnit().ofDays(h.ageDays());
  }

  private static long customers(List<History> histories) {
    return histories.stream().mapToLong(History::customers).sum();
  }

  private static double sum(List<History> histories, ToDoubleFunction<History> term) {
    CompensatedSum sum = new CompensatedSum();
    histories.forEach(h -> sum.add(h.customers() * term.applyAsDouble(h)));
    return sum.value();
  }

  private static Map<String, Double> byName(List<String> names, double[] values) {
    Map<String, Double> map = new LinkedHashMap<>();
    for (int i = 0; i < values.length; i++) {
      map.put(names.get(i), values[i]);
    }
    return map;
  }

  /** A value of (x, t_x, T), kept while neighbours share these: it costs an integral. */
  private static final class Cached {
    private final ToDoubleFunction<History> function;
    private History last;
    private double value;

    Cached(ToDoubleFunction<History> function) {
      this.function = function;
    }

    double of(History h) {
      if (last == null
          || last.repeats() != h.repeats()
          || last.recencyDays() != h.recencyDays()
          || last.ageDays() != h.ageDays()) {
        value = function.applyAsDouble(h);
        last = h;
      }
      return value;
    }
  }
}
