package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.add_months;
import static org.apache.spark.sql.functions.array_max;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.dense_rank;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.split_part;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.trunc;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.Table;
import io.cohortclv.transforms.table.Terms;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/**
 * What the terms promise an affiliate for a credit of the contract model: those valid at its touch,
 * or at the order for a code without a touch.
 *
 * <p>A suspended affiliate is promised nothing, nor is one whose terms pay for new customers only
 * or for some months only when the order is neither; flat amounts of another currency than the
 * reporting one are not known. A tier holds from its order of the calendar month on; caps count
 * orders by business day and month, those that pay nothing anyway left out.
 */
final class ExpectedCommissions {
  /** The order before refunds, after discounts. */
  static final String SALE = "sale";

  /** The order after refunds. */
  static final String NET = "net";

  /** When the customer's first counted order was; null for a guest. */
  static final String FIRST_TS = "first_ts";

  private static final DecimalType RATE = DataTypes.createDecimalType(18, 8);
  private static final String TERM = "term";
  private static final String AFFILIATE = "affiliate_then";
  private static final String DAY = "order_day";
  private static final String MONTH = "order_month_of_terms";
  private static final String IS_COUNTED = "is_counted";
  private static final String WHO = "who";
  private static final String PAYS = "pays";
  private static final String OF_DAY = "number_of_day";
  private static final String OF_MONTH = "number_of_month";

  private ExpectedCommissions() {}

  /**
   * Adds {@code commission_expected}: null where nothing is promised to anybody, and where no terms
   * are known.
   *
   * @param credits rows of {@link OrderAttribution} with {@link #SALE}, {@link #NET} and {@link
   *     #FIRST_TS}
   */
  static Dataset<Row> withExpected(
      Dataset<Row> credits, AttributionInputs inputs, CommissionRules rules) {
    Column paid =
        col(OrderAttribution.IS_CONTRACT_MODEL)
            .and(col(OrderAttribution.AFFILIATE_ID).isNotNull())
            .and(col(TERM).isNotNull());
    Column isSuspended =
        coalesce(
            col(AFFILIATE).getField(Affiliates.STATUS).equalTo(Affiliates.SUSPENDED), lit(false));
    Column isOld =
        coalesce(term(Terms.NEW_ONLY), lit(false)).and(not(col(OrderAttribution.IS_FIRST_ORDER)));
    Column ends =
        add_months(
            day(coalesce(col(FIRST_TS), col(OrderAttribution.ORDER_TS)), rules),
            term(Terms.RECURRING_MONTHS).cast("int"));
    Column isLate = coalesce(col(DAY).geq(ends), lit(false));
    Dataset<Row> judged =
        credits
            .transform(
                c ->
                    TermVersions.withTerm(
                        c,
                        inputs.terms(),
                        coalesce(col(OrderAttribution.TOUCH_TS), col(OrderAttribution.ORDER_TS)),
                        TERM,
                        Terms.RATE_TYPE,
                        Terms.RATE,
                        Terms.TIERS,
                        Terms.BASIS,
                        Terms.NEW_ONLY,
                        Terms.RECURRING_MONTHS,
                        Terms.DAILY_CAP,
                        Terms.MONTHLY_CAP,
                        Terms.CAP_AMOUNT,
                        Terms.CURRENCY))
            .transform(
                c ->
                    AffiliateVersions.withVersion(
                        c, inputs.affiliates(), col(OrderAttribution.ORDER_TS), AFFILIATE))
            .withColumn(DAY, day(col(OrderAttribution.ORDER_TS), rules))
            .withColumn(PAYS, paid.and(not(isSuspended)).and(not(isOld)).and(not(isLate)));
    return numbered(judged, rules)
        .withColumn(
            OrderAttribution.COMMISSION_EXPECTED,
            when(col(PAYS), promised(rules)).when(paid, lit(0)));
  }

  private static Column promised(CommissionRules rules) {
    Column isFlat = term(Terms.RATE_TYPE).equalTo("flat");
    Column basis = when(term(Terms.BASIS).equalTo("gross"), col(SALE)).otherwise(col(NET));
    Column known = not(isFlat).or(term(Terms.CURRENCY).equalTo(rules.currency()));
    Column ofOrder =
        when(isFlat, term(Terms.RATE).cast(RATE)).otherwise(rate().cast(RATE).multiply(basis));
    // A null cap is skipped.
    Column capped = least(ofOrder, term(Terms.CAP_AMOUNT).cast(ofOrderType()));
    Column share = col(OrderAttribution.CREDIT_SHARE);
    Column promised =
        when(share.equalTo(1.0), capped.cast(Table.PUBLISHED_MONEY))
            .otherwise(capped.cast("double").multiply(share).cast(Table.PUBLISHED_MONEY));
    Column isOver =
        coalesce(col(OF_DAY).gt(term(Terms.DAILY_CAP)), lit(false))
            .or(coalesce(col(OF_MONTH).gt(term(Terms.MONTHLY_CAP)), lit(false)));
    return when(known, when(isOver, lit(0)).otherwise(promised));
  }

  private static DecimalType ofOrderType() {
    return DataTypes.createDecimalType(38, 10);
  }

  /** Of tiers the highest that the order's number of the month reaches. */
  private static Column rate() {
    Column reached =
        filter(
            transform(
                term(Terms.TIERS),
                t ->
                    struct(
                        split_part(t, lit(":"), lit(1)).try_cast("int").as("from"),
                        split_part(t, lit(":"), lit(2)).try_cast("double").as("rate"))),
            t -> t.getField("from").leq(col(OF_MONTH)));
    return coalesce(
        when(term(Terms.RATE_TYPE).equalTo("tier"), array_max(reached).getField("rate")),
        term(Terms.RATE));
  }

  /** Adds the order's number among those of its affiliate's terms, by day and by month. */
  private static Dataset<Row> numbered(Dataset<Row> judged, CommissionRules rules) {
    if (!rules.countsOrders()) {
      return judged
          .withColumn(OF_DAY, lit(null).cast("int"))
          .withColumn(OF_MONTH, lit(null).cast("int"));
    }
    Column isCounted =
        col(PAYS)
            .and(
                CommissionRules.countsOrders(
                    term(Terms.TIERS), term(Terms.DAILY_CAP), term(Terms.MONTHLY_CAP)));
    // What is not counted is spread by its order, or one task would number everybody's.
    Column who =
        when(isCounted, concat_ws("/", col(OrderAttribution.AFFILIATE_ID), term(Terms.PROGRAM_ID)))
            .otherwise(
                concat_ws(
                    "/", col(OrderAttribution.SOURCE_SYSTEM), col(OrderAttribution.ORDER_ID)));
    Column[] inTime = {
      col(OrderAttribution.ORDER_TS),
      col(OrderAttribution.SOURCE_SYSTEM),
      col(OrderAttribution.ORDER_ID)
    };
    // The order's day is within its month, so that both find the rows where one shuffle put them.
    WindowSpec ofMonth = Window.partitionBy(IS_COUNTED, WHO, MONTH);
    return judged
        .withColumns(Map.of(IS_COUNTED, isCounted, WHO, who, MONTH, trunc(col(DAY), "month")))
        .withColumn(OF_MONTH, dense_rank().over(ofMonth.orderBy(inTime)))
        .withColumn(
            OF_DAY,
            dense_rank().over(Window.partitionBy(IS_COUNTED, WHO, MONTH, DAY).orderBy(inTime)));
  }

  private static Column day(Column at, CommissionRules rules) {
    return to_date(from_utc_timestamp(at, rules.zone().getId()));
  }

  private static Column term(String column) {
    return col(TERM).getField(column);
  }
}
