package io.cohortclv.models.fit;

import io.cohortclv.models.math.CompensatedSum;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One of several models for the same customers, with the reason. The least AIC decides, unless
 * another model forecast a holdout better by more than chance explains: by more than two standard
 * errors of the mean difference of their squared errors, customer by customer (Diebold and Mariano
 * 1995, Journal of Business and Economic Statistics 13(3)). Of several such models the one with the
 * least squared error is taken.
 *
 * @param fit the chosen model's
 * @param reason one sentence that names the figures
 */
public record ModelChoice(PurchaseFit fit, String reason) {
  private static final double ERRORS = 2;

  /**
   * A model and what it forecast.
   *
   * @param fit of the data that models are to be chosen for
   * @param forecasts purchases expected in the holdout of each history, in one order for all
   *     candidates
   */
  @SuppressWarnings("ArrayRecordComponent") // lives within one choice, never compared
  public record Candidate(PurchaseFit fit, double[] forecasts) {}

  /** Chooses without a holdout. */
  public static ModelChoice byAic(List<PurchaseFit> fits) {
    List<Candidate> candidates =
        fits.stream().map(fit -> new Candidate(fit, new double[0])).toList();
    Candidate likeliest = likeliest(candidates);
    return new ModelChoice(
        likeliest.fit,
        String.format(
            Locale.ROOT,
            "%s was chosen by the least AIC: %s; no holdout tells more",
            name(likeliest),
            list(candidates, c -> String.format(Locale.ROOT, "%.1f", aic(c)))));
  }

  private static Candidate likeliest(List<Candidate> candidates) {
    return candidates.stream().min(Comparator.comparingDouble(ModelChoice::aic)).orElseThrow();
  }

  /**
   * Chooses.
   *
   * @param came purchases that came in the holdout, in the order of the forecasts
   * @param customers how many customers share each
   */
  public static ModelChoice of(List<Candidate> candidates, long[] came, long[] customers) {
    Candidate likeliest = likeliest(candidates);
    String criteria = list(candidates, c -> String.format(Locale.ROOT, "%.1f", aic(c)));
    Candidate best = likeliest;
    double least = squaredError(likeliest, came, customers);
    for (Candidate other : candidates) {
      double error = squaredError(other, came, customers);
      if (error < least && isBetter(other, likeliest, came, customers)) {
        best = other;
        least = error;
      }
    }
    String errors =
        list(
            candidates,
            c -> String.format(Locale.ROOT, "%.4f", Math.sqrt(squaredError(c, came, customers))));
    return new ModelChoice(
        best.fit,
        best.equals(likeliest)
            ? String.format(
                Locale.ROOT,
                "%s was chosen by the least AIC: %s; none forecast the holdout better beyond chance"
                    + " (root mean square error %s)",
                name(best),
                criteria,
                errors)
            : String.format(
                Locale.ROOT,
                "%s was chosen since it forecast the holdout better than %s beyond chance (root mean"
                    + " square error %s), which has the least AIC: %s",
                name(best),
                name(likeliest),
                errors,
                criteria));
  }

  /** Whether the mean of what the other misses more is above two standard errors of that mean. */
  private static boolean isBetter(Candidate one, Candidate other, long[] came, long[] customers) {
    CompensatedSum all = new CompensatedSum();
    CompensatedSum sum = new CompensatedSum();
    CompensatedSum squares = new CompensatedSum();
    for (int i = 0; i < came.length; i++) {
      double gain = square(other.forecasts[i] - came[i]) - square(one.forecasts[i] - came[i]);
      all.add((double) customers[i]);
      sum.add(customers[i] * gain);
      squares.add(customers[i] * gain * gain);
    }
    double mean = sum.value() / all.value();
    double variance = squares.value() / all.value() - mean * mean;
    return mean > ERRORS * Math.sqrt(Math.max(0, variance) / all.value());
  }

  /** Mean over the customers. */
  private static double squaredError(Candidate candidate, long[] came, long[] customers) {
    CompensatedSum all = new CompensatedSum();
    CompensatedSum sum = new CompensatedSum();
    for (int i = 0; i < came.length; i++) {
      all.add((double) customers[i]);
      sum.add(customers[i] * square(candidate.forecasts[i] - came[i]));
    }
    return sum.value() / all.value();
  }

  private static double square(double value) {
    return value * value;
  }

  private static double aic(Candidate candidate) {
    return ModelComparison.aic(candidate.fit);
  }

  private static String list(List<Candidate> candidates, Function<Candidate, String> figure) {
    return candidates.stream()
        .map(c -> name(c) + " " + figure.apply(c))
        .collect(Collectors.joining(", "));
  }

  private static String name(Candidate candidate) {
    return candidate.fit.model().family().id();
  }
}
