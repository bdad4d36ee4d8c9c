package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.trunc;

import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderAttribution;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/** The credit of first orders: acquisition, kept apart from the credit of every order. */
public final class Acquisitions {
  /** Sums of shares: the same in any order. */
  private static final DecimalType EXACT = DataTypes.createDecimalType(20, 15);

  private Acquisitions() {}

  /**
   * One {@link CustomerAcquisition} row a customer, model and touch source: whoever is credited
   * with the customer's first counted order.
   *
   * @param orderAttribution {@link OrderAttribution} rows as of a date
   * @param affiliates affiliates as of that date; may be empty
   * @param zone the business zone, which decides the cohort's month
   * @param historyCompleteFrom customers whose first order lies before are left-censored
   */
  public static Dataset<Row> acquireCustomers(
      Dataset<Row> orderAttribution,
      Dataset<Row> affiliates,
      ZoneId zone,
      Optional<LocalDate> historyCompleteFrom) {
    Column firstDay =
        to_date(from_utc_timestamp(col(CustomerAcquisition.FIRST_ORDER_TS), zone.getId()));
    Column leftCensored = historyCompleteFrom.map(day -> firstDay.lt(lit(day))).orElse(lit(false));
    Dataset<Row> acquired =
        orderAttribution
            .filter(
                col(OrderAttribution.IS_FIRST_ORDER)
                    .and(col(OrderAttribution.CUSTOMER_ID).isNotNull()))
            .groupBy(
                col(OrderAttribution.CUSTOMER_ID),
                col(OrderAttribution.MODEL),
                col(OrderAttribution.ORDER_TS).as(CustomerAcquisition.FIRST_ORDER_TS),
                col(OrderAttribution.SOURCE_TYPE),
                col(OrderAttribution.AFFILIATE_ID),
                col(OrderAttribution.CAMPAIGN_ID),
                col(OrderAttribution.SUB_ID),
                col(OrderAttribution.REFERRER_ID),
                col(OrderAttribution.COUPON),
                col(OrderAttribution.DISCOUNT_RATE).as(CustomerAcquisition.FIRST_DISCOUNT_RATE),
                col(OrderAttribution.WINDOW_TRUNCATED),
                col(OrderAttribution.IS_CONTRACT_MODEL))
            .agg(
                sum(col(OrderAttribution.CREDIT_SHARE).cast(EXACT))
                    .as(CustomerAcquisition.ACQUISITION_SHARE));
    return AffiliateVersions.withType(acquired, affiliates, col(CustomerAcquisition.FIRST_ORDER_TS))
        .withColumn(CustomerAcquisition.COHORT_MONTH, trunc(firstDay, "month"))
        .withColumn(CustomerAcquisition.IS_LEFT_CENSORED, leftCensored)
        .transform(CustomerAcquisition.TABLE::conform);
  }
}
