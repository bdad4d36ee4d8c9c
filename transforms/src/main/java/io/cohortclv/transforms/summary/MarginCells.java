package io.cohortclv.transforms.summary;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import io.cohortclv.transforms.table.SegmentClv;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/** What revenue leaves as margin, by the source of the customer and the category it began with. */
public final class MarginCells {
  public static final String SOURCE = "cell_source";
  public static final String CATEGORY = "cell_category";
  public static final String CUSTOMERS = "customers";
  public static final String REVENUE = "revenue";
  public static final String MARGIN = "margin";
  public static final String REVENUE_SQUARED = "revenue_squared";
  public static final String REVENUE_TIMES_MARGIN = "revenue_times_margin";
  public static final String MARGIN_SQUARED = "margin_squared";

  /** Of a cell's rate, as it is given back. */
  public static final String RATE = "cell_rate";

  private static final DecimalType SQUARE = DataTypes.createDecimalType(28, 4);

  private MarginCells() {}

  /**
   * One row a source and first category: customers and the sums and products of their revenue and
   * margin, both before the discount that won them. Partials: sums of parts add up.
   *
   * @param summaries {@link CustomerSummary} rows
   * @param acquisitions {@link CustomerAcquisition} rows of the same run
   */
  public static Dataset<Row> addUp(Dataset<Row> summaries, Dataset<Row> acquisitions) {
    Column revenue =
        col(CustomerSummary.NET_REVENUE).plus(col(CustomerSummary.ACQUISITION_DISCOUNT));
    Column margin = col(CustomerSummary.HIST_MARGIN);
    return withCell(summaries, acquisitions)
        .groupBy(SOURCE, CATEGORY)
        .agg(
            count(lit(1)).as(CUSTOMERS),
            total(revenue, REVENUE),
            total(margin, MARGIN),
            total(revenue.multiply(revenue), REVENUE_SQUARED),
            total(revenue.multiply(margin), REVENUE_TIMES_MARGIN),
            total(margin.multiply(margin), MARGIN_SQUARED));
  }

  /** Decimals add up to the same in any order. */
  private static Column total(Column value, String as) {
    return sum(value.cast(SQUARE)).cast("double").as(as);
  }

  /**
   * The summaries with the rate of their cell in place of their own {@code margin_rate}.
   *
   * @param rates one row a cell: {@link #SOURCE}, {@link #CATEGORY}, {@link #RATE}
   */
  public static Dataset<Row> withExpectedRate(
      Dataset<Row> summaries, Dataset<Row> acquisitions, Dataset<Row> rates) {
    return withCell(summaries, acquisitions)
        .join(broadcast(rates), new String[] {SOURCE, CATEGORY})
        .withColumn(CustomerSummary.MARGIN_RATE, col(RATE))
        .drop(SOURCE, CATEGORY, RATE);
  }

  private static Dataset<Row> withCell(Dataset<Row> summaries, Dataset<Row> acquisitions) {
    Dataset<Row> owners =
        CustomerAcquisition.principalOwners(acquisitions, CustomerAcquisition.SOURCE_TYPE);
    return summaries
        .join(owners, new String[] {CustomerSummary.CUSTOMER_ID}, "left")
        .withColumn(
            SOURCE, coalesce(col(CustomerAcquisition.SOURCE_TYPE), lit(ModelRegistry.POOLED)))
        .withColumn(
            CATEGORY, coalesce(col(CustomerSummary.FIRST_CATEGORY), lit(SegmentClv.UNKNOWN)))
        .drop(CustomerAcquisition.SOURCE_TYPE);
  }
}
