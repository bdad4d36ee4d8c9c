package io.cohortclv.transforms.orders;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.trunc;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.MinorUnits;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.RefundValue;
import io.cohortclv.transforms.table.Refunds;
import io.cohortclv.transforms.table.Table;
import java.time.ZoneId;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** Refunds to what they took back, by the date of their order and by their own. */
public final class RefundValues {
  private static final String OF_ORDER = "of_order_";
  private static final String RATE = "refund_rate";
  private static final String AMOUNT = "amount_at_order";
  private static final String BEFORE = "refunded_before";
  private static final String WORTH = "worth";

  private RefundValues() {}

  /**
   * One {@link RefundValue} row a refund, the month of its order first, or its own without order.
   *
   * <p>On the order-date basis a refund in the order's currency is worth what that was on the
   * order's day, so that a full refund leaves nothing; in another currency the rate of its own day
   * is taken. Refunds of an order lower it in the order of their time and together by no more than
   * it was worth.
   *
   * @param refunds refunds as of a date
   * @param orders orders as of the same date, from {@link OrderAmounts}
   * @param items order items as of the same date, to find the orders of refunds that name none
   * @param zone the business zone, which decides the day of a refund
   */
  public static Dataset<Row> valueAsOf(
      Dataset<Row> refunds,
      Dataset<Row> orders,
      Dataset<Row> items,
      ExchangeRates rates,
      ZoneId zone) {
    Column order = ofOrder(OrderValue.ORDER_ID);
    Column isSale = coalesce(ofOrder(OrderAmounts.IS_SALE), lit(true));
    Column net = col(WORTH);
    Column rate =
        when(
                col(Refunds.CURRENCY).equalTo(ofOrder(OrderValue.CURRENCY)),
                ofOrder(OrderValue.FX_RATE))
            .otherwise(col(RATE));
    Column ofOneOrder =
        sum(AMOUNT)
            .over(
                Window.partitionBy(
                        ofOrder(OrderValue.SOURCE_SYSTEM),
                        order,
                        // Refunds without order have nothing to do with each other.
                        when(order.isNull(), col(Refunds.REFUND_ID)))
                    .orderBy(Refunds.REFUND_TS, Refunds.REFUND_ID)
                    .rowsBetween(Window.unboundedPreceding(), -1));
    Column refundedOn = to_date(from_utc_timestamp(col(Refunds.REFUND_TS), zone.getId()));
    return RefundLinks.linkToOrders(refunds, orders.filter(col(OrderAmounts.IS_SALE)), items)
        .withColumn(RefundValue.REFUNDED_ON, refundedOn)
        .transform(
            rows -> rates.withRate(rows, col(Refunds.CURRENCY), col(RefundValue.REFUNDED_ON), RATE))
        .join(
            ofOrders(orders),
            col(RefundLinks.FOUND_SYSTEM)
                .equalTo(ofOrder(OrderValue.SOURCE_SYSTEM))
                .and(col(RefundLinks.FOUND_ORDER).equalTo(order)),
            "left")
        .withColumn(
            WORTH, greatest(ofOrder(OrderValue.GROSS).minus(ofOrder(OrderValue.DISCOUNT)), lit(0L)))
        .withColumn(AMOUNT, when(isSale, hundredths(rate)).otherwise(lit(0L)))
        .withColumn(BEFORE, coalesce(ofOneOrder, lit(0L)))
        .withColumn(
            RefundValue.REFUNDED,
            when(
                order.isNotNull().and(col(AMOUNT).isNotNull()),
                least(col(AMOUNT), greatest(net.minus(col(BEFORE)), lit(0L)))))
        .withColumn(
            RefundValue.IS_CAPPED, coalesce(col(AMOUNT).plus(col(BEFORE)).gt(net), lit(false)))
        .withColumn(
            RefundValue.CASH_REFUNDED,
            MinorUnits.toMoney(when(isSale, hundredths(col(RATE))).otherwise(lit(0L))))
        .withColumn(
            RefundValue.REFUNDED, MinorUnits.toMoney(coalesce(col(RefundValue.REFUNDED), lit(0L))))
        .withColumn(
            RefundValue.SET_ASIDE,
            when(
                col(RATE).isNull().or(order.isNotNull().and(rate.isNull())),
                rates.whyMissing(col(Refunds.CURRENCY))))
        .withColumn(
            RefundValue.CUSTOMER_ID,
            coalesce(ofOrder(OrderValue.CUSTOMER_ID), col(Refunds.CUSTOMER_ID)))
        .withColumn(RefundValue.ORDER_SYSTEM, col(RefundLinks.FOUND_SYSTEM))
        .withColumn(RefundValue.ORDER_ID, col(RefundLinks.FOUND_ORDER))
        .withColumn(RefundValue.LINK_RULE, col(RefundLinks.RULE))
        .withColumn(RefundValue.UNITS, RefundLinks.units())
        .withColumn(
            Table.ORDER_MONTH,
            trunc(coalesce(ofOrder(OrderValue.ORDERED_ON), col(RefundValue.REFUNDED_ON)), "month"))
        .transform(RefundValue.TABLE::conform);
  }

  private static Column hundredths(Column rate) {
    return rint(col(Refunds.AMOUNT)
            .cast("double")
            .multiply(rate)
            .multiply(lit(MinorUnits.PER_MAJOR)))
        .cast("long");
  }

  /** What refunds need of the orders, under names of its own. */
  private static Dataset<Row> ofOrders(Dataset<Row> orders) {
    return orders.select(
        List.of(
                OrderValue.SOURCE_SYSTEM,
                OrderValue.ORDER_ID,
                OrderValue.CUSTOMER_ID,
                OrderValue.ORDERED_ON,
                OrderValue.CURRENCY,
                OrderValue.FX_RATE,
                OrderValue.GROSS,
                OrderValue.DISCOUNT,
                OrderAmounts.IS_SALE)
            .stream()
            .map(c -> col(c).as(OF_ORDER + c))
            .toArray(Column[]::new));
  }

  private static Column ofOrder(String column) {
    return col(OF_ORDER + column);
  }
}
