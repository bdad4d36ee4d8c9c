package io.cohortclv.transforms.economics;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.SegmentClv;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/** Customers' values added up by what they had in common when they came. */
public final class SegmentValues {
  /** Sums of shares times money: the same in any order. */
  private static final DecimalType EXACT = DataTypes.createDecimalType(28, 10);

  private static final String SHARE = "share";
  private static final List<String> MONEY =
      List.of(
          CustomerClv.HIST_MARGIN,
          CustomerClv.RESIDUAL_H,
          CustomerClv.CLV_H,
          CustomerClv.ACQUISITION_CLV);

  private SegmentValues() {}

  /**
   * One {@link SegmentClv} row a dimension and segment. A customer of several owners is divided by
   * the shares of the contract model; each dimension adds up to all of {@code clv}.
   *
   * @param clv {@link CustomerClv} rows
   * @param summaries {@link CustomerSummary} rows of the same run
   * @param acquisitions {@link CustomerAcquisition} rows of the same run
   */
  public static Dataset<Row> sumSegments(
      Dataset<Row> clv, Dataset<Row> summaries, Dataset<Row> acquisitions) {
    String[] customer = {CustomerClv.CUSTOMER_ID};
    Column isCensored = col(CustomerAcquisition.IS_LEFT_CENSORED);
    Column segments =
        array(
            segment(SegmentClv.SOURCE, owner(isCensored, CustomerAcquisition.SOURCE_TYPE)),
            segment(SegmentClv.CAMPAIGN, owner(isCensored, CustomerAcquisition.CAMPAIGN_ID)),
            segment(
                SegmentClv.AFFILIATE_TYPE, owner(isCensored, CustomerAcquisition.AFFILIATE_TYPE)),
            segment(SegmentClv.COUNTRY, or(CustomerSummary.FIRST_COUNTRY, SegmentClv.UNKNOWN)),
            segment(
                SegmentClv.FIRST_CATEGORY, or(CustomerSummary.FIRST_CATEGORY, SegmentClv.UNKNOWN)),
            segment(SegmentClv.INCENTIVE, or(CustomerSummary.FIRST_INCENTIVE, SegmentClv.NONE)));
    Column[] sums =
        MONEY.stream()
            .map(m -> sum(col(SHARE).multiply(col(m)).cast(EXACT)).cast("double").as(m))
            .toArray(Column[]::new);
    return clv.select(
            Stream.concat(Stream.of(CustomerClv.CUSTOMER_ID), MONEY.stream())
                .map(c -> col(c))
                .toArray(Column[]::new))
        .join(
            summaries.select(
                CustomerSummary.CUSTOMER_ID,
                CustomerSummary.FIRST_COUNTRY,
                CustomerSummary.FIRST_CATEGORY,
                CustomerSummary.FIRST_INCENTIVE),
            customer)
        .join(
            acquisitions
                .filter(col(CustomerAcquisition.IS_CONTRACT_MODEL))
                .select(
                    col(CustomerAcquisition.CUSTOMER_ID),
                    col(CustomerAcquisition.ACQUISITION_SHARE).cast(EXACT).as(SHARE),
                    isCensored,
                    col(CustomerAcquisition.SOURCE_TYPE),
                    col(CustomerAcquisition.CAMPAIGN_ID),
                    col(CustomerAcquisition.AFFILIATE_TYPE)),
            customer)
        .select(
            Stream.concat(Stream.of(inline(segments), col(SHARE)), MONEY.stream().map(m -> col(m)))
                .toArray(Column[]::new))
        .groupBy(SegmentClv.DIMENSION, SegmentClv.SEGMENT)
        .agg(sum(SHARE).cast("double").as(SegmentClv.CUSTOMERS), sums)
        .withColumn(
            SegmentClv.ACQUISITION_CLV_MEAN,
            col(SegmentClv.ACQUISITION_CLV).divide(col(SegmentClv.CUSTOMERS)))
        .transform(SegmentClv.TABLE::conform);
  }

  private static Column segment(String dimension, Column value) {
    return struct(lit(dimension).as(SegmentClv.DIMENSION), value.as(SegmentClv.SEGMENT));
  }

  /** Of customers who came before the log it is not known who brought them. */
  private static Column owner(Column isLeftCensored, String column) {
    return when(isLeftCensored, SegmentClv.UNKNOWN).otherwise(or(column, SegmentClv.NONE));
  }

  private static Column or(String column, String instead) {
    return coalesce(col(column), lit(instead));
  }
}
