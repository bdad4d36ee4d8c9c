package io.cohortclv.transforms.economics;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Scorecards;
import io.cohortclv.transforms.table.Touchpoints;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/** What each source and each affiliate brought, by the contract model's acquisitions. */
public final class ScorecardSums {
  /** Sums of shares times money: the same in any order. */
  private static final DecimalType EXACT = DataTypes.createDecimalType(28, 10);

  private static final int TOP_QUINTILE = 5;
  private static final String SHARE = "share";
  private static final String CLV_SUM = "clv_sum";
  private static final String HIGH = "high";

  private ScorecardSums() {}

  /** One {@link Scorecards#SOURCE_SCORECARD} row a source type that acquired a customer. */
  public static Dataset<Row> scoreSources(
      Dataset<Row> acquisitions, Dataset<Row> clv, Dataset<Row> orderValues, int smallN) {
    return sumBy(members(acquisitions, clv, orderValues), CustomerAcquisition.SOURCE_TYPE, smallN)
        .transform(Scorecards.SOURCE_SCORECARD::conform);
  }

  /**
   * One {@link Scorecards#AFFILIATE_SCORECARD} row an affiliate with a click, a customer or a
   * commission by the as-of date.
   *
   * @param affiliates newest versions of the affiliates
   * @param touchpoints touches as of the date
   * @param commissions latest state of each action as of the date
   */
  public static Dataset<Row> scoreAffiliates(
      Dataset<Row> acquisitions,
      Dataset<Row> clv,
      Dataset<Row> orderValues,
      Dataset<Row> affiliates,
      Dataset<Row> touchpoints,
      Dataset<Row> commissions,
      int smallN) {
    String[] affiliate = {Scorecards.AFFILIATE_ID};
    Dataset<Row> brought =
        sumBy(
            members(acquisitions, clv, orderValues)
                .filter(col(CustomerAcquisition.AFFILIATE_ID).isNotNull()),
            CustomerAcquisition.AFFILIATE_ID,
            smallN);
    Dataset<Row> clicks =
        touchpoints
            .filter(
                col(Touchpoints.AFFILIATE_ID)
                    .isNotNull()
                    .and(col(Touchpoints.TOUCH_TYPE).isin("click", "soft_click"))
                    .and(not(col(Touchpoints.IS_BOT)))
                    .and(not(col(Touchpoints.IS_TEST))))
            .groupBy(Touchpoints.AFFILIATE_ID)
            .agg(count(lit(1)).as(Scorecards.CLICKS));
    Dataset<Row> paid =
        commissions
            .groupBy(Commissions.AFFILIATE_ID)
            .agg(
                inState("pending").as(Scorecards.COMMISSION_PENDING),
                inState("approved").as(Scorecards.COMMISSION_APPROVED),
                inState("paid").as(Scorecards.COMMISSION_PAID),
                inState("reversed").as(Scorecards.COMMISSION_REVERSED));
    Dataset<Row> types =
        affiliates
            .groupBy(Affiliates.AFFILIATE_ID)
            .agg(
                max_by(
                        col(Affiliates.TYPE),
                        struct(col(Affiliates.VALID_FROM), col(Affiliates.TYPE)))
                    .as(Scorecards.AFFILIATE_TYPE));
    Column earned =
        List.of(
                Scorecards.COMMISSION_PENDING,
                Scorecards.COMMISSION_APPROVED,
                Scorecards.COMMISSION_PAID)
            .stream()
            .map(c -> col(c))
            .reduce(Column::plus)
            .orElseThrow();
    return brought
        .join(clicks, affiliate, "full")
        .join(paid, affiliate, "full")
        .join(types, affiliate, "left")
        .na()
        .fill("unknown", new String[] {Scorecards.AFFILIATE_TYPE})
        .na()
        .fill(
            0,
            new String[] {
              Scorecards.N_CUSTOMERS,
              Scorecards.ORDERS,
              Scorecards.GROSS,
              Scorecards.NET_REVENUE,
              Scorecards.MARGIN,
              Scorecards.CLICKS,
              Scorecards.COMMISSION_PENDING,
              Scorecards.COMMISSION_APPROVED,
              Scorecards.COMMISSION_PAID,
              Scorecards.COMMISSION_REVERSED
            })
        .withColumn(Scorecards.SMALL_N, col(Scorecards.N_CUSTOMERS).lt(lit(smallN)))
        .withColumn(
            Scorecards.EPC,
            when(
                col(Scorecards.CLICKS).gt(lit(0)),
                earned.cast("double").divide(col(Scorecards.CLICKS))))
        .transform(Scorecards.AFFILIATE_SCORECARD::conform);
  }

  private static Column inState(String state) {
    return sum(when(col(Commissions.STATE).equalTo(state), col(Commissions.PAYOUT)).otherwise(0))
        .cast(EXACT);
  }

  /** Acquired customers with their value and what they ordered, one row a customer and owner. */
  private static Dataset<Row> members(
      Dataset<Row> acquisitions, Dataset<Row> clv, Dataset<Row> orderValues) {
    String[] customer = {CustomerAcquisition.CUSTOMER_ID};
    Dataset<Row> bought =
        orderValues
            .filter(col(OrderValue.COUNTED).and(col(OrderValue.CUSTOMER_ID).isNotNull()))
            .groupBy(OrderValue.CUSTOMER_ID)
            .agg(
                count(lit(1)).as(Scorecards.ORDERS),
                sum(OrderValue.GROSS).as(Scorecards.GROSS),
                sum(OrderValue.NET_REVENUE).as(Scorecards.NET_REVENUE),
                sum(OrderValue.MARGIN).as(Scorecards.MARGIN));
    return acquisitions
        .filter(
            col(CustomerAcquisition.IS_CONTRACT_MODEL)
                .and(not(col(CustomerAcquisition.IS_LEFT_CENSORED))))
        .select(
            col(CustomerAcquisition.CUSTOMER_ID),
            col(CustomerAcquisition.SOURCE_TYPE),
            col(CustomerAcquisition.AFFILIATE_ID),
            col(CustomerAcquisition.ACQUISITION_SHARE).cast(EXACT).as(SHARE))
        .join(bought, customer)
        .join(
            clv.select(
                CustomerClv.CUSTOMER_ID, CustomerClv.ACQUISITION_CLV, CustomerClv.CLV_QUINTILE),
            customer);
  }

  private static Dataset<Row> sumBy(Dataset<Row> members, String by, int smallN) {
    Column share = col(SHARE);
    Column isHigh =
        when(col(CustomerClv.CLV_QUINTILE).equalTo(lit(TOP_QUINTILE)), share).otherwise(0);
    Column customers = col(Scorecards.N_CUSTOMERS);
    return members
        .groupBy(by)
        .agg(
            sum(share).as(Scorecards.N_CUSTOMERS),
            sum(Scorecards.ORDERS).as(Scorecards.ORDERS),
            shared(Scorecards.GROSS),
            shared(Scorecards.NET_REVENUE),
            shared(Scorecards.MARGIN),
            shared(CustomerClv.ACQUISITION_CLV).as(CLV_SUM),
            sum(isHigh).as(HIGH))
        .withColumn(
            Scorecards.AOV,
            when(
                col(Scorecards.ORDERS).gt(lit(0)),
                col(Scorecards.NET_REVENUE).divide(col(Scorecards.ORDERS))))
        .withColumn(
            Scorecards.CLV_RAW, col(CLV_SUM).cast("double").divide(customers.cast("double")))
        .withColumn(
            Scorecards.HIGH_VALUE_SHARE, col(HIGH).cast("double").divide(customers.cast("double")))
        .withColumn(Scorecards.SMALL_N, customers.lt(lit(smallN)));
  }

  private static Column shared(String money) {
    return sum(col(SHARE).multiply(col(money)).cast(EXACT)).as(money);
  }
}
