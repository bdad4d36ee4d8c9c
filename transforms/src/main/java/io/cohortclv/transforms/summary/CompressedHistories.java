package io.cohortclv.transforms.summary;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Customer summaries to what a likelihood needs: distinct histories and how many share each. */
public final class CompressedHistories {
  /** Source type that acquired the customers of the row. */
  public static final String SEGMENT = CustomerAcquisition.SOURCE_TYPE;

  public static final String CUSTOMERS = "customers";

  private CompressedHistories() {}

  /**
   * The customers models are fitted on: those truly acquired within the log. A customer whose first
   * order lies before it is older than it seems and would bias every parameter.
   */
  public static Dataset<Row> fittable(Dataset<Row> summaries, Dataset<Row> acquisitions) {
    return summaries.join(
        CustomerAcquisition.principalOwners(
            acquisitions,
            SEGMENT,
            CustomerAcquisition.AFFILIATE_TYPE,
            CustomerAcquisition.AFFILIATE_ID,
            CustomerAcquisition.COHORT_MONTH),
        new String[] {CustomerSummary.CUSTOMER_ID});
  }

  /** One row a distinct (x, t_x, T). */
  public static Dataset<Row> ofPurchases(Dataset<Row> fittable) {
    return fittable
        .groupBy(CustomerSummary.REPEATS, CustomerSummary.RECENCY_DAYS, CustomerSummary.AGE_DAYS)
        .agg(count(lit(1)).as(CUSTOMERS));
  }

  /** One row a segment and distinct (x, mean), of customers who came back. */
  public static Dataset<Row> ofSpend(Dataset<Row> fittable) {
    return fittable
        .filter(col(CustomerSummary.REPEATS).gt(lit(0)))
        .groupBy(SEGMENT, CustomerSummary.REPEATS, CustomerSummary.REVENUE_PER_DAY_MEAN)
        .agg(count(lit(1)).as(CUSTOMERS));
  }

  /** One row a segment: its net revenue and the purchase days it came on. */
  public static Dataset<Row> ofRevenue(Dataset<Row> fittable) {
    return fittable
        .groupBy(SEGMENT)
        .agg(
            sum(CustomerSummary.NET_REVENUE).as(CustomerSummary.NET_REVENUE),
            sum(CustomerSummary.PURCHASE_DAYS).as(CustomerSummary.PURCHASE_DAYS));
  }
}
