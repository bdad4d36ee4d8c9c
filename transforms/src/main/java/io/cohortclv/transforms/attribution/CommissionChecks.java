package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.array_sort;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.make_dt_interval;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.CommissionCheck;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Table;
import io.cohortclv.transforms.table.Terms;
import java.math.BigDecimal;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What the terms promise beside what the network's ledger says. */
public final class CommissionChecks {
  private static final BigDecimal CENT = new BigDecimal("0.01");
  private static final String TERM = "term";
  private static final String KNOWN_TERMS = "known_terms";
  private static final String IS_CREDITED = "is_credited";
  private static final String IS_KNOWN = "is_known";

  /** What an action is booked with, to the cent: nothing once it is reversed. */
  public static final Column BOOKED =
      when(col(Commissions.STATE).equalTo(Commissions.REVERSED), lit(0))
          .otherwise(col(Commissions.PAYOUT))
          .cast(Table.PUBLISHED_MONEY);

  private CommissionChecks() {}

  /**
   * One {@link CommissionCheck} row an order and affiliate; those that are promised nothing and
   * have nothing booked are left out. Sums of both sides are those of the tables they come from.
   *
   * <p>The network names orders by the shop's id, without the system: two shops must not give one
   * id to two orders.
   *
   * @param orderAttribution credits of orders
   * @param orders every order known
   * @param commissions latest state of each action
   * @param terms commission terms, for how long until an action locks
   */
  public static Dataset<Row> check(
      Dataset<Row> orderAttribution,
      Dataset<Row> orders,
      Dataset<Row> commissions,
      Dataset<Row> terms) {
    String[] key = {CommissionCheck.ORDER_ID, CommissionCheck.AFFILIATE_ID};
    Dataset<Row> promised =
        orderAttribution
            .filter(
                col(OrderAttribution.IS_CONTRACT_MODEL)
                    .and(col(OrderAttribution.AFFILIATE_ID).isNotNull()))
            .groupBy(OrderAttribution.ORDER_ID, OrderAttribution.AFFILIATE_ID)
            .agg(
                sum(OrderAttribution.COMMISSION_EXPECTED).as(CommissionCheck.EXPECTED),
                max(col(OrderAttribution.COMMISSION_EXPECTED).isNotNull()).as(KNOWN_TERMS),
                min(lit(true)).as(IS_CREDITED));
    return booked(commissions, terms)
        .join(promised, key, "full")
        .join(known(orders), new String[] {CommissionCheck.ORDER_ID}, "left")
        .withColumn(CommissionCheck.EXPECTED, coalesce(col(CommissionCheck.EXPECTED), lit(0)))
        .withColumn(CommissionCheck.BOOKED, coalesce(col(CommissionCheck.BOOKED), lit(0)))
        .withColumn(CommissionCheck.ACTIONS, coalesce(col(CommissionCheck.ACTIONS), lit(0L)))
        .withColumn(
            CommissionCheck.IS_AFTER_LOCK, coalesce(col(CommissionCheck.IS_AFTER_LOCK), lit(false)))
        .filter(
            col(CommissionCheck.ACTIONS).gt(0).or(col(CommissionCheck.EXPECTED).notEqual(lit(0))))
        .withColumn(
            CommissionCheck.DIFFERENCE,
            col(CommissionCheck.BOOKED).minus(col(CommissionCheck.EXPECTED)))
        .withColumn(CommissionCheck.VERDICT, verdict())
        .transform(CommissionCheck.TABLE::conform);
  }

  private static Column verdict() {
    Column difference = col(CommissionCheck.DIFFERENCE);
    Column nothingBooked = col(CommissionCheck.BOOKED).equalTo(lit(0));
    return when(col(CommissionCheck.ACTIONS).equalTo(0), CommissionCheck.UNPAID)
        .when(col(IS_KNOWN).isNull().and(not(nothingBooked)), CommissionCheck.UNKNOWN_ORDER)
        .when(col(IS_CREDITED).isNull().and(not(nothingBooked)), CommissionCheck.NOT_CREDITED)
        .when(not(coalesce(col(KNOWN_TERMS), lit(true))), CommissionCheck.UNKNOWN_TERMS)
        .when(abs(difference).leq(lit(CENT)), CommissionCheck.MATCHED)
        .when(difference.gt(lit(0)), CommissionCheck.OVERPAID)
        .otherwise(CommissionCheck.UNDERPAID);
  }

  private static Dataset<Row> known(Dataset<Row> orders) {
    return orders
        .groupBy(Orders.ORDER_ID)
        .agg(min(Orders.ORDER_TS).as(CommissionCheck.ORDER_TS), min(lit(true)).as(IS_KNOWN));
  }

  private static Dataset<Row> booked(Dataset<Row> commissions, Dataset<Row> terms) {
    Column lock =
        coalesce(
            col(Commissions.LOCK_TS),
            col(Commissions.EVENT_TS)
                .plus(make_dt_interval(col(TERM).getField(Terms.LOCK_DAYS).cast("int"))));
    Column isLowered =
        col(Commissions.STATE).equalTo(Commissions.REVERSED).or(col(Commissions.PAYOUT).lt(lit(0)));
    Dataset<Row> actions = commissions.withColumn(Terms.CAMPAIGN_ID, lit(null).cast("string"));
    return TermVersions.withTerm(actions, terms, col(Commissions.EVENT_TS), TERM, Terms.LOCK_DAYS)
        .withColumn(CommissionCheck.LOCKED_TS, lock)
        .groupBy(Commissions.ORDER_ID, Commissions.AFFILIATE_ID)
        .agg(
            sum(BOOKED).as(CommissionCheck.BOOKED),
            count(lit(1)).as(CommissionCheck.ACTIONS),
            array_join(array_sort(collect_set(Commissions.STATE)), ", ").as(CommissionCheck.STATES),
            min(CommissionCheck.LOCKED_TS).as(CommissionCheck.LOCKED_TS),
            max(isLowered.and(
                    coalesce(
                        col(Contract.UPDATED_TS).gt(col(CommissionCheck.LOCKED_TS)), lit(false))))
                .as(CommissionCheck.IS_AFTER_LOCK));
  }
}
