package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Fits the Gamma-Gamma model by maximum likelihood. */
public final class SpendFits {
  private static final List<String> NAMES = List.of("p", "q", "v");

  /** Rows of the sample on which the starts compete where there are many. */
  private static final int THINNED_ROWS = 20_000;

  private SpendFits() {}

  /**
   * The maximum likelihood fit, from several starts that depend on the data alone. Independence of
   * number and amount is judged by every k-th row where there are many: ranks of a million real
   * amounts would take a quarter of the fit, to a digit that no warning depends on.
   *
   * @throws InfeasibleDataException where the data cannot tell the parameters
   */
  public static SpendFit fit(SpendHistories histories) {
    double mean = requireFeasible(histories);
    Bounds bounds = bounds(mean);
    List<double[]> starts = new ArrayList<>();
    double[][] shapes = {{5, 3}, {1, 1.5}, {30, 8}};
    for (double[] shape : shapes) {
      double p = shape[0];
      double q = shape[1];
      // The population mean p v/(q − 1) starts at the data's.
      starts.add(new double[] {p, q, mean * (q - 1) / p});
    }
    SpendHistories few = histories;
    if (histories.distinct() > 2 * THINNED_ROWS) {
      few = histories.thinned(histories.distinct() / THINNED_ROWS);
      starts = List.of(highest(few, starts, bounds).parameters());
    }
    Maximizer.Summit best = highest(histories, starts, bounds);
    return result(best, bounds, histories.customers(), SpendIndependence.of(few));
  }

  /**
   * The fit of a table that is too large for one machine, as {@link PurchaseFits#fit(ModelFamily,
   * Histories, HistoryTotals, Function)} does it.
   *
   * @param sample every k-th row of the table, or any other fair sample; independence of number and
   *     amount is judged by it
   * @param totals of the whole table
   * @param sums over the whole table at given p, q, v: {@link #sums} of each part, added up
   * @throws InfeasibleDataException where the sample cannot tell the parameters
   */
  public static SpendFit fit(
      SpendHistories sample, SpendTotals totals, Function<double[], LikelihoodSums> sums) {
    Bounds bounds = bounds(totals.meanAmount());
    GammaGammaParameters start = fit(sample).model().parameters();
    Maximizer.Summit summit =
        new Maximizer((parameters, weights) -> sums.apply(parameters), totals.customers(), bounds)
            .climb(new double[] {start.p(), start.q(), start.v()});
    return result(summit, bounds, totals.customers(), SpendIndependence.of(sample));
  }

  /** The sums over one part of a table, at p, q, v. */
  public static LikelihoodSums sums(double[] parameters, SpendHistories part) {
    return new GammaGammaLikelihood(part).at(parameters, part.weights());
  }

  private static Bounds bounds(double meanAmount) {
    return new Bounds(
        new double[] {meanAmount, meanAmount, meanAmount}, new boolean[] {false, false, true});
  }

  private static SpendFit result(
      Maximizer.Summit best, Bounds bounds, long customers, SpendIndependence independence) {
    Estimate estimate = new Estimate(best, customers, bounds);
    List<String> warnings = estimate.warnings(NAMES);
    independence.warning(customers).ifPresent(warnings::add);
    double[] at = estimate.parameters();
    if (at[1] <= 1) {
      warnings.add(
          "q is "
              + at[1]
              + ", not above 1: the mean spend of the population is infinite in this model, and so"
              + " is that of customers without a repeat purchase");
    }
    return new SpendFit(
        GammaGamma.of(new GammaGammaParameters(at[0], at[1], at[2])),
        estimate,
        customers,
        warnings);
  }

  private static Maximizer.Summit highest(
      SpendHistories histories, List<double[]> starts, Bounds bounds) {
    Maximizer maximizer =
        new Maximizer(new GammaGammaLikelihood(histories), histories.weights(), bounds);
    Maximizer.Summit best = null;
    for (double[] start : starts) {
      Maximizer.Summit summit = maximizer.climb(start);
      if (best == null || summit.value() - best.value() > 1e-9 * histories.customers()) {
        best = summit;
      }
    }
    return best;
  }

  /** The mean amount, once it is clear that amounts and numbers differ enough to tell p, q, v. */
  private static double requireFeasible(SpendHistories histories) {
    if (histories.customers() < NAMES.size()) {
      throw new InfeasibleDataException(
          "Gamma-Gamma has 3 parameters, but there are "
              + histories.customers()
              + " customers with an amount: use the model of a larger group");
    }
    double sum = 0;
    double least = Double.POSITIVE_INFINITY;
    double most = 0;
    for (int i = 0; i < histories.distinct(); i++) {
      sum += histories.weight(i) * histories.mean(i);
      least = Math.min(least, histories.mean(i));
      most = Math.max(most, histories.mean(i));
    }
    if (least == most) {
      throw new InfeasibleDataException(
          "all "
              + histories.customers()
              + " customers spend the same mean amount "
              + least
              + ", so there is no spread for Gamma-Gamma to describe: use that amount");
    }
    return sum / histories.customers();
  }
}
