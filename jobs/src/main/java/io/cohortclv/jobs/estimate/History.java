package io.cohortclv.jobs.estimate;

import java.math.BigDecimal;
import java.util.Comparator;

/**
 * Customers alike in everything an estimate asks of them.
 *
 * @param segment value of the segment column on the first purchase day; empty without one
 * @param repeats x: purchase days after the first, until the end of calibration
 * @param recencyDays t_x: from the first purchase day to the last of these
 * @param ageDays T: from the first purchase day to the end of calibration
 * @param holdoutPurchases purchase days after calibration, until the end of the holdout
 * @param spendDays repeat days with an amount above 0
 * @param spend sum of the amounts of these days; exact, so that no order of rows shows
 * @param customers how many
 */
record History(
    String segment,
    int repeats,
    int recencyDays,
    int ageDays,
    int holdoutPurchases,
    int spendDays,
    BigDecimal spend,
    long customers) {

  /** The one order in which histories are summed. */
  static final Comparator<History> ORDER =
      Comparator.comparing(History::segment)
          .thenComparingInt(History::repeats)
          .thenComparingInt(History::recencyDays)
          .thenComparingInt(History::ageDays)
          .thenComparingInt(History::holdoutPurchases)
          .thenComparingInt(History::spendDays)
          .thenComparing(History::spend);

  /** Mean amount of the repeat days that have one; 0 when none has. */
  double meanSpend() {
    return spendDays == 0 ? 0 : spend.doubleValue() / spendDays;
  }
}
