package io.cohortclv.jobs.estimate;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.InfeasibleDataException;
import io.cohortclv.models.fit.ModelComparison;
import io.cohortclv.models.fit.PurchaseFit;
import io.cohortclv.models.fit.PurchaseFits;
import io.cohortclv.models.fit.SpendFit;
import io.cohortclv.models.fit.SpendFits;
import io.cohortclv.models.fit.SpendHistories;
import io.cohortclv.models.math.CompensatedSum;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Fits the models to purchase histories and says what follows from them. */
final class Estimator {
  /** Segments of fewer customers take the parameters of all. */
  static final int LEAST_SEGMENT_CUSTOMERS = 500;

  private static final double WORTH_A_WARNING = 0.15;

  private final EstimateQuery query;
  private final List<History> all;
  private final Fit pooled;
  private final Map<String, Fit> fitBySegment = new TreeMap<>();
  private final Estimate estimate;

  /**
   * Fits.
   *
   * @param histories in their order
   * @param notes what to warn of beside what the fits say
   * @throws InfeasibleDataException where the histories cannot tell a model's parameters
   */
  Estimator(EstimateQuery query, List<History> histories, List<String> notes) {
    this.query = query;
    this.all = histories;
    this.pooled = fit(histories);
    List<String> warnings = new ArrayList<>(notes);
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
      ModelFamily family,
      PurchaseFit purchases,
      Optional<SpendFit> spend,
      double seconds,
      List<String> warnings) {}

  private List<Estimate> segments(List<String> warnings) {
    Map<String, List<History>> bySegment =
        all.stream()
            .collect(Collectors.groupingBy(History::segment, TreeMap::new, Collectors.toList()));
    List<Estimate> estimates = new ArrayList<>();
    List<String> small = new ArrayList<>();
    bySegment.forEach(
        (name, histories) -> {
          Fit own = pooled;
          List<String> said = new ArrayList<>();
          if (customers(histories) < LEAST_SEGMENT_CUSTOMERS) {
            small.add(name);
            said.add("fewer than " + LEAST_SEGMENT_CUSTOMERS + " customers: the pooled model");
          } else {
            try {
              own = fit(histories);
              fitBySegment.put(name, own);
              said.addAll(own.warnings());
            } catch (InfeasibleDataException e) {
              small.add(name);
              said.add(e.getMessage() + ": the pooled model");
            }
          }
          estimates.add(describe(Optional.of(name), histories, own, Optional.empty(), said));
        });
    if (!small.isEmpty()) {
      warnings.add(
          small.size()
              + " of "
              + bySegment.size()
              + " segments cannot be fitted on their own and take the pooled model");
    }
    return List.copyOf(estimates);
  }

  private Fit fit(List<History> histories) {
    long start = System.nanoTime();
    Histories.Builder times = Histories.builder();
    SpendHistories.Builder amounts = SpendHistories.builder();
    boolean anySpend = false;
    for (History h : histories) {
      times.add(h.repeats(), recency(h), age(h), h.customers());
      if (h.spendDays() > 0) {
        amounts.add(h.spendDays(), h.meanSpend(), h.customers());
        anySpend = true;
      }
    }
    List<String> warnings = new ArrayList<>();
    PurchaseFit purchases = likeliest(times.build(), warnings);
    warnings.addAll(purchases.warnings());
    Optional<SpendFit> spend = Optional.empty();
    if (anySpend) {
      try {
        spend = Optional.of(SpendFits.fit(amounts.build()));
        spend.get().warnings().forEach(w -> warnings.add("gamma-gamma: " + w));
      } catch (InfeasibleDataException e) {
        warnings.add("no spend model: " + e.getMessage());
      }
    }
    return new Fit(
        purchases.model().family(), purchases, spend, (System.nanoTime() - start) / 1e9, warnings);
  }

  /** The fit of least AIC: likelihood, less what each parameter gains by chance. */
  private PurchaseFit likeliest(Histories histories, List<String> warnings) {
    List<PurchaseFit> fits =
        query.families().stream().map(family -> PurchaseFits.fit(family, histories)).toList();
    PurchaseFit best =
        fits.stream().min(Comparator.comparingDouble(ModelComparison::aic)).orElseThrow();
    if (fits.size() > 1) {
      warnings.add(
          best.model().family().id()
              + " was chosen by the least AIC: "
              + fits.stream()
                  .map(
                      f ->
                          String.format(
                              Locale.ROOT,
                              "%s %.1f",
                              f.model().family().id(),
                              ModelComparison.aic(f)))
                  .collect(Collectors.joining(", ")));
    }
    return best;
  }

  private Estimate describe(
      Optional<String> segment,
      List<History> histories,
      Fit fit,
      Optional<List<Estimate>> segments,
      List<String> warnings) {
    PurchaseFit purchases = fit.purchases();
    PurchaseModel model = purchases.model();
    boolean borrowed = segment.isPresent() && fit.equals(pooled);
    Optional<Estimate.Holdout> holdout = query.holdoutEnd().map(end -> holdout(model, histories));
    holdout.ifPresent(h -> warnOfBias(h, warnings));
    Optional<Estimate.Clv> clv = fit.spend().map(s -> clv(model, s.model(), histories));
    if (clv.isPresent() && !Double.isFinite(clv.get().total())) {
      warnings.add("no CLV: the expected spend of customers without repeats is infinite");
      clv = Optional.empty();
    }
    return new Estimate(
        segment,
        fit.family().id(),
        query.timeUnit(),
        query.calibrationEnd(),
        customers(histories),
        histories.stream().mapToLong(h -> h.customers() * h.repeats()).sum(),
        borrowed ? distinct(histories) : purchases.distinctHistories(),
        byName(fit.family().parameterNames(), model.parameters()),
        byName(fit.family().parameterNames(), purchases.standardErrors()),
        borrowed
            ? sum(histories, h -> model.logLikelihood(h.repeats(), recency(h), age(h)))
            : purchases.logLikelihood(),
        purchases.converged(),
        purchases.iterations(),
        fit.seconds(),
        holdout,
        fit.spend().map(s -> spend(s, histories, borrowed)),
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

  private Estimate.Holdout holdout(PurchaseModel model, List<History> histories) {
    double length = query.holdoutLength();
    Cached expected =
        new Cached(h -> model.expectedPurchases(length, h.repeats(), recency(h), age(h)));
    CompensatedSum total = new CompensatedSum();
    CompensatedSum absolute = new CompensatedSum();
    CompensatedSum square = new CompensatedSum();
    for (History h : histories) {
      double purchases = expected.of(h);
      double miss = purchases - h.holdoutPurchases();
      total.add(h.customers() * purchases);
      absolute.add(h.customers() * Math.abs(miss));
      square.add(h.customers() * miss * miss);
    }
    double customers = customers(histories);
    return new Estimate.Holdout(
        query.holdoutEnd().orElseThrow(),
        histories.stream().mapToLong(h -> h.customers() * h.holdoutPurchases()).sum(),
        total.value(),
        absolute.value() / customers,
        Math.sqrt(square.value() / customers));
  }

  private static void warnOfBias(Estimate.Holdout holdout, List<String> warnings) {
    double bias = holdout.expectedPurchases() / holdout.actualPurchases() - 1;
    if (holdout.actualPurchases() > 0 && Math.abs(bias) > WORTH_A_WARNING) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "the holdout's expected purchases are %+.0f %% off the actual ones",
              100 * bias));
    }
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

  private static int distinct(List<History> histories) {
    return (int)
        histories.stream()
            .map(h -> List.of(h.repeats(), h.recencyDays(), h.ageDays()))
            .distinct()
            .count();
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
