package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.math.CompensatedSum;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.numbers.gamma.RegularizedGamma;

/** Measures by which fitted models are told apart. */
public final class ModelComparison {
  private ModelComparison() {}

  /** Akaike's information criterion, 2k − 2ℓ: the smaller, the better. */
  public static double aic(PurchaseFit fit) {
    return 2.0 * fit.model().parameters().length - 2 * fit.logLikelihood();
  }

  /**
   * p-value of the likelihood-ratio test of a model against one that it contains, such as
   * Pareto/NBD against NBD: χ² with the difference in parameters as degrees. Where the smaller
   * model lies on the bound of the larger one, as there, the true p-value is smaller still.
   */
  public static double likelihoodRatio(PurchaseFit smaller, PurchaseFit larger) {
    int degrees = larger.model().parameters().length - smaller.model().parameters().length;
    if (degrees < 1) {
      throw new IllegalArgumentException(
          larger.model().family().title()
              + " has no more parameters than "
              + smaller.model().family().title());
    }
    double ratio = Math.max(0, larger.logLikelihood() - smaller.logLikelihood());
    return RegularizedGamma.Q.value(degrees / 2.0, ratio);
  }

  /**
   * Expected repeat purchases of a cohort in each of several periods of equal length, to be held
   * against the actual ones (tracking).
   *
   * @param arrivals how many customers made their first purchase at a time, times counted from the
   *     start of tracking
   * @param period length of a period, such as a week
   * @param periods how many
   */
  public static double[] tracking(
      PurchaseModel model, SortedMap<Double, Long> arrivals, double period, int periods) {
    double[] cumulative = new double[periods];
    for (int k = 0; k < periods; k++) {
      double end = (k + 1) * period;
      CompensatedSum sum = new CompensatedSum();
      for (var arrival : new TreeMap<>(arrivals).headMap(end).entrySet()) {
        sum.add(arrival.getValue() * model.expectedPurchases(end - arrival.getKey()));
      }
      cumulative[k] = sum.value();
    }
    double[] each = cumulative.clone();
    for (int k = periods - 1; k > 0; k--) {
      each[k] -= cumulative[k - 1];
    }
    return each;
  }
}
