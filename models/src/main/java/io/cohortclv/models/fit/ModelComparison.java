package io.cohortclv.models.fit;

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
}
