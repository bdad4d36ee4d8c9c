package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.flatten;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Terms;
import io.cohortclv.transforms.table.Touchpoints;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Touches that may be credited, with the person touched and the window they hold for. */
final class Touches {
  /** Who was touched or ordered: a customer, or a visitor no customer is known for. */
  static final String PERSON = "person";

  static final String SOURCE_TYPE = CustomerAcquisition.SOURCE_TYPE;

  /** Seconds after the touch in which an order counts. */
  static final String WINDOW_S = "window_s";

  /** Sorts touches in time; the later of two at one instant is the stronger kind. */
  static final String TYPE_RANK = "type_rank";

  private static final String VIEW = "view";
  private static final String DIRECT_CHANNEL = "direct";

  private Touches() {}

  /** The customer each visitor was first seen with: visitor_id to customer_id. */
  static Dataset<Row> customersOfVisitors(Dataset<Row> orders, Dataset<Row> touchpoints) {
    Dataset<Row> ordered =
        orders.select(
            col(Orders.VISITOR_ID), col(Orders.CUSTOMER_ID), col(Orders.ORDER_TS).as("seen"));
    Dataset<Row> touched =
        touchpoints.select(
            col(Touchpoints.VISITOR_ID),
            col(Touchpoints.CUSTOMER_ID),
            col(Touchpoints.TOUCH_TS).as("seen"));
    return ordered
        .union(touched)
        .filter(col(Orders.VISITOR_ID).isNotNull().and(col(Orders.CUSTOMER_ID).isNotNull()))
        .groupBy(Orders.VISITOR_ID)
        .agg(
            min_by(col(Orders.CUSTOMER_ID), struct(col("seen"), col(Orders.CUSTOMER_ID)))
                .as("known_customer"));
  }

  /** Adds {@link #PERSON}; null only where neither customer nor visitor is known. */
  static Dataset<Row> withPerson(Dataset<Row> rows, Dataset<Row> customersOfVisitors) {
    return rows.join(customersOfVisitors, new String[] {Orders.VISITOR_ID}, "left")
        .withColumn(
            PERSON,
            coalesce(
                col(Orders.CUSTOMER_ID),
                col("known_customer"),
                concat(lit("visitor:"), col(Orders.VISITOR_ID))))
        .drop("known_customer");
  }

  /**
   * Touches that may be credited: no bots, no tests, no steps of the shop's own funnel.
   *
   * @param terms commission terms as of the run; they set the window of an affiliate's touch by the
   *     version valid when it happened, an affiliate's own terms before the program's default
   */
  static Dataset<Row> creditable(
      Dataset<Row> touchpoints, Dataset<Row> terms, AttributionRules rules) {
    Column isView = col(Touchpoints.TOUCH_TYPE).equalTo(VIEW);
    Column term = termAt(col(Touchpoints.TOUCH_TS), col(Touchpoints.CAMPAIGN_ID));
    Dataset<Row> versions = versions(terms);
    return touchpoints
        .filter(not(col(Touchpoints.IS_BOT)).and(not(col(Touchpoints.IS_TEST))))
        .filter(not(col(Touchpoints.TOUCH_TYPE).isin("cart", "checkout", "signup")))
        .withColumn(
            TYPE_RANK,
            when(isView, 0)
                .when(col(Touchpoints.TOUCH_TYPE).equalTo("visit"), 1)
                .when(col(Touchpoints.TOUCH_TYPE).equalTo("soft_click"), 2)
                .when(col(Touchpoints.TOUCH_TYPE).equalTo("click"), 3)
                .otherwise(4))
        .withColumn(
            SOURCE_TYPE,
            when(col(Touchpoints.AFFILIATE_ID).isNotNull(), CustomerAcquisition.AFFILIATE)
                .when(
                    col(Touchpoints.CAMPAIGN_ID)
                        .isNotNull()
                        .or(
                            coalesce(col(Touchpoints.CHANNEL), lit(DIRECT_CHANNEL))
                                .notEqual(DIRECT_CHANNEL)),
                    CustomerAcquisition.CAMPAIGN)
                .otherwise(CustomerAcquisition.DIRECT))
        .join(
            broadcast(versions.filter(col(Terms.AFFILIATE_ID).isNotNull()))
                .withColumnRenamed("versions", "own_terms"),
            new String[] {Touchpoints.AFFILIATE_ID},
            "left")
        .join(
            broadcast(
                versions
                    .filter(col(Terms.AFFILIATE_ID).isNull())
                    .select(col("versions").as("default_terms"))),
            lit(true),
            "left")
        .withColumn("term", term)
        .withColumn(
            WINDOW_S,
            when(
                    isView,
                    coalesce(
                        col("term").getField(Terms.VIEW_WINDOW_S),
                        lit(rules.viewWindow().toSeconds())))
                .otherwise(
                    coalesce(
                        col("term").getField(Terms.CLICK_WINDOW_S),
                        lit(rules.clickWindow().toSeconds()))))
        .withColumn(OrderAttribution.REFERRER_ID, lit(null).cast("string"))
        .drop("own_terms", "default_terms", "term");
  }

  /** All versions of the terms of one affiliate, or of the default (null), most specific first. */
  private static Dataset<Row> versions(Dataset<Row> terms) {
    return terms
        .groupBy(Terms.AFFILIATE_ID)
        .agg(
            sort_array(
                    collect_list(
                        struct(
                            col(Terms.CAMPAIGN_ID).isNotNull().as("is_for_campaign"),
                            col(Terms.VALID_FROM),
                            col(Terms.PROGRAM_ID),
                            col(Terms.CAMPAIGN_ID),
                            col(Terms.VALID_TO),
                            col(Terms.CLICK_WINDOW_S),
                            col(Terms.VIEW_WINDOW_S))),
                    false)
                .as("versions"));
  }

  private static Column termAt(Column at, Column campaign) {
    Column all =
        when(
            col(Touchpoints.AFFILIATE_ID).isNotNull(),
            flatten(filter(array(col("own_terms"), col("default_terms")), Column::isNotNull)));
    return get(
        filter(
            all,
            t ->
                t.getField(Terms.VALID_FROM)
                    .leq(at)
                    .and(coalesce(at.lt(t.getField(Terms.VALID_TO)), lit(true)))
                    .and(
                        coalesce(
                            t.getField(Terms.CAMPAIGN_ID).equalTo(campaign),
                            t.getField(Terms.CAMPAIGN_ID).isNull()))),
        lit(0));
  }
}
