package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.array_distinct;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.upper;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.Coupons;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.People;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Table;
import io.cohortclv.transforms.table.Touchpoints;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/** Counted orders, each with its person and with what the codes redeemed with it say. */
final class CountedOrders {
  private static final String[] KEY = OrderValue.KEY.toArray(new String[0]);
  private static final int CENTS_IN_MAJOR = 100;
  private static final int SPIKE_BASE_DAYS = 28;
  private static final String REDEEMED = "redeemed";
  private static final String ORDERED_ON = OrderValue.ORDERED_ON;
  private static final String OWNERS = "owners";
  private static final String IS_LEAKED = "is_leaked";

  private CountedOrders() {}

  /** What {@link Journeys#through} takes of orders. */
  static Dataset<Row> of(AttributionInputs inputs, AttributionRules rules) {
    // Most orders need nothing beyond their values: those of known customers without codes.
    Column saysMore =
        col(OrderValue.CUSTOMER_ID)
            .isNull()
            .or(col(Orders.REFERRAL_CODE).isNotNull())
            .or(size(col(Orders.COUPON_CODES)).gt(0));
    Dataset<Row> counted =
        inputs
            .orderValues()
            .filter(col(OrderValue.COUNTED))
            .join(
                inputs
                    .orders()
                    .filter(saysMore)
                    .select(
                        col(OrderValue.SOURCE_SYSTEM),
                        col(Orders.ORDER_ID),
                        col(Orders.VISITOR_ID),
                        col(Orders.EMAIL_ID),
                        col(Orders.REFERRAL_CODE),
                        col(Orders.COUPON_CODES)),
                KEY,
                "left");
    return counted
        .withColumn(
            People.NODE,
            coalesce(
                People.customer(OrderValue.CUSTOMER_ID),
                People.email(Orders.EMAIL_ID),
                People.visitor(Orders.VISITOR_ID),
                // Nobody knows whose it is: a person alone.
                concat(
                    lit("order:"), col(OrderValue.SOURCE_SYSTEM), lit("/"), col(Orders.ORDER_ID))))
        .transform(o -> Touches.withPerson(o, inputs.people()))
        .transform(o -> withReferral(o, inputs.referralEvents(), rules))
        .transform(o -> withCoupon(o, inputs.coupons(), rules))
        .withColumn(Journeys.AT, unix_micros(col(Orders.ORDER_TS)))
        .withColumn(Table.ORDER_MONTH, unix_date(col(Table.ORDER_MONTH)))
        .withColumn(Journeys.CENTS, col(OrderValue.NET_REVENUE).multiply(lit(CENTS_IN_MAJOR)))
        .withColumn(
            Journeys.SALE,
            col(OrderValue.GROSS).minus(col(OrderValue.DISCOUNT)).multiply(lit(CENTS_IN_MAJOR)))
        .withColumn(
            OrderAttribution.DISCOUNT_RATE,
            when(
                col(OrderValue.GROSS).gt(lit(0)),
                col(OrderValue.DISCOUNT).cast("double").divide(col(OrderValue.GROSS))))
        .withColumn(Journeys.RANK, lit(Journeys.RANK_OF_ORDERS))
        .withColumn(Touchpoints.SOURCE_SEQ, lit(null).cast("bigint"))
        .withColumn(Journeys.TIE, col(OrderValue.SOURCE_SYSTEM))
        .withColumn(Journeys.FURTHER_TIE, col(OrderValue.ORDER_ID));
  }

  /**
   * Adds the referral an order's own code stands for. A code belongs to the customer who used it
   * first, and nobody refers himself.
   */
  private static Dataset<Row> withReferral(
      Dataset<Row> orders, Dataset<Row> events, AttributionRules rules) {
    String code = "code_referral";
    Dataset<Row> codes =
        events
            .groupBy(col(ReferralEvents.CODE).as(Orders.REFERRAL_CODE))
            .agg(
                min_by(
                        struct(
                            col(ReferralEvents.EVENT_ID),
                            col(ReferralEvents.REFERRER_ID),
                            Touches.yields(rules).as(Journeys.YIELDS)),
                        struct(col(ReferralEvents.EVENT_TS), col(ReferralEvents.EVENT_ID)))
                    .as(code));
    Column referrer = col(code).getField(ReferralEvents.REFERRER_ID);
    Column isOwn = referrer.equalTo(col(OrderValue.CUSTOMER_ID));
    return orders
        .join(codes, new String[] {Orders.REFERRAL_CODE}, "left")
        .withColumn(code, when(coalesce(not(isOwn), lit(true)), col(code)))
        .withColumn(Journeys.CODE_EVENT, col(code).getField(ReferralEvents.EVENT_ID))
        .withColumn(OrderAttribution.REFERRER_ID, referrer)
        .withColumn(Journeys.YIELDS, coalesce(col(code).getField(Journeys.YIELDS), lit(false)));
  }

  /**
   * Adds the affiliate whose coupon code the order redeemed and what is known of the code: {@code
   * exclusive}; {@code shared} when it was given to several or not to one alone, the owner null
   * when there are several; {@code spike} on a day that it was redeemed far more often than before,
   * as codes are that a coupon site published. Of several codes the exclusive comes first, then by
   * name.
   */
  private static Dataset<Row> withCoupon(
      Dataset<Row> orders, Dataset<Row> coupons, AttributionRules rules) {
    Dataset<Row> owned =
        coupons.select(
            upper(col(Coupons.CODE)).as(OrderAttribution.COUPON),
            col(Coupons.AFFILIATE_ID),
            col(Coupons.IS_EXCLUSIVE),
            col(Coupons.VALID_FROM),
            col(Coupons.VALID_TO));
    Column isValid =
        col(Orders.ORDER_TS)
            .geq(col(Coupons.VALID_FROM))
            .and(coalesce(col(Orders.ORDER_TS).lt(col(Coupons.VALID_TO)), lit(true)));
    Dataset<Row> redeemed =
        orders
            .select(
                col(KEY[0]),
                col(KEY[1]),
                col(Orders.ORDER_TS),
                col(ORDERED_ON),
                explode(array_distinct(transform(col(Orders.COUPON_CODES), c -> upper(c))))
                    .as(OrderAttribution.COUPON))
            .join(owned, new String[] {OrderAttribution.COUPON})
            .filter(isValid)
            .groupBy(col(KEY[0]), col(KEY[1]), col(ORDERED_ON), col(OrderAttribution.COUPON))
            .agg(
                countDistinct(Coupons.AFFILIATE_ID).as(OWNERS),
                min(Coupons.AFFILIATE_ID).as(Coupons.AFFILIATE_ID),
                min(Coupons.IS_EXCLUSIVE).as(Coupons.IS_EXCLUSIVE));
    String[] codeAndDay = {OrderAttribution.COUPON, ORDERED_ON};
    Column isShared = not(col(Coupons.IS_EXCLUSIVE)).or(col(OWNERS).gt(1));
    Column state =
        when(isShared, OrderAttribution.SHARED)
            .when(col(IS_LEAKED), OrderAttribution.SPIKE)
            .otherwise(OrderAttribution.EXCLUSIVE);
    Column owner =
        when(col(OWNERS).equalTo(1), col(Coupons.AFFILIATE_ID)).as(Touchpoints.AFFILIATE_ID);
    Dataset<Row> named =
        redeemed
            .join(spikes(redeemed, rules.precedence()), codeAndDay)
            .groupBy(KEY[0], KEY[1])
            .agg(
                min(struct(
                        isShared,
                        col(OrderAttribution.COUPON),
                        owner,
                        state.as(OrderAttribution.COUPON_STATE)))
                    .as(REDEEMED));
    return orders
        .join(named, KEY, "left")
        .withColumn(OrderAttribution.COUPON, col(REDEEMED).getField(OrderAttribution.COUPON))
        .withColumn(Touchpoints.AFFILIATE_ID, col(REDEEMED).getField(Touchpoints.AFFILIATE_ID))
        .withColumn(
            OrderAttribution.COUPON_STATE, col(REDEEMED).getField(OrderAttribution.COUPON_STATE));
  }

  /**
   * Whether each code was redeemed on each day far more often than in the four weeks before, or
   * since its first redemption where that is later. In its first week no code is.
   */
  private static Dataset<Row> spikes(
      Dataset<Row> redeemed, AttributionRules.Precedence precedence) {
    Column day = unix_date(col(ORDERED_ON));
    WindowSpec ofCode = Window.partitionBy(OrderAttribution.COUPON).orderBy(day);
    Column before = sum("day_count").over(ofCode.rangeBetween(-SPIKE_BASE_DAYS, -1));
    Column since =
        day.minus(
            min(day).over(ofCode.rangeBetween(Window.unboundedPreceding(), Window.currentRow())));
    Column mean =
        coalesce(before, lit(0)).divide(least(since, lit(SPIKE_BASE_DAYS)).cast("double"));
    return redeemed
        .groupBy(OrderAttribution.COUPON, ORDERED_ON)
        .agg(count(lit(1)).as("day_count"))
        .select(
            col(OrderAttribution.COUPON),
            col(ORDERED_ON),
            since
                .geq(7)
                .and(col("day_count").geq(precedence.couponSpikeLeast()))
                .and(
                    when(since.geq(7), col("day_count").gt(mean.multiply(precedence.couponSpike())))
                        .otherwise(false))
                .as(IS_LEAKED));
  }
}
