package io.cohortclv.transforms.summary;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.OrderValue;
import java.time.LocalDate;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** Histories as they stood at a past day, with the purchases that followed. */
public final class HoldoutHistories {
  public static final String SEGMENT = CompressedHistories.SEGMENT;
  public static final String CUSTOMERS = CompressedHistories.CUSTOMERS;

  /** Purchase days after the origin, until the end of the holdout. */
  public static final String CAME = "came";

  public static final String DAY = "day";
  public static final String FIRSTS = "firsts";
  public static final String REPEATS = "repeat_days";

  private HoldoutHistories() {}

  /**
   * One row a customer and purchase day until {@code end}, with the customer's first day and
   * segment; customers who are left-censored stay out. What orders are worth, and so which count,
   * is as of the run: a refund since the origin is known here.
   */
  public static Dataset<Row> purchaseDays(
      Dataset<Row> orderValues, Dataset<Row> acquisitions, LocalDate end) {
    Column customer = col(OrderValue.CUSTOMER_ID);
    return orderValues
        .filter(
            col(OrderValue.COUNTED)
                .and(customer.isNotNull())
                .and(col(OrderValue.ORDERED_ON).leq(lit(end))))
        .select(customer, col(OrderValue.ORDERED_ON).as(DAY))
        .distinct()
        .join(
            CustomerAcquisition.principalOwners(acquisitions, SEGMENT),
            new String[] {CustomerSummary.CUSTOMER_ID})
        .withColumn(
            CustomerSummary.FIRST_ORDER_ON,
            min(DAY).over(Window.partitionBy(OrderValue.CUSTOMER_ID)));
  }

  /** The days of about one in so many customers, chosen by their ids. */
  public static Dataset<Row> ofOneIn(long many, Dataset<Row> purchaseDays) {
    return many == 1
        ? purchaseDays
        : purchaseDays.filter(
            pmod(xxhash64(col(OrderValue.CUSTOMER_ID)), lit(many)).equalTo(lit(0)));
  }

  /**
   * One row a segment, distinct (x, t_x, T) at the origin and purchases after it, with how many
   * customers share it.
   *
   * @param purchaseDays from {@link #purchaseDays}
   * @param midpoint ages run from the first day's noon to the end of the origin; else plain
   *     differences of dates
   */
  public static Dataset<Row> compress(
      Dataset<Row> purchaseDays, LocalDate origin, boolean midpoint) {
    Column before = col(DAY).leq(lit(origin));
    return purchaseDays
        .filter(col(CustomerSummary.FIRST_ORDER_ON).leq(lit(origin)))
        .groupBy(col(OrderValue.CUSTOMER_ID), col(SEGMENT), col(CustomerSummary.FIRST_ORDER_ON))
        .agg(
            count_if(before).minus(lit(1)).as(CustomerSummary.REPEATS),
            max(when(before, col(DAY))).as(CustomerSummary.LAST_ORDER_ON),
            count_if(not(before)).as(CAME))
        .groupBy(
            col(SEGMENT),
            col(CustomerSummary.REPEATS),
            datediff(col(CustomerSummary.LAST_ORDER_ON), col(CustomerSummary.FIRST_ORDER_ON))
                .cast("double")
                .as(CustomerSummary.RECENCY_DAYS),
            datediff(lit(origin), col(CustomerSummary.FIRST_ORDER_ON))
                .plus(lit(midpoint ? 0.5 : 0.0))
                .as(CustomerSummary.AGE_DAYS),
            col(CAME))
        .agg(count(lit(1)).as(CUSTOMERS));
  }

  /** One row a segment and day: customers who bought first on it, and repeat purchase days. */
  public static Dataset<Row> byDay(Dataset<Row> purchaseDays) {
    Column isFirst = col(DAY).equalTo(col(CustomerSummary.FIRST_ORDER_ON));
    return purchaseDays
        .groupBy(SEGMENT, DAY)
        .agg(count_if(isFirst).as(FIRSTS), count_if(not(isFirst)).as(REPEATS));
  }
}
