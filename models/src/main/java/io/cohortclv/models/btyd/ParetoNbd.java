package io.cohortclv.models.btyd;

import io.cohortclv.models.math.DiscountedIntegral;
import io.cohortclv.models.math.GaussLegendre;
import io.cohortclv.models.math.HypergeometricOne;
import io.cohortclv.models.math.LogSpace;
import io.cohortclv.models.math.TanhSinh;
import java.util.Arrays;

/**
 * Pareto/NBD of Schmittlein, Morrison and Colombo (1987), Management Science 33(1): customers buy
 * at a rate λ ~ gamma(r, α) until a moment that comes at a rate μ ~ gamma(s, β).
 *
 * <p>With φ(t) = (α+t)^−(r+x) (β+t)^−s and ψ(t) the probability that dropout comes before the next
 * purchase, for a customer alive at t, the likelihood of (x, t_x, T) is
 *
 * <pre>
 * (r)_x α^r β^s · [ φ(t_x) ψ(t_x) + φ(T) (1 − ψ(T)) ]
 * </pre>
 *
 * <p>which is the form of Fader and Hardie ("A Note on Deriving the Pareto/NBD Model", 2005) after
 * Euler's transformation: a sum of positive terms. With w = r + s + x,
 *
 * <pre>
 * ψ(t)     = s/w     · ₂F₁(1, r+x; w+1; (α−β)/(α+t))                     where α ≥ β
 * 1 − ψ(t) = (r+x)/w · ₂F₁(1, s;   w+1; (β−α)/(β+t))                     where β ≥ α
 * </pre>
 *
 * <p>and the other of the two is s/w · (α+t)/(β+t) · ₂F₁(1, s+1; w+1; ·), or (r+x)/w · (β+t)/(α+t)
 * · ₂F₁(1, r+x+1; w+1; ·). Nothing is a difference; α = β and t_x = T are no special cases.
 */
public final class ParetoNbd implements PurchaseModel {
  private final double r;
  private final double alpha;
  private final double s;
  private final double beta;

  private ParetoNbd(ParetoNbdParameters p) {
    this.r = p.r();
    this.alpha = p.alpha();
    this.s = p.s();
    this.beta = p.beta();
  }

  public static ParetoNbd of(ParetoNbdParameters parameters) {
    return new ParetoNbd(parameters);
  }

  @Override
  public ModelFamily family() {
    return ModelFamily.PARETO_NBD;
  }

  @Override
  public double[] parameters() {
    return new double[] {r, alpha, s, beta};
  }

  @Override
  public double logLikelihood(int repeats, double recency, double age) {
    Checks.history(repeats, recency, age);
    return LogSpace.risingFactorial(r, repeats)
        + r * Math.log(alpha)
        + s * Math.log(beta)
        + LogSpace.sum(
            logPhi(repeats, recency) + logDropoutFirst(repeats, recency),
            logPhi(repeats, age) + logPurchaseFirst(repeats, age));
  }

  private double logPhi(int repeats, double t) {
    return -(r + repeats) * Math.log(alpha + t) - s * Math.log(beta + t);
  }

  /** ln ψ(t). */
  private double logDropoutFirst(int repeats, double t) {
    double w = r + s + repeats;
    return Math.log(s / w)
        + (alpha >= beta
            ? HypergeometricOne.log(
                r + repeats, w + 1, (alpha - beta) / (alpha + t), (beta + t) / (alpha + t))
            : Math.log((alpha + t) / (beta + t))
                + HypergeometricOne.log(
                    s + 1, w + 1, (beta - alpha) / (beta + t), (alpha + t) / (beta + t)));
  }

  /** ln(1 − ψ(t)). */
  private double logPurchaseFirst(int repeats, double t) {
    double w = r + s + repeats;
    return Math.log((r + repeats) / w)
        + (alpha >= beta
            ? Math.log((beta + t) / (alpha + t))
                + HypergeometricOne.log(
                    r + repeats + 1, w + 1, (alpha - beta) / (alpha + t), (beta + t) / (alpha + t))
            : HypergeometricOne.log(
                s, w + 1, (beta - alpha) / (beta + t), (alpha + t) / (beta + t)));
  }

  /** 1 / [ψ(t_x) φ(t_x)/φ(T) + 1 − ψ(T)], the ratio of φ from times that do not cancel. */
  @Override
  public double aliveProbability(int repeats, double recency, double age) {
    Checks.history(repeats, recency, age);
    double silence = age - recency;
    double logRatio =
        (r + repeats) * Math.log1p(silence / (alpha + recency))
            + s * Math.log1p(silence / (beta + recency));
    double logOfBoth =
        LogSpace.sum(logRatio + logDropoutFirst(repeats, recency), logPurchaseFirst(repeats, age));
    return Math.min(1, Math.exp(-logOfBoth));
  }

  @Override
  public double aliveProbability(double ahead, int repeats, double recency, double age) {
    Checks.time("time ahead", ahead);
    return aliveProbability(repeats, recency, age)
        * Math.exp(-s * Math.log1p(ahead / (beta + age)));
  }

  @Override
  public double discountedPurchases(
      double horizon, double discountRate, int repeats, double recency, double age) {
    Checks.horizon(horizon, discountRate);
    return aliveProbability(repeats, recency, age)
        * (r + repeats)
        / (alpha + age)
        * discountedLife(horizon, discountRate, beta + age);
  }

  /** ∫₀ʰ e^(−δu) (rate/(rate + u))^s du: the discounted time that the customer will be alive. */
  private double discountedLife(double horizon, double discountRate, double rate) {
    if (discountRate == 0) {
      double log = Math.log1p(horizon / rate);
      return rate * log * LogSpace.meanDecay((s - 1) * log);
    }
    return DiscountedIntegral.of(survival(rate), rate, s, horizon, discountRate);
  }

  /**
   * Given alive, λ ~ gamma(r + x, α + T) and μ ~ gamma(s, β + T): either alive at the horizon, with
   * a negative binomial probability of n, or dropped out before, where the same is averaged over
   * the moment τ. Both terms are positive.
   */
  @Override
  public double probability(
      int purchases, double horizon, int repeats, double recency, double age) {
    Checks.purchases(purchases);
    Checks.time("horizon", horizon);
    double aliveNow = aliveProbability(repeats, recency, age);
    double shape = r + repeats;
    double rate = alpha + age;
    double dropoutRate = beta + age;
    double stays =
        Math.exp(
            NegativeBinomial.log(purchases, shape, horizon / rate)
                - s * Math.log1p(horizon / dropoutRate));
    double leaves =
        TanhSinh.integral(
            t ->
                Math.exp(
                    NegativeBinomial.log(purchases, shape, t / rate)
                        - (s + 1) * Math.log1p(t / dropoutRate)
                        + Math.log(s / dropoutRate)),
            0,
            horizon);
    return aliveNow * (stays + leaves) + (purchases == 0 ? 1 - aliveNow : 0);
  }

  /** The same two terms, the second one on Gauss-Legendre panels that all n share. */
  @Override
  public double[] probabilities(double horizon, int repeats, double recency, double age) {
    Checks.time("horizon", horizon);
    double aliveNow = aliveProbability(repeats, recency, age);
    double shape = r + repeats;
    double rate = alpha + age;
    double dropoutRate = beta + age;
    double[] out = NegativeBinomial.probabilities(shape, horizon / rate);
    double stays = Math.exp(-s * Math.log1p(horizon / dropoutRate));
    for (int n = 0; n < out.length; n++) {
      out[n] *= aliveNow * stays;
    }
    // With t = scale (e^v − 1) no power has a zero within |Im v| < π. For each n the integrand is a
    // power of t times a bump in v, the narrower the larger the shapes.
    double scale = Math.min(rate, dropoutRate);
    double length = Math.log1p(horizon / scale);
    int panels = (int) Math.ceil(length * Math.max(1, (shape + s + 2) / 6)) + 1;
    for (int panel = 0; panel < panels; panel++) {
      for (int i = 0; i < GaussLegendre.POINTS; i++) {
        double t = scale * Math.expm1(length * (panel + GaussLegendre.node(i)) / panels);
        double dropout =
            s / dropoutRate * Math.exp(-(s + 1) * Math.log1p(t / dropoutRate)) * (scale + t);
        double weight = aliveNow * GaussLegendre.weight(i) * length / panels * dropout;
        NegativeBinomial.Recurrence counts = new NegativeBinomial.Recurrence(shape, t / rate);
        for (int n = 0; n < out.length; n++) {
          out[n] += weight * counts.probability();
          counts.step();
        }
      }
    }
    out[0] += 1 - aliveNow;
    return out;
  }

  /** The later purchase at w: rate E[λ²] P(alive at w), wherever before it the earlier one. */
  @Override
  public double discountedPairs(
      double horizon, double discountRate, int repeats, double recency, double age) {
    Checks.horizon(horizon, discountRate);
    double shape = r + repeats;
    double rate = alpha + age;
    return aliveProbability(repeats, recency, age)
        * (shape / rate * ((shape + 1) / rate))
        * DiscountedIntegral.ofPairs(survival(beta + age), beta + age, s, horizon, discountRate);
  }

  /** (rate/(rate + u))^s: P(alive at u), given alive. */
  private DiscountedIntegral.Rate survival(double rate) {
    return (times, rates) -> {
      for (int i = 0; i < times.length; i++) {
        rates[i] = Math.exp(-s * Math.log1p(times[i] / rate));
      }
    };
  }

  @Override
  public String toString() {
    return family().title()
        + " "
        + family().parameterNames()
        + " = "
        + Arrays.toString(parameters());
  }
}
