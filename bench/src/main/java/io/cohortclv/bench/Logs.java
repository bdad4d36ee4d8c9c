package io.cohortclv.bench;

import static org.apache.spark.sql.functions.add_months;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.timestamp_seconds;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.trunc;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Coupons;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Table;
import io.cohortclv.transforms.table.Touchpoints;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructType;

/**
 * The yardstick's files in the shape of the product's tables, written once, with the same
 * identifiers as text; the peers read the plain files.
 */
final class Logs {
  private static final String SHOP = "shop";

  private static final int AFFILIATES = 200;
  private static final int CODES = 1_000;
  private static final int ROBOT_TOUCHES = 1_000_000;
  private static final int VISITORS = 100_000;

  private final SparkSession spark;
  private final String folder;
  private final Map<String, Dataset<Row>> tables = new HashMap<>();

  Logs(SparkSession spark, String folder) {
    this.spark = spark;
    this.folder = folder;
  }

  Dataset<Row> raw(String name) {
    return spark.read().parquet(folder + "/" + name + ".parquet");
  }

  Dataset<Row> orders() {
    return stored("orders", this::makeOrders);
  }

  private Dataset<Row> makeOrders() {
    Map<String, Column> columns = orderColumns();
    columns.put(CleanColumns.OUTCOME, lit(CleanColumns.ACCEPTED));
    columns.put(Orders.VISITOR_ID, col("customer_id").cast("string"));
    columns.put(Contract.UPDATED_TS, col("order_ts"));
    columns.put(Orders.STATUS, lit(Orders.PAID));
    columns.put(Orders.IS_TEST, lit(false));
    columns.put(Orders.SUBTOTAL, money(Table.MONEY));
    columns.put(Orders.DISCOUNT, lit(0));
    columns.put(Orders.CHANNEL, lit("web"));
    return select(raw("orders"), columns, Orders.CONTRACT.clean().schema());
  }

  Dataset<Row> orderValues() {
    return stored("order_value", this::makeOrderValues);
  }

  private Dataset<Row> makeOrderValues() {
    Map<String, Column> columns = orderColumns();
    columns.put(Table.ORDER_MONTH, trunc(to_date(col("order_ts")), "month"));
    columns.put(OrderValue.ORDERED_ON, to_date(col("order_ts")));
    columns.put(OrderValue.GROSS, money(Table.PUBLISHED_MONEY));
    columns.put(OrderValue.DISCOUNT, lit(0));
    columns.put(OrderValue.NET_REVENUE, money(Table.PUBLISHED_MONEY));
    columns.put(OrderValue.MARGIN, money(Table.PUBLISHED_MONEY));
    columns.put(OrderValue.COUNTED, lit(true));
    return select(raw("orders"), columns, OrderValue.TABLE.schema());
  }

  private static Map<String, Column> orderColumns() {
    Map<String, Column> columns = new HashMap<>();
    columns.put(CleanColumns.SOURCE_SYSTEM, lit(SHOP));
    columns.put(Orders.ORDER_ID, col("order_id"));
    columns.put(Orders.CUSTOMER_ID, col("customer_id"));
    columns.put(Orders.ORDER_TS, col("order_ts"));
    columns.put(Orders.CURRENCY, lit("EUR"));
    return columns;
  }

  Dataset<Row> touchpoints() {
    return stored("touchpoints", this::makeTouchpoints);
  }

  private Dataset<Row> makeTouchpoints() {
    Map<String, Column> columns = new HashMap<>();
    columns.put(CleanColumns.OUTCOME, lit(CleanColumns.ACCEPTED));
    columns.put(CleanColumns.SOURCE_SYSTEM, lit(SHOP));
    columns.put(Touchpoints.TOUCH_ID, col("click_id"));
    columns.put(Touchpoints.SOURCE_SEQ, col("click_id"));
    columns.put(Touchpoints.VISITOR_ID, col("visitor_id"));
    columns.put(Touchpoints.TOUCH_TS, col("click_ts"));
    columns.put(Contract.UPDATED_TS, col("click_ts"));
    columns.put(Touchpoints.TOUCH_TYPE, lit("click"));
    columns.put(Touchpoints.AFFILIATE_ID, col("affiliate_id"));
    columns.put(Touchpoints.IS_BOT, lit(false));
    columns.put(Touchpoints.IS_TEST, lit(false));
    return select(raw("clicks"), columns, Touchpoints.CONTRACT.clean().schema());
  }

  /** Touches of which one affiliate has every second, or each of them its even share. */
  Dataset<Row> touchpointsOfAffiliates(boolean skewed) {
    Column click = col(Touchpoints.TOUCH_ID).cast("bigint");
    Column even = concat(lit("even-"), pmod(click, lit(AFFILIATES)));
    return touchpoints()
        .withColumn(
            Touchpoints.AFFILIATE_ID,
            skewed ? when(pmod(click, lit(2)).equalTo(0), lit("half")).otherwise(even) : even);
  }

  /** The first million touches once more, all of one visitor or spread over many. */
  Dataset<Row> touchpointsOfVisitors(boolean skewed) {
    Dataset<Row> touches = touchpoints();
    Column number = col(Touchpoints.TOUCH_ID).cast("bigint");
    Column who = skewed ? lit("0") : pmod(xxhash64(number), lit(VISITORS)).cast("string");
    return touches.union(
        touches
            .filter(number.lt(ROBOT_TOUCHES))
            .withColumn(Touchpoints.VISITOR_ID, who)
            .withColumn(Touchpoints.TOUCH_ID, concat(lit("more-"), number))
            .select(Arrays.stream(touches.columns()).map(c -> col(c)).toArray(Column[]::new)));
  }

  /** Orders that all redeem one coupon code, or each one of a thousand. */
  Dataset<Row> ordersWithCoupons(boolean skewed) {
    Column even = concat(lit("CODE"), pmod(col(Orders.ORDER_ID).cast("bigint"), lit(CODES)));
    return orders().withColumn(Orders.COUPON_CODES, array(skewed ? lit("CODE0") : even));
  }

  /** The thousand codes, each of an affiliate of its own. */
  Dataset<Row> coupons() {
    Map<String, Column> columns = new HashMap<>();
    columns.put(CleanColumns.SOURCE_SYSTEM, lit(SHOP));
    columns.put(Coupons.CODE, concat(lit("CODE"), col("id")));
    columns.put(Coupons.AFFILIATE_ID, concat(lit("owner-"), col("id")));
    columns.put(Coupons.IS_EXCLUSIVE, lit(true));
    columns.put(Coupons.VALID_FROM, timestamp_seconds(lit(0)));
    return select(spark.range(CODES).toDF("id"), columns, Coupons.CONTRACT.clean().schema());
  }

  Dataset<Row> acquisitions() {
    return stored("customer_acquisition", this::makeAcquisitions);
  }

  private Dataset<Row> makeAcquisitions() {
    Map<String, Column> columns = new HashMap<>();
    columns.put(CustomerAcquisition.CUSTOMER_ID, col("customer_id"));
    columns.put(CustomerAcquisition.COHORT_MONTH, col("cohort_month"));
    columns.put(CustomerAcquisition.FIRST_ORDER_TS, add_months(col("cohort_month"), 0));
    columns.put(CustomerAcquisition.MODEL, lit("last_touch"));
    columns.put(CustomerAcquisition.IS_CONTRACT_MODEL, lit(true));
    columns.put(CustomerAcquisition.IS_LEFT_CENSORED, lit(false));
    columns.put(CustomerAcquisition.ACQUISITION_SHARE, lit(1.0));
    columns.put(CustomerAcquisition.AFFILIATE_ID, col("affiliate_id"));
    columns.put(
        CustomerAcquisition.SOURCE_TYPE,
        when(col("affiliate_id").isNull(), CustomerAcquisition.UNATTRIBUTED)
            .otherwise(CustomerAcquisition.AFFILIATE));
    return select(raw("acquired"), columns, CustomerAcquisition.TABLE.schema());
  }

  /** The customers' summaries, for tasks that start from them. */
  Dataset<Row> summaries(Supplier<Dataset<Row>> made) {
    return stored("customer_summary", made);
  }

  /** The table as it lies on disk; made the first time, which a warming round takes. */
  private Dataset<Row> stored(String name, Supplier<Dataset<Row>> made) {
    String path = folder + "/product/" + name + ".parquet";
    if (Files.notExists(Path.of(path, "_SUCCESS"))) {
      made.get().write().mode("overwrite").option("compression", "zstd").parquet(path);
    }
    // As the peers' views, whose schemas are known beforehand.
    return tables.computeIfAbsent(name, n -> spark.read().parquet(path));
  }

  /** No rows of that contract. */
  Dataset<Row> none(Contract contract) {
    return spark.createDataFrame(List.of(), contract.clean().schema());
  }

  private static Column money(DataType type) {
    return col("cents").cast("decimal(18,0)").divide(lit(100)).cast(type);
  }

  private static Dataset<Row> select(
      Dataset<Row> raw, Map<String, Column> columns, StructType schema) {
    return raw.select(
        Arrays.stream(schema.fields())
            .map(f -> columns.getOrDefault(f.name(), lit(null)).cast(f.dataType()).as(f.name()))
            .toArray(Column[]::new));
  }
}
