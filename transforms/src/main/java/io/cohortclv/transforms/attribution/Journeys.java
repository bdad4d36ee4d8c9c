package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.shiftright;

import io.cohortclv.transforms.attribution.Journey.Order;
import io.cohortclv.transforms.attribution.Journey.Touch;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerWalk;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Step;
import io.cohortclv.transforms.table.Table;
import io.cohortclv.transforms.table.Touchpoints;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Brings each person's touches and counted orders together in time (docs/adr/0005). Times travel as
 * microseconds and money as minor units, which rows carry far cheaper than timestamps and decimals.
 */
final class Journeys {
  /** Who was touched or ordered. */
  static final String PERSON = "person";

  static final String AT = "at";

  /** Of touches at one instant the stronger kind comes later, and orders after all of them. */
  static final String RANK = "rank";

  /** What orders rows of one instant and rank, after the number within the source. */
  static final String TIE = "tie";

  static final String FURTHER_TIE = "further_tie";
  static final int RANK_OF_ORDERS = 9;

  static final String REPEAT_KEY = "repeat_key";
  static final String POOL = "pool";
  static final String WINDOW = "window";

  /** Whether a sign-up's or code's program lets affiliates come first. */
  static final String YIELDS = "yields";

  /** Net revenue in minor units. */
  static final String CENTS = "cents";

  /** The order before refunds, after discounts, in minor units. */
  static final String SALE = "sale";

  static final String CODE_EVENT = "code_event";

  private static final String TEXT = "string";
  private static final String WHOLE = "bigint";

  /** A moment of the walk is 2^20 microseconds, a little more than a second. */
  private static final int MOMENT_BITS = 20;

  /**
   * What both have beside their person; ties are a touch's id and system, an order's system and id.
   */
  private static final StructType COMMON =
      new StructType()
          .add(AT, WHOLE)
          .add(RANK, "int")
          .add(Touchpoints.SOURCE_SEQ, WHOLE)
          .add(TIE, TEXT)
          .add(FURTHER_TIE, TEXT);

  /** A touch, or a sign-up through a friend; the columns of a source are null in the latter. */
  private static final StructType TOUCH =
      new StructType()
          .add(Touchpoints.CLICK_ID, TEXT)
          .add(REPEAT_KEY, WHOLE)
          .add(CustomerAcquisition.SOURCE_TYPE, TEXT)
          .add(Touchpoints.AFFILIATE_ID, TEXT)
          .add(Touchpoints.CAMPAIGN_ID, TEXT)
          .add(Touchpoints.CHANNEL, TEXT)
          .add(Touchpoints.SUB_ID1, TEXT)
          .add(OrderAttribution.REFERRER_ID, TEXT)
          .add(POOL, TEXT)
          .add(WINDOW, WHOLE)
          .add(YIELDS, "boolean");

  /** A counted order, with the codes redeemed with it. */
  private static final StructType ORDER =
      new StructType()
          .add(OrderValue.CUSTOMER_ID, TEXT)
          .add(Table.ORDER_MONTH, "int")
          .add(CENTS, WHOLE)
          .add(OrderAttribution.DISCOUNT_RATE, "double")
          .add(CODE_EVENT, TEXT)
          .add(OrderAttribution.REFERRER_ID, TEXT)
          .add(YIELDS, "boolean")
          .add(OrderAttribution.COUPON, TEXT)
          .add(Touchpoints.AFFILIATE_ID, TEXT)
          .add(OrderAttribution.COUPON_STATE, TEXT)
          .add(SALE, WHOLE);

  /** The first of the logs walked through; others are of touches. */
  private static final int ORDERS = 0;

  /** Positions in a log, after the person and the moment. */
  private static final int AT_OF = 2 + COMMON.fieldIndex(AT);

  private static final int TIE_OF = 2 + COMMON.fieldIndex(TIE);
  private static final int FURTHER_TIE_OF = 2 + COMMON.fieldIndex(FURTHER_TIE);
  private static final int OWN = 2 + COMMON.size();

  private Journeys() {}

  /** What to make of journeys; sent to the executors, and made once a partition there. */
  interface SinkFactory extends Serializable {
    PersonWalk.Sink create();
  }

  /** Orders and touches side by side, person by person and in time. */
  @SafeVarargs
  static CustomerWalk through(Dataset<Row> orders, Dataset<Row>... touches) {
    List<Dataset<Row>> logs = new ArrayList<>();
    logs.add(orders.select(steps(ORDER)));
    for (Dataset<Row> some : touches) {
      logs.add(some.select(steps(TOUCH)));
    }
    return CustomerWalk.through(COMMON.size(), logs);
  }

  private static Column[] steps(StructType own) {
    return Stream.of(
            Stream.of(col(PERSON), shiftright(col(AT), MOMENT_BITS)), typed(COMMON), typed(own))
        .flatMap(s -> s)
        .toArray(Column[]::new);
  }

  private static Stream<Column> typed(StructType schema) {
    return Arrays.stream(schema.fields()).map(f -> col(f.name()).cast(f.dataType()).as(f.name()));
  }

  /**
   * The rows a sink makes of every person's journeys.
   *
   * @param made the schema of the rows made
   */
  static Dataset<Row> walk(
      JourneyLogs logs, AttributionRules rules, StructType made, SinkFactory sinks) {
    return logs.steps().make(made, rows -> PersonWalk.ofPartition(rules, sinks.create(), rows));
  }

  static long micros(Duration duration) {
    return TimeUnit.SECONDS.toMicros(duration.toSeconds());
  }

  static boolean isOrder(Step step) {
    return step.log() == ORDERS;
  }

  /** By position: names would be looked up for every touch. */
  static Touch touch(Step step) {
    return new Touch(
        step.getLong(AT_OF),
        step.getString(TIE_OF),
        step.getString(OWN),
        step.getLong(OWN + 1),
        step.getString(OWN + 2),
        step.getString(OWN + 3),
        step.getString(OWN + 4),
        step.getString(OWN + 5),
        step.getString(OWN + 6),
        step.getString(OWN + 7),
        step.getString(OWN + 8),
        step.getLong(OWN + 9),
        step.getBoolean(OWN + 10));
  }

  /** By position, as touches. */
  static Order order(Step step) {
    return new Order(
        step.getLong(AT_OF),
        step.getString(TIE_OF),
        step.getString(FURTHER_TIE_OF),
        step.getString(OWN),
        step.getInt(OWN + 1),
        step.getLong(OWN + 2),
        step.isNullAt(OWN + 3) ? null : (Double) step.getDouble(OWN + 3),
        step.getString(OWN + 4),
        step.getString(OWN + 5),
        step.getBoolean(OWN + 6),
        step.getString(OWN + 7),
        step.getString(OWN + 8),
        step.getString(OWN + 9),
        step.getLong(OWN + 10));
  }
}
