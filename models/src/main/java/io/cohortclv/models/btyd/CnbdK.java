package io.cohortclv.models.btyd;

import io.cohortclv.models.math.DiscountedIntegral;
import io.cohortclv.models.math.HypergeometricOne;
import io.cohortclv.models.math.LogSpace;
import java.util.Arrays;
import org.apache.commons.numbers.gamma.LogGamma;

/**
 * BG/CNBD-k and MBG/CNBD-k of Platzer and Reutterer (2016), Marketing Science 35(5): as BG/NBD and
 * MBG/NBD, but purchases are as regular as every k-th event of a Poisson process of rate λ ~
 * gamma(r, α). With k = 1 they are BG/NBD and MBG/NBD.
 *
 * <p>With m = x + d chances to drop out so far, d = 1 in MBG/CNBD-k, and ρ = r + kx, the likelihood
 * of (x, t_x, T) and of the gaps between purchases is
 *
 * <pre>
 * Π gap^(k−1)/(k−1)! · (r)_(kx) α^r · [ (b)_m/(a+b)_m (α+T)^−ρ Q + [m&gt;0] a (b)_(m−1)/(a+b)_m (α+t_x)^−ρ ]
 * Q = Σ_(j&lt;k) (ρ)_j/j! y^j,   y = (T − t_x)/(α+T)
 * </pre>
 *
 * <p>Q counts the events since the last purchase, fewer than k. Given the history and alive, there
 * were j of them with a probability in proportion to the j-th term of Q, and then λ ~ gamma(ρ + j,
 * α + T); p ~ beta(a, b + m) apart from both. So the events until a time u from now, counted from
 * the last purchase, are a mixture of k shifted negative binomials, and the n-th further purchase
 * is their kn-th: every prediction is a sum of positive terms over them.
 *
 * <p>{@link #logLikelihood} leaves out the factor Π gap^(k−1), which no parameter but k changes and
 * which (x, t_x, T) do not tell.
 */
public final class CnbdK implements PurchaseModel {
  private static final double NEGLIGIBLE = 1e-17;

  /** What lies beyond δu of this is below the last place. */
  private static final double LAST_EXPONENT = 40;

  private final ModelFamily family;
  private final int chancesBeforeRepeats;
  private final double r;
  private final double alpha;
  private final double a;
  private final double b;
  private final int k;

  private CnbdK(ModelFamily family, CnbdKParameters p, int chancesBeforeRepeats) {
    this.family = family;
    this.chancesBeforeRepeats = chancesBeforeRepeats;
    this.r = p.r();
    this.alpha = p.alpha();
    this.a = p.a();
    this.b = p.b();
    this.k = p.k();
  }

  /** BG/CNBD-k: dropout is possible after every repeat purchase. */
  public static CnbdK bg(CnbdKParameters parameters) {
    return new CnbdK(ModelFamily.BG_CNBD_K, parameters, 0);
  }

  /** MBG/CNBD-k: dropout is possible after every purchase, the first one included. */
  public static CnbdK mbg(CnbdKParameters parameters) {
    return new CnbdK(ModelFamily.MBG_CNBD_K, parameters, 1);
  }

  @Override
  public ModelFamily family() {
    return family;
  }

  @Override
  public double[] parameters() {
    return new double[] {r, alpha, a, b, k};
  }

  @Override
  public double logLikelihood(int repeats, double recency, double age) {
    Checks.history(repeats, recency, age);
    int chances = repeats + chancesBeforeRepeats;
    double shape = r + (double) k * repeats;
    double kept = LogSpace.risingFactorial(b, chances) - LogSpace.risingFactorial(a + b, chances);
    double alive =
        kept - shape * Math.log(alpha + age) + Math.log(sum(phases(repeats, recency, age)));
    double dropped =
        chances == 0
            ? Double.NEGATIVE_INFINITY
            : kept + Math.log(a / (b + chances - 1)) - shape * Math.log(alpha + recency);
    return LogSpace.risingFactorial(r, k * repeats)
        - repeats * LogGamma.value(k)
        + r * Math.log(alpha)
        + LogSpace.sum(alive, dropped);
  }

  /** The terms of Q. */
  private double[] phases(int repeats, double recency, double age) {
    double shape = r + (double) k * repeats;
    double y = (age - recency) / (alpha + age);
    double[] terms = new double[k];
    terms[0] = 1;
    for (int j = 1; j < k; j++) {
      terms[j] = terms[j - 1] * (shape + j - 1) / j * y;
    }
    return terms;
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  @Override
  public double aliveProbability(int repeats, double recency, double age) {
    Checks.history(repeats, recency, age);
    int chances = repeats + chancesBeforeRepeats;
    if (chances == 0) {
      return 1;
    }
    double logOdds =
        Math.log((b + chances - 1) / a)
            - (r + (double) k * repeats) * Math.log1p((age - recency) / (alpha + recency))
            + Math.log(sum(phases(repeats, recency, age)));
    return 1 / (1 + Math.exp(-logOdds));
  }

  @Override
  public double aliveProbability(double ahead, int repeats, double recency, double age) {
    Checks.time("time ahead", ahead);
    double now = aliveProbability(repeats, recency, age);
    double[] counts = new Ahead(repeats, recency, age).counts(ahead, 1);
    double sum = 0;
    double kept = 1;
    double second = b + repeats + chancesBeforeRepeats;
    for (int n = 0; n < counts.length; n++) {
      sum += kept * counts[n];
      kept *= (second + n) / (a + second + n);
    }
    return now * sum;
  }

  /**
   * Over a finite horizon e^(−δh) E[Y(h)] + δ ∫₀ʰ e^(−δu) E[Y(u)] du, and E[Y(u)] = Σ P(Y(u) ≥ n).
   * Over an infinite one Σ_n E[(1−p)^(n−1) e^(−δτ)] over the times of the purchases: given λ, with
   * φ = λ/(λ+δ), it is φ^(k−j) ₂F₁(1, b′; a+b′; φ^k).
   */
  @Override
  public double discountedPurchases(
      double horizon, double discountRate, int repeats, double recency, double age) {
    Checks.history(repeats, recency, age);
    Checks.horizon(horizon, discountRate);
    double alive = aliveProbability(repeats, recency, age);
    Ahead ahead = new Ahead(repeats, recency, age);
    if (horizon == 0 || alive == 0) {
      return 0;
    }
    if (discountRate == 0) {
      return alive * ahead.expected(horizon);
    }
    if (discountRate * horizon > LAST_EXPONENT) {
      return alive * ahead.discountedForever(discountRate);
    }
    // While the first purchases come in turn, E[Y(u)] has a step in each k/λ.
    double turn = k * (alpha + age) / ahead.shape;
    double within =
        DiscountedIntegral.of(
            (times, values) -> {
              for (int i = 0; i < times.length; i++) {
                values[i] = ahead.expected(times[i]);
              }
            },
            alpha + age,
            1,
            turn,
            2 * k * turn,
            horizon,
            discountRate);
    return alive
        * (Math.exp(-discountRate * horizon) * ahead.expected(horizon) + discountRate * within);
  }

  @Override
  public double probability(
      int purchases, double horizon, int repeats, double recency, double age) {
    Checks.purchases(purchases);
    Checks.time("horizon", horizon);
    double alive = aliveProbability(repeats, recency, age);
    double second = b + repeats + chancesBeforeRepeats;
    double[] phases = phases(repeats, recency, age);
    double all = sum(phases);
    double shape = r + (double) k * repeats;
    double ratio = horizon / (alpha + age);
    double exactly = 0;
    double atLeast = 0;
    for (int j = 0; j < k; j++) {
      int events = k * purchases - j;
      double weight = phases[j] / all;
      atLeast += weight * NegativeBinomial.atLeast(Math.max(0, events), shape + j, ratio);
      for (int more = Math.max(0, events); more < events + k; more++) {
        exactly += weight * Math.exp(NegativeBinomial.log(more, shape + j, ratio));
      }
    }
    double logKept =
        LogSpace.risingFactorial(second, purchases)
            - LogSpace.risingFactorial(a + second, purchases);
    double whileAlive = Math.exp(logKept) * exactly;
    if (purchases == 0) {
      return alive * whileAlive + (1 - alive);
    }
    return alive
        * (whileAlive + Math.exp(logKept + Math.log(a / (second + purchases - 1))) * atLeast);
  }

  @Override
  public double[] probabilities(double horizon, int repeats, double recency, double age) {
    Checks.time("horizon", horizon);
    double alive = aliveProbability(repeats, recency, age);
    double second = b + repeats + chancesBeforeRepeats;
    return BetaGeometric.stopped(
        alive, a, second, new Ahead(repeats, recency, age).counts(horizon, 1));
  }

  /**
   * Without discount Σ (n − 1) P(Y ≥ n). With it the purchases are taken as those within the {@link
   * EquivalentHorizon}, each at the same discount, which keeps E[Σ e^(−δu)] and E[Σ e^(−2δu)].
   */
  @Override
  public double discountedPairs(
      double horizon, double discountRate, int repeats, double recency, double age) {
    Checks.horizon(horizon, discountRate);
    double within = horizon;
    double discount = 1;
    if (discountRate > 0) {
      EquivalentHorizon equivalent =
          EquivalentHorizon.of(this, horizon, discountRate, repeats, recency, age);
      within = equivalent.horizon();
      discount = equivalent.discount();
    }
    double[] tails = NegativeBinomial.tails(new Ahead(repeats, recency, age).counts(within, 1e-3));
    double second = b + repeats + chancesBeforeRepeats;
    double sum = 0;
    double kept = 1;
    for (int n = 1; n < tails.length; n++) {
      sum += (n - 1) * kept * tails[n];
      kept *= (second + n - 1) / (a + second + n - 1);
    }
    return aliveProbability(repeats, recency, age) * discount * discount * sum;
  }

  /** What comes after T, given alive. */
  private final class Ahead {
    private final double shape;
    private final double scale;
    private final double second;
    private final double[] weights;

    Ahead(int repeats, double recency, double age) {
      shape = r + (double) k * repeats;
      scale = alpha + age;
      second = b + repeats + chancesBeforeRepeats;
      weights = phases(repeats, recency, age);
      double all = sum(weights);
      for (int j = 0; j < k; j++) {
        weights[j] /= all;
      }
    }

    /**
     * The distribution of further purchases within this time, were there no dropout.
     *
     * @param of the probability of which less than 1e-14 is left beyond
     */
    double[] counts(double time, double of) {
      double[][] events = new double[k][];
      int most = 0;
      for (int j = 0; j < k; j++) {
        events[j] = NegativeBinomial.probabilities(shape + j, time / scale, of);
        most = Math.max(most, j + events[j].length);
      }
      double[] counts = new double[(most - 1) / k + 1];
      for (int j = 0; j < k; j++) {
        for (int n = 0; n < events[j].length; n++) {
          counts[(j + n) / k] += weights[j] * events[j][n];
        }
      }
      return counts;
    }

    /** E[Y] without discount: Σ E[(1−p)^(n−1)] P(n or more were there no dropout). */
    double expected(double time) {
      if (time == 0) {
        return 0;
      }
      double first = 0;
      for (int j = 0; j < k; j++) {
        first += weights[j] * NegativeBinomial.atLeast(k - j, shape + j, time / scale);
      }
      double[] tails = NegativeBinomial.tails(counts(time, 1e-3 * first));
      double sum = 0;
      double kept = 1;
      for (int n = 1; n < tails.length; n++) {
        sum += kept * tails[n];
        kept *= (second + n - 1) / (a + second + n - 1);
      }
      return sum;
    }

    /** By the trapezoidal rule over t = ln λ, which converges geometrically. */
    double discountedForever(double discountRate) {
      double sum = 0;
      for (int j = 0; j < k; j++) {
        sum += weights[j] * discountedForever(discountRate, j);
      }
      return sum;
    }

    /**
     * ln ₂F₁(1, b′; a+b′; z), by F = 1 + b′z/(a+b′) F(1, b′+1; a+b′+1; z): a + b′ may be below 1.
     */
    private double logSurvivors(double z, double rest) {
      double next = HypergeometricOne.log(second + 1, a + second + 1, z, rest);
      return Math.log1p(second / (a + second) * z * Math.exp(next));
    }

    private double discountedForever(double discountRate, int phase) {
      double rate = shape + phase;
      double step = Math.min(0.2, 0.7 / Math.sqrt(rate));
      double start = Math.log(rate / scale);
      double logNorm = LogGamma.value(rate) - rate * Math.log(scale) - Math.log(step);
      double sum = 0;
      for (int direction = -1; direction <= 1; direction += 2) {
        for (int i = direction < 0 ? 1 : 0; ; i++) {
          double t = start + direction * i * step;
          double lambda = Math.exp(t);
          double logPhi = -Math.log1p(discountRate / lambda);
          double term =
              Math.exp(
                  rate * t
                      - scale * lambda
                      - logNorm
                      + (k - phase) * logPhi
                      + logSurvivors(Math.exp(k * logPhi), -Math.expm1(k * logPhi)));
          sum += term;
          if (i > 2 && term < NEGLIGIBLE * sum) {
            break;
          }
        }
      }
      return sum;
    }
  }

  @Override
  public String toString() {
    return family.title() + " " + family.parameterNames() + " = " + Arrays.toString(parameters());
  }
}
