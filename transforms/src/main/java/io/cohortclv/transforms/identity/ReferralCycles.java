package io.cohortclv.transforms.identity;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;

import io.cohortclv.transforms.table.ReferralEvents;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Referrals that lead back to where they began. Customers may well sign up through each other's
 * codes, one after the other; but who was won by a friend cannot have won that friend before, so
 * the last of such referrals won nobody.
 */
public final class ReferralCycles {
  /** Why the events of a referral are refused. */
  public static final String REASON = "referrer_ref: was referred, over others, by its own referee";

  private static final String NODE = "node";
  private static final String UP = "up";
  private static final String FROM = "from";
  private static final String AT = "at";
  private static final String NEWEST = "newest";

  private ReferralCycles() {}

  /**
   * The events of the referrals that close a circle: those between the two customers of the newest
   * referral of each; runs several jobs.
   *
   * <p>A customer has one referrer, that of the first sign-up or qualification. Going up twice as
   * far in each round, what is left once the way is longer than there are referrals stands on a
   * circle or below one, and is then up on the circle; on a circle the way has been all round it.
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
                    .as(AT))
            .select(col(NODE), col(AT).getField(ReferralEvents.REFERRER_ID).as(UP), col(AT))
            .localCheckpoint(true);
    long count = referrals.count();
    Dataset<Row> up = referrals.withColumnRenamed(AT, NEWEST);
    for (long steps = 1; steps <= count; steps *= 2) {
      Dataset<Row> further = up.select(col(NODE), col(UP).as(FROM), col(NEWEST).as(AT));
      up =
          further
              .join(up.withColumnRenamed(NODE, FROM), new String[] {FROM})
              .select(col(NODE), col(UP), greatest(col(AT), col(NEWEST)).as(NEWEST))
              .localCheckpoint(true);
      if (up.isEmpty()) {
        return events.filter(lit(false));
      }
    }
    Dataset<Row> onCircles = up.select(col(UP).as(NODE)).distinct();
    Dataset<Row> closing =
        referrals
            .join(onCircles, new String[] {NODE}, "left_semi")
            .join(up.select(NODE, NEWEST), new String[] {NODE})
            .filter(col(AT).equalTo(col(NEWEST)))
            .select(
                col(NODE).as(ReferralEvents.REFEREE_ID), col(UP).as(ReferralEvents.REFERRER_ID));
    return events.join(
        closing, new String[] {ReferralEvents.REFEREE_ID, ReferralEvents.REFERRER_ID}, "left_semi");
  }
}
