package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.col;

import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Refunds;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Lines and refunds whose order is not known yet; they may come before it. */
public final class Orphans {
  private static final List<Contract> OF_ORDERS = List.of(OrderItems.CONTRACT, Refunds.CONTRACT);

  private Orphans() {}

  /** Whether rows of the contract belong to orders. */
  public static boolean mayBe(Contract contract) {
    return OF_ORDERS.contains(contract);
  }

  /**
   * The rows that name an order of their system that no accepted row of {@code orders} is of.
   *
   * @param orders any rows of the orders' clean table
   */
  public static Dataset<Row> of(Dataset<Row> rows, Dataset<Row> orders) {
    Dataset<Row> known = orders.select(CleanColumns.SOURCE_SYSTEM, Orders.ORDER_ID).distinct();
    return rows.filter(col(Orders.ORDER_ID).isNotNull())
        .join(known, new String[] {CleanColumns.SOURCE_SYSTEM, Orders.ORDER_ID}, "left_anti");
  }
}
