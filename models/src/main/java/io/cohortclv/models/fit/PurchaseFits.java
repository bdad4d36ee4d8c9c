package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.ModelFamily;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Fits purchase models by maximum likelihood. */
public final class PurchaseFits {
  /** Rows of the sample on which the starts compete where there are many. */
  private static final int THINNED_ROWS = 20_000;

  /** A summit so little lower, in log-likelihood, is within the 95 % interval of one parameter. */
  private static final double RIVAL_GAP = 1.92;

  /** Difference in the log of a parameter from which two climbs ended on different summits. */
  private static final double APART = 0.5;

  /** k is not tried beyond: purchases so regular are a subscription's. */
  private static final int LARGEST_K = 24;

  /** k is given up after so many that did not gain over the best. */
  private static final int LEVEL_KS = 2;

  /** Jeffreys' prior of a Poisson rate is that of half an event in no time. */
  private static final double JEFFREYS = 0.5;

  private PurchaseFits() {}

  /**
   * The maximum likelihood fit of a family, from several starts that depend on the data alone. A
   * whole number k is raised from 1 while the likelihood gains.
   *
   * @throws InfeasibleDataException where the data cannot tell the parameters
   */
  public static PurchaseFit fit(ModelFamily family, Histories histories) {
    requireFeasible(family, histories);
    if (!family.needsGaps()) {
      return fit(family, histories, starts(family, histories, 1));
    }
    PurchaseFit best = null;
    int level = 0;
    for (int k = 1; k <= LARGEST_K && level < LEVEL_KS; k++) {
      PurchaseFit fit = fit(family, histories, k);
      level++;
      if (best == null || fit.logLikelihood() > best.logLikelihood()) {
        best = fit;
        level = 0;
      }
    }
    return best;
  }

  /**
   * The maximum likelihood fit of a family that knows k, at this k.
   *
   * @throws InfeasibleDataException where the data cannot tell the parameters
   */
  public static PurchaseFit fit(ModelFamily family, Histories histories, int k) {
    requireFeasible(family, histories);
    return fit(family, histories, starts(family, histories, k));
  }

  /** The same from given starts. */
  static PurchaseFit fit(ModelFamily family, Histories histories, List<double[]> starts) {
    Bounds bounds = Bounds.of(family, histories.meanAge());
    List<double[]> chosen = starts;
    if (histories.distinct() > 2 * THINNED_ROWS) {
      // The starts compete on a sample; its summit is a few Newton steps from that of all rows.
      Histories few = histories.thinned(histories.distinct() / THINNED_ROWS);
      chosen = List.of(highest(summits(family, few, starts, bounds), few).parameters());
    }
    List<Maximizer.Summit> summits = summits(family, histories, chosen, bounds);
    Maximizer.Summit best = highest(summits, histories);
    return result(family, best, HistoryTotals.of(histories), bounds, rivals(family, summits, best));
  }

  /**
   * The fit of a table that is too large for one machine. The climb starts from the fit of a sample
   * of it and asks for the sums over the whole a few times; they agree with those of one table to
   * the last place or two, and so does the fit to 1e-12.
   *
   * @param sample every k-th row of the table, or any other fair sample
   * @param totals of the whole table
   * @param sums value, gradient and Hessian over the whole table at given parameters: {@link
   *     #sums(ModelFamily, double[], Histories)} of each part, added up
   */
  public static PurchaseFit fit(
      ModelFamily family,
      Histories sample,
      HistoryTotals totals,
      Function<double[], LikelihoodSums> sums) {
    Bounds bounds = Bounds.of(family, totals.meanAge());
    double[] start = fit(family, sample).model().parameters();
    Maximizer.Summit summit =
        new Maximizer((parameters, weights) -> sums.apply(parameters), totals.customers(), bounds)
            .climb(start);
    return result(family, summit, totals, bounds, List.of());
  }

  /**
   * What is left where the data cannot tell a family's parameters, such as a shop where nobody has
   * bought again: one rate of all customers, no dropout. The rate is that of Jeffreys' prior for a
   * Poisson process, (repeats + 1/2) / (sum of ages), with the curvature of its posterior;
   * customers differ from it as NBD with r = 1/2 does, so that their own purchases still count.
   *
   * @param sums as {@link #fit(ModelFamily, Histories, HistoryTotals, Function)} takes them, of NBD
   * @param reason why nothing better can be fitted; becomes a warning
   * @throws InfeasibleDataException where no customer has been observed for any time
   */
  public static PurchaseFit ofOneRate(
      HistoryTotals totals, Function<double[], LikelihoodSums> sums, String reason) {
    double exposure = totals.customers() * totals.meanAge();
    if (!(exposure > 0)) {
      throw new InfeasibleDataException(
          "no customer has been observed for any time after the first purchase: wait a day");
    }
    double purchases = totals.repeatPurchases() + JEFFREYS;
    double[] parameters = {JEFFREYS, JEFFREYS * exposure / purchases};
    Maximizer.Summit summit =
        new Maximizer.Summit(
            parameters,
            sums.apply(parameters).value(),
            new double[2],
            new double[][] {{0, 0}, {0, -purchases}},
            /* converged= */ true,
            0);
    return result(
        ModelFamily.NBD,
        summit,
        totals,
        Bounds.of(ModelFamily.NBD, totals.meanAge()).withFixed(0),
        List.of(
            reason
                + ". Instead one rate of all customers is taken, without dropout: half a purchase"
                + " added to those seen, over the time seen"));
  }

  /** The sums over one part of a table, at the parameters in the order of the family's names. */
  public static LikelihoodSums sums(ModelFamily family, double[] parameters, Histories part) {
    return likelihood(family, part).at(parameters, part.weights());
  }

  private static PurchaseFit result(
      ModelFamily family,
      Maximizer.Summit summit,
      HistoryTotals totals,
      Bounds bounds,
      List<String> more) {
    Estimate estimate = new Estimate(summit, totals.customers(), bounds);
    List<String> warnings = estimate.warnings(family.parameterNames());
    warnings.addAll(more);
    return new PurchaseFit(family.model(estimate.parameters()), estimate, totals, warnings);
  }

  /** A climber with weights of its own, one for each distinct history. */
  static Maximizer maximizer(ModelFamily family, Histories histories, double[] weights) {
    return new Maximizer(
        likelihood(family, histories), weights, Bounds.of(family, histories.meanAge()));
  }

  private static List<Maximizer.Summit> summits(
      ModelFamily family, Histories histories, List<double[]> starts, Bounds bounds) {
    Maximizer maximizer = new Maximizer(likelihood(family, histories), histories.weights(), bounds);
    return starts.stream().map(maximizer::climb).toList();
  }

  private static Maximizer.Summit highest(List<Maximizer.Summit> summits, Histories histories) {
    Maximizer.Summit best = summits.get(0);
    for (Maximizer.Summit summit : summits) {
      best = isBetter(summit, best, histories.customers()) ? summit : best;
    }
    return best;
  }

  /** A warning of the highest other summit, where the data hardly prefer the best to it. */
  private static List<String> rivals(
      ModelFamily family, List<Maximizer.Summit> summits, Maximizer.Summit best) {
    return summits.stream()
        .filter(other -> other.converged() && isApart(other.parameters(), best.parameters()))
        .filter(other -> best.value() - other.value() < RIVAL_GAP)
        .max(Comparator.comparingDouble(Maximizer.Summit::value))
        .map(
            other ->
                String.format(
                    Locale.ROOT,
                    "the likelihood has another summit, only %.2g lower, at %s: the data hardly tell"
                        + " which of the two is right",
                    best.value() - other.value(),
                    family.model(other.parameters())))
        .stream()
        .toList();
  }

  private static boolean isApart(double[] one, double[] other) {
    for (int i = 0; i < one.length; i++) {
      if (Math.abs(Math.log(one[i] / other[i])) > APART) {
        return true;
      }
    }
    return false;
  }

  /** Clearly higher, or converged where the other is not; ties stay with the earlier start. */
  private static boolean isBetter(Maximizer.Summit next, Maximizer.Summit best, long customers) {
    double gain = next.value() - best.value();
    return gain > 1e-9 * customers
        || (next.converged() && !best.converged() && gain > -1e-9 * customers);
  }

  static Likelihood likelihood(ModelFamily family, Histories histories) {
    return switch (family) {
      case BG_NBD -> new BetaGeometricLikelihood(histories, 0);
      case MBG_NBD -> new BetaGeometricLikelihood(histories, 1);
      case BG_CNBD_K -> new BetaGeometricLikelihood(histories, 0);
      case MBG_CNBD_K -> new BetaGeometricLikelihood(histories, 1);
      case PARETO_NBD -> new ParetoLikelihood(histories);
      case NBD -> new NbdLikelihood(histories);
    };
  }

  /**
   * Starts around the mean purchase rate: even and very uneven customers, rare and frequent
   * dropout. Times come from the data, so the fit is the same in days and in weeks.
   */
  static List<double[]> starts(ModelFamily family, Histories histories, int k) {
    double unit = histories.meanAge();
    double perUnit = (double) histories.totalRepeats() / histories.customers() / unit;
    List<double[]> starts = new ArrayList<>();
    double[][] shapes = {
      {1, 1, 3}, {0.3, 0.7, 2}, {3, 0.3, 3}, {1, 0.05, 0.05}, {10, 0.1, 0.1}, {0.3, 0.01, 10}
    };
    for (double[] shape : shapes) {
      double r = shape[0];
      double alpha = r / (2 * perUnit);
      starts.add(
          switch (family) {
            case BG_NBD, MBG_NBD -> new double[] {r, alpha, shape[1], shape[2]};
            case BG_CNBD_K, MBG_CNBD_K -> new double[] {r, alpha / k, shape[1], shape[2], k};
            case PARETO_NBD -> new double[] {r, alpha, shape[1], unit * shape[2] / 3};
            case NBD -> new double[] {r, r / perUnit};
          });
    }
    return starts;
  }

  private static void requireFeasible(ModelFamily family, Histories histories) {
    int needed = family.parameterNames().size();
    if (histories.customers() < needed) {
      throw new InfeasibleDataException(
          family.title()
              + " has "
              + needed
              + " parameters, but there "
              + (histories.customers() == 1
                  ? "is 1 customer"
                  : "are " + histories.customers() + " customers")
              + ": use the model of a larger group");
    }
    if (histories.totalRepeats() == 0) {
      throw new InfeasibleDataException(
          "none of the "
              + histories.customers()
              + " customers bought again, so neither a purchase rate nor a dropout can be"
              + " estimated: wait for repeat purchases or use the model of a larger group");
    }
    if (family.needsGaps() && Double.isNaN(histories.logGaps())) {
      throw new InfeasibleDataException(
          "how regular purchases are cannot be told without the gaps between them, which were not"
              + " given: use "
              + ModelFamily.MBG_NBD.title());
    }
  }
}
