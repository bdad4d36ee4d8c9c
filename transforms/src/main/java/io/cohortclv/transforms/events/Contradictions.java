package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;

import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.ReferralEvents;
import java.math.BigDecimal;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Rows, each valid by itself, that say other than rows of the same day do. */
public final class Contradictions {
  private static final String[] ORDER = {CleanColumns.SOURCE_SYSTEM, Orders.ORDER_ID};
  private static final BigDecimal CENT = new BigDecimal("0.01");

  private static final String FRIEND = "friend";
  private static final String CUSTOMER = "friend_became";

  private Contradictions() {}

  /**
   * Orders with lines whose prices do not add up to the subtotal, by more than a cent a line.
   *
   * @param orders one row an order, as of a date
   * @param items one row a line, as of the same date
   */
  public static Dataset<Row> ofSubtotals(Dataset<Row> orders, Dataset<Row> items) {
    Column price = col(OrderItems.UNIT_PRICE).multiply(col(OrderItems.QUANTITY));
    return orders
        .join(
            items
                .groupBy(ORDER[0], ORDER[1])
                .agg(sum(price).as("lines_sum"), count(lit(1)).as("lines")),
            ORDER)
        .filter(
            abs(col(Orders.SUBTOTAL).minus(col("lines_sum"))).gt(col("lines").multiply(lit(CENT))));
  }

  /**
   * Rewards of a referral that did not qualify in any row. Some rows call the friend by the address
   * invited and others by the customer it became; rows that name both, such as sign-ups, tell that
   * these are one.
   *
   * @param events one row an event, as of a date
   */
  public static Dataset<Row> ofRewards(Dataset<Row> events) {
    String[] referral = {ReferralEvents.PROGRAM_ID, ReferralEvents.REFERRER_ID, FRIEND};
    Dataset<Row> became =
        events
            .filter(col(ReferralEvents.INVITEE_ID).isNotNull())
            .groupBy(ReferralEvents.INVITEE_ID)
            .agg(min(ReferralEvents.REFEREE_ID).as(CUSTOMER));
    Dataset<Row> ofFriends =
        events
            .join(became, new String[] {ReferralEvents.INVITEE_ID}, "left")
            .withColumn(
                FRIEND,
                coalesce(
                    col(ReferralEvents.REFEREE_ID), col(CUSTOMER), col(ReferralEvents.INVITEE_ID)));
    return ofFriends
        .filter(col(ReferralEvents.EVENT_TYPE).equalTo("reward").and(col(FRIEND).isNotNull()))
        .join(
            ofFriends
                .filter(col(ReferralEvents.EVENT_TYPE).equalTo("qualify"))
                .select(referral[0], referral[1], referral[2])
                .distinct(),
            referral,
            "left_anti");
  }
}
