package io.cohortclv.transforms.economics;

import static org.apache.spark.sql.functions.ceil;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.log;
import static org.apache.spark.sql.functions.map;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.try_element_at;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.models.economics.ValueCurve;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.MinorUnits;
import io.cohortclv.transforms.table.ModelRegistry;
import io.cohortclv.transforms.table.OrderValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Acquired customers with all that scorecards add up, one row a customer and owner by the contract
 * model. Money is in whole hundredths.
 */
public final class OwnedCustomers {
  /** Kind of owner: the affiliate's type, else the source type. */
  static final String KIND = "kind";

  static final String SHARE = CustomerAcquisition.ACQUISITION_SHARE;
  static final String ORDERS = "orders";
  static final String GROSS = OrderValue.GROSS;
  static final String DISCOUNT = OrderValue.DISCOUNT;
  static final String REFUNDED = OrderValue.REFUNDED;
  static final String NET = OrderValue.NET_REVENUE;
  static final String MARGIN = OrderValue.MARGIN;
  static final String ORDERS_365 = "orders_365";

  /** The first order after its discount: what a commission on it is reckoned on. */
  static final String FIRST_NET = "first_net";

  /** Share of the horizon value that is expected to have come by the customer's age. */
  static final String SEEN = "seen";

  /** The margin that has come, as if all had: acquisition margin / seen. */
  static final String VALUE = "value";

  /** Margin by whole months of 30.4375 days after the first order, cumulative from month 1. */
  static final String MARGIN_BY_MONTH = "margin_by_month_";

  static final double DAYS_A_MONTH = 365.25 / 12;

  /** Buckets of values are so narrow: 5 %. */
  private static final double BUCKETS_PER_LOG = 20;

  /** Bucket of values that are not positive. */
  private static final long NOT_POSITIVE = Long.MIN_VALUE;

  static final String BUCKET = "bucket";
  static final String CUSTOMERS = "customers";

  private OwnedCustomers() {}

  /**
   * One row a customer and owner.
   *
   * @param acquisitions {@link CustomerAcquisition} rows; left-censored customers stay out
   * @param curves how value builds up, by segment path of {@link CustomerClv}, the pooled one under
   *     {@link ModelRegistry#POOLED}
   * @param horizonDays H of the acquisition value
   * @param months how many months of cumulative margin
   */
  public static Dataset<Row> own(
      Dataset<Row> acquisitions,
      Dataset<Row> summaries,
      Dataset<Row> clv,
      Dataset<Row> orderValues,
      Map<String, ValueCurve> curves,
      int horizonDays,
      int months) {
    String[] customer = {CustomerAcquisition.CUSTOMER_ID};
    Dataset<Row> customers =
        summaries
            .select(
                col(CustomerSummary.CUSTOMER_ID),
                col(CustomerSummary.AGE_DAYS),
                col(CustomerSummary.ACQUISITION_MARGIN),
                col(CustomerSummary.FIRST_ORDER_ON),
                col(CustomerSummary.SECOND_ORDER_ON),
                col(CustomerSummary.SURVIVAL_DAYS),
                col(CustomerSummary.CHURNED),
                col(CustomerSummary.RETAINED_365))
            .join(
                clv.select(
                    col(CustomerClv.CUSTOMER_ID),
                    MinorUnits.of(col(CustomerClv.ACQUISITION_CLV)).as(CustomerClv.ACQUISITION_CLV),
                    col(CustomerClv.CLV_QUINTILE),
                    col(CustomerClv.SEGMENT_PATH)),
                customer);
    Dataset<Row> bought = bought(orderValues, summaries, months);
    return acquisitions
        .filter(CustomerAcquisition.COUNTS)
        .select(
            col(CustomerAcquisition.CUSTOMER_ID),
            col(CustomerAcquisition.SOURCE_TYPE),
            col(CustomerAcquisition.AFFILIATE_ID),
            col(CustomerAcquisition.CAMPAIGN_ID),
            col(CustomerAcquisition.SUB_ID),
            col(SHARE),
            coalesce(
                    when(
                        col(CustomerAcquisition.AFFILIATE_ID).isNotNull(),
                        col(CustomerAcquisition.AFFILIATE_TYPE)),
                    col(CustomerAcquisition.SOURCE_TYPE))
                .as(KIND))
        .join(customers, customer)
        .join(bought, customer)
        .withColumn(SEEN, seen(curves, horizonDays))
        .withColumn(VALUE, col(CustomerSummary.ACQUISITION_MARGIN).divide(col(SEEN)));
  }

  /** What each customer ordered. */
  private static Dataset<Row> bought(Dataset<Row> orderValues, Dataset<Row> summaries, int months) {
    Column age = datediff(col(OrderValue.ORDERED_ON), col(CustomerSummary.FIRST_ORDER_ON));
    Column margin = MinorUnits.of(col(OrderValue.MARGIN));
    List<Column> sums = new ArrayList<>();
    sums.add(sum(MinorUnits.of(col(OrderValue.GROSS))).as(GROSS));
    sums.add(sum(MinorUnits.of(col(OrderValue.DISCOUNT))).as(DISCOUNT));
    sums.add(sum(MinorUnits.of(col(OrderValue.REFUNDED))).as(REFUNDED));
    sums.add(sum(MinorUnits.of(col(OrderValue.NET_REVENUE))).as(NET));
    sums.add(sum(margin).as(MARGIN));
    sums.add(sum(when(age.lt(lit(365)), 1L).otherwise(0L)).as(ORDERS_365));
    sums.add(
        min_by(
                MinorUnits.of(col(OrderValue.GROSS).minus(col(OrderValue.DISCOUNT))),
                struct(
                    col(OrderValue.ORDER_TS),
                    col(OrderValue.SOURCE_SYSTEM),
                    col(OrderValue.ORDER_ID)))
            .as(FIRST_NET));
    for (int month = 1; month <= months; month++) {
      sums.add(
          sum(when(age.lt(lit(month * DAYS_A_MONTH)), margin).otherwise(0L))
              .as(MARGIN_BY_MONTH + month));
    }
    return orderValues
        .filter(col(OrderValue.COUNTED).and(col(OrderValue.CUSTOMER_ID).isNotNull()))
        .join(
            summaries.select(col(CustomerSummary.CUSTOMER_ID), col(CustomerSummary.FIRST_ORDER_ON)),
            new String[] {OrderValue.CUSTOMER_ID})
        .groupBy(OrderValue.CUSTOMER_ID)
        .agg(count(lit(1)).as(ORDERS), sums.toArray(new Column[0]));
  }

  /** The curve of the customer's segment, tabulated by whole days of age. */
  private static Column seen(Map<String, ValueCurve> curves, int horizonDays) {
    SortedMap<String, ValueCurve> sorted = new TreeMap<>(curves);
    Column[] pairs =
        sorted.entrySet().stream()
            .flatMap(e -> Stream.of(lit(e.getKey()), lit(table(e.getValue(), horizonDays))))
            .toArray(Column[]::new);
    Column curve =
        coalesce(
            try_element_at(map(pairs), col(CustomerClv.SEGMENT_PATH)),
            lit(table(curves.get(ModelRegistry.POOLED), horizonDays)));
    Column day = least(floor(col(CustomerSummary.AGE_DAYS)), lit((long) horizonDays)).cast("int");
    return element_at(curve, day.plus(lit(1)));
  }

  /** Shares in the middle of each day of age from 0 on, and the whole from the horizon on. */
  private static double[] table(ValueCurve curve, int horizonDays) {
    return IntStream.rangeClosed(0, horizonDays).mapToDouble(d -> curve.shareBy(d + 0.5)).toArray();
  }

  /**
   * How values are spread in each kind: {@link #KIND}, {@link #BUCKET}, {@link #CUSTOMERS}, {@link
   * #SEEN} and {@link #VALUE} as sums of weight and of weight times value, in millionths.
   */
  public static Dataset<Row> countValues(Dataset<Row> owned) {
    Column weight = col(SHARE).multiply(col(SEEN));
    Column bucket =
        when(
                col(VALUE).gt(lit(0)),
                ceil(log(col(VALUE)).multiply(lit(BUCKETS_PER_LOG))).cast("long"))
            .otherwise(lit(NOT_POSITIVE));
    return owned
        .groupBy(col(KIND), bucket.as(BUCKET))
        .agg(
            count(lit(1)).as(CUSTOMERS),
            sum(millionths(weight)).as(SEEN),
            sum(millionths(weight.multiply(col(VALUE)))).as(VALUE));
  }

  /** Rows of {@link #countValues} by kind, each kind's ascending. */
  static Map<String, List<Row>> byKind(List<Row> counts) {
    return counts.stream()
        .sorted((a, b) -> Long.compare(a.getAs(BUCKET), b.getAs(BUCKET)))
        .collect(Collectors.groupingBy(row -> row.getAs(KIND), TreeMap::new, Collectors.toList()));
  }

  /** Upper bound of a bucket of {@link #countValues}. */
  static double upTo(long bucket) {
    return bucket == NOT_POSITIVE ? 0 : Math.exp(bucket / BUCKETS_PER_LOG);
  }

  /** A real number as whole millionths, whose sums are the same in any order. */
  static Column millionths(Column real) {
    return rint(real.multiply(lit(1e6))).cast("long");
  }
}
