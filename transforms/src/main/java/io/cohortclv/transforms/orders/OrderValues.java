package io.cohortclv.transforms.orders;

import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.array_sort;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.trunc;

import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Refunds;
import io.cohortclv.transforms.table.Table;
import java.math.BigDecimal;
import java.time.ZoneId;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Orders and their refunds to what each order was worth (metrics: "Money and CLV"). */
public final class OrderValues {
  private static final Column COUNTED_STATUS =
      not(col(Orders.STATUS).isin(Orders.CANCELLED, Orders.TEST, Orders.FRAUD))
          .and(not(col(Orders.IS_TEST)));

  private OrderValues() {}

  /**
   * One {@link OrderValue} row an order, its month first.
   *
   * <p>Refunds count on the order's date: they lower the order they belong to, whenever they were
   * made, and never below zero. An order counts as a purchase when it is not cancelled, a test or a
   * fraud and something of it is left: a fully refunded order is none.
   *
   * @param orders newest version of each order as of a date
   * @param refunds refunds as of the same date
   * @param items order items as of the same date, to find the orders of refunds that name none
   * @param zone the business zone, which decides the day of an order
   * @param marginRate margin as a fraction of net revenue, applied where costs are not known
   */
  public static Dataset<Row> valueAsOf(
      Dataset<Row> orders,
      Dataset<Row> refunds,
      Dataset<Row> items,
      ZoneId zone,
      double marginRate) {
    Dataset<Row> refunded =
        RefundLinks.linkToOrders(refunds, orders.filter(COUNTED_STATUS), items)
            .filter(col(Refunds.ORDER_ID).isNotNull())
            .groupBy(OrderValue.SOURCE_SYSTEM, OrderValue.ORDER_ID)
            .agg(
                sum(Refunds.AMOUNT).as(OrderValue.REFUNDED),
                array_join(array_sort(collect_set(RefundLinks.RULE)), "+")
                    .as(OrderValue.LINK_RULE));
    Column net = col(OrderValue.GROSS).minus(col(OrderValue.DISCOUNT));
    Dataset<Row> valued =
        orders
            .join(refunded, OrderValue.KEY.toArray(new String[0]), "left")
            .withColumn(
                OrderValue.ORDERED_ON,
                to_date(from_utc_timestamp(col(Orders.ORDER_TS), zone.getId())))
            .withColumn(Table.ORDER_MONTH, trunc(col(OrderValue.ORDERED_ON), "month"))
            .withColumn(OrderValue.GROSS, col(Orders.SUBTOTAL).cast(Table.PUBLISHED_MONEY))
            .withColumn(OrderValue.DISCOUNT, col(Orders.DISCOUNT).cast(Table.PUBLISHED_MONEY))
            .withColumn(
                OrderValue.REFUNDED,
                least(
                        coalesce(col(OrderValue.REFUNDED), lit(0)),
                        greatest(net, lit(0).cast(Table.PUBLISHED_MONEY)))
                    .cast(Table.PUBLISHED_MONEY))
            .withColumn(OrderValue.NET_REVENUE, net.minus(col(OrderValue.REFUNDED)))
            .withColumn(
                OrderValue.MARGIN,
                col(OrderValue.NET_REVENUE).multiply(lit(BigDecimal.valueOf(marginRate))))
            .withColumn(OrderValue.MARGIN_IS_ESTIMATED, lit(true))
            .withColumn(
                OrderValue.COUNTED, COUNTED_STATUS.and(col(OrderValue.NET_REVENUE).gt(lit(0))));
    return valued.select(
        Stream.concat(
                Stream.of(col(Table.ORDER_MONTH)),
                OrderValue.TABLE.fields().stream().map(f -> col(f.name()).cast(f.type())))
            .toArray(Column[]::new));
  }
}
