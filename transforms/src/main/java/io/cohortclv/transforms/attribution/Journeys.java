package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.col;

import io.cohortclv.transforms.attribution.Journey.Touch;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Table;
import io.cohortclv.transforms.table.Touchpoints;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.apache.spark.api.java.function.CoGroupFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Brings each person's touches and counted orders together, with one shuffle of each and a merge of
 * the two in time (docs/adr/0005). Times travel as microseconds and money as minor units, which
 * rows carry far cheaper than timestamps and decimals.
 */
final class Journeys {
  /** Who was touched or ordered. */
  static final String PERSON = "person";

  static final String AT = "at";
  static final String TYPE_RANK = "type_rank";
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

  /** A touch, or a sign-up through a friend; the columns of a source are null in the latter. */
  static final StructType TOUCH =
      new StructType()
          .add(PERSON, TEXT)
          .add(AT, WHOLE)
          .add(TYPE_RANK, "int")
          .add(Touchpoints.SOURCE_SEQ, WHOLE)
          .add(Touchpoints.TOUCH_ID, TEXT)
          .add(OrderValue.SOURCE_SYSTEM, TEXT)
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
  static final StructType ORDER =
      new StructType()
          .add(PERSON, TEXT)
          .add(AT, WHOLE)
          .add(OrderValue.SOURCE_SYSTEM, TEXT)
          .add(OrderValue.ORDER_ID, TEXT)
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

  static final int ORDER_AT = ORDER.fieldIndex(AT);
  static final int ORDER_CUSTOMER = ORDER.fieldIndex(OrderValue.CUSTOMER_ID);

  private static final Column[] TOUCH_ORDER =
      columns(
          AT, TYPE_RANK, Touchpoints.SOURCE_SEQ, Touchpoints.TOUCH_ID, OrderValue.SOURCE_SYSTEM);

  private static final Column[] ORDER_ORDER =
      columns(AT, OrderValue.SOURCE_SYSTEM, OrderValue.ORDER_ID);

  private Journeys() {}

  /** What to make of journeys; sent to the executors. */
  interface SinkFactory extends java.io.Serializable {
    JourneyMerge.Sink create();
  }

  /**
   * The rows a sink makes of every person's journeys.
   *
   * @param made the schema of the rows made
   */
  static Dataset<Row> walk(
      JourneyLogs logs, AttributionRules rules, StructType made, SinkFactory sinks) {
    CoGroupFunction<String, Row, Row, Row> merge =
        (person, touched, ordered) -> new JourneyMerge(touched, ordered, rules, sinks.create());
    return logs.touches()
        .groupBy(PERSON)
        .as(Encoders.STRING(), Encoders.row(TOUCH))
        .cogroupSorted(
            logs.orders().groupBy(PERSON).as(Encoders.STRING(), Encoders.row(ORDER)),
            TOUCH_ORDER,
            ORDER_ORDER,
            merge,
            Encoders.row(made));
  }

  static long micros(Duration duration) {
    return TimeUnit.SECONDS.toMicros(duration.toSeconds());
  }

  /** A row of {@link #TOUCH} by position: names would be looked up for every touch. */
  static Touch touch(Row row) {
    return new Touch(
        row.getLong(1),
        row.getString(4),
        row.getString(6),
        row.getLong(7),
        row.getString(8),
        row.getString(9),
        row.getString(10),
        row.getString(11),
        row.getString(12),
        row.getString(13),
        row.getString(14),
        row.getLong(15),
        row.getBoolean(16));
  }

  /** The rows in the columns of that schema. */
  static Dataset<Row> conform(Dataset<Row> rows, StructType schema) {
    return rows.select(
        Arrays.stream(schema.fields())
            .map(f -> col(f.name()).cast(f.dataType()).as(f.name()))
            .toArray(Column[]::new));
  }

  private static Column[] columns(String... names) {
    return Arrays.stream(names).map(n -> col(n)).toArray(Column[]::new);
  }
}
