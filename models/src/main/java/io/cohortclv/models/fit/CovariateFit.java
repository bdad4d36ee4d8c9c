package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.numbers.gamma.RegularizedGamma;

/** A purchase model with covariates, fitted by maximum likelihood. */
public final class CovariateFit {
  private final ModelFamily family;
  private final List<String> names;
  private final int covariates;
  private final Estimate estimate;
  private final PurchaseFit pooled;
  private final List<String> warnings;

  CovariateFit(
      ModelFamily family,
      List<String> names,
      int covariates,
      Estimate estimate,
      PurchaseFit pooled,
      List<String> warnings) {
    this.family = family;
    this.names = names;
    this.covariates = covariates;
    this.estimate = estimate;
    this.pooled = pooled;
    this.warnings = List.copyOf(warnings);
  }

  /** The model of customers with these values of the covariates. */
  public PurchaseModel model(List<Double> values) {
    if (values.size() != covariates) {
      throw new IllegalArgumentException(
          "there are " + covariates + " covariates, but " + values.size() + " values were given");
    }
    return family.model(CovariateLikelihood.parameters(family, estimates(), values));
  }

  /**
   * Names of the estimates: four of the baseline on their scales, then {@code rate: NAME} and
   * {@code dropout: NAME} for each covariate. e to the power of a rate's coefficient multiplies the
   * purchase rate a unit of the covariate; of a dropout's, the odds of dropping out, or in
   * Pareto/NBD the dropout rate.
   */
  public List<String> names() {
    return names;
  }

  /** The estimates in the order of their names. */
  public double[] estimates() {
    return Arrays.stream(estimate.parameters()).map(Math::log).toArray();
  }

  /** Their asymptotic standard errors, NaN where the data do not tell one. */
  public double[] standardErrors() {
    double[][] covariance = estimate.logCovariance();
    double[] out = new double[covariance.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = covariance[i][i] > 0 ? Math.sqrt(covariance[i][i]) : Double.NaN;
    }
    return out;
  }

  public double logLikelihood() {
    return estimate.logLikelihood();
  }

  public boolean converged() {
    return estimate.converged();
  }

  /** The fit to the same customers without covariates. */
  public PurchaseFit pooled() {
    return pooled;
  }

  /** p-value of the likelihood-ratio test that no covariate has an effect. */
  public double pValue() {
    double ratio = Math.max(0, logLikelihood() - pooled.logLikelihood());
    return RegularizedGamma.Q.value(covariates, ratio);
  }

  /** What a reader of the estimates should know, one sentence each; empty when nothing. */
  public List<String> warnings() {
    return warnings;
  }
}
