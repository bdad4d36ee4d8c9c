package io.cohortclv.models.math;

/**
 * ₂F₁(1, u; c; z) for 0 &lt; u ≤ c, c &gt; 1 and 0 ≤ z &lt; 1: what the Pareto/NBD likelihood
 * needs.
 *
 * <p>Up to z = 0.9 by the power series, whose terms are positive and at most zⁿ. Beyond, by Euler's
 * integral (NIST DLMF 15.6.1) with ξ = 1 − e^−v: with w = c − 1,
 *
 * <pre>₂F₁(1, u; c; z) = ∫₀^∞ w e^−wv ((1−z) + z e^−v)^−u dv</pre>
 *
 * <p>on Gauss-Legendre panels, whose number hardly depends on how near 1 z is.
 */
public final class HypergeometricOne {
  private static final double LAST_SERIES_Z = 0.9;
  private static final double NEGLIGIBLE = 1e-17;
  private static final double LONGEST_PANEL = 1.5;
  private static final double STEEPEST_PANEL = 7;
  private static final double LAST_EXPONENT = 45;

  private HypergeometricOne() {}

  /**
   * ln ₂F₁(1, u; c; z).
   *
   * @param rest 1 − z, from its own expression: near z = 1 the value depends on its digits
   */
  public static double log(double u, double c, double z, double rest) {
    if (!(u > 0 && u <= c && c > 1 && z >= 0 && z < 1 && rest > 0)) {
      throw new IllegalArgumentException(
          "2F1(1, u; c; z) needs 0 < u <= c, c > 1 and 0 <= z < 1: u "
              + u
              + ", c "
              + c
              + ", z "
              + z);
    }
    return z <= LAST_SERIES_Z
        ? Math.log1p(seriesLessOne(u, c, z))
        : Math.log(integral(u, c - 1, z, rest));
  }

  private static double seriesLessOne(double u, double c, double z) {
    double sum = 0;
    double term = 1;
    for (int n = 0; ; n++) {
      term *= (u + n) / (c + n) * z;
      sum += term;
      if (term * z < NEGLIGIBLE * (1 - z) * (1 + sum)) {
        return sum;
      }
    }
  }

  private static double integral(double u, double w, double z, double rest) {
    // Where the two parts of the bracket are equal: its zeros lie there, π away from the real line.
    double turn = Math.log(z / rest);
    double sum = 0;
    double from = 0;
    double fallen = 0;
    while (fallen < LAST_EXPONENT) {
      double longest = Math.max(LONGEST_PANEL, from - turn);
      // No more than the integrand's log changes per unit of v anywhere in the panel.
      double steepest = Math.abs(w - u) + u * Math.min(1, Math.exp(from + longest - turn));
      double length = Math.min(longest, STEEPEST_PANEL / steepest);
      double panel = 0;
      for (int i = 0; i < GaussLegendre.POINTS; i++) {
        double v = from + length * GaussLegendre.node(i);
        panel += GaussLegendre.weight(i) * Math.exp(-w * v - u * Math.log(rest + z * Math.exp(-v)));
      }
      sum += length * panel;
      from += length;
      fallen = w * from + u * Math.log(rest + z * Math.exp(-from));
    }
    return w * sum;
  }
}
