package io.cohortclv.models.shrink;

import java.util.List;

/**
 * Keeps a few very large values from deciding the mean of a small group: values count up to a cap,
 * and what lies above it is spread over all values of the kind in proportion, so that the kind's
 * mean stays what it is. It is what actuaries do with large losses in experience rating: basic
 * limits and an increased limits factor (Klugman, Panjer and Willmot, Loss Models, 8.4).
 *
 * @param most the cap; infinite for none
 * @param factor what a capped value is multiplied by, at least 1
 */
public record ValueCap(double most, double factor) {
  /** Leaves every value as it is. */
  public static final ValueCap NONE = new ValueCap(Double.POSITIVE_INFINITY, 1);

  /**
   * Values between two bounds.
   *
   * @param upTo upper bound; 0 for the values that are not positive
   * @param count how many there are
   * @param weight sum of their weights
   * @param sum sum of weight times value
   */
  public record Bucket(double upTo, long count, double weight, double sum) {}

  /**
   * The cap at a quantile, to the width of a bucket. With so few values that the largest one is
   * more than the share above the quantile, there is none.
   *
   * @param buckets all values of the kind, ascending
   * @param quantile such as 0.99; 1 for no cap
   */
  public static ValueCap of(List<Bucket> buckets, double quantile) {
    if (!(quantile > 0 && quantile <= 1)) {
      throw new IllegalArgumentException("a cap's quantile lies above 0 and up to 1: " + quantile);
    }
    long all = buckets.stream().mapToLong(Bucket::count).sum();
    double total = buckets.stream().mapToDouble(Bucket::sum).sum();
    long below = 0;
    double capped = 0;
    int last = 0;
    while (last < buckets.size() && below < quantile * all) {
      below += buckets.get(last).count();
      capped += buckets.get(last).sum();
      last++;
    }
    if (last == 0 || last == buckets.size()) {
      return NONE;
    }
    double most = buckets.get(last - 1).upTo();
    for (Bucket above : buckets.subList(last, buckets.size())) {
      capped += most * above.weight();
    }
    // A kind that loses money has no proportion to spread by.
    return most > 0 && capped > 0 ? new ValueCap(most, total / capped) : NONE;
  }

  /** The value as it counts. */
  public double of(double value) {
    return factor * Math.min(value, most);
  }
}
