package io.cohortclv.models.fit;

/**
 * ln (a)_n with its first two derivatives in a, for n that only grow: each step adds ln(a + n),
 * 1/(a + n) and −1/(a + n)². Exact where differences of log-gammas cancel, and cheaper.
 */
final class RisingFactorials {
  private final double a;
  private int n;
  private double log;
  private double first;
  private double second;

  RisingFactorials(double a) {
    this.a = a;
  }

  /** Goes on to n, which must not be less than before. */
  void advance(int to) {
    for (; n < to; n++) {
      double inverse = 1 / (a + n);
      log += Math.log(a + n);
      first += inverse;
      second -= inverse * inverse;
    }
  }

  double log() {
    return log;
  }

  double first() {
    return first;
  }

  double second() {
    return second;
  }
}
