package io.cohortclv.transforms.identity;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;

import io.cohortclv.transforms.table.ReferralEvents;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Referrals that lead back to where they began: of customers who were each won by the next nobody
 * was won by a friend.
 */
public final class ReferralCycles {
  /** What becomes of the events of a cycle. */
  public static final String REASON = "referrer_ref: was referred, over others, by its own referee";

  private static final String NODE = "node";
  private static final String UP = "up";
  private static final String FROM = "from";

  private ReferralCycles() {}

  /**
   * The events between two customers of whom the first sign-ups make a cycle; runs several jobs.
   *
   * <p>A customer has one referrer, that of the first sign-up or qualification. Going up twice as
   * far in each round, what is left once the way is longer than there are referrals stands on a
   * cycle or below one, and is then up on the cycle.
   *
   * @param events one row an event, as of a date
   */
  public static Dataset<Row> of(Dataset<Row> events) {
    Column isReferral =
        col(ReferralEvents.EVENT_TYPE)
            .isin("signup", "qualify")
            .and(col(ReferralEvents.REFEREE_ID).notEqual(col(ReferralEvents.REFERRER_ID)));
    Dataset<Row> referrals =
        events
            .filter(isReferral)
            .groupBy(col(ReferralEvents.REFEREE_ID).as(NODE))
            .agg(
                min(struct(
                        col(ReferralEvents.EVENT_TS),
                        col(ReferralEvents.EVENT_ID),
                        col(ReferralEvents.REFERRER_ID)))
                    .as(UP))
            .select(col(NODE), col(UP).getField(ReferralEvents.REFERRER_ID).as(UP))
            .localCheckpoint(true);
    long count = referrals.count();
    Dataset<Row> up = referrals;
    for (long steps = 1; steps <= count; steps *= 2) {
      up =
          up.select(col(NODE).as(FROM), col(UP).as(NODE))
              .join(up, new String[] {NODE})
              .select(col(FROM).as(NODE), col(UP))
              .localCheckpoint(true);
      if (up.isEmpty()) {
        return events.filter(lit(false));
      }
    }
    Dataset<Row> between =
        referrals
            .join(up.select(col(UP).as(NODE)).distinct(), new String[] {NODE})
            .select(
                col(NODE).as(ReferralEvents.REFEREE_ID), col(UP).as(ReferralEvents.REFERRER_ID));
    return events.join(
        between, new String[] {ReferralEvents.REFEREE_ID, ReferralEvents.REFERRER_ID}, "left_semi");
  }
}
