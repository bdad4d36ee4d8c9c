package io.cohortclv.transforms.summary;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.unix_micros;

import io.cohortclv.transforms.table.CustomerWalk;
import io.cohortclv.transforms.table.MinorUnits;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Step;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/** Each customer's counted orders by day, as walked through; money in minor units. */
final class CountedOrders {
  private static final int AT = 2;
  private static final int COUNTRY = 3;
  private static final int CATEGORY = 4;
  private static final int INCENTIVE = 5;
  static final int NET = 6;
  static final int MARGIN = 7;

  /** Null where there was none. */
  static final int ACQUISITION_DISCOUNT = 8;

  private CountedOrders() {}

  /**
   * The rows a plan makes of every customer.
   *
   * @param orderValues {@link OrderValue} rows as of a date
   */
  static Dataset<Row> walk(Dataset<Row> orderValues, StructType made, CustomerWalk.Plan plan) {
    Column customer = col(OrderValue.CUSTOMER_ID);
    return orderValues
        .filter(col(OrderValue.COUNTED).and(customer.isNotNull()))
        .select(
            customer,
            unix_date(col(OrderValue.ORDERED_ON)),
            unix_micros(col(OrderValue.ORDER_TS)),
            col(OrderValue.COUNTRY),
            col(OrderValue.CATEGORY),
            col(OrderValue.INCENTIVE),
            MinorUnits.of(col(OrderValue.NET_REVENUE)),
            MinorUnits.of(col(OrderValue.MARGIN)),
            MinorUnits.of(col(OrderValue.ACQUISITION_DISCOUNT)))
        .transform(orders -> CustomerWalk.through(List.of(orders)).make(made, plan));
  }

  /**
   * What a customer began with.
   *
   * @param at when the order was placed, microseconds since 1970
   */
  record First(long at, String country, String category, String incentive) {
    private static final Comparator<String> TEXT = Comparator.nullsFirst(Comparator.naturalOrder());

    /** Of orders of one moment the choice must not depend on the order of rows. */
    private static final Comparator<First> EARLIER =
        Comparator.comparingLong(First::at)
            .thenComparing(First::country, TEXT)
            .thenComparing(First::category, TEXT)
            .thenComparing(First::incentive, TEXT);

    /** The earlier of one known, or null, and a row. */
    static First earlier(First first, Step order) {
      long at = order.getLong(AT);
      if (first != null && first.at < at) {
        return first;
      }
      First other =
          new First(
              at, order.getString(COUNTRY), order.getString(CATEGORY), order.getString(INCENTIVE));
      return first == null || EARLIER.compare(other, first) < 0 ? other : first;
    }
  }
}
