package io.cohortclv.transforms.economics;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.date_from_unix_date;
import static org.apache.spark.sql.functions.date_sub;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.AffiliateDaily;
import io.cohortclv.transforms.table.AffiliateEconomics;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.CustomerWalk;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Table;
import io.cohortclv.transforms.table.Touchpoints;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Touches, credited orders, new customers and commissions by affiliate, campaign and day. */
public final class AffiliateDays {
  /** What is added up, in millionths where shares make fractions. */
  private static final List<String> COUNTS =
      List.of(
          AffiliateDaily.IMPRESSIONS,
          AffiliateDaily.CLICKS,
          AffiliateDaily.UNIQUE_CLICKS,
          AffiliateDaily.SIGNUPS,
          AffiliateDaily.ORDERS,
          AffiliateDaily.NEW_CUSTOMERS);

  private static final List<String> AMOUNTS =
      List.of(
          AffiliateDaily.GROSS,
          AffiliateDaily.NET_REVENUE,
          AffiliateDaily.COMMISSION_PENDING,
          AffiliateDaily.COMMISSION_APPROVED,
          AffiliateDaily.COMMISSION_PAID,
          AffiliateDaily.COMMISSION_REVERSED);

  private static final Column[] KEYS = {
    col(AffiliateDaily.AFFILIATE_ID), col(AffiliateDaily.CAMPAIGN_ID), col(AffiliateDaily.DAY)
  };

  private AffiliateDays() {}

  /**
   * One {@link AffiliateDaily} row an affiliate, campaign and day.
   *
   * @param touchpoints touches as of the date
   * @param credits {@link OrderAttribution} rows
   * @param orderValues {@link OrderValue} rows
   * @param owned rows of {@link OwnedCustomers#own}
   * @param costs rows of {@link AcquisitionCosts#list}
   * @param days how many days back from the as-of day
   */
  public static Dataset<Row> dailyByAffiliate(
      Dataset<Row> touchpoints,
      Dataset<Row> credits,
      Dataset<Row> orderValues,
      Dataset<Row> owned,
      Dataset<Row> costs,
      LocalDate asOf,
      int days,
      ZoneId zone) {
    Column[] sums =
        Stream.concat(COUNTS.stream(), AMOUNTS.stream())
            .map(c -> sum(c).as(c))
            .toArray(Column[]::new);
    Column earned =
        col(AffiliateDaily.COMMISSION_PENDING)
            .plus(col(AffiliateDaily.COMMISSION_APPROVED))
            .plus(col(AffiliateDaily.COMMISSION_PAID));
    Column isShown =
        col(AffiliateDaily.DAY)
            .gt(date_sub(lit(asOf), days))
            .and(col(AffiliateDaily.DAY).leq(lit(asOf)));
    return ofTouches(touchpoints, isShown, zone)
        .unionByName(ofOrders(credits, orderValues))
        .unionByName(ofCustomers(owned))
        .unionByName(ofCommissions(costs))
        .filter(col(AffiliateDaily.AFFILIATE_ID).isNotNull().and(isShown))
        .groupBy(KEYS)
        .agg(sums[0], Arrays.copyOfRange(sums, 1, sums.length))
        .withColumn(AffiliateDaily.ORDERS, col(AffiliateDaily.ORDERS).divide(lit(1e6)))
        .withColumn(
            AffiliateDaily.NEW_CUSTOMERS, col(AffiliateDaily.NEW_CUSTOMERS).divide(lit(1e6)))
        .withColumn(
            AffiliateDaily.EPC,
            when(
                col(AffiliateDaily.CLICKS).gt(lit(0)),
                earned.cast("double").divide(col(AffiliateDaily.CLICKS))))
        .withColumn(
            AffiliateDaily.CONVERSION_RATE,
            when(
                col(AffiliateDaily.UNIQUE_CLICKS).gt(lit(0)),
                col(AffiliateDaily.ORDERS).divide(col(AffiliateDaily.UNIQUE_CLICKS))))
        .withColumn(
            AffiliateDaily.AOV,
            when(
                col(AffiliateDaily.ORDERS).gt(lit(0)),
                col(AffiliateDaily.NET_REVENUE).cast("double").divide(col(AffiliateDaily.ORDERS))))
        .transform(AffiliateDaily.TABLE::conform);
  }

  private static Dataset<Row> ofTouches(Dataset<Row> touchpoints, Column isShown, ZoneId zone) {
    Column type = col(Touchpoints.TOUCH_TYPE);
    Dataset<Row> touches =
        touchpoints
            .filter(TouchSums.isReal().and(col(Touchpoints.AFFILIATE_ID).isNotNull()))
            .withColumn(
                AffiliateDaily.DAY,
                to_date(from_utc_timestamp(col(Touchpoints.TOUCH_TS), zone.getId())))
            .filter(isShown)
            .select(
                col(Touchpoints.VISITOR_ID),
                unix_date(col(AffiliateDaily.DAY)),
                col(Touchpoints.AFFILIATE_ID),
                col(Touchpoints.CAMPAIGN_ID),
                when(type.equalTo("view"), TouchDays.VIEW)
                    .when(TouchSums.isClick(), TouchDays.CLICK)
                    .when(type.equalTo("signup"), TouchDays.SIGNUP));
    Map<String, Column> measures = new LinkedHashMap<>();
    for (String counted :
        List.of(
            AffiliateDaily.IMPRESSIONS,
            AffiliateDaily.CLICKS,
            AffiliateDaily.UNIQUE_CLICKS,
            AffiliateDaily.SIGNUPS)) {
      measures.put(counted, col(counted));
    }
    return CustomerWalk.through(List.of(touches))
        .make(TouchDays.CELL, TouchDays::new)
        .withColumn(AffiliateDaily.DAY, date_from_unix_date(col(AffiliateDaily.DAY)))
        .select(partial(measures));
  }

  private static Dataset<Row> ofOrders(Dataset<Row> credits, Dataset<Row> orderValues) {
    Column share = col(OrderAttribution.CREDIT_SHARE);
    return credits
        .filter(
            col(OrderAttribution.IS_CONTRACT_MODEL)
                .and(col(OrderAttribution.AFFILIATE_ID).isNotNull()))
        .join(
            orderValues.select(
                col(OrderValue.SOURCE_SYSTEM),
                col(OrderValue.ORDER_ID),
                col(OrderValue.ORDERED_ON).as(AffiliateDaily.DAY),
                col(OrderValue.GROSS)),
            OrderValue.KEY.toArray(new String[0]))
        .select(
            partial(
                Map.of(
                    AffiliateDaily.ORDERS, OwnedCustomers.millionths(share),
                    AffiliateDaily.GROSS, share.multiply(col(OrderValue.GROSS).cast("double")),
                    AffiliateDaily.NET_REVENUE, col(OrderAttribution.CREDITED_NET))));
  }

  private static Dataset<Row> ofCustomers(Dataset<Row> owned) {
    return owned
        .withColumn(AffiliateDaily.DAY, col(CustomerSummary.FIRST_ORDER_ON))
        .select(
            partial(
                Map.of(
                    AffiliateDaily.NEW_CUSTOMERS,
                    OwnedCustomers.millionths(col(CustomerAcquisition.ACQUISITION_SHARE)))));
  }

  private static Dataset<Row> ofCommissions(Dataset<Row> costs) {
    return costs.select(
        partial(
            Map.of(
                AffiliateDaily.COMMISSION_PENDING, col(AffiliateEconomics.COMMISSION_PENDING),
                AffiliateDaily.COMMISSION_APPROVED, col(AcquisitionCosts.COMMISSION_APPROVED),
                AffiliateDaily.COMMISSION_PAID, col(AcquisitionCosts.COMMISSION_PAID),
                AffiliateDaily.COMMISSION_REVERSED, col(AcquisitionCosts.COMMISSION_REVERSED))));
  }

  /** The keys and every measure, 0 where the rows say nothing of it. */
  private static Column[] partial(Map<String, Column> measures) {
    Map<String, Column> all = new LinkedHashMap<>();
    COUNTS.forEach(c -> all.put(c, measures.getOrDefault(c, lit(0)).cast("long")));
    AMOUNTS.forEach(c -> all.put(c, measures.getOrDefault(c, lit(0)).cast(Table.PUBLISHED_MONEY)));
    return Stream.concat(
            Arrays.stream(KEYS), all.entrySet().stream().map(e -> e.getValue().as(e.getKey())))
        .toArray(Column[]::new);
  }
}
