package io.cohortclv.transforms.summary;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.exp;
import static org.apache.spark.sql.functions.first_value;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.models.btyd.TimeUnit;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.MinorUnits;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.RefundValue;
import java.time.LocalDate;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/** Counted orders to one (x, t_x, T) and its money per customer. */
public final class CustomerSummaries {
  private static final String FIRST_NET = "first_net";
  private static final String BEFORE = "before";
  private static final String STOPPED = "stopped";
  private static final String GAP = "gap";
  static final String ORDER = "order";
  private static final String CASH_ONLY = "cash_only";

  /** Discounted money is added in whole millionths, so that the order of rows cannot show. */
  private static final double MILLIONTHS_PER_MINOR_UNIT = 1e4;

  private static final double MILLIONTHS = 1e6;

  /** Days after the first purchase in which a customer of a year must be seen again. */
  private static final int YEAR_FROM = 365;

  private static final int YEAR_UNTIL = 455;

  private CustomerSummaries() {}

  /**
   * One {@link CustomerSummary} row a customer with a counted order. Orders of one business day are
   * one purchase.
   *
   * <p>Churn is a silence of more than {@code churnGaps} say: it is seen when the next purchase
   * came later, or when none had come by the end of the as-of day.
   *
   * @param orderValues {@link OrderValue} rows as of {@code asOf}
   * @param refundValues {@link RefundValue} rows as of the same day; may be empty
   * @param midpoint ages run from the first day's noon to the end of the as-of day; else plain
   *     differences of dates
   * @param horizonDays days from acquisition whose margin counts for {@code acquisition_margin}
   * @param discountRatePerYear yearly rate d; margin at age t days is worth (1 + d)^(-t/365)
   * @param churnGaps g of the retention metrics; where there is none, no survival is told
   */
  public static Dataset<Row> summarizeAsOf(
      Dataset<Row> orderValues,
      Dataset<Row> refundValues,
      LocalDate asOf,
      boolean midpoint,
      int horizonDays,
      double discountRatePerYear,
      ChurnGaps churnGaps) {
    Column day = col(OrderValue.ORDERED_ON);
    Column first = col(CustomerSummary.FIRST_ORDER_ON);
    Column age = datediff(day, first);
    Column isNewDay = coalesce(day.gt(col(BEFORE)), lit(true));
    Column discounted =
        rint(col(OrderValue.MARGIN)
                .multiply(lit(MILLIONTHS_PER_MINOR_UNIT))
                .multiply(
                    exp(age.multiply(lit(-TimeUnit.DAYS.continuousRate(discountRatePerYear))))))
            .cast("long");
    WindowSpec history =
        Window.partitionBy(OrderValue.CUSTOMER_ID).orderBy(OrderValue.ORDERED_ON, ORDER);
    WindowSpec soFar = history.rowsBetween(Window.unboundedPreceding(), Window.currentRow());
    Column firstCategory =
        first_value(col(ORDER).getField(CustomerSummary.FIRST_CATEGORY)).over(soFar);
    return orderValues
        .filter(col(OrderValue.COUNTED).and(col(OrderValue.CUSTOMER_ID).isNotNull()))
        .select(
            col(OrderValue.CUSTOMER_ID),
            day,
            order().as(ORDER),
            MinorUnits.of(col(OrderValue.NET_REVENUE)).as(OrderValue.NET_REVENUE),
            MinorUnits.of(col(OrderValue.MARGIN)).as(OrderValue.MARGIN),
            MinorUnits.of(col(OrderValue.ACQUISITION_DISCOUNT)).as(OrderValue.ACQUISITION_DISCOUNT))
        .withColumn(CustomerSummary.FIRST_ORDER_ON, first_value(day).over(soFar))
        .withColumn(BEFORE, lag(day, 1).over(history))
        .withColumn(GAP, churnGaps.of(firstCategory))
        .groupBy(OrderValue.CUSTOMER_ID)
        .agg(
            min(day).as(CustomerSummary.FIRST_ORDER_ON),
            // Of orders of one moment the choice must not depend on the order of rows.
            min(when(age.equalTo(lit(0)), col(ORDER))).as(ORDER),
            max(day).as(CustomerSummary.LAST_ORDER_ON),
            count_if(isNewDay).as(CustomerSummary.PURCHASE_DAYS),
            sum(OrderValue.NET_REVENUE).as(CustomerSummary.NET_REVENUE),
            sum(OrderValue.MARGIN).as(CustomerSummary.HIST_MARGIN),
            coalesce(sum(OrderValue.ACQUISITION_DISCOUNT), lit(0L))
                .as(CustomerSummary.ACQUISITION_DISCOUNT),
            sum(when(age.equalTo(lit(0)), col(OrderValue.NET_REVENUE))).as(FIRST_NET),
            sum(when(age.equalTo(lit(0)), col(OrderValue.MARGIN))).as(CustomerSummary.FIRST_MARGIN),
            coalesce(sum(when(age.lt(lit(horizonDays)), discounted)), lit(0L))
                .as(CustomerSummary.ACQUISITION_MARGIN),
            min(when(age.gt(lit(0)), day)).as(CustomerSummary.SECOND_ORDER_ON),
            min(when(datediff(day, col(BEFORE)).gt(col(GAP)), datediff(col(BEFORE), first)))
                .as(STOPPED),
            max(age.geq(lit(YEAR_FROM)).and(age.lt(lit(YEAR_UNTIL))))
                .as(CustomerSummary.RETAINED_365))
        .select(col("*"), col(ORDER + ".*"))
        .join(cashOnly(refundValues), new String[] {OrderValue.CUSTOMER_ID}, "left")
        .withColumn(GAP, churnGaps.of(col(CustomerSummary.FIRST_CATEGORY)))
        .transform(customers -> withMeasures(customers, asOf, midpoint))
        .transform(CustomerSummary.TABLE::conform);
  }

  /** An order by its time, and of orders of one moment by what they are. */
  static Column order() {
    return struct(
        col(OrderValue.ORDER_TS),
        col(OrderValue.COUNTRY).as(CustomerSummary.FIRST_COUNTRY),
        col(OrderValue.CATEGORY).as(CustomerSummary.FIRST_CATEGORY),
        col(OrderValue.INCENTIVE).as(CustomerSummary.FIRST_INCENTIVE));
  }

  /** By customer what refunds take back on their own date beyond what they take on the order's. */
  private static Dataset<Row> cashOnly(Dataset<Row> refundValues) {
    return refundValues
        .filter(col(RefundValue.CUSTOMER_ID).isNotNull())
        .groupBy(RefundValue.CUSTOMER_ID)
        .agg(
            sum(MinorUnits.of(col(RefundValue.CASH_REFUNDED))
                    .minus(MinorUnits.of(col(RefundValue.REFUNDED))))
                .as(CASH_ONLY));
  }

  private static Dataset<Row> withMeasures(
      Dataset<Row> customers, LocalDate asOf, boolean midpoint) {
    Column gap = col(GAP);
    Column first = col(CustomerSummary.FIRST_ORDER_ON);
    Column last = col(CustomerSummary.LAST_ORDER_ON);
    Column days = datediff(lit(asOf), first);
    Column isYearOld = days.geq(lit(YEAR_UNTIL));
    Column recency = datediff(last, first);
    // Of an earlier silence and that at the end, the earlier one; nulls do not count.
    Column stopped = least(col(STOPPED), when(datediff(lit(asOf), last).geq(gap), recency));
    return customers
        .withColumn(CustomerSummary.REPEATS, col(CustomerSummary.PURCHASE_DAYS).minus(lit(1)))
        .withColumn(CustomerSummary.RECENCY_DAYS, recency)
        .withColumn(CustomerSummary.AGE_DAYS, days.plus(lit(midpoint ? 0.5 : 0.0)))
        .withColumn(
            CustomerSummary.REVENUE_PER_DAY_MEAN,
            when(
                col(CustomerSummary.REPEATS).gt(lit(0)),
                col(CustomerSummary.NET_REVENUE)
                    .minus(col(FIRST_NET))
                    .divide(lit(MinorUnits.PER_MAJOR))
                    .divide(col(CustomerSummary.REPEATS))))
        .withColumn(
            CustomerSummary.MARGIN_RATE,
            col(CustomerSummary.HIST_MARGIN)
                .divide(
                    col(CustomerSummary.NET_REVENUE)
                        .plus(col(CustomerSummary.ACQUISITION_DISCOUNT))))
        .withColumn(
            CustomerSummary.CASH_REVENUE,
            MinorUnits.toMoney(
                col(CustomerSummary.NET_REVENUE).minus(coalesce(col(CASH_ONLY), lit(0L)))))
        .withColumn(
            CustomerSummary.ACQUISITION_DISCOUNT,
            MinorUnits.toMoney(col(CustomerSummary.ACQUISITION_DISCOUNT)))
        .withColumn(
            CustomerSummary.ACQUISITION_MARGIN,
            col(CustomerSummary.ACQUISITION_MARGIN).divide(lit(MILLIONTHS)))
        .withColumn(
            CustomerSummary.NET_REVENUE, MinorUnits.toMoney(col(CustomerSummary.NET_REVENUE)))
        .withColumn(
            CustomerSummary.HIST_MARGIN, MinorUnits.toMoney(col(CustomerSummary.HIST_MARGIN)))
        .withColumn(
            CustomerSummary.FIRST_MARGIN, MinorUnits.toMoney(col(CustomerSummary.FIRST_MARGIN)))
        .withColumn(CustomerSummary.CHURNED, when(days.geq(gap), stopped.isNotNull()))
        .withColumn(
            CustomerSummary.SURVIVAL_DAYS, when(days.geq(gap), coalesce(stopped, days.minus(gap))))
        .withColumn(CustomerSummary.RETAINED_365_OPEN, when(isYearOld, recency.geq(YEAR_FROM)))
        .withColumn(
            CustomerSummary.RETAINED_365, when(isYearOld, col(CustomerSummary.RETAINED_365)));
  }
}
