package io.cohortclv.models.attribution;

import java.util.Arrays;

/**
 * What share of one order each of its touches gets, by the rules that look at nothing but the
 * touches of that order. Touches are numbered in time; shares sum to 1.
 */
public final class TouchShares {
  private static final double END_SHARE = 0.4;

  private TouchShares() {}

  /** All to one touch. */
  public static double[] single(int touches, int winner) {
    double[] shares = new double[touches];
    shares[winner] = 1;
    return shares;
  }

  /** The same to every touch: 1/n. */
  public static double[] linear(int touches) {
    double[] shares = new double[touches];
    Arrays.fill(shares, 1.0 / touches);
    return shares;
  }

  /**
   * 0.4 to the first touch, 0.4 to the last and 0.2 split over those between; of two touches each
   * gets half.
   */
  public static double[] position(int touches) {
    if (touches <= 2) {
      return linear(touches);
    }
    double[] shares = new double[touches];
    Arrays.fill(shares, (1 - 2 * END_SHARE) / (touches - 2));
    shares[0] = END_SHARE;
    shares[touches - 1] = END_SHARE;
    return shares;
  }

  /**
   * In proportion to 2^(−age/h), so that a touch one half-life older gets half as much. The weights
   * are scaled by that of the youngest touch: however old all of them are, none vanishes.
   *
   * @param ages time from each touch to the order, in the unit of {@code halfLife}
   */
  public static double[] timeDecay(double[] ages, double halfLife) {
    double youngest = Arrays.stream(ages).min().orElseThrow();
    double[] shares = new double[ages.length];
    for (int i = 0; i < ages.length; i++) {
      shares[i] = Math.exp((youngest - ages[i]) / halfLife * Math.log(2));
    }
    return normalised(shares);
  }

  /**
   * The Shapley value where a set of sources is worth the orders whose touches all come from it.
   *
   * <p>That game is a sum of unanimity games, one an order, so the value has a closed form: each
   * distinct source of an order gets the same share (Shapley 1953, "A value for n-person games";
   * for attribution Zhao, Mahboobi and Bagheri 2018). A source's share is split evenly over its
   * touches.
   *
   * @param sources the source of each touch, as numbers from 0 to below the count of touches
   */
  public static double[] shapley(int[] sources) {
    double[] same = new double[sources.length];
    Arrays.fill(same, 1);
    return bySource(sources, same);
  }

  /**
   * In proportion to a weight of each distinct source, a source's share split evenly over its
   * touches; evenly over the sources where no weight is above 0.
   *
   * @param sources the source of each touch, as numbers from 0 to below the count of touches
   * @param weights of each touch's source, not negative; the same for touches of one source
   */
  public static double[] bySource(int[] sources, double[] weights) {
    int[] touches = new int[sources.length];
    for (int source : sources) {
      touches[source]++;
    }
    double[] shares = new double[sources.length];
    double total = 0;
    for (int i = 0; i < sources.length; i++) {
      shares[i] = weights[i] / touches[sources[i]];
      total += shares[i];
    }
    return total > 0 ? normalised(shares) : shapley(sources);
  }

  private static double[] normalised(double[] weights) {
    double total = Arrays.stream(weights).sum();
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= total;
    }
    return weights;
  }
}
