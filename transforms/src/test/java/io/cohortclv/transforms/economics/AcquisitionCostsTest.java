package io.cohortclv.transforms.economics;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.models.btyd.Nbd;
import io.cohortclv.models.btyd.NbdParameters;
import io.cohortclv.models.economics.DiscountRate;
import io.cohortclv.models.economics.ValueCurve;
import io.cohortclv.transforms.SharedSession;
import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.AffiliateEconomics;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.Costs;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.ReferralEvents;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class AcquisitionCostsTest {
  private final TypedRows acquisitions =
      TypedRows.of(CustomerAcquisition.TABLE.schema())
          .defaults("is_contract_model", true, "is_left_censored", false, "acquisition_share", 1.0)
          .defaults("source_type", "affiliate", "affiliate_id", "A", "affiliate_type", "content");
  private final TypedRows summaries =
      TypedRows.of(CustomerSummary.TABLE.schema())
          .defaults("age_days", 20.5, "acquisition_margin", 4.0, "first_order_on", "2024-12-11");
  private final TypedRows clv =
      TypedRows.of(CustomerClv.TABLE.schema()).defaults("segment_path", "all customers");
  private final TypedRows orders =
      TypedRows.of(OrderValue.TABLE.schema())
          .defaults("source_system", "shop", "counted", true, "order_ts", "2024-12-11T10:00:00Z")
          .defaults("ordered_on", "2024-12-11", "gross", "12", "discount", "0", "refunded", "0")
          .defaults("net_revenue", "12", "margin", "4");
  private final TypedRows commissions =
      TypedRows.of(Commissions.CONTRACT.clean().schema())
          .defaults("affiliate_id", "A", "program_id", "P", "payout", "10", "network_fee", "0")
          .defaults("event_ts", "2024-11-01T00:00:00Z");
  private final TypedRows costs =
      TypedRows.of(Costs.CONTRACT.clean().schema())
          .defaults("cost_date", "2024-12-05", "channel", "ads", "cost_type", "fixed");
  private final TypedRows events =
      TypedRows.of(ReferralEvents.CONTRACT.clean().schema())
          .defaults("event_ts", "2024-12-05T00:00:00Z", "program_id", "R");
  private final TypedRows credits = TypedRows.of(OrderAttribution.TABLE.schema());

  private Dataset<Row> list() {
    List<Row> endings = AcquisitionCosts.countEndings(commissions.dataset()).collectAsList();
    return AcquisitionCosts.list(
        commissions.dataset(),
        SharedSession.SPARK.createDataFrame(
            ApprovalRates.rows(endings), AcquisitionCosts.APPROVALS),
        credits.dataset(),
        costs.dataset(),
        events.dataset(),
        orders.dataset(),
        acquisitions.dataset(),
        Instant.parse("2025-01-01T00:00:00Z"),
        ZoneId.of("Europe/Berlin"));
  }

  private Map<String, Row> months() {
    Dataset<Row> owned =
        OwnedCustomers.own(
            acquisitions.dataset(),
            summaries.dataset(),
            clv.dataset(),
            orders.dataset(),
            Map.of(
                ModelRegistry.POOLED,
                ValueCurve.of(Nbd.of(new NbdParameters(1, 182.5)), 365, new DiscountRate(0))),
            365,
            1);
    return AffiliateMonths.sumByMonth(list(), owned).collectAsList().stream()
        .collect(
            Collectors.toMap(
                r ->
                    r.getAs(AffiliateEconomics.AFFILIATE_ID)
                        + " "
                        + r.getAs(AffiliateEconomics.PROGRAM_ID)
                        + " "
                        + r.getAs(AffiliateEconomics.MONTH),
                Function.identity()));
  }

  private void customers(int count) {
    for (int i = 0; i < count; i++) {
      acquisitions.row("customer_id", "c" + i);
      summaries.row("customer_id", "c" + i);
      clv.row("customer_id", "c" + i, "acquisition_clv", "10");
      orders.row("order_id", "o" + i, "customer_id", "c" + i);
    }
  }

  private static void has(Row row, String column, String amount) {
    assertThat(row.<BigDecimal>getAs(column)).as(column).isEqualByComparingTo(amount);
  }

  /**
   * Three actions were approved after 10 days and one was reversed after 45. Of a young pending one
   * (3 + ½)/(4 + 1) = 0.7 is expected, since one affiliate is its network; of one that has been
   * pending for 40 days, as only the reversed one was, ½/2 = 0.25.
   */
  @Test
  void pendingCommission_countsByTheChanceAtItsAge() {
    for (int i = 0; i < 3; i++) {
      commissions.row(
          "action_id", "a" + i, "state", "approved", "updated_ts", "2024-11-11T00:00:00Z");
    }
    commissions
        .row("action_id", "r", "state", "reversed", "updated_ts", "2024-12-16T00:00:00Z")
        .row("action_id", "p1", "state", "pending", "event_ts", "2024-12-27T00:00:00Z")
        .row(
            "action_id",
            "p2",
            "state",
            "held",
            "event_ts",
            "2024-11-22T00:00:00Z",
            "network_fee",
            "2");

    Map<String, Row> months = months();
    Row november = months.get("A P 2024-11-01");
    has(november, AffiliateEconomics.COMMISSION_SETTLED, "30");
    has(november, AffiliateEconomics.COMMISSION_PENDING, "10");
    has(november, AffiliateEconomics.COMMISSION_EXPECTED, "32.5");
    has(november, AffiliateEconomics.NETWORK_FEE, "0.5");
    has(november, AffiliateEconomics.TOTAL_COST, "33");
    has(months.get("A P 2024-12-01"), AffiliateEconomics.COMMISSION_EXPECTED, "7");
  }

  @Test
  void reversedAfterPayment_isPaidAndTakenBack() {
    commissions
        .row("action_id", "1", "state", "paid", "updated_ts", "2024-11-11T00:00:00Z")
        .row(
            "action_id",
            "1-back",
            "state",
            "approved",
            "payout",
            "-10",
            "updated_ts",
            "2024-12-11T00:00:00Z");

    Row november = months().get("A P 2024-11-01");
    has(november, AffiliateEconomics.COMMISSION_SETTLED, "0");
    has(november, AffiliateEconomics.TOTAL_COST, "0");
  }

  @Test
  void cac_isAllCostsOfTheMonthByItsNewCustomers() {
    customers(4);
    commissions.row(
        "action_id",
        "1",
        "state",
        "paid",
        "event_ts",
        "2024-12-11T10:00:00Z",
        "updated_ts",
        "2024-12-20T00:00:00Z",
        "network_fee",
        "2");
    costs
        .row("cost_id", "1", "affiliate_id", "A", "program_id", "P", "amount", "20")
        .row(
            "cost_id",
            "2",
            "affiliate_id",
            "A",
            "program_id",
            "P",
            "amount",
            "8",
            "cost_type",
            "bonus");

    Row december = months().get("A P 2024-12-01");
    assertThat(december.<Double>getAs(AffiliateEconomics.NEW_CUSTOMERS)).isEqualTo(4.0);
    has(december, AffiliateEconomics.FIXED_FEES, "20");
    has(december, AffiliateEconomics.BONUS, "8");
    // 10 + 2 + 20 + 8
    has(december, AffiliateEconomics.TOTAL_COST, "40");
    has(december, AffiliateEconomics.CAC, "10");
    has(december, AffiliateEconomics.UNALLOCATED_COST, "0");
  }

  /** Of 10.01 for a customer of two owners, 5.00 is one's and 5.01 the other's: no cent is lost. */
  @Test
  void discountsOfFirstOrders_areCostsOfWhoeverWonTheCustomer() {
    commissions.row("action_id", "1", "state", "reversed", "updated_ts", "2024-12-20T00:00:00Z");
    acquisitions
        .row("customer_id", "c1")
        .row("customer_id", "c2", "acquisition_share", 0.5)
        .row("customer_id", "c2", "acquisition_share", 0.5, "affiliate_id", "B")
        .row("customer_id", "c3", "is_left_censored", true)
        .row("customer_id", "c1", "is_contract_model", false, "affiliate_id", "B");
    for (String customer : List.of("c1", "c2", "c3")) {
      summaries.row("customer_id", customer);
      clv.row("customer_id", customer, "acquisition_clv", "10");
    }
    orders
        .row("order_id", "1", "customer_id", "c1", "acquisition_discount", "2.50")
        .row("order_id", "2", "customer_id", "c2", "acquisition_discount", "10.01")
        .row("order_id", "3", "customer_id", "c3", "acquisition_discount", "7");

    Map<String, Row> months = months();
    Row a = months.get("A P 2024-12-01");
    has(a, AffiliateEconomics.ACQUISITION_DISCOUNT, "7.50");
    has(a, AffiliateEconomics.TOTAL_COST, "7.50");
    // 7.50 / 1.5
    has(a, AffiliateEconomics.CAC, "5");
    has(months.get("B null 2024-12-01"), AffiliateEconomics.ACQUISITION_DISCOUNT, "5.01");
  }

  @Test
  void costsWithoutCustomers_areUnallocated() {
    costs
        .row("cost_id", "1", "affiliate_id", "B", "amount", "20")
        .row("cost_id", "2", "campaign_id", "spring", "amount", "7", "cost_type", "ads");
    events
        .row("event_id", "1", "event_type", "reward", "reward_amount", "5")
        .row(
            "event_id", "2", "event_type", "reward", "reward_side", "referee", "reward_amount", "3")
        .row("event_id", "3", "event_type", "reverse", "reward_amount", "5");

    Map<String, Row> months = months();
    Row b = months.get("B null 2024-12-01");
    assertThat(b.<BigDecimal>getAs(AffiliateEconomics.CAC)).isNull();
    has(b, AffiliateEconomics.UNALLOCATED_COST, "20");
    has(months.get("null null 2024-12-01"), AffiliateEconomics.AD_SPEND, "7");
    Row referrals = months.get("null R 2024-12-01");
    has(referrals, AffiliateEconomics.REFERRER_REWARD, "0");
    has(referrals, AffiliateEconomics.REFEREE_REWARD, "3");
    has(referrals, AffiliateEconomics.UNALLOCATED_COST, "3");
  }

  /** An action of midnight in Berlin on the first of December is one of December. */
  @Test
  void months_areThoseOfTheBusinessZone() {
    commissions.row(
        "action_id",
        "1",
        "state",
        "paid",
        "event_ts",
        "2024-11-30T23:30:00Z",
        "updated_ts",
        "2024-12-20T00:00:00Z");

    assertThat(months()).containsOnlyKeys("A P 2024-12-01");
  }
}
