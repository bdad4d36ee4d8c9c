package io.cohortclv.transforms.orders;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_date;

import io.cohortclv.transforms.table.MinorUnits;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Orders;
import java.time.ZoneId;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Orders with what was sold in them, in whole hundredths of the reporting currency. */
public final class OrderAmounts {
  /** Whether the order is a sale: no test or fraud, not cancelled, and an order. */
  static final String IS_SALE = "is_sale";

  private static final String GIFT_CARDS = "gift_cards";
  private static final String GIFT_CARD_DISCOUNT = "gift_card_discount";
  private static final String[] KEY = OrderValue.KEY.toArray(new String[0]);

  private OrderAmounts() {}

  /**
   * Adds {@code ordered_on}, {@code fx_rate}, {@code gross}, {@code discount} and {@link #IS_SALE}
   * to each order. Gift cards sold are neither gross nor discount: they earn when they are
   * redeemed, and there they are a means of payment. Without a rate the amounts are null.
   *
   * @param orders newest version of each order as of a date
   * @param items order items as of the same date; may be empty
   * @param zone the business zone, which decides the day of an order
   */
  public static Dataset<Row> of(
      Dataset<Row> orders, Dataset<Row> items, ExchangeRates rates, ZoneId zone) {
    Dataset<Row> giftCards =
        items
            .filter(col(OrderItems.IS_GIFT_CARD))
            .groupBy(KEY[0], KEY[1])
            .agg(
                sum(col(OrderItems.UNIT_PRICE).multiply(col(OrderItems.QUANTITY))).as(GIFT_CARDS),
                sum(OrderItems.DISCOUNT).as(GIFT_CARD_DISCOUNT));
    return orders
        .withColumn(
            OrderValue.ORDERED_ON, to_date(from_utc_timestamp(col(Orders.ORDER_TS), zone.getId())))
        .transform(
            rows ->
                rates.withRate(
                    rows, col(Orders.CURRENCY), col(OrderValue.ORDERED_ON), OrderValue.FX_RATE))
        .join(giftCards, KEY, "left")
        .withColumn(OrderValue.GROSS, converted(without(Orders.SUBTOTAL, GIFT_CARDS)))
        .withColumn(OrderValue.DISCOUNT, converted(without(Orders.DISCOUNT, GIFT_CARD_DISCOUNT)))
        .withColumn(
            IS_SALE,
            not(col(Orders.STATUS).isin(Orders.CANCELLED, Orders.TEST, Orders.FRAUD))
                .and(not(coalesce(col(Orders.IS_TEST), lit(false))))
                .and(
                    coalesce(col(Orders.CONVERSION_TYPE), lit(Orders.ORDER)).equalTo(Orders.ORDER)))
        .drop(GIFT_CARDS, GIFT_CARD_DISCOUNT);
  }

  private static Column without(String amount, String ofGiftCards) {
    return greatest(col(amount).minus(coalesce(col(ofGiftCards), lit(0))).cast("double"), lit(0.0));
  }

  /** An amount of the order's currency in hundredths of the reporting one. */
  static Column converted(Column amount) {
    return rint(amount
            .cast("double")
            .multiply(col(OrderValue.FX_RATE))
            .multiply(lit(MinorUnits.PER_MAJOR)))
        .cast("long");
  }
}
