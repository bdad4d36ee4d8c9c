package io.cohortclv.models.btyd;

/**
 * NBD population parameters. Ehrenberg (1959), Applied Statistics 8(1).
 *
 * @param r shape of the gamma distribution of purchase rates, dimensionless
 * @param alpha rate of that distribution, in units of time
 */
public record NbdParameters(double r, double alpha) {
  public NbdParameters {
    Checks.positive(ModelFamily.NBD, "r", r);
    Checks.positive(ModelFamily.NBD, "alpha", alpha);
  }
}
