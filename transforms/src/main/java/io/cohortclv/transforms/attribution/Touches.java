package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.People;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Terms;
import io.cohortclv.transforms.table.Touchpoints;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Touches that may be credited, with the person touched and the window they hold for. */
public final class Touches {
  static final String DIRECT = CustomerAcquisition.DIRECT;

  private static final String VIEW = "view";
  private static final String TERM = "term";
  private static final long MICROS = TimeUnit.SECONDS.toMicros(1);

  /** All that attribution and stitching read of touches. */
  public static final List<String> COLUMNS =
      List.of(
          OrderAttribution.SOURCE_SYSTEM,
          Touchpoints.TOUCH_ID,
          Touchpoints.SOURCE_SEQ,
          Touchpoints.VISITOR_ID,
          Touchpoints.CUSTOMER_ID,
          Touchpoints.TOUCH_TS,
          Touchpoints.TOUCH_TYPE,
          Touchpoints.CHANNEL,
          Touchpoints.AFFILIATE_ID,
          Touchpoints.CAMPAIGN_ID,
          Touchpoints.SUB_ID1,
          Touchpoints.CLICK_ID,
          Touchpoints.LANDING_URL,
          Touchpoints.IS_BOT,
          Touchpoints.IS_TEST);

  /** Why a touch may not be credited; null for one that may. */
  public static final Column LEFT_OUT =
      when(col(Touchpoints.IS_BOT), "bot")
          .when(col(Touchpoints.IS_TEST), "test")
          .when(col(Touchpoints.TOUCH_TYPE).isin("cart", "checkout", "signup"), "funnel step");

  /** At most so many different {@link #LEFT_OUT}. */
  public static final int REASONS = 3;

  /** No bots, no tests, no steps of the shop's own funnel. */
  public static final Column IS_CREDITABLE = LEFT_OUT.isNull();

  private Touches() {}

  /**
   * What {@link Journeys#through} takes of touches that may be credited. The terms valid when a
   * touch happened set its window, an affiliate's own before the program's default.
   */
  static Dataset<Row> creditable(AttributionInputs inputs, AttributionRules rules) {
    Column isView = col(Touchpoints.TOUCH_TYPE).equalTo(VIEW);
    Column isAffiliate = col(Touchpoints.AFFILIATE_ID).isNotNull();
    Column channel = coalesce(col(Touchpoints.CHANNEL), lit(DIRECT));
    Column sourceType =
        when(isAffiliate, CustomerAcquisition.AFFILIATE)
            .when(
                col(Touchpoints.CAMPAIGN_ID).isNotNull().or(channel.notEqual(DIRECT)),
                CustomerAcquisition.CAMPAIGN)
            .otherwise(DIRECT);
    Column term = col(TERM);
    Column window =
        when(
                isView,
                coalesce(
                    term.getField(Terms.VIEW_WINDOW_S), lit(rules.windows().view().toSeconds())))
            .otherwise(
                coalesce(
                    term.getField(Terms.CLICK_WINDOW_S), lit(rules.windows().click().toSeconds())));
    Dataset<Row> touches =
        inputs
            .touchpoints()
            .filter(IS_CREDITABLE)
            .transform(
                t ->
                    TermVersions.withTerm(
                        t,
                        inputs.terms(),
                        col(Touchpoints.TOUCH_TS),
                        TERM,
                        Terms.CLICK_WINDOW_S,
                        Terms.VIEW_WINDOW_S))
            .withColumn(Journeys.WINDOW, window.multiply(lit(MICROS)))
            .withColumn(CustomerAcquisition.SOURCE_TYPE, sourceType);
    return withPool(touches, inputs.affiliates(), rules)
        .withColumn(
            People.NODE,
            coalesce(
                People.customer(Touchpoints.CUSTOMER_ID), People.visitor(Touchpoints.VISITOR_ID)))
        .transform(t -> withPerson(t, inputs.people()))
        .withColumn(Journeys.AT, unix_micros(col(Touchpoints.TOUCH_TS)))
        .withColumn(
            Journeys.RANK,
            when(isView, 0)
                .when(col(Touchpoints.TOUCH_TYPE).equalTo("visit"), 1)
                .when(col(Touchpoints.TOUCH_TYPE).equalTo("soft_click"), 2)
                .when(col(Touchpoints.TOUCH_TYPE).equalTo("click"), 3)
                .otherwise(4))
        .withColumn(
            Journeys.REPEAT_KEY,
            xxhash64(
                col(Touchpoints.VISITOR_ID),
                coalesce(col(Touchpoints.AFFILIATE_ID), lit("")),
                coalesce(col(Touchpoints.LANDING_URL), lit("")),
                col(Touchpoints.TOUCH_TYPE),
                coalesce(col(Touchpoints.CAMPAIGN_ID), channel)))
        .withColumn(Journeys.TIE, col(Touchpoints.TOUCH_ID))
        .withColumn(Journeys.FURTHER_TIE, col(OrderAttribution.SOURCE_SYSTEM))
        .withColumn(OrderAttribution.REFERRER_ID, lit(null))
        .withColumn(Journeys.YIELDS, lit(false));
  }

  /** Adds the state of the Markov chain that sources of a kind share; null where none is asked. */
  private static Dataset<Row> withPool(
      Dataset<Row> touches, Dataset<Row> affiliates, AttributionRules rules) {
    if (!rules.needsPaths()) {
      return touches.withColumn(Journeys.POOL, lit(null));
    }
    return AffiliateVersions.withType(touches, affiliates, col(Touchpoints.TOUCH_TS))
        .withColumn(
            Journeys.POOL,
            concat_ws(
                "/",
                coalesce(
                    col(CustomerAcquisition.AFFILIATE_TYPE), col(CustomerAcquisition.SOURCE_TYPE)),
                col(Touchpoints.CHANNEL)));
  }

  /** Adds the person of a {@link People#NODE}. */
  static Dataset<Row> withPerson(Dataset<Row> rows, Dataset<Row> people) {
    return rows.join(people, new String[] {People.NODE}, "left")
        .withColumn(Journeys.PERSON, coalesce(col(People.PERSON), col(People.NODE)));
  }

  /**
   * What {@link Journeys#through} takes of sign-ups through a friend, which hold for the customer's
   * next order.
   */
  static Dataset<Row> signUps(AttributionInputs inputs, AttributionRules rules) {
    Dataset<Row> rows =
        inputs
            .referralEvents()
            .filter(
                col(ReferralEvents.EVENT_TYPE)
                    .equalTo("signup")
                    .and(col(ReferralEvents.REFEREE_ID).notEqual(col(ReferralEvents.REFERRER_ID))))
            .withColumn(People.NODE, People.customer(ReferralEvents.REFEREE_ID))
            .transform(e -> withPerson(e, inputs.people()))
            .withColumn(Journeys.AT, unix_micros(col(ReferralEvents.EVENT_TS)))
            .withColumn(Journeys.RANK, lit(0))
            .withColumn(Journeys.TIE, col(ReferralEvents.EVENT_ID))
            .withColumn(Journeys.FURTHER_TIE, col(OrderAttribution.SOURCE_SYSTEM))
            .withColumn(
                Journeys.REPEAT_KEY,
                xxhash64(col(ReferralEvents.EVENT_ID), col(ReferralEvents.PROGRAM_ID)))
            .withColumn(CustomerAcquisition.SOURCE_TYPE, lit(CustomerAcquisition.REFERRAL))
            .withColumn(Journeys.WINDOW, lit(Journeys.micros(rules.windows().firstTouch())))
            .withColumn(Journeys.YIELDS, yields(rules));
    for (String ofTouches :
        new String[] {
          Touchpoints.SOURCE_SEQ,
          Touchpoints.CLICK_ID,
          Touchpoints.AFFILIATE_ID,
          Touchpoints.CAMPAIGN_ID,
          Touchpoints.CHANNEL,
          Touchpoints.SUB_ID1,
          Journeys.POOL
        }) {
      rows = rows.withColumn(ofTouches, lit(null));
    }
    return rows;
  }

  /** Whether a referral's program lets affiliates come first. */
  static Column yields(AttributionRules rules) {
    return col(ReferralEvents.PROGRAM_ID)
        .isin(rules.precedence().touchFirstPrograms().stream().sorted().toArray());
  }
}
