package io.cohortclv.transforms.summary;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.SpendHistories;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;
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

  /** Rows of {@link #ofPurchases}, or others with their columns, as one table. */
  public static Histories toHistories(Iterator<Row> compressed) {
    Histories.Builder histories = Histories.builder();
    while (compressed.hasNext()) {
      Row row = compressed.next();
      histories.add(
          Math.toIntExact(row.getAs(CustomerSummary.REPEATS)),
          row.<Double>getAs(CustomerSummary.RECENCY_DAYS),
          row.<Double>getAs(CustomerSummary.AGE_DAYS),
          row.<Long>getAs(CUSTOMERS));
    }
    return histories.build();
  }

  /** One row a segment and distinct (x, mean), of customers who came back. */
  public static Dataset<Row> ofSpend(Dataset<Row> fittable) {
    return fittable
        .filter(col(CustomerSummary.REPEATS).gt(lit(0)))
        .groupBy(SEGMENT, CustomerSummary.REPEATS, CustomerSummary.REVENUE_PER_DAY_MEAN)
        .agg(count(lit(1)).as(CUSTOMERS));
  }

  /** Rows of {@link #ofSpend} as one table a segment. */
  public static Map<String, SpendHistories> toSpendHistories(Iterator<Row> compressed) {
    Map<String, SpendHistories.Builder> bySegment = new TreeMap<>();
    while (compressed.hasNext()) {
      Row row = compressed.next();
      bySegment
          .computeIfAbsent(row.getAs(SEGMENT), segment -> SpendHistories.builder())
          .add(
              row.<Long>getAs(CustomerSummary.REPEATS),
              row.<Double>getAs(CustomerSummary.REVENUE_PER_DAY_MEAN),
              row.<Long>getAs(CUSTOMERS));
    }
    Map<String, SpendHistories> tables = new TreeMap<>();
    bySegment.forEach((segment, builder) -> tables.put(segment, builder.build()));
    return tables;
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
