package io.cohortclv.models.shrink;

/**
 * What is known of one group's values. A mergeable partial: the moments of two parts of a group add
 * up to those of the whole.
 *
 * <p>A value seen only in part, such as a year's value of a customer of three months, weighs as
 * much as is expected to be seen of it, and stands for what was seen divided by that weight: its
 * variance is taken as one over its weight.
 *
 * @param count number of values, at least 1
 * @param weight sum of their weights; the count where every value is wholly seen
 * @param mean their weighted mean
 * @param squares weighted sum of squared deviations from that mean
 */
public record GroupMoments(long count, double weight, double mean, double squares) {
  public GroupMoments {
    if (count < 1
        || !(weight > 0 && weight < Double.POSITIVE_INFINITY)
        || !Double.isFinite(mean)
        || !(squares >= 0 && squares < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "a group needs a count of at least 1, a positive weight, a finite mean and squares that"
              + " are not negative: count "
              + count
              + ", weight "
              + weight
              + ", mean "
              + mean
              + ", squares "
              + squares);
    }
  }

  /** Of values wholly seen. */
  public GroupMoments(long count, double mean, double squares) {
    this(count, (double) count, mean, squares);
  }

  /**
   * From the sums over a group of the weights, of weight times value and of weight times square.
   */
  public static GroupMoments ofSums(long count, double weight, double sum, double sumOfSquares) {
    double mean = sum / weight;
    // What rounding leaves below 0 is 0.
    return new GroupMoments(count, weight, mean, Math.max(0, sumOfSquares - sum * mean));
  }

  /** The moments of both parts together (Chan, Golub and LeVeque 1983). */
  public GroupMoments and(GroupMoments other) {
    double both = weight + other.weight;
    double share = other.weight / both;
    double apart = other.mean - mean;
    return new GroupMoments(
        Math.addExact(count, other.count),
        both,
        mean + apart * share,
        squares + other.squares + apart * apart * share * weight);
  }
}
