package io.cohortclv.models.btyd;

/**
 * Population parameters of BG/CNBD-k and MBG/CNBD-k. Platzer and Reutterer (2016), Marketing
 * Science 35(5).
 *
 * @param r shape of the gamma distribution of the rates λ, dimensionless
 * @param alpha rate of that distribution, in units of time; a customer with λ buys every k/λ
 * @param a first shape of the beta distribution of the probability to drop out after a purchase
 * @param b second shape of that distribution
 * @param k shape of the Erlang distribution of the times between purchases: 1 for purchases at
 *     random, more for regular ones
 */
public record CnbdKParameters(double r, double alpha, double a, double b, int k) {
  /** Beyond, times between purchases vary by less than a tenth. */
  public static final int LARGEST_K = 100;

  public CnbdKParameters {
    Checks.positive(ModelFamily.MBG_CNBD_K, "r", r);
    Checks.positive(ModelFamily.MBG_CNBD_K, "alpha", alpha);
    Checks.positive(ModelFamily.MBG_CNBD_K, "a", a);
    Checks.positive(ModelFamily.MBG_CNBD_K, "b", b);
    if (k < 1 || k > LARGEST_K) {
      throw new IllegalArgumentException(
          "(M)BG/CNBD-k k must be from 1 to " + LARGEST_K + ": " + k);
    }
  }

  /** From r, alpha, a, b and a k that is a whole number but for rounding. */
  static CnbdKParameters of(double[] p) {
    long k = Math.round(p[4]);
    if (!(Math.abs(p[4] - k) <= 1e-9 * k)) {
      throw new IllegalArgumentException("(M)BG/CNBD-k k must be a whole number: " + p[4]);
    }
    return new CnbdKParameters(p[0], p[1], p[2], p[3], Math.toIntExact(k));
  }
}
