package io.cohortclv.jobs.simulate;

import java.math.BigDecimal;

/** Money in hundredths. */
final class Cents {
  private Cents() {}

  /** In major units with two places: {@code 12.30}. */
  static String toMajor(long cents) {
    return BigDecimal.valueOf(cents, 2).toPlainString();
  }
}
