package io.cohortclv.jobs.estimate;

import java.util.Comparator;

/**
 * Gaps of one length between one purchase day of a customer and the next, within calibration.
 *
 * @param segment of the customers, as that of their {@link History}
 * @param days from one to the next, at least 1
 * @param count how many
 */
record Gap(String segment, int days, long count) {

  /** The one order in which gaps are summed. */
  static final Comparator<Gap> ORDER =
      Comparator.comparing(Gap::segment).thenComparingInt(Gap::days);
}
