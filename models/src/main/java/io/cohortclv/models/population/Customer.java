package io.cohortclv.models.population;

import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * One customer's latent truth and a clock that tells when the customer buys. The clock runs from a
 * seed of its own: asking twice gives the same times, asking further only adds later ones, and
 * nothing is kept.
 *
 * @param rate λ, purchases per unit of time while alive
 * @param lifetime time of dropout since the first purchase: 0 when it came right after it, infinite
 *     for a customer who never drops out or does so at a numbered repeat
 * @param dropsOutAtPurchase whether the dropout comes at a purchase, as in BG/NBD, or at any time,
 *     as in Pareto/NBD
 * @param otherRate rate of the purchases before the one at dropout; λ(1 − p) in BG/NBD, since
 *     purchases that end the relation and those that do not are independent Poisson processes
 * @param events how many events of the clock make a purchase: k in (M)BG/CNBD-k, 1 in the others
 * @param lastRepeat number of the repeat purchase at which the customer drops out, where that is
 *     told so and not by the lifetime, as in (M)BG/CNBD-k
 * @param seed of the clock
 */
public record Customer(
    double rate,
    double lifetime,
    boolean dropsOutAtPurchase,
    double otherRate,
    int events,
    long lastRepeat,
    long seed) {
  /** The last repeat of those who are told their lifetime. */
  static final long NEVER = Long.MAX_VALUE;

  /** Times of the repeat purchases in (0, until], ascending. */
  public double[] repeatTimes(double until) {
    if (!(until >= 0 && until < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "purchases can be listed only until a finite time that is not negative: " + until);
    }
    UniformRandomProvider clock = RandomSource.XO_SHI_RO_256_PP.create(seed);
    double end = Math.min(until, lifetime);
    double[] times = new double[8];
    int count = 0;
    double time = gap(clock);
    while (time <= end && count < lastRepeat) {
      if (count + 2 > times.length) {
        times = Arrays.copyOf(times, 2 * times.length);
      }
      times[count++] = time;
      time += gap(clock);
    }
    if (dropsOutAtPurchase && lifetime > 0 && lifetime <= until) {
      times[count++] = lifetime;
    }
    return Arrays.copyOf(times, count);
  }

  private double gap(UniformRandomProvider clock) {
    double gap = 0;
    for (int i = 0; i < events; i++) {
      gap += GammaDraw.exponential(clock, otherRate);
    }
    return gap;
  }

  /** Whether the customer could still buy after this time. */
  public boolean isAliveAt(double time) {
    return time < lifetime && (lastRepeat == NEVER || repeatTimes(time).length < lastRepeat);
  }
}
