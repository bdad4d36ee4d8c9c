package io.cohortclv.transforms.orders;

import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.array_sort;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.trunc;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.MinorUnits;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.RefundValue;
import io.cohortclv.transforms.table.Table;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Orders, their refunds and their costs to what each order was worth (metrics: "Money and CLV").
 * Inside, money is whole hundredths of the reporting currency.
 */
public final class OrderValues {
  private static final String FIRST = "first_order";
  private static final String IS_FIRST = "is_first";
  private static final String[] KEY = OrderValue.KEY.toArray(new String[0]);

  private OrderValues() {}

  /**
   * One {@link OrderValue} row an order, its month first.
   *
   * <p>Refunds count on the order's date: they lower the order they belong to, whenever they were
   * made, and never below zero. An order counts as a purchase when it is not cancelled, a test or a
   * fraud and something of it is left: a fully refunded order is none. What was given to win the
   * customer, the discount of a code on the first counted order, is a cost of acquisition and of
   * nothing else: margin adds it back.
   *
   * @param orders orders as of a date, from {@link OrderAmounts}
   * @param refundValues {@link RefundValue} rows as of the same date
   * @param items order items as of the same date; may be empty, like products
   * @param products versions of products
   * @param defaultRate margin before payment and fulfilment as a fraction of net revenue, where
   *     neither costs nor a rate of the product are known
   * @param historyCompleteFrom first orders before it won nobody: they are not known to be first
   */
  public static Dataset<Row> valueAsOf(
      Dataset<Row> orders,
      Dataset<Row> refundValues,
      Dataset<Row> items,
      Dataset<Row> products,
      ExchangeRates rates,
      double defaultRate,
      Optional<LocalDate> historyCompleteFrom) {
    Dataset<Row> kept = lessRefunds(orders, refundValues);
    Dataset<Row> costs =
        LineCosts.ofOrders(items, orders, products, refundValues, rates, defaultRate);
    Column net = col(OrderValue.NET_REVENUE);
    Column wonOn = col(OrderValue.ORDERED_ON);
    Column won =
        col(IS_FIRST).and(historyCompleteFrom.map(d -> wonOn.geq(lit(d))).orElse(lit(true)));
    return kept.join(firstsWithIncentive(orders, kept), KEY, "left")
        .join(costs, KEY, "left")
        .withColumn(
            OrderValue.ACQUISITION_DISCOUNT,
            when(
                    won,
                    // Of a part refund the discount shrinks with what is left.
                    rint(col(OrderValue.DISCOUNT)
                            .multiply(net)
                            .divide(col(OrderValue.GROSS).minus(col(OrderValue.DISCOUNT))))
                        .cast("long"))
                .otherwise(when(net.isNotNull(), lit(0L))))
        .withColumn(
            OrderValue.COGS,
            costOfGoods(net.plus(col(OrderValue.ACQUISITION_DISCOUNT)), defaultRate))
        .withColumn(OrderValue.PAYMENT_FEE, cost(Orders.PAYMENT_FEE))
        .withColumn(OrderValue.FULFILMENT_COST, cost(Orders.FULFILMENT_COST))
        .withColumn(
            OrderValue.MARGIN,
            net.plus(col(OrderValue.ACQUISITION_DISCOUNT))
                .minus(col(OrderValue.COGS))
                .minus(col(OrderValue.PAYMENT_FEE))
                .minus(col(OrderValue.FULFILMENT_COST)))
        .withColumn(
            OrderValue.MARGIN_IS_ESTIMATED, coalesce(col(LineCosts.HAS_ESTIMATE), lit(true)))
        .withColumn(
            OrderValue.SET_ASIDE,
            when(col(OrderValue.FX_RATE).isNull(), rates.whyMissing(col(Orders.CURRENCY))))
        .withColumn(Table.ORDER_MONTH, trunc(col(OrderValue.ORDERED_ON), "month"))
        .transform(OrderValues::inMajorUnits)
        .transform(OrderValue.TABLE::conform);
  }

  private static Dataset<Row> lessRefunds(Dataset<Row> orders, Dataset<Row> refundValues) {
    Dataset<Row> refunded =
        refundValues
            .filter(col(RefundValue.ORDER_ID).isNotNull())
            .groupBy(col(RefundValue.ORDER_SYSTEM).as(KEY[0]), col(RefundValue.ORDER_ID).as(KEY[1]))
            .agg(
                sum(MinorUnits.of(col(RefundValue.REFUNDED))).as(OrderValue.REFUNDED),
                array_join(array_sort(collect_set(RefundValue.LINK_RULE)), "+")
                    .as(OrderValue.LINK_RULE));
    Column net = col(OrderValue.NET_REVENUE);
    return orders
        .join(refunded, KEY, "left")
        .withColumn(
            OrderValue.REFUNDED,
            when(col(OrderValue.FX_RATE).isNotNull(), coalesce(col(OrderValue.REFUNDED), lit(0L))))
        .withColumn(
            OrderValue.NET_REVENUE,
            col(OrderValue.GROSS).minus(col(OrderValue.DISCOUNT)).minus(col(OrderValue.REFUNDED)))
        .withColumn(
            OrderValue.COUNTED, col(OrderAmounts.IS_SALE).and(coalesce(net.gt(lit(0)), lit(false))))
        .withColumn(OrderValue.INCENTIVE, incentive());
  }

  private static Column incentive() {
    return when(col(Orders.REFERRAL_CODE).isNotNull(), OrderValue.REFERRAL)
        .when(size(col(Orders.COUPON_CODES)).gt(lit(0)), OrderValue.COUPON);
  }

  /**
   * Keys of orders that are their customer's first counted one and redeemed a code at a discount.
   */
  private static Dataset<Row> firstsWithIncentive(Dataset<Row> orders, Dataset<Row> kept) {
    Dataset<Row> redeemers =
        orders
            .filter(
                incentive()
                    .isNotNull()
                    .and(col(Orders.CUSTOMER_ID).isNotNull())
                    .and(col(OrderValue.DISCOUNT).gt(lit(0))))
            .select(Orders.CUSTOMER_ID)
            .distinct();
    Column order =
        struct(
            col(Orders.ORDER_TS),
            col(KEY[0]),
            col(KEY[1]),
            col(OrderValue.INCENTIVE).isNotNull().as(IS_FIRST));
    return kept.filter(col(OrderValue.COUNTED))
        .select(col(Orders.CUSTOMER_ID), order.as(FIRST))
        .join(redeemers, new String[] {Orders.CUSTOMER_ID}, "left_semi")
        .groupBy(Orders.CUSTOMER_ID)
        .agg(min(FIRST).as(FIRST))
        .select(
            col(FIRST).getField(KEY[0]).as(KEY[0]),
            col(FIRST).getField(KEY[1]).as(KEY[1]),
            col(FIRST).getField(IS_FIRST).as(IS_FIRST));
  }

  /**
   * Known costs, and of the rest of the lines the share their rates leave of what is kept, before
   * the discount that won the customer: the goods cost no less for it.
   */
  private static Column costOfGoods(Column sold, double defaultRate) {
    double perMinorUnit = LineCosts.MILLIONTHS / MinorUnits.PER_MAJOR;
    Column ofLines =
        coalesce(col(LineCosts.KNOWN), lit(0L))
            .divide(lit(perMinorUnit))
            .plus(
                when(
                        col(LineCosts.NET).gt(lit(0)),
                        coalesce(col(LineCosts.ESTIMATED), lit(0L))
                            .divide(col(LineCosts.NET))
                            .multiply(sold))
                    .otherwise(lit(0.0)));
    return rint(when(col(LineCosts.NET).isNotNull(), ofLines)
            .otherwise(sold.multiply(lit(1 - defaultRate))))
        .cast("long");
  }

  private static Column cost(String column) {
    return OrderAmounts.converted(coalesce(col(column), lit(0)));
  }

  private static Dataset<Row> inMajorUnits(Dataset<Row> orders) {
    Dataset<Row> converted = orders;
    for (String money :
        List.of(
            OrderValue.GROSS,
            OrderValue.DISCOUNT,
            OrderValue.ACQUISITION_DISCOUNT,
            OrderValue.REFUNDED,
            OrderValue.NET_REVENUE,
            OrderValue.COGS,
            OrderValue.PAYMENT_FEE,
            OrderValue.FULFILMENT_COST,
            OrderValue.MARGIN)) {
      converted = converted.withColumn(money, MinorUnits.toMoney(col(money)));
    }
    return converted;
  }
}
