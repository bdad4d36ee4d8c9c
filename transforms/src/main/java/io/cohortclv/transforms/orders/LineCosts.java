package io.cohortclv.transforms.orders;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Products;
import io.cohortclv.transforms.table.RefundValue;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What the goods of each order cost, as far as the lines and the products tell. */
final class LineCosts {
  /** Cost of the goods that are known, less what was restocked; millionths. */
  static final String KNOWN = "known_cost";

  /** Cost of the other goods by their margin rates, before refunds; millionths. */
  static final String ESTIMATED = "estimated_cost";

  /** Net of all lines before refunds of the order; millionths. */
  static final String NET = "lines_net";

  /** Whether the cost of any line is not known. */
  static final String HAS_ESTIMATE = "has_estimate";

  /** Millionths of the reporting currency: lines round to nothing anybody sees. */
  static final double MILLIONTHS = 1e6;

  private static final String VERSIONS = "versions";
  private static final String PRODUCT = "product";
  private static final String PRODUCT_RATE = "product_rate";
  private static final String CATEGORY_RATE = "category_rate";
  private static final String RESTOCKED = "restocked_units";
  private static final String[] KEY = OrderValue.KEY.toArray(new String[0]);

  private LineCosts() {}

  /**
   * One row an order with lines: {@link #KNOWN}, {@link #ESTIMATED}, {@link #NET}, {@link
   * #HAS_ESTIMATE} and the category most of its net is of. Gift cards are no lines.
   *
   * <p>A line costs what it says; else what the product cost when it was ordered; else the share
   * that the product's margin rate leaves, or the mean rate of its category's products, or {@code
   * defaultRate}.
   *
   * @param items order items as of a date
   * @param orders the orders, from {@link OrderAmounts}
   * @param products versions of products
   * @param refundValues what was given back, {@link RefundValue} rows
   */
  static Dataset<Row> ofOrders(
      Dataset<Row> items,
      Dataset<Row> orders,
      Dataset<Row> products,
      Dataset<Row> refundValues,
      ExchangeRates rates,
      double defaultRate) {
    Column quantity = col(OrderItems.QUANTITY);
    Column net =
        millionths(
            quantity.multiply(col(OrderItems.UNIT_PRICE)).minus(col(OrderItems.DISCOUNT)),
            col(OrderValue.FX_RATE));
    Column ofLine = millionths(col(OrderItems.COGS), col(OrderValue.FX_RATE));
    Column ofProduct = millionths(product(Products.COGS).multiply(quantity), col(PRODUCT_RATE));
    Column known = coalesce(ofLine, ofProduct);
    Column rate = coalesce(product(Products.MARGIN_RATE), lit(defaultRate));
    Column estimated = when(known.isNull(), rint(net.multiply(lit(1.0).minus(rate))).cast("long"));
    String[] line = {KEY[0], KEY[1], OrderItems.PRODUCT_ID};
    return items
        .filter(not(coalesce(col(OrderItems.IS_GIFT_CARD), lit(false))))
        .join(
            orders.select(
                col(KEY[0]),
                col(KEY[1]),
                col(Orders.ORDER_TS),
                col(OrderValue.ORDERED_ON),
                col(OrderValue.FX_RATE)),
            KEY)
        .join(
            versions(products),
            new String[] {CleanColumns.SOURCE_SYSTEM, Products.PRODUCT_ID},
            "left")
        .withColumn(PRODUCT, at(col(Orders.ORDER_TS)))
        .transform(
            rows ->
                rates.withRate(
                    rows, product(Products.CURRENCY), col(OrderValue.ORDERED_ON), PRODUCT_RATE))
        .groupBy(line[0], line[1], line[2])
        .agg(
            sum(quantity).as(OrderItems.QUANTITY),
            sum(net).as(NET),
            sum(known).as(KNOWN),
            sum(estimated).as(ESTIMATED),
            max(known.isNull()).as(HAS_ESTIMATE),
            max(product(Products.CATEGORY)).as(Products.CATEGORY))
        .join(restocked(refundValues), line, "left")
        .groupBy(KEY[0], KEY[1])
        .agg(
            sum(NET).as(NET),
            sum(rint(col(KNOWN).multiply(keptShare())).cast("long")).as(KNOWN),
            sum(ESTIMATED).as(ESTIMATED),
            max(HAS_ESTIMATE).as(HAS_ESTIMATE),
            max_by(
                    col(Products.CATEGORY),
                    when(
                        col(Products.CATEGORY).isNotNull(),
                        struct(col(NET), col(Products.CATEGORY))))
                .as(OrderValue.CATEGORY));
  }

  private static Column millionths(Column amount, Column rate) {
    return rint(amount.cast("double").multiply(rate).multiply(lit(MILLIONTHS))).cast("long");
  }

  /** Share of a product's units in an order that did not come back to stock. */
  private static Column keptShare() {
    Column units = col(OrderItems.QUANTITY);
    return when(
            units.gt(lit(0)),
            lit(1.0).minus(least(coalesce(col(RESTOCKED), lit(0L)), units).divide(units)))
        .otherwise(lit(1.0));
  }

  private static Dataset<Row> restocked(Dataset<Row> refundValues) {
    return refundValues
        .filter(
            col(RefundValue.RESTOCKED)
                .and(col(RefundValue.ORDER_ID).isNotNull())
                .and(col(RefundValue.PRODUCT_ID).isNotNull()))
        .groupBy(
            col(RefundValue.ORDER_SYSTEM).as(KEY[0]),
            col(RefundValue.ORDER_ID).as(KEY[1]),
            col(RefundValue.PRODUCT_ID).as(OrderItems.PRODUCT_ID))
        .agg(sum(RefundValue.UNITS).as(RESTOCKED));
  }

  /**
   * One row a product with its versions, the newest first, each with a margin rate if any is known.
   */
  private static Dataset<Row> versions(Dataset<Row> products) {
    Column ownRate =
        coalesce(
            col(Products.MARGIN_RATE),
            when(
                col(Products.LIST_PRICE).gt(lit(0)),
                lit(1.0)
                    .minus(
                        col(Products.COGS)
                            .cast("double")
                            .divide(col(Products.LIST_PRICE).cast("double")))));
    Dataset<Row> categories =
        products
            .groupBy(Products.CATEGORY)
            // Decimals have the same mean in any order.
            .agg(avg(ownRate.cast("decimal(18,8)")).cast("double").as(CATEGORY_RATE));
    return products
        .join(categories, new String[] {Products.CATEGORY}, "left")
        .groupBy(CleanColumns.SOURCE_SYSTEM, Products.PRODUCT_ID)
        .agg(
            sort_array(
                    collect_list(
                        struct(
                            col(Products.VALID_FROM),
                            col(Products.CATEGORY),
                            col(Products.COGS),
                            coalesce(col(Products.MARGIN_RATE), col(CATEGORY_RATE))
                                .as(Products.MARGIN_RATE),
                            col(Products.CURRENCY))),
                    false)
                .as(VERSIONS));
  }

  /** The version begun last by that time; before the first, the first. */
  private static Column at(Column time) {
    Column begun = filter(col(VERSIONS), v -> v.getField(Products.VALID_FROM).leq(time));
    return coalesce(get(begun, lit(0)), element_at(col(VERSIONS), lit(-1)));
  }

  private static Column product(String column) {
    return col(PRODUCT).getField(column);
  }
}
