package io.cohortclv.models.survival;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.commons.numbers.gamma.InverseErfc;

/**
 * The share that is still there after a time, from histories of which some end before their end is
 * seen: the product-limit estimator of Kaplan and Meier (1958), Journal of the American Statistical
 * Association 53.
 *
 * <p>S(t) = Π over event times u ≤ t of 1 − d/n, with d events at u among the n whose time is u or
 * later: who is censored at u was seen there. Its variance is Greenwood's (1926), S² Σ d/(n(n −
 * d)); its interval is that of log(−log S), which stays within (0, 1): S^exp(±z σ/|log S|) with σ²
 * the sum (Kalbfleisch and Prentice 1980). The unit of time is the caller's.
 */
public final class KaplanMeier {
  private final double[] times;
  private final double[] atRisk;
  private final double[] survival;
  private final double[] greenwood;

  private KaplanMeier(double[] times, double[] atRisk, double[] survival, double[] greenwood) {
    this.times = times;
    this.atRisk = atRisk;
    this.survival = survival;
    this.greenwood = greenwood;
  }

  /**
   * Those whose history has one length. A mergeable partial: counts of one time add up.
   *
   * @param time how long they were seen, 0 or more
   * @param stopped how many stopped then; shares of customers may make it a fraction
   * @param censored how many were still there, and not seen afterwards
   */
  public record Count(double time, double stopped, double censored) {
    public Count {
      if (!(time >= 0 && time < Double.POSITIVE_INFINITY)
          || !(stopped >= 0 && censored >= 0)
          || !(stopped + censored > 0 && stopped + censored < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "a count needs a time of 0 or more and somebody with it: time "
                + time
                + ", stopped "
                + stopped
                + ", censored "
                + censored);
      }
    }
  }

  /** The estimate from all counts, in any order; times may repeat. */
  public static KaplanMeier of(List<Count> counts) {
    Count[] sorted = counts.toArray(Count[]::new);
    Arrays.sort(sorted, Comparator.comparingDouble(Count::time));
    double[] times = Arrays.stream(sorted).mapToDouble(Count::time).distinct().toArray();
    double[] stopped = new double[times.length];
    double[] atRisk = new double[times.length];
    double later = 0;
    for (int i = times.length - 1, c = sorted.length - 1; i >= 0; i--) {
      for (; c >= 0 && sorted[c].time() == times[i]; c--) {
        stopped[i] += sorted[c].stopped();
        later += sorted[c].stopped() + sorted[c].censored();
      }
      atRisk[i] = later;
    }
    double[] survival = new double[times.length];
    double[] greenwood = new double[times.length];
    double left = 1;
    double sum = 0;
    for (int i = 0; i < times.length; i++) {
      double staying = atRisk[i] - stopped[i];
      left *= staying / atRisk[i];
      sum += stopped[i] == 0 ? 0 : stopped[i] / (atRisk[i] * staying);
      survival[i] = left;
      greenwood[i] = sum;
    }
    return new KaplanMeier(times, atRisk, survival, greenwood);
  }

  /** How many were seen until that time or longer. */
  public double atRisk(double time) {
    int next = Arrays.binarySearch(times, time);
    next = next < 0 ? -next - 1 : next;
    return next < times.length ? atRisk[next] : 0;
  }

  /**
   * S(t) = P(stays longer than {@code time}); 1 before the first. NaN after the last time, unless
   * everybody had stopped by then.
   */
  public double survival(double time) {
    int last = lastUntil(time);
    return last < 0 ? 1 : isPastTheEnd(time) ? Double.NaN : survival[last];
  }

  /** Greenwood's variance of {@link #survival}; NaN where that is NaN or 0. */
  public double variance(double time) {
    double s = survival(time);
    int last = lastUntil(time);
    return last < 0 ? 0 : s > 0 ? s * s * greenwood[last] : Double.NaN;
  }

  /**
   * Lower end of the interval of {@link #survival} that covers it with this probability; NaN where
   * nobody has stopped or everybody, for there the data do not say how far off the estimate is.
   */
  public double lower(double time, double probability) {
    return bound(time, normalQuantile(probability));
  }

  /** Upper end of that interval. */
  public double upper(double time, double probability) {
    return bound(time, -normalQuantile(probability));
  }

  private double bound(double time, double z) {
    double s = survival(time);
    if (!(s > 0 && s < 1)) {
      return Double.NaN;
    }
    return Math.pow(s, Math.exp(-z * Math.sqrt(greenwood[lastUntil(time)]) / Math.log(s)));
  }

  private static double normalQuantile(double probability) {
    if (!(probability > 0 && probability < 1)) {
      throw new IllegalArgumentException("a probability lies between 0 and 1: " + probability);
    }
    return Math.sqrt(2) * InverseErfc.value(1 - probability);
  }

  /** Index of the last time that is not after this one, or -1. */
  private int lastUntil(double time) {
    int found = Arrays.binarySearch(times, time);
    return found < 0 ? -found - 2 : found;
  }

  private boolean isPastTheEnd(double time) {
    int last = times.length - 1;
    return time > times[last] && survival[last] > 0;
  }
}
