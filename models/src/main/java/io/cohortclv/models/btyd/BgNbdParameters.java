package io.cohortclv.models.btyd;

/**
 * BG/NBD population parameters. Fader, Hardie and Lee (2005), Marketing Science 24(2).
 *
 * @param r shape of the gamma distribution of purchase rates, dimensionless
 * @param alpha rate of that distribution, in units of time
 * @param a first shape of the beta distribution of the probability to drop out after each repeat
 *     purchase
 * @param b second shape of that distribution
 */
public record BgNbdParameters(double r, double alpha, double a, double b) {
  public BgNbdParameters {
    Checks.positive(ModelFamily.BG_NBD, "r", r);
    Checks.positive(ModelFamily.BG_NBD, "alpha", alpha);
    Checks.positive(ModelFamily.BG_NBD, "a", a);
    Checks.positive(ModelFamily.BG_NBD, "b", b);
  }
}
