package io.cohortclv.models.fit;

import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import java.util.ArrayList;
import java.util.List;

/** Fits the Gamma-Gamma model by maximum likelihood. */
public final class SpendFits {
  private static final List<String> NAMES = List.of("p", "q", "v");

  /** Rows of the sample on which the starts compete where there are many. */
  private static final int THINNED_ROWS = 20_000;

  private SpendFits() {}

  /**
   * The maximum likelihood fit, from several starts that depend on the data alone.
   *
   * @throws InfeasibleDataException where the data cannot tell the parameters
   */
  public static SpendFit fit(SpendHistories histories) {
    double mean = requireFeasible(histories);
    Bounds bounds = new Bounds(new double[] {mean, mean, mean}, new boolean[] {false, false, true});
    List<double[]> starts = new ArrayList<>();
    double[][] shapes = {{5, 3}, {1, 1.5}, {30, 8}};
    for (double[] shape : shapes) {
      double p = shape[0];
      double q = shape[1];
      // The population mean p v/(q − 1) starts at the data's.
      starts.add(new double[] {p, q, mean * (q - 1) / p});
    }
    if (histories.distinct() > 2 * THINNED_ROWS) {
      SpendHistories few = histories.thinned(histories.distinct() / THINNED_ROWS);
      starts = List.of(highest(few, starts, bounds).parameters());
    }
    Maximizer.Summit best = highest(histories, starts, bounds);
    Estimate estimate = new Estimate(best, histories.customers(), bounds);
    List<String> warnings = estimate.warnings(NAMES);
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
        histories.customers(),
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
