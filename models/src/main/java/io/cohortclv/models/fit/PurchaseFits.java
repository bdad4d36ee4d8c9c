package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.ModelFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Fits purchase models by maximum likelihood. */
public final class PurchaseFits {
  /** Bounds of the logs, around scales taken from the data: e^±14 is a factor of a million. */
  private static final double WIDEST_LOG = 14;

  private static final int THINNED_ROWS = 20_000;

  private PurchaseFits() {}

  /**
   * The maximum likelihood fit of a family, from several starts that depend on the data alone.
   *
   * @throws InfeasibleDataException where the data cannot tell the parameters
   */
  public static PurchaseFit fit(ModelFamily family, Histories histories) {
    requireFeasible(family, histories);
    double[] weights = histories.weights();
    double unit = meanAge(histories);
    double[] lowest = new double[family.parameterNames().size()];
    double[] highest = new double[lowest.length];
    for (int i = 0; i < lowest.length; i++) {
      double scale = isTime(family, i) ? Math.log(unit) : 0;
      lowest[i] = scale - WIDEST_LOG;
      highest[i] = scale + WIDEST_LOG;
    }
    List<double[]> starts = starts(family, histories, unit);
    if (histories.distinct() > 2 * THINNED_ROWS) {
      // The starts compete on a sample; its summit is a few Newton steps from that of all rows.
      Histories few = histories.thinned(histories.distinct() / THINNED_ROWS);
      starts = List.of(highest(family, few, few.weights(), starts, lowest, highest).parameters());
    }
    Maximizer.Summit best = highest(family, histories, weights, starts, lowest, highest);
    Estimate estimate = new Estimate(best, histories.customers());
    List<String> warnings = estimate.warnings(family.parameterNames(), lowest, highest);
    return new PurchaseFit(family.model(estimate.parameters()), estimate, histories, warnings);
  }

  private static Maximizer.Summit highest(
      ModelFamily family,
      Histories histories,
      double[] weights,
      List<double[]> starts,
      double[] lowest,
      double[] highest) {
    Maximizer maximizer = new Maximizer(likelihood(family, histories), weights, lowest, highest);
    Maximizer.Summit best = null;
    for (double[] start : starts) {
      Maximizer.Summit summit = maximizer.climb(start);
      if (best == null || isBetter(summit, best, histories.customers())) {
        best = summit;
      }
    }
    return best;
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
      case PARETO_NBD -> new ParetoLikelihood(histories);
      case NBD -> new NbdLikelihood(histories);
    };
  }

  private static boolean isTime(ModelFamily family, int parameter) {
    return parameter == 1 || (family == ModelFamily.PARETO_NBD && parameter == 3);
  }

  /**
   * Starts around the mean purchase rate: even and very uneven customers, rare and frequent
   * dropout. Times come from the data, so the fit is the same in days and in weeks.
   */
  private static List<double[]> starts(ModelFamily family, Histories histories, double unit) {
    double perUnit = (double) histories.totalRepeats() / histories.customers() / unit;
    List<double[]> starts = new ArrayList<>();
    double[][] shapes = {{1, 1, 3}, {0.3, 0.7, 2}, {3, 0.3, 3}};
    for (double[] shape : shapes) {
      double r = shape[0];
      double alpha = r / (2 * perUnit);
      starts.add(
          switch (family) {
            case BG_NBD, MBG_NBD -> new double[] {r, alpha, shape[1], shape[2]};
            case PARETO_NBD -> new double[] {r, alpha, shape[1], unit * shape[2] / 3};
            case NBD -> new double[] {r, r / perUnit};
          });
    }
    return starts;
  }

  private static double meanAge(Histories histories) {
    double sum = 0;
    for (int i = 0; i < histories.distinct(); i++) {
      sum += histories.weight(i) * histories.age(i);
    }
    return sum / histories.customers();
  }

  private static void requireFeasible(ModelFamily family, Histories histories) {
    int needed = family.parameterNames().size();
    if (histories.customers() < needed) {
      throw new InfeasibleDataException(
          family.title()
              + " has "
              + needed
              + " parameters, but there are "
              + histories.customers()
              + " customers: use the model of a larger group");
    }
    if (histories.totalRepeats() == 0) {
      throw new InfeasibleDataException(
          "none of the "
              + histories.customers()
              + " customers bought again, so neither a purchase rate nor a dropout can be"
              + " estimated: wait for repeat purchases or use the model of a larger group");
    }
    if (Arrays.stream(histories.ages()).max().orElse(0) == 0) {
      throw new InfeasibleDataException(
          "every customer's first purchase is on the last day observed, so no time has passed to"
              + " learn from: use a later as-of date");
    }
  }
}
