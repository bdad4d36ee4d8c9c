package io.cohortclv.jobs.config;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.transforms.attribution.AttributionRules;
import io.cohortclv.transforms.economics.Target;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The whole configuration, checked; conf/clv.conf documents every key with its default and unit.
 *
 * @param inputs sources by contract name, in the order of the file; an input without sources is
 *     absent
 * @param historyCompleteFrom customers whose first order lies before are left-censored
 * @param targets monthly goals of affiliates, in the order of the file
 * @param hash of the effective configuration, without the identifiers' key
 */
public record ClvConfig(
    Lake lake,
    Identifiers identifiers,
    Reporting reporting,
    Map<String, List<SourceConfig>> inputs,
    Optional<LocalDate> historyCompleteFrom,
    Attribution attribution,
    Margin margin,
    Cohorts cohorts,
    Fit fit,
    Scorecard scorecard,
    Commission commission,
    List<Target> targets,
    String hash) {

  /** The same with that key of identifiers. */
  public ClvConfig withIdentifiers(String key) {
    return new ClvConfig(
        lake,
        new Identifiers(Optional.of(key)),
        reporting,
        inputs,
        historyCompleteFrom,
        attribution,
        margin,
        cohorts,
        fit,
        scorecard,
        commission,
        targets,
        hash);
  }

  /**
   * Where the tables lie.
   *
   * @param root URI or path of the lake's folder
   * @param database catalog database the {@code current_*} views are made in
   * @param lease until the lease of a command that gives no sign of life ends
   * @param storage Hadoop's settings of the file systems that lake and raw logs lie on, by name
   */
  public record Lake(String root, String database, Duration lease, Map<String, String> storage) {}

  /**
   * How people are named in published tables.
   *
   * @param key secret of the keyed hash that replaces identifiers; from the environment, never kept
   */
  public record Identifiers(Optional<String> key) {
    @Override
    public String toString() {
      return "Identifiers[key " + (key.isPresent() ? "set" : "not set") + "]";
    }
  }

  /**
   * What published numbers are expressed in.
   *
   * @param currency ISO 4217 code of all published money
   * @param timezone business zone: decides which day an instant belongs to
   * @param horizonDays H of every value
   * @param discountRatePerYear yearly rate d; discounting is continuous with ln(1 + d)
   */
  public record Reporting(
      String currency, ZoneId timezone, int horizonDays, double discountRatePerYear) {}

  /**
   * Who is credited.
   *
   * @param rules the models and what they look at
   * @param only whether a run ends with attribution
   * @param leastConfidence entries of identity_map less sure are not believed
   * @param mostPeople an identifier that more people share says nothing of who they are
   * @param leastPaths an affiliate on fewer paths shares a state of the Markov chain with its kind
   * @param mostAffiliates most affiliates with a state of their own
   */
  public record Attribution(
      AttributionRules rules,
      boolean only,
      double leastConfidence,
      int mostPeople,
      int leastPaths,
      int mostAffiliates) {}

  /**
   * How revenue becomes margin.
   *
   * @param defaultRate margin as a fraction of net revenue where no costs are known
   */
  public record Margin(double defaultRate) {}

  /**
   * How customers are grouped by when they came, and when one counts as gone.
   *
   * @param periods whose new customers are one cohort: {@code week}, {@code month}, {@code quarter}
   * @param churnGapDays silence that counts as churn when exceeded, days; without it it is learned
   *     by category
   * @param churnGapQuantile share of all gaps between purchases that the learned one covers
   */
  public record Cohorts(List<String> periods, OptionalInt churnGapDays, double churnGapQuantile) {}

  /**
   * How models are fitted.
   *
   * @param families purchase-frequency models; of several one is chosen by the data
   * @param midpoint true counts ages from the first day's noon to the end of the as-of day; false
   *     takes plain differences of dates
   * @param minSegmentCustomers source types with fewer customers use the pooled model
   * @param maxDistinctHistories cap of the compressed table on the driver; a larger one is summed
   *     on the executors
   * @param holdoutDays last days of the log that models are refitted without and judged by
   */
  public record Fit(
      List<ModelFamily> families,
      boolean midpoint,
      int minSegmentCustomers,
      int maxDistinctHistories,
      int holdoutDays) {}

  /**
   * How scorecards are made.
   *
   * @param smallN below that many customers a row is marked small
   * @param capQuantile quantile of customers' values above which they count as capped
   * @param maxOwners cap of sources, campaigns, affiliates and sub-ids on the driver
   * @param dailyDays days that affiliate_daily goes back
   */
  public record Scorecard(int smallN, double capQuantile, int maxOwners, int dailyDays) {}

  /**
   * What commissions are to be.
   *
   * @param incrementality ι, when somebody has said it
   * @param targetRatio how many times its cost a customer is to be worth
   * @param quantile of the believed value that the ceiling trusts
   * @param paybackMonths months in which a commission has to come back in cash
   * @param largestStep most points of the rate that a recommendation differs from today's
   */
  public record Commission(
      Optional<Double> incrementality,
      double targetRatio,
      double quantile,
      int paybackMonths,
      double largestStep) {
    /** ι as computed with: where nobody has said it, all customers are taken as won. */
    public double assumedIncrementality() {
      return incrementality.orElse(1.0);
    }
  }
}
