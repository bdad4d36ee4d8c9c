package io.cohortclv.models.btyd;

/**
 * MBG/NBD population parameters. Batislam, Denizel and Filiztekin (2007), International Journal of
 * Research in Marketing 24(3).
 *
 * @param r shape of the gamma distribution of purchase rates, dimensionless
 * @param alpha rate of that distribution, in units of time
 * @param a first shape of the beta distribution of the probability to drop out after each purchase,
 *     the first one included
 * @param b second shape of that distribution
 */
public record MbgNbdParameters(double r, double alpha, double a, double b) {
  public MbgNbdParameters {
    Checks.positive(ModelFamily.MBG_NBD, "r", r);
    Checks.positive(ModelFamily.MBG_NBD, "alpha", alpha);
    Checks.positive(ModelFamily.MBG_NBD, "a", a);
    Checks.positive(ModelFamily.MBG_NBD, "b", b);
  }
}
