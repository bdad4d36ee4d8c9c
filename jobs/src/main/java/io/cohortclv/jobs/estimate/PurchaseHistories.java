package io.cohortclv.jobs.estimate;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.monotonically_increasing_id;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.try_to_date;
import static org.apache.spark.sql.functions.when;

import java.time.LocalDate;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/**
 * Orders made into purchase histories. A customer's orders on one day are one purchase; an amount
 * below 0 is none; an amount of 0 or an empty one is a purchase without spend. Ages run to the end
 * of calibration, and a day difference is a difference of dates.
 *
 * <p>Rows that count for nothing are carried along as counts, so that one pass over the file gives
 * both the histories and what to say about it.
 */
final class PurchaseHistories {
  static final String REPEATS = "repeats";
  static final String RECENCY_DAYS = "recency_days";
  static final String AGE_DAYS = "age_days";
  static final String HOLDOUT_PURCHASES = "holdout_purchases";
  static final String SPEND_DAYS = "spend_days";
  static final String SPEND = "spend";
  static final String SEGMENT = OrderFile.SEGMENT;
  static final String CUSTOMER = OrderFile.CUSTOMER;

  static final String GAP_DAYS = "gap_days";
  static final String GAPS = "gaps";

  static final String CUSTOMERS = "customers";
  static final String ROWS = "rows";
  static final String NO_CUSTOMER_ROWS = "no_customer_rows";
  static final String NEGATIVE_ROWS = "negative_rows";
  static final String ZERO_ROWS = "zero_rows";
  static final String EMPTY_ROWS = "empty_rows";
  static final String LAST_DAY = "last_day";

  /** Place in the file of the first row whose time, or amount, cannot be read. */
  static final String FIRST_BAD_TIME = "first_bad_time";

  static final String FIRST_BAD_AMOUNT = "first_bad_amount";

  /** Segment of customers whose first purchase names none, and of all when no column was named. */
  static final String NO_SEGMENT = "";

  /** Long-backed, so that sums are exact and fast; finer amounts are rounded half up. */
  private static final DecimalType MONEY = DataTypes.createDecimalType(18, 6);

  private static final String DAY = "day";
  private static final String POSITION = "position";
  private static final String PURCHASED = "purchased";
  private static final String FIRST = "first";
  private static final String LAST = "last";

  private PurchaseHistories() {}

  /** Orders with their day and amount, null where these cannot be read, and their place. */
  static Dataset<Row> withTypes(Dataset<Row> orders) {
    Column customer = trim(col(OrderFile.CUSTOMER).cast(DataTypes.StringType));
    Column amount = col(OrderFile.AMOUNT);
    return orders.select(
        when(customer.notEqual(""), customer).as(CUSTOMER),
        day(orders.schema().apply(OrderFile.TIME).dataType()).as(DAY),
        amount.try_cast(MONEY).as(SPEND),
        isFilled(amount).as(OrderFile.AMOUNT),
        coalesce(trim(col(OrderFile.SEGMENT).cast(DataTypes.StringType)), lit(NO_SEGMENT))
            .as(SEGMENT),
        monotonically_increasing_id().as(POSITION));
  }

  private static Column isFilled(Column value) {
    return value.isNotNull().and(trim(value.cast(DataTypes.StringType)).notEqual(""));
  }

  /** The day as written: 1997-01-31, with or without a time behind it, or 19970131. */
  private static Column day(DataType type) {
    Column time = col(OrderFile.TIME);
    if (type.equals(DataTypes.DateType)
        || type.equals(DataTypes.TimestampType)
        || type.equals(DataTypes.TimestampNTZType)) {
      return time.cast(DataTypes.DateType);
    }
    Column text = trim(time.cast(DataTypes.StringType));
    return when(
            text.rlike("^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([ T].*)?$"),
            text.try_cast(DataTypes.DateType))
        .when(text.rlike("^[0-9]{8}$"), try_to_date(text, "yyyyMMdd"));
  }

  /** One row a customer and day, with what was spent on it. */
  static Dataset<Row> byCustomerDay(Dataset<Row> typed) {
    Column spend = col(SPEND);
    Column unreadable = col(OrderFile.AMOUNT).and(spend.isNull());
    return typed
        .groupBy(CUSTOMER, DAY)
        .agg(
            sum(when(spend.gt(0), spend)).as(SPEND),
            count_if(coalesce(spend, lit(0)).geq(0)).as(PURCHASED),
            min(SEGMENT).as(SEGMENT),
            count(lit(1)).as(ROWS),
            count_if(spend.lt(0)).as(NEGATIVE_ROWS),
            count_if(spend.equalTo(0)).as(ZERO_ROWS),
            count_if(col(OrderFile.AMOUNT).equalTo(false)).as(EMPTY_ROWS),
            min(when(col(CUSTOMER).isNotNull().and(col(DAY).isNull()), col(POSITION)))
                .as(FIRST_BAD_TIME),
            min(when(unreadable, col(POSITION))).as(FIRST_BAD_AMOUNT));
  }

  /**
   * One row a customer. The history is null for customers without a purchase until the end of
   * calibration, and for the rows that name no customer.
   */
  static Dataset<Row> byCustomer(
      Dataset<Row> customerDays, LocalDate calibrationEnd, LocalDate holdoutEnd) {
    Column end = lit(calibrationEnd);
    Column purchase = isPurchase();
    Column calibration = purchase.and(col(DAY).leq(end));
    Column holdout = purchase.and(col(DAY).gt(end)).and(col(DAY).leq(lit(holdoutEnd)));
    Column firstDay = col(FIRST).getField(DAY);
    Column firstSpend = col(FIRST).getField(SPEND);
    return customerDays
        .groupBy(CUSTOMER)
        .agg(
            min(when(calibration, struct(col(DAY), col(SPEND), col(SEGMENT)))).as(FIRST),
            max(when(calibration, col(DAY))).as(LAST),
            count_if(calibration).as(REPEATS),
            count_if(holdout).as(HOLDOUT_PURCHASES),
            count(when(calibration, col(SPEND))).as(SPEND_DAYS),
            sum(when(calibration, col(SPEND))).as(SPEND),
            sum(ROWS).as(ROWS),
            sum(when(col(CUSTOMER).isNull(), col(ROWS)).otherwise(0)).as(NO_CUSTOMER_ROWS),
            sum(NEGATIVE_ROWS).as(NEGATIVE_ROWS),
            sum(ZERO_ROWS).as(ZERO_ROWS),
            sum(EMPTY_ROWS).as(EMPTY_ROWS),
            max(when(purchase, col(DAY))).as(LAST_DAY),
            min(FIRST_BAD_TIME).as(FIRST_BAD_TIME),
            min(FIRST_BAD_AMOUNT).as(FIRST_BAD_AMOUNT))
        .select(
            col(CUSTOMER),
            col(FIRST).getField(SEGMENT).as(SEGMENT),
            when(col(FIRST).isNotNull(), col(REPEATS).minus(1).cast(DataTypes.IntegerType))
                .as(REPEATS),
            datediff(col(LAST), firstDay).as(RECENCY_DAYS),
            datediff(end, firstDay).as(AGE_DAYS),
            col(HOLDOUT_PURCHASES).cast(DataTypes.IntegerType).as(HOLDOUT_PURCHASES),
            // All calibration days but the first.
            col(SPEND_DAYS)
                .minus(when(firstSpend.isNotNull(), 1).otherwise(0))
                .cast(DataTypes.IntegerType)
                .as(SPEND_DAYS),
            coalesce(col(SPEND), lit(0)).minus(coalesce(firstSpend, lit(0))).as(SPEND),
            col(ROWS),
            col(NO_CUSTOMER_ROWS),
            col(NEGATIVE_ROWS),
            col(ZERO_ROWS),
            col(EMPTY_ROWS),
            col(LAST_DAY),
            col(FIRST_BAD_TIME),
            col(FIRST_BAD_AMOUNT));
  }

  /**
   * One row a segment and length in days of a gap between one purchase of calibration and the
   * customer's next.
   */
  static Dataset<Row> gaps(Dataset<Row> customerDays, LocalDate calibrationEnd) {
    WindowSpec inTime = Window.partitionBy(CUSTOMER).orderBy(DAY);
    return customerDays
        .where(isPurchase().and(col(DAY).leq(lit(calibrationEnd))))
        .select(
            first(SEGMENT).over(inTime).as(SEGMENT),
            datediff(col(DAY), lag(DAY, 1).over(inTime)).as(GAP_DAYS))
        .where(col(GAP_DAYS).isNotNull())
        .groupBy(SEGMENT, GAP_DAYS)
        .agg(count(lit(1)).as(GAPS));
  }

  private static Column isPurchase() {
    return col(CUSTOMER).isNotNull().and(col(PURCHASED).gt(0));
  }

  /** One row a distinct history. */
  static Dataset<Row> distinct(Dataset<Row> customers) {
    return customers
        .groupBy(SEGMENT, REPEATS, RECENCY_DAYS, AGE_DAYS, HOLDOUT_PURCHASES, SPEND_DAYS, SPEND)
        .agg(
            count(CUSTOMER).as(CUSTOMERS),
            sum(ROWS).as(ROWS),
            sum(NO_CUSTOMER_ROWS).as(NO_CUSTOMER_ROWS),
            sum(NEGATIVE_ROWS).as(NEGATIVE_ROWS),
            sum(ZERO_ROWS).as(ZERO_ROWS),
            sum(EMPTY_ROWS).as(EMPTY_ROWS),
            max(LAST_DAY).as(LAST_DAY),
            min(FIRST_BAD_TIME).as(FIRST_BAD_TIME),
            min(FIRST_BAD_AMOUNT).as(FIRST_BAD_AMOUNT));
  }
}
