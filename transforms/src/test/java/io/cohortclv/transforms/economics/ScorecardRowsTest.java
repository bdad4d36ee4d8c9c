package io.cohortclv.transforms.economics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.btyd.Nbd;
import io.cohortclv.models.btyd.NbdParameters;
import io.cohortclv.models.economics.DiscountRate;
import io.cohortclv.models.economics.ValueCurve;
import io.cohortclv.models.shrink.ValueCap;
import io.cohortclv.transforms.SharedSession;
import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.Costs;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Scorecards;
import io.cohortclv.transforms.table.Table;
import io.cohortclv.transforms.table.Touchpoints;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class ScorecardRowsTest {
  private static final int MONTHS = 12;

  /** Two repeats a year: a third of a year's value comes at once, two thirds in half a year. */
  private static final ValueCurve CURVE =
      ValueCurve.of(Nbd.of(new NbdParameters(1, 182.5)), 365, new DiscountRate(0));

  private final TypedRows acquisitions =
      TypedRows.of(CustomerAcquisition.TABLE.schema())
          .defaults("is_contract_model", true, "is_left_censored", false, "acquisition_share", 1.0)
          .defaults("source_type", "affiliate", "affiliate_id", "A", "affiliate_type", "content");
  private final TypedRows summaries =
      TypedRows.of(CustomerSummary.TABLE.schema())
          .defaults("first_order_on", "2023-01-01", "age_days", 730.5, "retained_365", true)
          .defaults("survival_days", 600L, "churned", false);
  private final TypedRows clv =
      TypedRows.of(CustomerClv.TABLE.schema())
          .defaults("clv_quintile", 3, "segment_path", "all customers");
  private final TypedRows orders =
      TypedRows.of(OrderValue.TABLE.schema())
          .defaults("source_system", "shop", "counted", true, "order_ts", "2023-01-01T10:00:00Z")
          .defaults("ordered_on", "2023-01-01", "gross", "12", "discount", "1", "refunded", "1")
          .defaults("net_revenue", "10", "margin", "4");
  private final TypedRows touches =
      TypedRows.of(Touchpoints.CONTRACT.clean().schema())
          .defaults("touch_type", "click", "is_bot", false, "is_test", false, "visitor_id", "v");
  private final TypedRows commissions =
      TypedRows.of(Commissions.CONTRACT.clean().schema())
          .defaults("affiliate_id", "A", "program_id", "P", "network_fee", "0")
          .defaults("event_ts", "2024-12-01T00:00:00Z", "updated_ts", "2024-12-31T00:00:00Z");
  private final TypedRows costs =
      TypedRows.of(Costs.CONTRACT.clean().schema())
          .defaults("cost_date", "2024-12-05", "channel", "affiliate", "cost_type", "fixed");
  private final TypedRows events = TypedRows.of(ReferralEvents.CONTRACT.clean().schema());
  private final TypedRows credits = TypedRows.of(OrderAttribution.TABLE.schema());

  private boolean hasCosts = true;

  private Dataset<Row> owned() {
    return OwnedCustomers.own(
        acquisitions.dataset(),
        summaries.dataset(),
        clv.dataset(),
        orders.dataset(),
        Map.of(ModelRegistry.POOLED, CURVE),
        365,
        MONTHS);
  }

  private Dataset<Row> costList(List<Row> endings) {
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
        ZoneOffset.UTC);
  }

  private ScorecardRows scorecards() {
    Map<String, ValueCap> caps =
        PartnerValues.caps(OwnedCustomers.countValues(owned()).collectAsList(), 0.99);
    List<Row> sums = OwnerSums.sumByOwner(owned(), caps, MONTHS).collectAsList();
    List<Row> endings = AcquisitionCosts.countEndings(commissions.dataset()).collectAsList();
    Map<String, String> types = Map.of("A", "content");
    return new ScorecardRows(
        sums,
        TouchSums.countByOwner(touches.dataset()).collectAsList(),
        AcquisitionCosts.sumByOwner(costList(endings)).collectAsList(),
        hasCosts,
        endings,
        types,
        PartnerValues.of(sums, types),
        new ScorecardRows.Settings(3, MONTHS, 1, CURVE));
  }

  private static Map<String, Map<String, Object>> named(Table table, List<Row> rows) {
    Map<String, Map<String, Object>> named = new TreeMap<>();
    for (Row row : rows) {
      Map<String, Object> values = new HashMap<>();
      for (int i = 0; i < table.columns().size(); i++) {
        values.put(table.columns().get(i), row.get(i));
      }
      named.put(row.getString(0), values);
    }
    return named;
  }

  private Map<String, Map<String, Object>> affiliates() {
    return named(Scorecards.AFFILIATE_SCORECARD, scorecards().ofAffiliates());
  }

  private static BigDecimal money(String amount) {
    return new BigDecimal(amount);
  }

  @Test
  void affiliate_isTheSumOfItsCustomers() {
    acquisitions.row("customer_id", "c1").row("customer_id", "c2");
    summaries
        .row("customer_id", "c1", "acquisition_margin", 8.0, "second_order_on", "2023-03-01")
        .row("customer_id", "c2", "acquisition_margin", 4.0, "retained_365", false);
    clv.row("customer_id", "c1", "acquisition_clv", "100", "clv_quintile", 5)
        .row("customer_id", "c2", "acquisition_clv", "50");
    orders
        .row("order_id", "1", "customer_id", "c1")
        .row("order_id", "2", "customer_id", "c1", "ordered_on", "2023-03-01", "gross", "32")
        .row("order_id", "3", "customer_id", "c2")
        .row("order_id", "4", "customer_id", "c2", "counted", false);
    touches
        .row("touch_id", "1", "affiliate_id", "A")
        .row("touch_id", "2", "affiliate_id", "A")
        .row("touch_id", "3", "affiliate_id", "A", "visitor_id", "w")
        .row("touch_id", "4", "affiliate_id", "A", "is_bot", true)
        .row("touch_id", "5", "affiliate_id", "A", "touch_type", "view")
        .row("touch_id", "6", "affiliate_id", "A", "touch_type", "signup");
    commissions
        .row("action_id", "1", "state", "paid", "payout", "3", "network_fee", "0.6")
        .row("action_id", "2", "state", "reversed", "payout", "9", "network_fee", "1.8")
        .row("action_id", "3", "state", "paid", "payout", "-1", "network_fee", "-0.2");
    costs
        .row("cost_id", "1", "affiliate_id", "A", "amount", "5")
        .row("cost_id", "2", "affiliate_id", "A", "amount", "2", "cost_type", "bonus");

    Map<String, Object> a = affiliates().get("A");
    assertThat(a)
        .containsEntry(Scorecards.AFFILIATE_TYPE, "content")
        .containsEntry(Scorecards.N_CUSTOMERS, 2.0)
        .containsEntry(Scorecards.SMALL_N, true)
        .containsEntry(Scorecards.ORDERS, 3.0)
        // 12 + 32 + 12
        .containsEntry(Scorecards.GROSS, money("56.00"))
        .containsEntry(Scorecards.NET_REVENUE, money("30.00"))
        .containsEntry(Scorecards.MARGIN, money("12.00"))
        .containsEntry(Scorecards.AOV, money("10.00"))
        .containsEntry(Scorecards.CLICKS, 3L)
        .containsEntry(Scorecards.SIGNUPS, 1L)
        // 2 customers of 3 clicks
        .containsEntry(Scorecards.CONVERSION_RATE, 2.0 / 3)
        .containsEntry(Scorecards.CLV_RAW, 75.0)
        .containsEntry(Scorecards.HIGH_VALUE_SHARE, 0.5)
        // c1 came back after 59 days
        .containsEntry(Scorecards.REPEAT_RATE_180, 0.5)
        .containsEntry(Scorecards.ORDERS_PER_CUSTOMER_365, 1.5)
        .containsEntry(Scorecards.RETAINED_365, 0.5)
        .containsEntry(Scorecards.KM_S12, 1.0)
        // a clawback is a paid row below 0
        .containsEntry(Scorecards.COMMISSION_PAID, money("2.00"))
        .containsEntry(Scorecards.COMMISSION_REVERSED, money("9.00"))
        .containsEntry(Scorecards.COST_COMMISSION, money("2.00"))
        .containsEntry(Scorecards.COST_NETWORK_FEE, money("0.40"))
        .containsEntry(Scorecards.COST_FIXED_FEES, money("5.00"))
        .containsEntry(Scorecards.COST_BONUS, money("2.00"))
        // 2 + 0.4 + 5 + 2
        .containsEntry(Scorecards.TOTAL_COST, money("9.40"))
        .containsEntry(Scorecards.CAC, money("4.70"))
        // 4 a customer at once; after three months (2 · 4 + 4)/2 = 6
        .containsEntry(Scorecards.PAYBACK_MONTHS, 2L)
        .containsEntry(Scorecards.PAYBACK_STATUS, "RECOVERED");
    // (1 + 1 + 1) / (12 + 32 + 12 - 3)
    assertThat((Double) a.get(Scorecards.REFUND_RATE)).isCloseTo(3.0 / 53, within(1e-12));
    // 2 paid / 3 clicks
    assertThat((Double) a.get(Scorecards.EPC)).isCloseTo(2.0 / 3, within(1e-12));
    // One affiliate is its kind: (8 + 4)/2, seen in whole.
    assertThat((Double) a.get(Scorecards.CLV_SHRUNK)).isCloseTo(6, within(1e-9));
    assertThat((Double) a.get(Scorecards.CLV_TO_CAC)).isCloseTo(6 / 4.7, within(1e-9));
    assertThat((Double) a.get(Scorecards.ROI)).isCloseTo(1.3 / 4.7, within(1e-9));
  }

  /** A customer of half a year has shown two thirds of a year's value: 4 stands for 6. */
  @Test
  void youngCustomers_countAsFarAsTheyHaveBeenSeen() {
    acquisitions.row("customer_id", "c1").row("customer_id", "c2");
    summaries
        .row("customer_id", "c1", "acquisition_margin", 9.0)
        .row("customer_id", "c2", "acquisition_margin", 4.0, "age_days", 182.0);
    clv.row("customer_id", "c1", "acquisition_clv", "9")
        .row("customer_id", "c2", "acquisition_clv", "7");
    orders.row("order_id", "1", "customer_id", "c1").row("order_id", "2", "customer_id", "c2");

    // (1 · 9 + 2/3 · 6)/(1 + 2/3); a table by whole days puts 182 days at 182.5.
    assertThat((Double) affiliates().get("A").get(Scorecards.CLV_SHRUNK))
        .isCloseTo(13 / (5.0 / 3), within(1e-5));
  }

  @Test
  void youngCohort_hasNoRatesRatherThanZero() {
    acquisitions.row("customer_id", "c1");
    summaries.row(
        "customer_id",
        "c1",
        "acquisition_margin",
        4.0,
        "age_days",
        20.5,
        "retained_365",
        null,
        "survival_days",
        null,
        "churned",
        null);
    clv.row("customer_id", "c1", "acquisition_clv", "10");
    orders.row("order_id", "1", "customer_id", "c1");

    assertThat(affiliates().get("A"))
        .containsEntry(Scorecards.REPEAT_RATE_180, null)
        .containsEntry(Scorecards.ORDERS_PER_CUSTOMER_365, null)
        .containsEntry(Scorecards.RETAINED_365, null)
        .containsEntry(Scorecards.KM_S12, null);
  }

  @Test
  void affiliateWithoutCustomers_hasCostsButNoCac() {
    touches.row("touch_id", "1", "affiliate_id", "B");
    costs.row("cost_id", "1", "affiliate_id", "B", "amount", "50");

    assertThat(affiliates().get("B"))
        .containsEntry(Scorecards.AFFILIATE_TYPE, "unknown")
        .containsEntry(Scorecards.N_CUSTOMERS, 0.0)
        .containsEntry(Scorecards.CLV_RAW, null)
        .containsEntry(Scorecards.CLV_SHRUNK, null)
        .containsEntry(Scorecards.AOV, null)
        .containsEntry(Scorecards.NET_REVENUE, money("0.00"))
        .containsEntry(Scorecards.EPC, 0.0)
        .containsEntry(Scorecards.TOTAL_COST, money("50.00"))
        .containsEntry(Scorecards.CAC, null)
        .containsEntry(Scorecards.PAYBACK_STATUS, null)
        .containsEntry(Scorecards.QUADRANT, null)
        .containsEntry(Scorecards.SMALL_N, true);
  }

  /** What only the orders tell is no CAC. */
  @Test
  void withoutALogOfCosts_onlyTheDiscountsAreTold() {
    hasCosts = false;
    acquisitions.row("customer_id", "c1");
    summaries.row("customer_id", "c1", "acquisition_margin", 4.0);
    clv.row("customer_id", "c1", "acquisition_clv", "10");
    orders.row("order_id", "1", "customer_id", "c1", "acquisition_discount", "3.30");

    assertThat(affiliates().get("A"))
        .containsEntry(Scorecards.COST_ACQUISITION_DISCOUNT, money("3.30"))
        .containsEntry(Scorecards.TOTAL_COST, null)
        .containsEntry(Scorecards.CAC, null);
  }

  @Test
  void sources_countSharesAndLeaveLeftCensoredOut() {
    acquisitions
        .row("customer_id", "c1", "acquisition_share", 0.5)
        .row(
            "customer_id",
            "c1",
            "acquisition_share",
            0.5,
            "source_type",
            "direct",
            "affiliate_id",
            null,
            "affiliate_type",
            null)
        .row("customer_id", "c2", "is_left_censored", true);
    summaries
        .row("customer_id", "c1", "acquisition_margin", 4.0)
        .row("customer_id", "c2", "acquisition_margin", 4.0);
    clv.row("customer_id", "c1", "acquisition_clv", "100", "clv_quintile", 5)
        .row("customer_id", "c2", "acquisition_clv", "900", "clv_quintile", 5);
    orders.row("order_id", "1", "customer_id", "c1").row("order_id", "2", "customer_id", "c2");

    Map<String, Map<String, Object>> sources =
        named(Scorecards.SOURCE_SCORECARD, scorecards().ofSources());
    assertThat(sources).containsOnlyKeys("affiliate", "direct");
    assertThat(sources.get("direct"))
        .containsEntry(Scorecards.N_CUSTOMERS, 0.5)
        .containsEntry(Scorecards.ORDERS, 0.5)
        .containsEntry(Scorecards.NET_REVENUE, money("5.00"))
        .containsEntry(Scorecards.CLV_RAW, 100.0)
        .containsEntry(Scorecards.HIGH_VALUE_SHARE, 1.0);
  }

  @Test
  void subIds_areDrawnTowardTheirAffiliate() {
    acquisitions
        .row("customer_id", "c1", "sub_id", "blog")
        .row("customer_id", "c2", "sub_id", "blog")
        .row("customer_id", "c3", "sub_id", "mail")
        .row("customer_id", "c4");
    double[] margins = {30, 20, 6, 8};
    for (int i = 0; i < margins.length; i++) {
      String id = "c" + (i + 1);
      summaries.row("customer_id", id, "acquisition_margin", margins[i]);
      clv.row("customer_id", id, "acquisition_clv", "9");
      orders.row("order_id", id, "customer_id", id);
    }
    touches.row("touch_id", "1", "affiliate_id", "A", "sub_id1", "blog");
    commissions.row("action_id", "1", "state", "paid", "payout", "3", "order_id", "c1");
    credits.row(
        "source_system",
        "shop",
        "order_id",
        "c1",
        "is_contract_model",
        true,
        "affiliate_id",
        "A",
        "sub_id",
        "blog");

    List<Row> rows = scorecards().ofSubIds();
    assertThat(rows).hasSize(2);
    Map<String, Object> blog = new HashMap<>();
    for (int i = 0; i < Scorecards.SUB_ID_SCORECARD.columns().size(); i++) {
      blog.put(Scorecards.SUB_ID_SCORECARD.columns().get(i), rows.get(0).get(i));
    }
    assertThat(blog)
        .containsEntry(Scorecards.AFFILIATE_ID, "A")
        .containsEntry(Scorecards.SUB_ID, "blog")
        .containsEntry(Scorecards.N_CUSTOMERS, 2.0)
        .containsEntry(Scorecards.CLICKS, 1L)
        .containsEntry(Scorecards.COST_COMMISSION, money("3.00"));
    // Its own mean is 25, its affiliate's 16.
    assertThat((Double) blog.get(Scorecards.CLV_SHRUNK)).isBetween(16.0, 25.0);
  }
}
