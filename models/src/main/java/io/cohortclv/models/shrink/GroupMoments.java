package io.cohortclv.models.shrink;

/**
 * What is known of one group's values. A mergeable partial: the moments of two parts of a group add
 * up to those of the whole.
 *
 * @param count number of values, at least 1
 * @param mean their mean
 * @param squares sum of squared deviations from that mean
 */
public record GroupMoments(long count, double mean, double squares) {
  public GroupMoments {
    if (count < 1 || !Double.isFinite(mean) || !(squares >= 0 && Double.isFinite(squares))) {
      throw new IllegalArgumentException(
          "a group needs a count of at least 1, a finite mean and squares that are not negative:"
              + " count "
              + count
              + ", mean "
              + mean
              + ", squares "
              + squares);
    }
  }

  /** The moments of both parts together (Chan, Golub and LeVeque 1983). */
  public GroupMoments and(GroupMoments other) {
    long both = Math.addExact(count, other.count);
    double share = (double) other.count / both;
    double apart = other.mean - mean;
    return new GroupMoments(
        both, mean + apart * share, squares + other.squares + apart * apart * share * count);
  }
}
