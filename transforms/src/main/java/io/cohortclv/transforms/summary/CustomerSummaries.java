package io.cohortclv.transforms.summary;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.exp;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.OrderValue;
import java.time.LocalDate;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/** Counted orders to one (x, t_x, T) and its money per customer. */
public final class CustomerSummaries {
  private static final String FIRST_NET = "first_net";
  private static final String DAY_NET = "day_net";
  private static final String DAY_MARGIN = "day_margin";
  private static final double DAYS_PER_YEAR = 365;
  private static final DecimalType EXACT = DataTypes.createDecimalType(28, 10);

  private CustomerSummaries() {}

  /**
   * One {@link CustomerSummary} row a customer with a counted order. Orders of one business day are
   * one purchase.
   *
   * @param orderValues {@link OrderValue} rows as of {@code asOf}
   * @param midpoint ages run from the first day's noon to the end of the as-of day; else plain
   *     differences of dates
   * @param horizonDays days from acquisition whose margin counts for {@code acquisition_margin}
   * @param discountRatePerYear yearly rate d; margin at age t days is worth (1 + d)^(-t/365)
   */
  public static Dataset<Row> summarizeAsOf(
      Dataset<Row> orderValues,
      LocalDate asOf,
      boolean midpoint,
      int horizonDays,
      double discountRatePerYear) {
    Column ageAtOrder = datediff(col(OrderValue.ORDERED_ON), col(CustomerSummary.FIRST_ORDER_ON));
    Column discounted =
        col(DAY_MARGIN)
            .cast("double")
            .multiply(
                exp(ageAtOrder.multiply(lit(-Math.log1p(discountRatePerYear) / DAYS_PER_YEAR))))
            // Decimals add up the same in any order; doubles do not.
            .cast(EXACT);
    return orderValues
        .filter(col(OrderValue.COUNTED).and(col(OrderValue.CUSTOMER_ID).isNotNull()))
        .groupBy(OrderValue.CUSTOMER_ID, OrderValue.ORDERED_ON)
        .agg(sum(OrderValue.NET_REVENUE).as(DAY_NET), sum(OrderValue.MARGIN).as(DAY_MARGIN))
        .withColumn(
            CustomerSummary.FIRST_ORDER_ON,
            min(OrderValue.ORDERED_ON).over(Window.partitionBy(OrderValue.CUSTOMER_ID)))
        .groupBy(OrderValue.CUSTOMER_ID, CustomerSummary.FIRST_ORDER_ON)
        .agg(
            max(OrderValue.ORDERED_ON).as(CustomerSummary.LAST_ORDER_ON),
            count(lit(1)).as(CustomerSummary.PURCHASE_DAYS),
            sum(DAY_NET).as(CustomerSummary.NET_REVENUE),
            sum(DAY_MARGIN).as(CustomerSummary.HIST_MARGIN),
            min_by(col(DAY_NET), col(OrderValue.ORDERED_ON)).as(FIRST_NET),
            min_by(col(DAY_MARGIN), col(OrderValue.ORDERED_ON)).as(CustomerSummary.FIRST_MARGIN),
            coalesce(sum(when(ageAtOrder.lt(lit(horizonDays)), discounted)), lit(0))
                .as(CustomerSummary.ACQUISITION_MARGIN))
        .withColumn(CustomerSummary.REPEATS, col(CustomerSummary.PURCHASE_DAYS).minus(lit(1)))
        .withColumn(
            CustomerSummary.RECENCY_DAYS,
            datediff(col(CustomerSummary.LAST_ORDER_ON), col(CustomerSummary.FIRST_ORDER_ON)))
        .withColumn(
            CustomerSummary.AGE_DAYS,
            datediff(lit(asOf), col(CustomerSummary.FIRST_ORDER_ON))
                .plus(lit(midpoint ? 0.5 : 0.0)))
        .withColumn(
            CustomerSummary.REVENUE_PER_DAY_MEAN,
            when(
                col(CustomerSummary.REPEATS).gt(lit(0)),
                col(CustomerSummary.NET_REVENUE)
                    .minus(col(FIRST_NET))
                    .cast("double")
                    .divide(col(CustomerSummary.REPEATS))))
        .withColumn(
            CustomerSummary.MARGIN_RATE,
            col(CustomerSummary.HIST_MARGIN)
                .cast("double")
                .divide(col(CustomerSummary.NET_REVENUE).cast("double")))
        .transform(CustomerSummary.TABLE::conform);
  }
}
