package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.first_value;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.unix_seconds;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Table;
import io.cohortclv.transforms.table.Touchpoints;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/** Counted orders and the touches before them to credit (metrics: "Attribution"). */
public final class OrderCredits {
  private static final String[] ORDER_KEY = OrderValue.KEY.toArray(new String[0]);
  private static final List<String> CREDITED_FIELDS =
      List.of(
          Touchpoints.TOUCH_ID,
          Touches.SOURCE_TYPE,
          Touchpoints.AFFILIATE_ID,
          Touchpoints.CAMPAIGN_ID,
          OrderAttribution.REFERRER_ID);
  private static final String AT = "at";
  private static final String ORDER = "order";
  private static final String TOUCH = "touch";
  private static final String CODE = "code_referral";
  private static final String SIGN_UP = "signup_referral";

  private OrderCredits() {}

  /**
   * One {@link OrderAttribution} row an order and model, its month first; every counted order has
   * its rows, credited or {@code unattributed}.
   *
   * <p>A touch is eligible for the first counted order of its person at or after it, within its
   * window in elapsed seconds, and for no later one: nobody is paid twice for one touch. A referral
   * code on the order, or a sign-up through a friend since the order before, comes before any
   * touch.
   *
   * @param orderValues {@link OrderValue} rows with their month, as of a date
   * @param orders the orders they were made from
   * @param touchpoints touches as of that date; may be empty, like all that follow
   * @param referralEvents referral events
   * @param terms commission terms
   */
  public static Dataset<Row> creditOrders(
      Dataset<Row> orderValues,
      Dataset<Row> orders,
      Dataset<Row> touchpoints,
      Dataset<Row> referralEvents,
      Dataset<Row> terms,
      AttributionRules rules) {
    Dataset<Row> visitors = Touches.customersOfVisitors(orders, touchpoints);
    Dataset<Row> counted =
        orderValues
            .filter(col(OrderValue.COUNTED))
            .join(
                orders.select(
                    col(OrderValue.SOURCE_SYSTEM),
                    col(Orders.ORDER_ID),
                    col(Orders.VISITOR_ID),
                    col(Orders.REFERRAL_CODE)),
                ORDER_KEY)
            .transform(o -> Touches.withPerson(o, visitors));
    Dataset<Row> touches =
        touchpoints
            .transform(t -> Touches.creditable(t, terms, rules))
            .transform(t -> Touches.withPerson(t, visitors))
            .unionByName(signUps(referralEvents, rules), true);
    return counted
        .join(creditTouches(counted, touches, rules), ORDER_KEY, "left")
        .transform(o -> withCodeReferral(o, referralEvents))
        .transform(o -> explodeModels(o, rules));
  }

  /** For each order with an eligible touch, one column a model: the touch that model credits. */
  private static Dataset<Row> creditTouches(
      Dataset<Row> counted, Dataset<Row> touches, AttributionRules rules) {
    Column orderStruct =
        struct(
            Stream.concat(OrderValue.KEY.stream(), Stream.of(Orders.ORDER_TS))
                .map(c -> col(c))
                .toArray(Column[]::new));
    Column touchStruct =
        struct(
            col(Touchpoints.TOUCH_TS),
            col(Touches.TYPE_RANK),
            col(Touchpoints.SOURCE_SEQ),
            col(Touchpoints.TOUCH_ID),
            col(Touches.SOURCE_TYPE),
            col(Touchpoints.AFFILIATE_ID),
            col(Touchpoints.CAMPAIGN_ID),
            col(OrderAttribution.REFERRER_ID),
            col(Touches.WINDOW_S));
    Dataset<Row> events =
        counted
            .filter(col(Touches.PERSON).isNotNull())
            .select(col(Touches.PERSON), col(Orders.ORDER_TS).as(AT), orderStruct.as(ORDER))
            .unionByName(
                touches.select(
                    col(Touches.PERSON), col(Touchpoints.TOUCH_TS).as(AT), touchStruct.as(TOUCH)),
                true);
    // Of two events at one instant the touch comes first: an order at the moment of a click is its.
    WindowSpec onwards =
        Window.partitionBy(Touches.PERSON)
            .orderBy(col(AT), col(ORDER).isNotNull(), col(ORDER))
            .rowsBetween(Window.currentRow(), Window.unboundedFollowing());
    Column elapsed =
        unix_seconds(col(ORDER).getField(Orders.ORDER_TS))
            .minus(unix_seconds(col(TOUCH).getField(Touchpoints.TOUCH_TS)));
    Column inWindow = elapsed.leq(col(TOUCH).getField(Touches.WINDOW_S));
    Column inLongWindow = elapsed.leq(lit(rules.firstTouchWindow().toSeconds()));
    Column isReferral =
        col(TOUCH).getField(Touches.SOURCE_TYPE).equalTo(CustomerAcquisition.REFERRAL);
    Column[] models =
        rules.models().stream()
            .map(
                model ->
                    switch (model) {
                      case AttributionRules.LAST_TOUCH ->
                          max_by(
                                  creditedFields(col(TOUCH)),
                                  when(inWindow.and(not(isReferral)), col(TOUCH)))
                              .as(model);
                      case AttributionRules.FIRST_TOUCH ->
                          min_by(
                                  creditedFields(col(TOUCH)),
                                  when(inLongWindow.and(not(isReferral)), col(TOUCH)))
                              .as(model);
                      default -> throw new IllegalArgumentException("No rule for " + model);
                    })
            .toArray(Column[]::new);
    return events
        .withColumn(ORDER, first_value(col(ORDER), lit(true)).over(onwards))
        .filter(col(TOUCH).isNotNull().and(col(ORDER).isNotNull()))
        .groupBy(
            OrderValue.KEY.stream().map(c -> col(ORDER).getField(c).as(c)).toArray(Column[]::new))
        .agg(
            min_by(creditedFields(col(TOUCH)), when(inWindow.and(isReferral), col(TOUCH)))
                .as(SIGN_UP),
            models);
  }

  /**
   * Adds {@link #CODE}: the referral an order's own code stands for. A code belongs to the customer
   * who used it first, and nobody refers himself.
   */
  private static Dataset<Row> withCodeReferral(Dataset<Row> orders, Dataset<Row> events) {
    Dataset<Row> codes =
        events
            .groupBy(col(ReferralEvents.CODE).as(Orders.REFERRAL_CODE))
            .agg(
                min_by(
                        referral(),
                        struct(col(ReferralEvents.EVENT_TS), col(ReferralEvents.EVENT_ID)))
                    .as(CODE));
    Column isOwn =
        col(CODE).getField(OrderAttribution.REFERRER_ID).equalTo(col(OrderValue.CUSTOMER_ID));
    return orders
        .join(codes, new String[] {Orders.REFERRAL_CODE}, "left")
        .withColumn(CODE, when(coalesce(not(isOwn), lit(true)), col(CODE)));
  }

  /** Sign-ups through a friend as touches: they hold for the customer's next order. */
  private static Dataset<Row> signUps(Dataset<Row> events, AttributionRules rules) {
    return events
        .filter(
            col(ReferralEvents.EVENT_TYPE)
                .equalTo("signup")
                .and(col(ReferralEvents.REFEREE_ID).notEqual(col(ReferralEvents.REFERRER_ID))))
        .select(
            col(ReferralEvents.REFEREE_ID).as(Touches.PERSON),
            col(ReferralEvents.EVENT_TS).as(Touchpoints.TOUCH_TS),
            col(ReferralEvents.EVENT_ID).as(Touchpoints.TOUCH_ID),
            lit(CustomerAcquisition.REFERRAL).as(Touches.SOURCE_TYPE),
            col(ReferralEvents.REFERRER_ID).as(OrderAttribution.REFERRER_ID),
            lit(rules.firstTouchWindow().toSeconds()).as(Touches.WINDOW_S));
  }

  /** A referral event in the shape of {@link #creditedFields}. */
  private static Column referral() {
    return struct(
        col(ReferralEvents.EVENT_ID).as(Touchpoints.TOUCH_ID),
        lit(CustomerAcquisition.REFERRAL).as(Touches.SOURCE_TYPE),
        lit(null).cast("string").as(Touchpoints.AFFILIATE_ID),
        lit(null).cast("string").as(Touchpoints.CAMPAIGN_ID),
        col(ReferralEvents.REFERRER_ID).as(OrderAttribution.REFERRER_ID));
  }

  private static Dataset<Row> explodeModels(Dataset<Row> orders, AttributionRules rules) {
    Column[] models =
        rules.models().stream()
            .map(
                model ->
                    struct(
                        lit(model).as(OrderAttribution.MODEL),
                        lit(model.equals(rules.contractModel()))
                            .as(OrderAttribution.IS_CONTRACT_MODEL),
                        coalesce(col(CODE), col(SIGN_UP), col(model)).as(TOUCH),
                        when(col(CODE).isNotNull(), "referral_code")
                            .when(col(SIGN_UP).isNotNull(), "referral_signup")
                            .when(col(model).isNotNull(), "touch")
                            .otherwise("none")
                            .as(OrderAttribution.RULE_FIRED)))
            .toArray(Column[]::new);
    Dataset<Row> exploded =
        orders.select(
            Stream.concat(
                    Stream.of(
                            Table.ORDER_MONTH,
                            OrderValue.SOURCE_SYSTEM,
                            OrderValue.ORDER_ID,
                            OrderValue.CUSTOMER_ID,
                            OrderValue.ORDER_TS,
                            OrderValue.NET_REVENUE)
                        .map(c -> col(c)),
                    Stream.of(inline(array(models))))
                .toArray(Column[]::new));
    return exploded
        .withColumn(OrderAttribution.TOUCH_ID, touch(Touchpoints.TOUCH_ID))
        .withColumn(
            OrderAttribution.SOURCE_TYPE,
            coalesce(touch(Touches.SOURCE_TYPE), lit(CustomerAcquisition.UNATTRIBUTED)))
        .withColumn(OrderAttribution.AFFILIATE_ID, touch(Touchpoints.AFFILIATE_ID))
        .withColumn(OrderAttribution.CAMPAIGN_ID, touch(Touchpoints.CAMPAIGN_ID))
        .withColumn(OrderAttribution.REFERRER_ID, touch(OrderAttribution.REFERRER_ID))
        .withColumn(OrderAttribution.CREDIT_SHARE, lit(1.0))
        .withColumn(OrderAttribution.CREDITED_NET, col(OrderValue.NET_REVENUE))
        .select(
            Stream.concat(
                    Stream.of(col(Table.ORDER_MONTH)),
                    OrderAttribution.TABLE.fields().stream().map(f -> col(f.name()).cast(f.type())))
                .toArray(Column[]::new));
  }

  private static Column touch(String field) {
    return col(TOUCH).getField(field);
  }

  /** What a ledger keeps of a touch, the same shape for every kind. */
  private static Column creditedFields(Column touch) {
    return struct(
        CREDITED_FIELDS.stream().map(f -> touch.getField(f).as(f)).toArray(Column[]::new));
  }
}
