package io.cohortclv.jobs.estimate;

import io.cohortclv.models.btyd.TimeUnit;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was estimated of all customers or of a segment of them.
 *
 * @param segment empty for all customers
 * @param parameters and their standard errors by name; times in the time unit, money in the file's
 * @param seconds the fits took
 * @param segments empty when none were asked for
 * @param warnings one sentence each
 */
record Estimate(
    Optional<String> segment,
    String model,
    TimeUnit timeUnit,
    LocalDate calibrationEnd,
    long customers,
    long repeatPurchases,
    int distinctHistories,
    Map<String, Double> parameters,
    Map<String, Double> standardErrors,
    double logLikelihood,
    boolean converged,
    int iterations,
    double seconds,
    Optional<Holdout> holdout,
    Optional<Spend> spend,
    Optional<Clv> clv,
    Optional<List<Estimate>> segments,
    List<String> warnings) {

  /**
   * Forecast against what happened.
   *
   * @param meanAbsoluteError purchases a customer
   * @param rootMeanSquareError purchases a customer
   */
  record Holdout(
      LocalDate end,
      long actualPurchases,
      double expectedPurchases,
      double meanAbsoluteError,
      double rootMeanSquareError) {}

  /**
   * The Gamma-Gamma model.
   *
   * @param customers with a repeat purchase of an amount above 0
   */
  record Spend(Map<String, Double> parameters, long customers, double logLikelihood) {}

  /** Discounted revenue expected after calibration, in the file's money. */
  record Clv(int horizonDays, double discountRatePerYear, double total, double mean) {}
}
