package io.cohortclv.models.btyd;

import io.cohortclv.models.math.BetaMean;
import io.cohortclv.models.math.DiscountedIntegral;
import io.cohortclv.models.math.LogSpace;
import java.util.Arrays;

/**
 * What BG/NBD and MBG/NBD share. Customers buy at a rate λ ~ gamma(r, α) and drop out with
 * probability p ~ beta(a, b) after a purchase. The two differ in one number d: the chances to drop
 * out that came before the first repeat, 0 in BG/NBD and 1 in MBG/NBD.
 *
 * <p>With m = x + d chances taken so far, the likelihood of (x, t_x, T) is
 *
 * <pre>
 * (r)_x α^r · [ (b)_m / (a+b)_m · (α+T)^−(r+x)  +  [m&gt;0] a (b)_(m−1) / (a+b)_m · (α+t_x)^−(r+x) ]
 * </pre>
 *
 * <p>(alive, and dropped out after the last purchase), where (·)_n is the rising factorial. Given
 * the history and alive, λ ~ gamma(r + x, α + T) and p ~ beta(a, b + m) independently, and the rate
 * of purchases u later is E[λ e^(−λpu)]. This is (r+x)/(α+T) · E[(1 + pu/(α+T))^−(r+x+1)], whose
 * integral over the horizon has no singularity at a = 1 nor at a + b &lt; 1, unlike the closed form
 * with a − 1 in its denominator. All terms are positive and kept in log space.
 */
abstract sealed class BetaGeometric implements PurchaseModel permits BgNbd, MbgNbd {
  private final double r;
  private final double alpha;
  private final double a;
  private final double b;
  private final int chancesBeforeRepeats;

  BetaGeometric(double r, double alpha, double a, double b, int chancesBeforeRepeats) {
    this.r = r;
    this.alpha = alpha;
    this.a = a;
    this.b = b;
    this.chancesBeforeRepeats = chancesBeforeRepeats;
  }

  @Override
  public double[] parameters() {
    return new double[] {r, alpha, a, b};
  }

  @Override
  public double logLikelihood(int repeats, double recency, double age) {
    Checks.history(repeats, recency, age);
    int chances = repeats + chancesBeforeRepeats;
    double shape = r + repeats;
    double alive = logKept(chances) - shape * Math.log(alpha + age);
    double dropped =
        chances == 0
            ? Double.NEGATIVE_INFINITY
            : logDropped(chances) - shape * Math.log(alpha + recency);
    return LogSpace.risingFactorial(r, repeats)
        + r * Math.log(alpha)
        + LogSpace.sum(alive, dropped);
  }

  /** ln P(kept through so many chances). */
  private double logKept(int chances) {
    return LogSpace.risingFactorial(b, chances) - LogSpace.risingFactorial(a + b, chances);
  }

  /** ln P(dropped out at exactly this chance). */
  private double logDropped(int chance) {
    return Math.log(a)
        + LogSpace.risingFactorial(b, chance - 1)
        - LogSpace.risingFactorial(a + b, chance);
  }

  @Override
  public double aliveProbability(int repeats, double recency, double age) {
    Checks.history(repeats, recency, age);
    return aliveNow(repeats, recency, age);
  }

  private double aliveNow(int repeats, double recency, double age) {
    int chances = repeats + chancesBeforeRepeats;
    if (chances == 0) {
      return 1;
    }
    double logOdds =
        Math.log(b + chances - 1)
            - Math.log(a)
            - (r + repeats) * Math.log1p((age - recency) / (alpha + recency));
    return 1 / (1 + Math.exp(-logOdds));
  }

  @Override
  public double aliveProbability(double ahead, int repeats, double recency, double age) {
    Checks.time("time ahead", ahead);
    double now = aliveProbability(repeats, recency, age);
    int chances = repeats + chancesBeforeRepeats;
    return now * BetaMean.of(r + repeats, a, b + chances, ahead / (alpha + age));
  }

  @Override
  public double discountedPurchases(
      double horizon, double discountRate, int repeats, double recency, double age) {
    Checks.history(repeats, recency, age);
    Checks.horizon(horizon, discountRate);
    double scale = alpha + age;
    double shape = r + repeats;
    double second = b + repeats + chancesBeforeRepeats;
    double whileAlive =
        DiscountedIntegral.of(
            (times, rates) -> {
              double[] y = Arrays.stream(times).map(u -> u / scale).toArray();
              BetaMean.of(shape + 1, a, second, y, rates);
            },
            scale,
            steepness(shape + 1, second),
            horizon,
            discountRate);
    return aliveNow(repeats, recency, age) * (shape / scale) * whileAlive;
  }

  /** The fall of E[(1 + pu/scale)^−order] per ln(scale + u): its limits at u = 0 and far out. */
  private double steepness(double order, double second) {
    return Math.max(order * a / (a + second), Math.min(a, order));
  }

  /**
   * Given alive, n purchases are made when n fall within the horizon and dropout comes at none of
   * them, or when n or more would and it comes at the n-th. No near-equal terms are subtracted.
   */
  @Override
  public double probability(
      int purchases, double horizon, int repeats, double recency, double age) {
    Checks.purchases(purchases);
    Checks.time("horizon", horizon);
    double alive = aliveProbability(repeats, recency, age);
    double shape = r + repeats;
    double ratio = horizon / (alpha + age);
    double second = b + repeats + chancesBeforeRepeats;
    double logKept =
        LogSpace.risingFactorial(second, purchases)
            - LogSpace.risingFactorial(a + second, purchases);
    double whileAlive = Math.exp(logKept + NegativeBinomial.log(purchases, shape, ratio));
    if (purchases == 0) {
      return alive * whileAlive + (1 - alive);
    }
    double logDropped = logKept + Math.log(a / (second + purchases - 1));
    return alive
        * (whileAlive + Math.exp(logDropped) * NegativeBinomial.atLeast(purchases, shape, ratio));
  }

  @Override
  public double[] probabilities(double horizon, int repeats, double recency, double age) {
    Checks.time("horizon", horizon);
    double alive = aliveProbability(repeats, recency, age);
    double second = b + repeats + chancesBeforeRepeats;
    return stopped(
        alive, a, second, NegativeBinomial.probabilities(r + repeats, horizon / (alpha + age)));
  }

  /**
   * The distribution of purchases that dropout may end at any of them.
   *
   * @param second second shape of the dropout probability at the next purchase
   * @param counts distribution of the purchases were there no dropout
   */
  static double[] stopped(double alive, double a, double second, double[] counts) {
    double[] tails = NegativeBinomial.tails(counts);
    double kept = 1;
    double[] out = new double[counts.length];
    out[0] = alive * counts[0] + (1 - alive);
    for (int n = 1; n < out.length; n++) {
      double all = a + second + n - 1;
      double dropped = kept * (a / all);
      kept *= (second + n - 1) / all;
      out[n] = alive * (kept * counts[n] + dropped * tails[n]);
    }
    return out;
  }

  /** The later purchase at w: rate E[λ² (1 − p) e^(−λpw)], wherever before it the earlier one. */
  @Override
  public double discountedPairs(
      double horizon, double discountRate, int repeats, double recency, double age) {
    Checks.history(repeats, recency, age);
    Checks.horizon(horizon, discountRate);
    double scale = alpha + age;
    double shape = r + repeats;
    double second = b + repeats + chancesBeforeRepeats;
    double whileAlive =
        DiscountedIntegral.ofPairs(
            (times, rates) -> {
              double[] y = Arrays.stream(times).map(u -> u / scale).toArray();
              BetaMean.of(shape + 2, a, second + 1, y, rates);
            },
            scale,
            steepness(shape + 2, second + 1),
            horizon,
            discountRate);
    return aliveNow(repeats, recency, age)
        * (shape / scale * ((shape + 1) / scale))
        * (second / (a + second))
        * whileAlive;
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
