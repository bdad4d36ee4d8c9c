package io.cohortclv.transforms.summary;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lag;

import io.cohortclv.transforms.table.OrderValue;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** How long customers are silent between two purchases. */
public final class PurchaseGaps {
  public static final String CHURN_GAP_DAYS = "churn_gap_days";
  private static final String GAP = "gap";

  private PurchaseGaps() {}

  /**
   * One row: the shortest gap in days that the given share of all gaps between consecutive purchase
   * days does not exceed; null when nobody came back.
   *
   * @param orderValues {@link OrderValue} rows as of a date
   * @param quantile that share, between 0 and 1
   */
  public static Dataset<Row> quantile(Dataset<Row> orderValues, double quantile) {
    return orderValues
        .filter(col(OrderValue.COUNTED).and(col(OrderValue.CUSTOMER_ID).isNotNull()))
        .select(
            datediff(
                    col(OrderValue.ORDERED_ON),
                    lag(col(OrderValue.ORDERED_ON), 1)
                        .over(
                            Window.partitionBy(OrderValue.CUSTOMER_ID)
                                .orderBy(OrderValue.ORDERED_ON)))
                .as(GAP))
        // Orders of one day are one purchase.
        .filter(col(GAP).gt(0))
        .agg(
            expr(String.format(
                    Locale.ROOT, "percentile_disc(%s) WITHIN GROUP (ORDER BY %s)", quantile, GAP))
                .cast("int")
                .as(CHURN_GAP_DAYS));
  }
}
