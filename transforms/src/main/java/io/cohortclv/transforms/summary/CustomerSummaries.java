package io.cohortclv.transforms.summary;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.date_from_unix_date;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
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

/** Counted orders to one (x, t_x, T) and its money per customer. */
public final class CustomerSummaries {
  private static final String CASH_ONLY = "cash_only";
  private static final double MILLIONTHS = 1e6;

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
    double rate = TimeUnit.DAYS.continuousRate(discountRatePerYear);
    return CountedOrders.walk(
            orderValues, SummaryWalk.SUMMARY, new SummaryWalk(churnGaps, horizonDays, rate))
        .join(cashOnly(refundValues), new String[] {OrderValue.CUSTOMER_ID}, "left")
        .transform(customers -> withMeasures(customers, asOf, midpoint))
        .transform(CustomerSummary.TABLE::conform);
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
    Column gap = col(SummaryWalk.GAP);
    Column first = col(CustomerSummary.FIRST_ORDER_ON);
    Column last = col(CustomerSummary.LAST_ORDER_ON);
    int today = Math.toIntExact(asOf.toEpochDay());
    Column days = lit(today).minus(first);
    Column isYearOld = days.geq(lit(SummaryWalk.YEAR_UNTIL));
    Column recency = last.minus(first);
    // Of an earlier silence and that at the end, the earlier one; nulls do not count.
    Column stopped =
        least(col(SummaryWalk.STOPPED), when(lit(today).minus(last).geq(gap), recency));
    Column repeats = col(CustomerSummary.PURCHASE_DAYS).minus(lit(1));
    Column net = col(CustomerSummary.NET_REVENUE);
    Column margin = col(CustomerSummary.HIST_MARGIN);
    Column discount = col(CustomerSummary.ACQUISITION_DISCOUNT);
    return customers.select(
        col(CustomerSummary.CUSTOMER_ID),
        repeats.as(CustomerSummary.REPEATS),
        recency.as(CustomerSummary.RECENCY_DAYS),
        days.plus(lit(midpoint ? 0.5 : 0.0)).as(CustomerSummary.AGE_DAYS),
        col(CustomerSummary.PURCHASE_DAYS),
        when(
                repeats.gt(lit(0)),
                net.minus(col(SummaryWalk.FIRST_NET))
                    .divide(lit(MinorUnits.PER_MAJOR))
                    .divide(repeats))
            .as(CustomerSummary.REVENUE_PER_DAY_MEAN),
        MinorUnits.toMoney(net).as(CustomerSummary.NET_REVENUE),
        margin.divide(net.plus(discount)).as(CustomerSummary.MARGIN_RATE),
        MinorUnits.toMoney(discount).as(CustomerSummary.ACQUISITION_DISCOUNT),
        MinorUnits.toMoney(net.minus(coalesce(col(CASH_ONLY), lit(0L))))
            .as(CustomerSummary.CASH_REVENUE),
        MinorUnits.toMoney(col(CustomerSummary.FIRST_MARGIN)).as(CustomerSummary.FIRST_MARGIN),
        MinorUnits.toMoney(margin).as(CustomerSummary.HIST_MARGIN),
        col(CustomerSummary.ACQUISITION_MARGIN)
            .divide(lit(MILLIONTHS))
            .as(CustomerSummary.ACQUISITION_MARGIN),
        date_from_unix_date(first).as(CustomerSummary.FIRST_ORDER_ON),
        date_from_unix_date(last).as(CustomerSummary.LAST_ORDER_ON),
        col(CustomerSummary.FIRST_COUNTRY),
        col(CustomerSummary.FIRST_CATEGORY),
        col(CustomerSummary.FIRST_INCENTIVE),
        date_from_unix_date(col(CustomerSummary.SECOND_ORDER_ON))
            .as(CustomerSummary.SECOND_ORDER_ON),
        when(days.geq(gap), coalesce(stopped, days.minus(gap))).as(CustomerSummary.SURVIVAL_DAYS),
        when(days.geq(gap), stopped.isNotNull()).as(CustomerSummary.CHURNED),
        when(isYearOld, col(CustomerSummary.RETAINED_365)).as(CustomerSummary.RETAINED_365),
        when(isYearOld, recency.geq(SummaryWalk.YEAR_FROM)).as(CustomerSummary.RETAINED_365_OPEN));
  }
}
