package io.cohortclv.transforms.orders;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.negate;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Refunds;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Finds the order that a refund takes money back from. A refund that names its order or line keeps
 * it. One that names only the customer and the product goes to the customer's latest earlier order
 * of that product with enough units left, refunds in the order of their time; one that finds none
 * lowers no order.
 */
public final class RefundLinks {
  public static final String BY_ORDER = "order_id";
  public static final String BY_PRODUCT = "product";

  /** No order found: the refund lowers the customer's cash-basis value only. */
  public static final String BY_CUSTOMER = "customer";

  public static final String RULE = "refund_link_rule";
  public static final String FOUND_SYSTEM = "found_system";
  public static final String FOUND_ORDER = "found_order";

  private static final String SALES = "sales";
  private static final String RETURNS = "returns";
  private static final String ORDER_OF_LINE = "order_of_line";
  private static final String PRODUCT_OF_LINE = "product_of_line";
  private static final String[] REFUND = {CleanColumns.SOURCE_SYSTEM, Refunds.REFUND_ID};

  private RefundLinks() {}

  /**
   * Adds the order each refund belongs to, {@link #FOUND_SYSTEM} and {@link #FOUND_ORDER}, null
   * when none is found, and how it was found, {@link #RULE}; fills in the order and the product of
   * refunds that name a line. One row in, one row out.
   *
   * @param refunds refunds as of a date
   * @param orders orders as of the same date that may be refunded: none that were never paid for
   * @param items order items as of the same date; may be empty
   */
  public static Dataset<Row> linkToOrders(
      Dataset<Row> refunds, Dataset<Row> orders, Dataset<Row> items) {
    Dataset<Row> named = withLine(refunds, items);
    Dataset<Row> found = matchByProduct(named, orders, items);
    Column isNamed = col(Refunds.ORDER_ID).isNotNull();
    return named
        .join(found, REFUND, "left")
        .withColumn(
            RULE,
            when(isNamed, BY_ORDER)
                .when(col(FOUND_ORDER).isNotNull(), BY_PRODUCT)
                .otherwise(BY_CUSTOMER))
        .withColumn(
            FOUND_SYSTEM,
            when(isNamed, col(CleanColumns.SOURCE_SYSTEM)).otherwise(col(FOUND_SYSTEM)))
        .withColumn(FOUND_ORDER, coalesce(col(Refunds.ORDER_ID), col(FOUND_ORDER)));
  }

  private static Dataset<Row> withLine(Dataset<Row> refunds, Dataset<Row> items) {
    String[] line = {CleanColumns.SOURCE_SYSTEM, Refunds.ORDER_ITEM_ID};
    Dataset<Row> lines =
        items
            .join(refunds.select(line[0], line[1]), line, "left_semi")
            .select(
                col(line[0]),
                col(line[1]),
                col(OrderItems.ORDER_ID).as(ORDER_OF_LINE),
                col(OrderItems.PRODUCT_ID).as(PRODUCT_OF_LINE));
    return refunds
        .join(lines, line, "left")
        .withColumn(Refunds.ORDER_ID, coalesce(col(Refunds.ORDER_ID), col(ORDER_OF_LINE)))
        .withColumn(Refunds.PRODUCT_ID, coalesce(col(Refunds.PRODUCT_ID), col(PRODUCT_OF_LINE)))
        .drop(ORDER_OF_LINE, PRODUCT_OF_LINE);
  }

  /** Units given back; a refund that does not say speaks of one. */
  static Column units() {
    return coalesce(col(Refunds.QUANTITY), lit(1L));
  }

  private static Dataset<Row> matchByProduct(
      Dataset<Row> refunds, Dataset<Row> orders, Dataset<Row> items) {
    String[] pair = {Orders.CUSTOMER_ID, OrderItems.PRODUCT_ID};
    Dataset<Row> returns =
        refunds
            .filter(
                col(Refunds.ORDER_ID)
                    .isNull()
                    .and(col(Refunds.CUSTOMER_ID).isNotNull())
                    .and(col(Refunds.PRODUCT_ID).isNotNull()))
            .groupBy(Refunds.CUSTOMER_ID, Refunds.PRODUCT_ID)
            .agg(
                sort_array(
                        collect_list(
                            struct(
                                col(Refunds.REFUND_TS),
                                col(Refunds.REFUND_ID),
                                col(CleanColumns.SOURCE_SYSTEM),
                                units().as(Refunds.QUANTITY))))
                    .as(RETURNS));
    Dataset<Row> sales =
        orders
            .filter(col(Orders.CUSTOMER_ID).isNotNull())
            .select(
                CleanColumns.SOURCE_SYSTEM, Orders.ORDER_ID, Orders.CUSTOMER_ID, Orders.ORDER_TS)
            .join(
                unitsLeft(refunds, items),
                new String[] {CleanColumns.SOURCE_SYSTEM, Orders.ORDER_ID})
            .join(returns.select(pair[0], pair[1]), pair, "left_semi")
            .groupBy(
                col(pair[0]),
                col(pair[1]),
                col(Orders.ORDER_TS),
                col(Orders.ORDER_ID),
                col(CleanColumns.SOURCE_SYSTEM))
            .agg(sum(OrderItems.QUANTITY).as(OrderItems.QUANTITY))
            .groupBy(pair[0], pair[1])
            .agg(
                sort_array(
                        collect_list(
                            struct(
                                col(Orders.ORDER_TS),
                                col(Orders.ORDER_ID),
                                col(CleanColumns.SOURCE_SYSTEM),
                                col(OrderItems.QUANTITY))))
                    .as(SALES));
    return returns.join(sales, pair).select(inline(MATCH.apply(col(SALES), col(RETURNS))));
  }

  /** Units sold, and as negative ones those that refunds naming their order have taken back. */
  private static Dataset<Row> unitsLeft(Dataset<Row> refunds, Dataset<Row> items) {
    Dataset<Row> sold =
        items.select(
            CleanColumns.SOURCE_SYSTEM,
            OrderItems.ORDER_ID,
            OrderItems.PRODUCT_ID,
            OrderItems.QUANTITY);
    return sold.union(
        refunds
            .filter(col(Refunds.ORDER_ID).isNotNull().and(col(Refunds.PRODUCT_ID).isNotNull()))
            .select(
                col(CleanColumns.SOURCE_SYSTEM),
                col(Refunds.ORDER_ID),
                col(Refunds.PRODUCT_ID),
                negate(units())));
  }

  private static final StructType LINK =
      new StructType()
          .add(CleanColumns.SOURCE_SYSTEM, DataTypes.StringType)
          .add(Refunds.REFUND_ID, DataTypes.StringType)
          .add(FOUND_SYSTEM, DataTypes.StringType)
          .add(FOUND_ORDER, DataTypes.StringType);

  private static final UserDefinedFunction MATCH =
      udf(
          (UDF2<Seq<Row>, Seq<Row>, List<Row>>) RefundLinks::match,
          DataTypes.createArrayType(LINK));

  /** Each refund in time order takes units from the latest earlier sale that has enough left. */
  private static List<Row> match(Seq<Row> sales, Seq<Row> returns) {
    List<Row> sold = CollectionConverters.asJava(sales);
    long[] left = new long[sold.size()];
    for (int i = 0; i < left.length; i++) {
      left[i] = sold.get(i).getLong(3);
    }
    List<Row> links = new ArrayList<>();
    for (Row back : CollectionConverters.asJava(returns)) {
      Timestamp at = back.getTimestamp(0);
      long quantity = back.getLong(3);
      for (int i = left.length - 1; i >= 0; i--) {
        if (!sold.get(i).getTimestamp(0).after(at) && left[i] >= quantity) {
          left[i] -= quantity;
          links.add(
              RowFactory.create(
                  back.getString(2),
                  back.getString(1),
                  sold.get(i).getString(2),
                  sold.get(i).getString(1)));
          break;
        }
      }
    }
    return links;
  }
}
