package io.cohortclv.models.fit;

import io.cohortclv.models.math.GaussLegendre;

/**
 * ln of one of the two terms of the Pareto/NBD likelihood at (x, t), with gradient and Hessian in
 * (r, α, s, β). With w = r + s + x,
 *
 * <pre>
 * dropout first,  α ≥ β: s/w     (α+t)^−(r+x)   (β+t)^−s     ₂F₁(1, r+x;   w+1; (α−β)/(α+t))
 *                 β ≥ α: s/w     (α+t)^(1−r−x)  (β+t)^(−s−1) ₂F₁(1, s+1;   w+1; (β−α)/(β+t))
 * purchase first, α ≥ β: (r+x)/w (α+t)^(−r−x−1) (β+t)^(1−s)  ₂F₁(1, r+x+1; w+1; (α−β)/(α+t))
 *                 β ≥ α: (r+x)/w (α+t)^−(r+x)   (β+t)^−s     ₂F₁(1, s;     w+1; (β−α)/(β+t))
 * </pre>
 *
 * <p>The four are one expression: with the larger of α, β called "upper" and its shape u₁, the
 * lower one's u₂, the two terms exchange their roles when (r + x, α) and (s, β) do.
 */
final class ParetoTerm {
  private static final double NEGLIGIBLE = 1e-18;

  /** Beyond, the power series takes longer than the integral. */
  private static final double LAST_SERIES_Z = 0.95;

  private static final double LONGEST_PANEL = 1.5;
  private static final double STEEPEST_PANEL = 7;
  private static final double LAST_EXPONENT = 45;

  private double value;
  private final double[] gradient = new double[4];
  private final double[] hessian = new double[10];

  private ParetoTerm() {}

  static ParetoTerm dropoutFirst(double[] p, int x, double t) {
    return p[1] >= p[3]
        ? of(p[0] + x, p[1], p[2], p[3], t, false, false)
        : of(p[2], p[3], p[0] + x, p[1], t, true, true);
  }

  static ParetoTerm purchaseFirst(double[] p, int x, double t) {
    return p[1] >= p[3]
        ? of(p[0] + x, p[1], p[2], p[3], t, true, false)
        : of(p[2], p[3], p[0] + x, p[1], t, false, true);
  }

  double value() {
    return value;
  }

  double gradient(int i) {
    return gradient[i];
  }

  double hessian(int i, int j) {
    return hessian[place(i, j)];
  }

  private static int place(int i, int j) {
    int low = Math.min(i, j);
    int high = Math.max(i, j);
    return high * (high + 1) / 2 + low;
  }

  /**
   * The event of the lower process comes first (¬own) or the event of the upper one does (own):
   *
   * <pre>
   * ¬own: lower/w · U^−upper     L^−lower      ₂F₁(1, upper;     w+1; d/U)
   *  own: upper/w · U^−(upper+1) L^(1−lower)   ₂F₁(1, upper + 1; w+1; d/U)
   * </pre>
   *
   * each times upperRate^upper lowerRate^lower, so that nothing cancels as a shape and its rate
   * grow.
   *
   * @param upper shape of the process with the larger rate
   * @param upperRate that rate; U is it plus t
   * @param lower shape of the other
   * @param lowerRate its rate; L is it plus t
   * @param swapped whether upper is the dropout process: parameters 2, 3 instead of 0, 1
   */
  private static ParetoTerm of(
      double upper,
      double upperRate,
      double lower,
      double lowerRate,
      double t,
      boolean own,
      boolean swapped) {
    double bigU = upperRate + t;
    double bigL = lowerRate + t;
    ParetoTerm out = new ParetoTerm();
    int us = swapped ? 2 : 0; // the upper process's shape, its rate, then the lower one's
    int ur = us + 1;
    int ls = 2 - us;
    int lr = ls + 1;
    double w = upper + lower;
    double more = own ? 1 : 0;
    double front = own ? upper : lower;
    double logU = Math.log1p(t / upperRate);
    double logL = Math.log1p(t / lowerRate);
    double z = (upperRate - lowerRate) / bigU;
    double rest = bigL / bigU;
    double[] f =
        z <= LAST_SERIES_Z
            ? logSeries(upper + more, w + 1, z)
            : logIntegral(upper + more, w + 1, z, rest);
    out.value =
        Math.log(front / w) - upper * logU - lower * logL + (own ? Math.log(rest) : 0) + f[0];
    // F depends on the upper shape through u and c, on the lower one through c, on rates through z.
    double zu = rest / bigU;
    double zl = -1 / bigU;
    double zuu = -2 * zu / bigU;
    double zul = 1 / (bigU * bigU);
    double[] g = out.gradient;
    g[us] = (own ? 1 / upper : 0) - 1 / w - logU + f[1] + f[2];
    g[ls] = (own ? 0 : 1 / lower) - 1 / w - logL + f[2];
    g[ur] = upper * t / upperRate / bigU - more / bigU + f[3] * zu;
    g[lr] = lower * t / lowerRate / bigL + more / bigL + f[3] * zl;
    double[] h = out.hessian;
    double ww = 1 / (w * w);
    h[place(us, us)] = (own ? -1 / (upper * upper) : 0) + ww + f[4] + 2 * f[5] + f[6];
    h[place(us, ls)] = ww + f[5] + f[6];
    h[place(ls, ls)] = (own ? 0 : -1 / (lower * lower)) + ww + f[6];
    h[place(us, ur)] = t / upperRate / bigU + (f[7] + f[8]) * zu;
    h[place(us, lr)] = (f[7] + f[8]) * zl;
    h[place(ls, ur)] = f[8] * zu;
    h[place(ls, lr)] = t / lowerRate / bigL + f[8] * zl;
    h[place(ur, ur)] =
        -upper * bend(upperRate, t) + more / (bigU * bigU) + f[9] * zu * zu + f[3] * zuu;
    h[place(ur, lr)] = f[9] * zu * zl + f[3] * zul;
    h[place(lr, lr)] = -lower * bend(lowerRate, t) - more / (bigL * bigL) + f[9] * zl * zl;
    return out;
  }

  /** 1/rate² − 1/(rate + t)². */
  private static double bend(double rate, double t) {
    return t / rate * (1 + rate / (rate + t)) / rate / (rate + t);
  }

  /**
   * ln ₂F₁(1, u; c; z) and its derivatives in the order u, c, z, uu, uc, cc, uz, cz, zz, from the
   * power series: with tₙ = (u)ₙ/(c)ₙ zⁿ, ∂tₙ/∂u = tₙ Σ 1/(u+k), ∂tₙ/∂c = −tₙ Σ 1/(c+k).
   */
  private static double[] logSeries(double u, double c, double z0) {
    // Far below any z that matters, and z^2 is still a normal number.
    double z = Math.max(z0, 1e-100);
    double f = 1;
    double fu = 0;
    double fc = 0;
    double fz = 0;
    double fuu = 0;
    double fuc = 0;
    double fcc = 0;
    double fuz = 0;
    double fcz = 0;
    double fzz = 0;
    double term = 1;
    double p = 0;
    double pp = 0;
    double q = 0;
    double qq = 0;
    for (int n = 0; ; ) {
      double inverseU = 1 / (u + n);
      double inverseC = 1 / (c + n);
      p += inverseU;
      pp += inverseU * inverseU;
      q += inverseC;
      qq += inverseC * inverseC;
      term *= (u + n) * inverseC * z;
      n++;
      f += term;
      fu += term * p;
      fc -= term * q;
      fuu += term * (p * p - pp);
      fuc -= term * p * q;
      fcc += term * (q * q + qq);
      double slope = n * term;
      fz += slope;
      fuz += slope * p;
      fcz -= slope * q;
      fzz += (n - 1) * slope;
      if (n > 2 && term * n * n * (1 + p * p) < NEGLIGIBLE * (1 - z)) {
        break;
      }
    }
    double gu = fu / f;
    double gc = fc / f;
    double gz = fz / (f * z);
    return new double[] {
      Math.log(f),
      gu,
      gc,
      gz,
      fuu / f - gu * gu,
      fuc / f - gu * gc,
      fcc / f - gc * gc,
      fuz / (f * z) - gu * gz,
      fcz / (f * z) - gc * gz,
      fzz / (f * z * z) - gz * gz
    };
  }

  /**
   * The same from Euler's integral (NIST DLMF 15.6.1) with ξ = 1 − e^−v: with w = c − 1,
   *
   * <pre>₂F₁(1, u; c; z) = ∫₀^∞ w e^−(w−u)v (z + (1−z)eᵛ)^−u dv</pre>
   *
   * <p>The derivatives of its logarithm are moments: means of the integrand's log-derivatives, and
   * for the second ones their covariances. Its cost hardly depends on how near 1 z is.
   *
   * @param rest 1 − z, not from z
   */
  private static double[] logIntegral(double u, double c, double z, double rest) {
    double w = c - 1;
    double f = 0;
    double fp = 0;
    double fv = 0;
    double fe = 0;
    double fpp = 0;
    double fvv = 0;
    double fee = 0;
    double fpv = 0;
    double fpe = 0;
    double fve = 0;
    double from = 0;
    double fallen = 0;
    // Where the two parts of the bracket are equal: its zeros lie there, π away from the real line.
    double turn = Math.log(z / rest);
    while (fallen < LAST_EXPONENT) {
      double longest = Math.max(LONGEST_PANEL, from - turn);
      // No more than the integrand's log changes per unit of v anywhere in the panel.
      double steepest = Math.abs(w - u) + u * Math.min(1, Math.exp(from + longest - turn));
      double length = Math.min(longest, STEEPEST_PANEL / steepest);
      for (int i = 0; i < GaussLegendre.POINTS; i++) {
        double v = from + length * GaussLegendre.node(i);
        double bracket = rest + z * Math.exp(-v);
        // The log-derivatives: ∂u = p, ∂c = 1/w − v, ∂z = u e, ∂u∂z = e, ∂z∂z = u e².
        double p = -Math.log(bracket);
        double e = -Math.expm1(-v) / bracket;
        double g = length * GaussLegendre.weight(i) * Math.exp(u * p - w * v);
        f += g;
        fp += g * p;
        fv += g * v;
        fe += g * e;
        fpp += g * p * p;
        fvv += g * v * v;
        fee += g * e * e;
        fpv += g * p * v;
        fpe += g * p * e;
        fve += g * v * e;
      }
      from += length;
      fallen = w * from + u * Math.log(rest + z * Math.exp(-from));
    }
    double mp = fp / f;
    double mv = fv / f;
    double me = fe / f;
    return new double[] {
      Math.log(w * f),
      mp,
      1 / w - mv,
      u * me,
      fpp / f - mp * mp,
      -(fpv / f - mp * mv),
      fvv / f - mv * mv - 1 / (w * w),
      me + u * (fpe / f - mp * me),
      -u * (fve / f - mv * me),
      u * fee / f + u * u * (fee / f - me * me)
    };
  }
}
