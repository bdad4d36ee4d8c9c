package io.cohortclv.transforms.attribution;

import static io.cohortclv.transforms.attribution.JourneyRows.day;
import static io.cohortclv.transforms.attribution.JourneyRows.rules;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.table.OrderAttribution;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * Orders of 100 (or as said) less a discount of 20, each by a person of its own unless said, each
 * won by the affiliate it is named for. One run for all, since none hangs on another's affiliate.
 */
@TestInstance(Lifecycle.PER_CLASS)
class ExpectedCommissionsTest {
  private final JourneyRows rows = new JourneyRows();
  private Map<String, String> expected;

  private void won(String id, String affiliate, double day, Object... more) {
    won(id, id, affiliate, day, more);
  }

  private void won(String id, String who, String affiliate, double day, Object... more) {
    rows.touch(who, day - 0.5, affiliate);
    Object[] discounted = new Object[more.length + 2];
    discounted[0] = "discount";
    discounted[1] = "20";
    System.arraycopy(more, 0, discounted, 2, more.length);
    rows.order(id, who, day, discounted);
  }

  @BeforeAll
  void workOut() {
    rows.terms.defaults("click_window_s", 30 * 86_400, "rate_type", "pct", "basis", "net");
    rows.terms.defaults("new_only", false, "rate", 0.05);
    rows.terms
        .row("program_id", "all")
        .row("affiliate_id", "SEVEN", "rate", 0.07, "valid_to", day(50))
        .row("affiliate_id", "SEVEN", "rate", 0.09, "valid_from", day(50))
        .row("affiliate_id", "FLAT", "rate_type", "flat", "rate", 6.5)
        .row("affiliate_id", "DOLLAR", "rate_type", "flat", "rate", 6.5, "currency", "USD")
        .row("affiliate_id", "GROSS", "basis", "gross", "rate", 0.1)
        .row("affiliate_id", "NET", "rate", 0.1)
        .row("affiliate_id", "NEW", "new_only", true)
        .row("affiliate_id", "THREE", "recurring_months", 3)
        .row("affiliate_id", "MOST", "rate", 0.5, "cap_amount", "30")
        .row("affiliate_id", "DAILY", "daily_cap", 2)
        .row("affiliate_id", "MONTHLY", "monthly_cap", 2)
        .row(
            "affiliate_id", "TIERS", "rate_type", "tier", "tiers", new String[] {"3:0.2", "2:0.1"});
    rows.affiliates
        .row("affiliate_id", "GONE", "status", "suspended", "type", "content")
        .row("affiliate_id", "BACK", "status", "suspended", "type", "content", "valid_to", day(9))
        .row("affiliate_id", "BACK", "status", "active", "type", "content", "valid_from", day(9));
    rows.coupons.row("code", "POD", "affiliate_id", "SEVEN");
    won("default", "ANY", 10);
    won("seven", "SEVEN", 10);
    won("click-decides", "SEVEN", 50.2);
    won("flat", "FLAT", 10);
    won("dollar", "DOLLAR", 10);
    won("gross", "GROSS", 10);
    won("net", "NET", 10);
    won("new", "n", "NEW", 10);
    won("new-again", "n", "NEW", 11);
    won("three", "t", "THREE", 0);
    won("three-in-time", "t", "THREE", 90.4);
    won("three-late", "t", "THREE", 91);
    won("most", "MOST", 10);
    won("most-not-met", "MOST", 10, "subtotal", "70");
    won("suspended", "GONE", 10);
    won("suspended-before", "BACK", 10);
    for (int i = 1; i <= 3; i++) {
      won("daily" + i, "DAILY", 10 + i / 100.0);
      won("monthly" + i, "MONTHLY", 10 + i);
      won("tier" + i, "TIERS", 10 + i);
    }
    won("daily-next", "DAILY", 11);
    won("monthly-next", "MONTHLY", 31);
    won("tier-next", "TIERS", 31);
    rows.order("code", "code", 60, "coupon_codes", new String[] {"POD"}, "discount", "20");
    rows.touch("k", 9, "#K").order("campaign", "k", 10);
    won("rounded", "SEVEN", 10, "subtotal", "32.34");
    AttributionInputs inputs = refunded(rows.inputs());
    List<Row> credits =
        OrderCredits.creditOrders(
                JourneyLogs.of(inputs, rules("last_touch", "linear")),
                inputs,
                rules("last_touch", "linear"),
                RemovalEffects.NONE,
                Optional.empty(),
                JourneyRows.COMMISSIONS)
            .collectAsList();
    expected = new TreeMap<>();
    for (Row credit : credits) {
      BigDecimal commission = credit.getAs(OrderAttribution.COMMISSION_EXPECTED);
      if (credit.<Boolean>getAs(OrderAttribution.IS_CONTRACT_MODEL)) {
        expected.put(credit.getAs(OrderAttribution.ORDER_ID), String.valueOf(commission));
      } else {
        assertThat(commission).isNull();
      }
    }
  }

  /** Half of what is left of the orders gross and net was given back. */
  private static AttributionInputs refunded(AttributionInputs in) {
    return new AttributionInputs(
        in.orderValues()
            .withColumn(
                "net_revenue",
                when(col("order_id").isin("gross", "net"), 40)
                    .otherwise(col("net_revenue"))
                    .cast("decimal(18,2)")),
        in.orders(),
        in.touchpoints(),
        in.referralEvents(),
        in.terms(),
        in.affiliates(),
        in.coupons(),
        in.people());
  }

  private void expect(String... ordersAndCommissions) {
    for (int i = 0; i < ordersAndCommissions.length; i += 2) {
      assertThat(expected.get(ordersAndCommissions[i]))
          .as(ordersAndCommissions[i])
          .isEqualTo(ordersAndCommissions[i + 1]);
    }
  }

  @Test
  void rate_isTheOneOfTheTermsValidAtTheClick() {
    // 5 % of 80 by the program; 7 % of 80; 9 % only for clicks from day 50 on.
    expect("default", "4.00", "seven", "5.60", "click-decides", "5.60");
    // A code without a click: the terms of day 60.
    expect("code", "7.20");
    // 7 % of 12.34 is 0.8638.
    expect("rounded", "0.86");
  }

  @Test
  void flatAmounts_areNotConverted() {
    expect("flat", "6.50", "dollar", "null");
  }

  @Test
  void basis_isBeforeOrAfterRefunds() {
    expect("gross", "8.00", "net", "4.00");
  }

  @Test
  void onlyNewCustomersOrSomeMonths_payNothingElse() {
    // Three months from the first of January end with March: day 91 is the first of April.
    expect("new", "4.00", "new-again", "0.00");
    expect("three", "4.00", "three-in-time", "4.00", "three-late", "0.00");
  }

  @Test
  void capOfAnOrder_cutsIt() {
    // Half of 80 is 40, cut to 30; half of 50 is 25.
    expect("most", "30.00", "most-not-met", "25.00");
  }

  @Test
  void capsOfOrders_countByDayAndMonth() {
    expect("daily1", "4.00", "daily2", "4.00", "daily3", "0.00", "daily-next", "4.00");
    expect("monthly1", "4.00", "monthly2", "4.00", "monthly3", "0.00", "monthly-next", "4.00");
  }

  @Test
  void tiers_holdFromTheirOrderOfTheMonthOn() {
    // 5 % of 80, then 10 % from the second order on, 20 % from the third; day 31 begins anew.
    expect("tier1", "4.00", "tier2", "8.00", "tier3", "16.00", "tier-next", "4.00");
  }

  @Test
  void suspendedAffiliate_keepsTheCreditAndLosesTheCommission() {
    expect("suspended", "0.00", "suspended-before", "4.00");
  }

  @Test
  void whoIsNoAffiliate_isPromisedNothing() {
    expect("campaign", "null");
  }
}
