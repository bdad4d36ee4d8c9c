package io.cohortclv.models.value;

import io.cohortclv.models.btyd.EquivalentHorizon;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.spend.SpendPosterior;
import java.util.Arrays;
import org.apache.commons.numbers.gamma.LogBeta;

/**
 * The purchases that one history lets expect over a horizon, each at e^(−δu) of its amount, u its
 * distance from T. What it costs depends on the history alone: customers who share one can share
 * it.
 *
 * <p>Mean and variance of S = Σ e^(−δu) are the model's own. For quantiles S is taken as d times
 * the number of purchases within h′ of the {@link EquivalentHorizon}.
 *
 * <p>Immutable, and safe for any number of threads.
 */
public final class FuturePurchases {
  /** Numbers of purchases up to here stand alone, beyond they are pooled in cells. */
  private static final int LAST_ALONE = 64;

  /** A cell's width per root of its numbers: far below the spread that Poisson events have. */
  private static final double CELL = 0.25;

  /** Cells that hold less are left out. */
  private static final double NEGLIGIBLE = 1e-14;

  private static final int MOST_STEPS = 100;
  private static final double PRECISION = 1e-10;

  private final double mean;
  private final double squares;
  private final double variance;
  private final double none;
  private final double discount;
  private final double[] counts;
  private final double[] masses;

  private FuturePurchases(
      double mean, double squares, double variance, double none, double[] probabilities) {
    this.mean = mean;
    this.squares = squares;
    this.variance = variance;
    this.none = none;
    this.discount = mean > 0 ? squares / mean : 1;
    double[] centers = new double[probabilities.length];
    double[] pooled = new double[probabilities.length];
    int cells = 0;
    for (int n = 0; n < probabilities.length; ) {
      int to =
          n <= LAST_ALONE ? n + 1 : Math.min(probabilities.length, n + (int) (CELL * Math.sqrt(n)));
      pooled[cells] = 0;
      for (int k = n; k < to; k++) {
        pooled[cells] += probabilities[k];
      }
      centers[cells] = (n + to - 1) / 2.0;
      cells += cells == 0 || pooled[cells] > NEGLIGIBLE ? 1 : 0;
      n = to;
    }
    this.counts = Arrays.copyOf(centers, cells);
    this.masses = Arrays.copyOf(pooled, cells);
  }

  /**
   * Those of a customer with this history.
   *
   * @param horizon may be infinite when the discount rate is positive
   * @param discountRate δ, continuous, per unit of time
   */
  public static FuturePurchases of(
      PurchaseModel model,
      double horizon,
      double discountRate,
      int repeats,
      double recency,
      double age) {
    double mean = model.discountedPurchases(horizon, discountRate, repeats, recency, age);
    double squares =
        discountRate == 0
            ? mean
            : model.discountedPurchases(horizon, 2 * discountRate, repeats, recency, age);
    double pairs = model.discountedPairs(horizon, discountRate, repeats, recency, age);
    double within =
        EquivalentHorizon.of(model, mean, squares, horizon, discountRate, repeats, recency, age)
            .horizon();
    double[] probabilities = model.probabilities(within, repeats, recency, age);
    return new FuturePurchases(
        mean,
        squares,
        Math.max(0, squares + 2 * pairs - mean * mean),
        horizon == within || horizon == Double.POSITIVE_INFINITY
            ? probabilities[0]
            : model.probability(0, horizon, repeats, recency, age),
        probabilities);
  }

  /** E[S]: the discounted number of purchases. */
  public double mean() {
    return mean;
  }

  /** E[Σ e^(−2δu)]. */
  double squares() {
    return squares;
  }

  /** Variance of S. */
  public double variance() {
    return variance;
  }

  /** P(no purchase within the horizon; within h′ where the horizon is infinite). */
  public double noneProbability() {
    return none;
  }

  /** P(S times amounts of this belief sum to no more than the value). */
  public double probabilityAtMost(double value, SpendPosterior amounts) {
    if (value < 0) {
      return 0;
    }
    if (value == 0) {
      return masses[0];
    }
    double logit = Math.log(value / (discount * amounts.scale()));
    double sum = masses[0];
    for (int c = 1; c < counts.length; c++) {
      sum += masses[c] * amounts.sumAtMost(counts[c], logit);
    }
    return sum;
  }

  /**
   * The value that S times amounts of this belief stay below with this probability: 0 where no
   * purchase is at least that likely. In proportion to the belief's scale.
   */
  public double quantile(double probability, SpendPosterior amounts) {
    if (!(probability > 0 && probability < 1)) {
      throw new IllegalArgumentException("a probability lies between 0 and 1: " + probability);
    }
    if (probability <= masses[0] || counts.length == 1) {
      return 0;
    }
    double[] logBetas = new double[counts.length];
    double below = masses[0];
    double typical = 0;
    for (int c = 1; c < counts.length; c++) {
      logBetas[c] = LogBeta.value(amounts.p() * counts[c], amounts.shape());
      typical = below < probability ? counts[c] : typical;
      below += masses[c];
    }
    double logit = Math.log(amounts.p() * typical / amounts.shape());
    double low = Double.NEGATIVE_INFINITY;
    double high = Double.POSITIVE_INFINITY;
    for (int step = 0; step < MOST_STEPS; step++) {
      double value = masses[0] - probability;
      double slope = 0;
      // ln z and ln(1 − z) of z = e^logit/(1 + e^logit).
      double logZ = -Math.log1p(Math.exp(-logit));
      double logRest = -Math.log1p(Math.exp(logit));
      for (int c = 1; c < counts.length; c++) {
        double a = amounts.p() * counts[c];
        value += masses[c] * amounts.sumAtMost(counts[c], logit);
        slope += masses[c] * Math.exp(a * logZ + amounts.shape() * logRest - logBetas[c]);
      }
      if (value < 0) {
        low = logit;
      } else {
        high = logit;
      }
      double next = logit - value / slope;
      if (!(next > low && next < high)) {
        next = bisected(low, high, logit);
      }
      if (Math.abs(next - logit) < PRECISION || value == 0) {
        logit = next;
        break;
      }
      // A step of e⁴ at most: far out the slope is nearly 0.
      logit += Math.max(-4, Math.min(4, next - logit));
    }
    return discount * amounts.scale() * Math.exp(logit);
  }

  private static double bisected(double low, double high, double here) {
    if (low == Double.NEGATIVE_INFINITY) {
      return here - 4;
    }
    return high == Double.POSITIVE_INFINITY ? here + 4 : (low + high) / 2;
  }
}
