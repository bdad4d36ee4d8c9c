package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.PurchaseModel;
import java.util.List;

/**
 * A purchase model fitted by maximum likelihood. Arrays are in the order of the family's parameter
 * names and are handed out as copies.
 */
public final class PurchaseFit {
  private final PurchaseModel model;
  private final Estimate estimate;
  private final HistoryTotals totals;
  private final List<String> warnings;

  PurchaseFit(PurchaseModel model, Estimate estimate, HistoryTotals totals, List<String> warnings) {
    this.model = model;
    this.estimate = estimate;
    this.totals = totals;
    this.warnings = List.copyOf(warnings);
  }

  /** Mean age of the customers: the scale of the bounds of rates. */
  double timeScale() {
    return totals.meanAge();
  }

  public PurchaseModel model() {
    return model;
  }

  /** Asymptotic standard errors of the parameters, NaN where the data do not tell one. */
  public double[] standardErrors() {
    return estimate.standardErrors();
  }

  /** Asymptotic covariance of the parameters: the inverse of the negative Hessian. */
  public double[][] covariance() {
    return estimate.covariance();
  }

  /** Asymptotic covariance of the parameters' logarithms; 0 for those at their bounds. */
  public double[][] logCovariance() {
    return estimate.logCovariance();
  }

  /** At the optimum, in the time unit of the data: a density, so it shifts with the unit. */
  public double logLikelihood() {
    return estimate.logLikelihood();
  }

  public boolean converged() {
    return estimate.converged();
  }

  /** Newton steps of the climb that ended highest. */
  public int iterations() {
    return estimate.iterations();
  }

  public long customers() {
    return totals.customers();
  }

  public long repeatPurchases() {
    return totals.repeatPurchases();
  }

  public int distinctHistories() {
    return totals.distinctHistories();
  }

  /** Norm of the gradient in the log parameters, a customer; without those at bounds. */
  public double gradientNorm() {
    return estimate.gradientNorm();
  }

  /** Largest over smallest curvature of the log-likelihood in the log parameters. */
  public double conditionNumber() {
    return estimate.conditionNumber();
  }

  /** What a reader of the parameters should know, one sentence each; empty when nothing. */
  public List<String> warnings() {
    return warnings;
  }

  @Override
  public String toString() {
    return model + ", log-likelihood " + estimate.logLikelihood();
  }
}
