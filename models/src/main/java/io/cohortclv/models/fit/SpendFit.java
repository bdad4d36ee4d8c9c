package io.cohortclv.models.fit;

import io.cohortclv.models.spend.GammaGamma;
import java.util.List;

/** A Gamma-Gamma model fitted by maximum likelihood. Arrays are in the order p, q, v. */
public final class SpendFit {
  private final GammaGamma model;
  private final Estimate estimate;
  private final long customers;
  private final List<String> warnings;

  SpendFit(GammaGamma model, Estimate estimate, long customers, List<String> warnings) {
    this.model = model;
    this.estimate = estimate;
    this.customers = customers;
    this.warnings = List.copyOf(warnings);
  }

  public GammaGamma model() {
    return model;
  }

  /** Asymptotic standard errors of p, q, v, NaN where the data do not tell one. */
  public double[] standardErrors() {
    return estimate.standardErrors();
  }

  /** Asymptotic covariance of p, q, v: the inverse of the negative Hessian. */
  public double[][] covariance() {
    return estimate.covariance();
  }

  /** Asymptotic covariance of the logarithms of p, q, v; 0 for those at their bounds. */
  public double[][] logCovariance() {
    return estimate.logCovariance();
  }

  /** At the optimum, in the currency of the data: a density, so it shifts with the unit. */
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
    return customers;
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
