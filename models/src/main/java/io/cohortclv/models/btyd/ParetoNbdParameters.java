package io.cohortclv.models.btyd;

/**
 * Pareto/NBD population parameters. Schmittlein, Morrison and Colombo (1987), Management Science
 * 33(1).
 *
 * @param r shape of the gamma distribution of purchase rates, dimensionless
 * @param alpha rate of that distribution, in units of time
 * @param s shape of the gamma distribution of dropout rates, dimensionless
 * @param beta rate of that distribution, in units of time
 */
public record ParetoNbdParameters(double r, double alpha, double s, double beta) {
  public ParetoNbdParameters {
    Checks.positive(ModelFamily.PARETO_NBD, "r", r);
    Checks.positive(ModelFamily.PARETO_NBD, "alpha", alpha);
    Checks.positive(ModelFamily.PARETO_NBD, "s", s);
    Checks.positive(ModelFamily.PARETO_NBD, "beta", beta);
  }
}
