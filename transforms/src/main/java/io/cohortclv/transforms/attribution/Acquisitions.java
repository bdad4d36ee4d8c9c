package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.trunc;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderAttribution;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The credit of first orders: acquisition, kept apart from the credit of every order. */
public final class Acquisitions {
  private static final String FIRST = "first";
  private static final String UNKNOWN_TYPE = "unknown";

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
    Column order =
        struct(
            col(OrderAttribution.ORDER_TS),
            col(OrderAttribution.SOURCE_SYSTEM),
            col(OrderAttribution.ORDER_ID));
    Dataset<Row> credited = orderAttribution.filter(col(OrderAttribution.CUSTOMER_ID).isNotNull());
    Dataset<Row> first = credited.groupBy(OrderAttribution.CUSTOMER_ID).agg(min(order).as(FIRST));
    Column firstDay =
        to_date(from_utc_timestamp(col(CustomerAcquisition.FIRST_ORDER_TS), zone.getId()));
    Column leftCensored = historyCompleteFrom.map(day -> firstDay.lt(lit(day))).orElse(lit(false));
    return credited
        .join(first, new String[] {OrderAttribution.CUSTOMER_ID})
        .filter(order.equalTo(col(FIRST)))
        .groupBy(
            col(OrderAttribution.CUSTOMER_ID),
            col(OrderAttribution.MODEL),
            col(OrderAttribution.ORDER_TS).as(CustomerAcquisition.FIRST_ORDER_TS),
            col(OrderAttribution.SOURCE_TYPE),
            col(OrderAttribution.AFFILIATE_ID),
            col(OrderAttribution.CAMPAIGN_ID),
            col(OrderAttribution.REFERRER_ID),
            col(OrderAttribution.IS_CONTRACT_MODEL))
        .agg(sum(OrderAttribution.CREDIT_SHARE).as(CustomerAcquisition.ACQUISITION_SHARE))
        .join(
            broadcast(versions(affiliates)),
            new String[] {CustomerAcquisition.AFFILIATE_ID},
            "left")
        .withColumn(
            CustomerAcquisition.AFFILIATE_TYPE,
            when(
                col(CustomerAcquisition.AFFILIATE_ID).isNotNull(),
                coalesce(typeAt(col(CustomerAcquisition.FIRST_ORDER_TS)), lit(UNKNOWN_TYPE))))
        .withColumn(CustomerAcquisition.COHORT_MONTH, trunc(firstDay, "month"))
        .withColumn(CustomerAcquisition.IS_LEFT_CENSORED, leftCensored)
        .transform(CustomerAcquisition.TABLE::conform);
  }

  private static Dataset<Row> versions(Dataset<Row> affiliates) {
    return affiliates
        .groupBy(Affiliates.AFFILIATE_ID)
        .agg(
            sort_array(
                    collect_list(
                        struct(
                            col(Affiliates.VALID_FROM),
                            col(Affiliates.VALID_TO),
                            col(Affiliates.TYPE))),
                    false)
                .as("versions"));
  }

  /** The type valid at that time; before the first version, the first one's. */
  private static Column typeAt(Column at) {
    Column valid =
        filter(
            col("versions"),
            v ->
                v.getField(Affiliates.VALID_FROM)
                    .leq(at)
                    .and(coalesce(at.lt(v.getField(Affiliates.VALID_TO)), lit(true))));
    return coalesce(
        get(valid, lit(0)).getField(Affiliates.TYPE),
        element_at(col("versions"), lit(-1)).getField(Affiliates.TYPE));
  }
}
