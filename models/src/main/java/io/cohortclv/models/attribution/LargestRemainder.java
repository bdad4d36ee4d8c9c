package io.cohortclv.models.attribution;

import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Splits a whole amount by shares so that the parts are whole and sum to it: each part is rounded
 * down, and what is left goes, one unit each, to the parts that lost most by it (Hamilton's
 * method).
 */
public final class LargestRemainder {
  private LargestRemainder() {}

  /**
   * The parts, in the order of the shares; of two parts that lost the same the earlier gets the
   * unit.
   *
   * @param amount in minor units, not negative
   * @param shares not negative, at least one, summing to 1 within rounding
   */
  public static long[] split(long amount, double[] shares) {
    if (amount < 0) {
      throw new IllegalArgumentException("an amount to split is not negative: " + amount);
    }
    long[] parts = new long[shares.length];
    double[] lost = new double[shares.length];
    long left = amount;
    for (int i = 0; i < shares.length; i++) {
      double exact = amount * shares[i];
      parts[i] = Math.min((long) Math.floor(exact), left);
      lost[i] = exact - parts[i];
      left -= parts[i];
    }
    if (left > 0) {
      int[] byLoss =
          IntStream.range(0, shares.length)
              .boxed()
              .sorted(Comparator.<Integer>comparingDouble(i -> lost[i]).reversed())
              .mapToInt(i -> i)
              .toArray();
      for (int i = 0; left > 0; i++, left--) {
        parts[byLoss[i % byLoss.length]]++;
      }
    }
    return parts;
  }
}
