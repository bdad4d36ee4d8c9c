package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.transforms.attribution.CommissionChecks;
import io.cohortclv.transforms.attribution.Touches;
import io.cohortclv.transforms.events.Contradictions;
import io.cohortclv.transforms.table.AffiliateDaily;
import io.cohortclv.transforms.table.AffiliateEconomics;
import io.cohortclv.transforms.table.AttributionComparison;
import io.cohortclv.transforms.table.CohortRetention;
import io.cohortclv.transforms.table.CommissionCheck;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.Operations;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.RefundValue;
import io.cohortclv.transforms.table.Scorecards;
import io.cohortclv.transforms.table.SegmentClv;
import io.cohortclv.transforms.table.Table;
import io.cohortclv.transforms.table.Terms;
import io.cohortclv.transforms.table.Touchpoints;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Sums that must agree between the tables of a run, whatever the data. A difference is an error of
 * the program, and such a run is not published.
 */
final class Reconciliation {
  /** Both sides are published at two decimals or are sums of shares of customers. */
  private static final BigDecimal TOLERANCE = new BigDecimal("0.0005");

  private record Check(String name, String reason, BigDecimal left, BigDecimal right) {
    boolean holds() {
      return left.subtract(right).abs().compareTo(TOLERANCE) <= 0;
    }
  }

  private final List<Check> checks = new ArrayList<>();

  private Reconciliation() {}

  /** Makes every check of the run and notes them in ops.recon. */
  static void of(Lake lake, ClvConfig config, Run run) {
    Reconciliation reconciliation = new Reconciliation();
    reconciliation.compare(lake, config, run);
    reconciliation.note(lake, run);
    List<String> broken =
        reconciliation.checks.stream().filter(c -> !c.holds()).map(Check::name).toList();
    if (!broken.isEmpty()) {
      throw CommandException.data(
          "The tables of run "
              + run.runId()
              + " do not agree with each other ("
              + String.join("; ", broken)
              + "), so nothing was published. This is an error of the program, not of the data: see"
              + " clv show ops.recon, and report it with these figures.");
    }
  }

  private void compare(Lake lake, ClvConfig config, Run run) {
    Column counted = col(OrderValue.COUNTED);
    Column known = counted.and(col(OrderValue.CUSTOMER_ID).isNotNull());
    Row orders =
        one(
            lake,
            lake.read(OrderValue.TABLE, run),
            sum(when(counted, 1).otherwise(0)),
            sum(when(counted, col(OrderValue.NET_REVENUE))),
            countDistinct(when(known, col(OrderValue.CUSTOMER_ID))),
            sum(when(known, col(OrderValue.NET_REVENUE))),
            sum(when(known, col(OrderValue.MARGIN))),
            sum(OrderValue.REFUNDED));
    Row refunds = one(lake, lake.read(RefundValue.TABLE, run), sum(RefundValue.REFUNDED));
    Row credits =
        one(
            lake,
            lake.read(OrderAttribution.TABLE, run).filter(col(OrderAttribution.IS_CONTRACT_MODEL)),
            sum(OrderAttribution.CREDIT_SHARE),
            sum(OrderAttribution.CREDITED_NET),
            sum(
                when(
                    col(OrderAttribution.AFFILIATE_ID).isNotNull(),
                    col(OrderAttribution.CREDITED_NET))),
            sum(OrderAttribution.COMMISSION_EXPECTED));
    Row compared =
        one(
            lake,
            lake.read(AttributionComparison.TABLE, run)
                .filter(col(AttributionComparison.IS_CONTRACT_MODEL)),
            sum(AttributionComparison.CREDITED_NET));
    Column acquired = not(col(CustomerAcquisition.IS_LEFT_CENSORED));
    Row acquisitions =
        one(
            lake,
            lake.read(CustomerAcquisition.TABLE, run)
                .filter(col(CustomerAcquisition.IS_CONTRACT_MODEL)),
            sum(CustomerAcquisition.ACQUISITION_SHARE),
            sum(when(acquired, col(CustomerAcquisition.ACQUISITION_SHARE))));
    check("orders counted = orders credited", orders, 0, credits, 0);
    check("net revenue of orders = net revenue credited", orders, 1, credits, 1);
    check("refunded of orders = refunds of orders", orders, 5, refunds, 0);
    check("net revenue credited to affiliates = net revenue compared", credits, 2, compared, 0);
    checkCommissions(lake, run, credits);
    countTouchesLeftOut(lake, run);
    countContradictions(lake, run);
    check("customers who ordered = customers acquired", orders, 2, acquisitions, 0);
    if (config.attribution().only()) {
      return;
    }
    Row summaries =
        one(
            lake,
            lake.read(CustomerSummary.TABLE, run),
            count(lit(1)),
            sum(CustomerSummary.NET_REVENUE),
            sum(CustomerSummary.HIST_MARGIN));
    Row values =
        one(
            lake,
            lake.read(CustomerClv.TABLE, run),
            count(lit(1)),
            sum(CustomerClv.HIST_MARGIN),
            sum(
                col(CustomerClv.FIRST_MARGIN)
                    .plus(col(CustomerClv.REPEAT_MARGIN))
                    .plus(col(CustomerClv.RESIDUAL_H))),
            sum(CustomerClv.CLV_H),
            sum(CustomerClv.ACQUISITION_CLV));
    Row cohorts =
        one(
            lake,
            lake.read(CohortRetention.TABLE, run)
                .filter(
                    col(CohortRetention.AGE_MONTH)
                        .equalTo(lit(0))
                        .and(col(CohortRetention.COHORT_LEVEL).equalTo(CohortRetention.TYPE))),
            // Each of the periods has all customers.
            sum(CohortRetention.CUSTOMERS)
                .divide(countDistinct(col(CohortRetention.COHORT_PERIOD))));
    Row sources =
        one(
            lake,
            lake.read(Scorecards.SOURCE_SCORECARD, run),
            sum(Scorecards.N_CUSTOMERS),
            sum(Scorecards.ORDERS),
            sum(Scorecards.NET_REVENUE),
            sum(Scorecards.MARGIN),
            sum(col(Scorecards.CLV_RAW).multiply(col(Scorecards.N_CUSTOMERS))),
            sum(Scorecards.TOTAL_COST),
            sum(Scorecards.COST_ACQUISITION_DISCOUNT));

    check("customers who ordered = customers summarized", orders, 2, summaries, 0);
    check("net revenue of customers' orders = net revenue summarized", orders, 3, summaries, 1);
    check("margin of customers' orders = margin summarized", orders, 4, summaries, 2);
    check("customers summarized = customers scored", summaries, 0, values, 0);
    check("margin summarized = margin scored", summaries, 2, values, 1);
    check("margins and residual of customers = their clv_h", values, 2, values, 3);
    check("customers acquired = customers in cohorts", acquisitions, 1, cohorts, 0);
    check("customers acquired = customers in source_scorecard", acquisitions, 1, sources, 0);
    compareSegments(lake, run, values);
    compareScorecards(lake, run, sources);
    compareDays(lake, run, config.scorecard().dailyDays());
  }

  /** Credit and customers of the days that affiliate_daily covers. */
  private void compareDays(Lake lake, Run run, int days) {
    LocalDate before = run.asOf().minusDays(days);
    Column isOfAffiliate = col(OrderAttribution.AFFILIATE_ID).isNotNull();
    Row credited =
        one(
            lake,
            lake.read(OrderAttribution.TABLE, run)
                .filter(col(OrderAttribution.IS_CONTRACT_MODEL).and(isOfAffiliate))
                .join(
                    lake.read(OrderValue.TABLE, run)
                        .filter(col(OrderValue.ORDERED_ON).gt(lit(before)))
                        .select(OrderValue.SOURCE_SYSTEM, OrderValue.ORDER_ID),
                    OrderValue.KEY.toArray(new String[0])),
            sum(OrderAttribution.CREDIT_SHARE),
            sum(OrderAttribution.CREDITED_NET));
    Row acquired =
        one(
            lake,
            lake.read(CustomerAcquisition.TABLE, run)
                .filter(
                    col(CustomerAcquisition.IS_CONTRACT_MODEL)
                        .and(not(col(CustomerAcquisition.IS_LEFT_CENSORED)))
                        .and(isOfAffiliate))
                .join(
                    lake.read(CustomerSummary.TABLE, run)
                        .filter(col(CustomerSummary.FIRST_ORDER_ON).gt(lit(before)))
                        .select(CustomerSummary.CUSTOMER_ID),
                    new String[] {CustomerSummary.CUSTOMER_ID}),
            sum(CustomerAcquisition.ACQUISITION_SHARE));
    Row daily =
        one(
            lake,
            lake.read(AffiliateDaily.TABLE, run),
            sum(AffiliateDaily.ORDERS),
            sum(AffiliateDaily.NET_REVENUE),
            sum(AffiliateDaily.NEW_CUSTOMERS));
    check("orders credited to affiliates = orders in affiliate_daily", credited, 0, daily, 0);
    check("their net revenue credited = net revenue in affiliate_daily", credited, 1, daily, 1);
    check("customers of affiliates = new customers in affiliate_daily", acquired, 0, daily, 2);
  }

  /** What acquired customers ordered, are worth and cost, against the sums of the scorecards. */
  private void compareScorecards(Lake lake, Run run, Row sources) {
    String[] customer = {CustomerAcquisition.CUSTOMER_ID};
    Column share = col(CustomerAcquisition.ACQUISITION_SHARE);
    Dataset<Row> shares =
        lake.read(CustomerAcquisition.TABLE, run)
            .filter(
                col(CustomerAcquisition.IS_CONTRACT_MODEL)
                    .and(not(col(CustomerAcquisition.IS_LEFT_CENSORED))))
            .select(col(customer[0]), col(CustomerAcquisition.AFFILIATE_ID), share);
    Row bought =
        one(
            lake,
            lake.read(OrderValue.TABLE, run).filter(OrderValue.COUNTED).join(shares, customer),
            sum(share),
            sum(share.multiply(col(OrderValue.NET_REVENUE))),
            sum(share.multiply(col(OrderValue.MARGIN))),
            sum(share.multiply(col(OrderValue.ACQUISITION_DISCOUNT))));
    Row worth =
        one(
            lake,
            lake.read(CustomerClv.TABLE, run).join(shares, customer),
            sum(share.multiply(col(CustomerClv.ACQUISITION_CLV))),
            sum(when(col(CustomerAcquisition.AFFILIATE_ID).isNotNull(), share)));
    check("orders of acquired customers = orders in source_scorecard", bought, 0, sources, 1);
    check("their net revenue = net revenue in source_scorecard", bought, 1, sources, 2);
    check("their margin = margin in source_scorecard", bought, 2, sources, 3);
    check("their acquisition discounts = cost in source_scorecard", bought, 3, sources, 6);
    check("their acquisition_clv = clv_raw x customers in source_scorecard", worth, 0, sources, 4);
    if (!ValueJob.hasCosts(lake)) {
      return;
    }
    Column total = col(AffiliateEconomics.TOTAL_COST);
    Row costs =
        one(
            lake,
            lake.read(AffiliateEconomics.TABLE, run),
            sum(AffiliateEconomics.NEW_CUSTOMERS),
            sum(total),
            sum(when(col(AffiliateEconomics.NEW_CUSTOMERS).gt(lit(0)), total)),
            sum(AffiliateEconomics.UNALLOCATED_COST));
    check("customers of affiliates = customers in affiliate_economics", worth, 1, costs, 0);
    check("cost in source_scorecard = cost in affiliate_economics", sources, 5, costs, 1);
    checks.add(
        new Check(
            "cost in affiliate_economics = cost of new customers + unallocated",
            null,
            costs.getDecimal(1),
            costs.getDecimal(2).add(costs.getDecimal(3))));
    compareCommissions(lake, run);
  }

  /** The network's log against affiliate_scorecard, state by state. */
  private void compareCommissions(Lake lake, Run run) {
    Column state = col(Commissions.STATE);
    Column payout = col(Commissions.PAYOUT).cast(Table.PUBLISHED_MONEY);
    Row log =
        one(
            lake,
            lake.asOf(Commissions.CONTRACT, run),
            sum(when(state.isin("pending", "held"), payout)),
            sum(when(state.equalTo("approved"), payout)),
            sum(when(state.equalTo("paid"), payout)),
            sum(when(state.equalTo("reversed"), payout)));
    Row scored =
        one(
            lake,
            lake.read(Scorecards.AFFILIATE_SCORECARD, run),
            sum(Scorecards.COMMISSION_PENDING),
            sum(Scorecards.COMMISSION_APPROVED),
            sum(Scorecards.COMMISSION_PAID),
            sum(Scorecards.COMMISSION_REVERSED));
    check("commission pending in the log = in affiliate_scorecard", log, 0, scored, 0);
    check("commission approved in the log = in affiliate_scorecard", log, 1, scored, 1);
    check("commission paid in the log = in affiliate_scorecard", log, 2, scored, 2);
    check("commission reversed in the log = in affiliate_scorecard", log, 3, scored, 3);
  }

  /** Every dimension of segment_clv divides the same customers. */
  private void compareSegments(Lake lake, Run run, Row values) {
    Dataset<Row> segments = lake.read(SegmentClv.TABLE, run);
    for (String dimension : SegmentClv.DIMENSIONS) {
      Row sums =
          one(
              lake,
              segments.filter(col(SegmentClv.DIMENSION).equalTo(dimension)),
              sum(SegmentClv.CUSTOMERS),
              sum(SegmentClv.ACQUISITION_CLV));
      check("customers scored = customers by " + dimension, values, 0, sums, 0);
      check("acquisition_clv scored = acquisition_clv by " + dimension, values, 4, sums, 1);
    }
  }

  private void checkCommissions(Lake lake, Run run, Row credits) {
    if (!run.inputVersions().containsKey(Terms.CONTRACT.name())
        && !run.inputVersions().containsKey(Commissions.CONTRACT.name())) {
      return;
    }
    Row checked =
        one(
            lake,
            lake.read(CommissionCheck.TABLE, run),
            sum(CommissionCheck.EXPECTED),
            sum(CommissionCheck.BOOKED));
    Row booked = one(lake, lake.asOf(Commissions.CONTRACT, run), sum(CommissionChecks.BOOKED));
    check("commissions expected = commissions checked", credits, 3, checked, 0);
    check("commissions booked = commissions checked", booked, 0, checked, 1);
  }

  /** Touches that may not be credited are dropped, but not unseen. */
  private void countTouchesLeftOut(Lake lake, Run run) {
    if (!run.inputVersions().containsKey(Touchpoints.CONTRACT.name())) {
      return;
    }
    for (Row counted :
        lake.collectSmall(
            lake.asOf(Touchpoints.CONTRACT, run)
                .groupBy(Touches.LEFT_OUT.as(Operations.REASON))
                .agg(count(lit(1)).cast(Table.MONEY).as(Operations.LEFT))
                .filter(col(Operations.REASON).isNotNull()),
            Touches.REASONS,
            "reasons to leave a touch out")) {
      BigDecimal touches = counted.getAs(Operations.LEFT);
      checks.add(new Check("touches left out", counted.getAs(Operations.REASON), touches, touches));
    }
  }

  /** Rows that others contradict are used, but not unseen. */
  private void countContradictions(Lake lake, Run run) {
    if (run.inputVersions().containsKey(OrderItems.CONTRACT.name())) {
      tell(
          lake,
          "orders whose lines do not add up to the subtotal",
          Contradictions.ofSubtotals(
              lake.asOf(Orders.CONTRACT, run), lake.asOf(OrderItems.CONTRACT, run)));
    }
    if (run.inputVersions().containsKey(ReferralEvents.CONTRACT.name())) {
      tell(
          lake,
          "rewards of referrals that did not qualify",
          Contradictions.ofRewards(lake.asOf(ReferralEvents.CONTRACT, run)));
    }
  }

  /** Notes how many rows a stage left out, which nothing has to agree with; returns how many. */
  static long tell(Lake lake, Run run, String name, Dataset<Row> rows) {
    Reconciliation told = new Reconciliation();
    told.tell(lake, name, rows);
    told.note(lake, run);
    return told.checks.get(0).left().longValueExact();
  }

  private void tell(Lake lake, String name, Dataset<Row> rows) {
    Row counted = one(lake, rows, count(lit(1)));
    check(name, counted, 0, counted, 0);
  }

  private void check(String name, Row left, int leftColumn, Row right, int rightColumn) {
    checks.add(new Check(name, null, left.getDecimal(leftColumn), right.getDecimal(rightColumn)));
  }

  /** One row of sums, null sums as 0. */
  private static Row one(Lake lake, Dataset<Row> rows, Column... sums) {
    Column[] exact = new Column[sums.length];
    for (int i = 0; i < sums.length; i++) {
      exact[i] = coalesce(sums[i], lit(0)).cast(Table.MONEY).as("sum_" + i);
    }
    return lake.collectSmall(
            rows.agg(exact[0], Arrays.copyOfRange(exact, 1, exact.length)), 1, "rows of sums")
        .get(0);
  }

  private void note(Lake lake, Run run) {
    Timestamp now = Timestamp.from(Instant.now());
    lake.append(
        Operations.RECON,
        checks.stream()
            .map(
                c ->
                    RowFactory.create(
                        now,
                        null,
                        run.runId(),
                        null,
                        null,
                        c.name(),
                        c.reason(),
                        c.left(),
                        c.right(),
                        c.left().subtract(c.right())))
            .toList());
  }
}
