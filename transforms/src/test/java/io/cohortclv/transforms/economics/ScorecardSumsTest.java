package io.cohortclv.transforms.economics;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Scorecards;
import io.cohortclv.transforms.table.Touchpoints;
import java.math.BigDecimal;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class ScorecardSumsTest {
  private final TypedRows acquisitions =
      TypedRows.of(CustomerAcquisition.TABLE.schema())
          .defaults("is_contract_model", true, "is_left_censored", false, "acquisition_share", 1.0)
          .defaults("source_type", "affiliate", "affiliate_id", "A");
  private final TypedRows clv = TypedRows.of(CustomerClv.TABLE.schema());
  private final TypedRows orders =
      TypedRows.of(OrderValue.TABLE.schema())
          .defaults("source_system", "shop", "counted", true, "gross", "12", "net_revenue", "10")
          .defaults("margin", "4");
  private final TypedRows affiliates =
      TypedRows.of(Affiliates.CONTRACT.clean().schema())
          .defaults("valid_from", "2024-01-01T00:00:00Z");
  private final TypedRows touches =
      TypedRows.of(Touchpoints.CONTRACT.clean().schema())
          .defaults("touch_type", "click", "is_bot", false, "is_test", false);
  private final TypedRows commissions =
      TypedRows.of(Commissions.CONTRACT.clean().schema()).defaults("affiliate_id", "A");

  private Map<String, Row> scored() {
    return ScorecardSums.scoreAffiliates(
            acquisitions.dataset(),
            clv.dataset(),
            orders.dataset(),
            affiliates.dataset(),
            touches.dataset(),
            commissions.dataset(),
            3)
        .collectAsList()
        .stream()
        .collect(Collectors.toMap(r -> r.getAs(Scorecards.AFFILIATE_ID), r -> r));
  }

  @Test
  void affiliate_isTheSumOfItsCustomers() {
    affiliates.row("affiliate_id", "A", "type", "content");
    acquisitions.row("customer_id", "c1").row("customer_id", "c2");
    clv.row("customer_id", "c1", "acquisition_clv", "100", "clv_quintile", 5)
        .row("customer_id", "c2", "acquisition_clv", "50", "clv_quintile", 2);
    orders
        .row("order_id", "1", "customer_id", "c1")
        .row("order_id", "2", "customer_id", "c1")
        .row("order_id", "3", "customer_id", "c2")
        .row("order_id", "4", "customer_id", "c2", "counted", false);
    touches
        .row("touch_id", "1", "affiliate_id", "A")
        .row("touch_id", "2", "affiliate_id", "A")
        .row("touch_id", "3", "affiliate_id", "A", "is_bot", true)
        .row("touch_id", "4", "affiliate_id", "A", "touch_type", "view");
    commissions
        .row("action_id", "1", "state", "paid", "payout", "3")
        .row("action_id", "2", "state", "pending", "payout", "2")
        .row("action_id", "3", "state", "reversed", "payout", "9")
        .row("action_id", "4", "state", "paid", "payout", "-1");

    Row a = scored().get("A");
    assertThat(a.<String>getAs(Scorecards.AFFILIATE_TYPE)).isEqualTo("content");
    assertThat(a.<Double>getAs(Scorecards.N_CUSTOMERS)).isEqualTo(2.0);
    assertThat(a.<Long>getAs(Scorecards.ORDERS)).isEqualTo(3);
    assertThat(a.<BigDecimal>getAs(Scorecards.GROSS)).isEqualByComparingTo("36");
    assertThat(a.<BigDecimal>getAs(Scorecards.NET_REVENUE)).isEqualByComparingTo("30");
    assertThat(a.<BigDecimal>getAs(Scorecards.MARGIN)).isEqualByComparingTo("12");
    assertThat(a.<BigDecimal>getAs(Scorecards.AOV)).isEqualByComparingTo("10");
    assertThat(a.<Double>getAs(Scorecards.CLV_RAW)).isEqualTo(75.0);
    assertThat(a.<Double>getAs(Scorecards.HIGH_VALUE_SHARE)).isEqualTo(0.5);
    assertThat(a.<Boolean>getAs(Scorecards.SMALL_N)).isTrue();
    assertThat(a.<Long>getAs(Scorecards.CLICKS)).isEqualTo(2);
    assertThat(a.<BigDecimal>getAs(Scorecards.COMMISSION_PAID)).isEqualByComparingTo("2");
    assertThat(a.<BigDecimal>getAs(Scorecards.COMMISSION_REVERSED)).isEqualByComparingTo("9");
    // (2 pending + 2 paid) / 2 clicks
    assertThat(a.<Double>getAs(Scorecards.EPC)).isEqualTo(2.0);
  }

  @Test
  void affiliateWithClicksOnly_hasZeroCustomersAndNoMean() {
    touches.row("touch_id", "1", "affiliate_id", "B");

    Row b = scored().get("B");
    assertThat(b.<String>getAs(Scorecards.AFFILIATE_TYPE)).isEqualTo("unknown");
    assertThat(b.<Double>getAs(Scorecards.N_CUSTOMERS)).isEqualTo(0.0);
    assertThat(b.<Double>getAs(Scorecards.CLV_RAW)).isNull();
    assertThat(b.<BigDecimal>getAs(Scorecards.AOV)).isNull();
    assertThat(b.<BigDecimal>getAs(Scorecards.NET_REVENUE)).isEqualByComparingTo("0");
    assertThat(b.<Double>getAs(Scorecards.EPC)).isEqualTo(0.0);
    assertThat(b.<Boolean>getAs(Scorecards.SMALL_N)).isTrue();
  }

  @Test
  void affiliateWithoutClicks_hasNoEarningsPerClick() {
    commissions.row("action_id", "1", "state", "paid", "payout", "3");

    assertThat(scored().get("A").<Double>getAs(Scorecards.EPC)).isNull();
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
            null)
        .row("customer_id", "c2", "is_left_censored", true);
    clv.row("customer_id", "c1", "acquisition_clv", "100", "clv_quintile", 5)
        .row("customer_id", "c2", "acquisition_clv", "900", "clv_quintile", 5);
    orders.row("order_id", "1", "customer_id", "c1").row("order_id", "2", "customer_id", "c2");

    Map<String, Row> bySource =
        ScorecardSums.scoreSources(acquisitions.dataset(), clv.dataset(), orders.dataset(), 3)
            .collectAsList()
            .stream()
            .collect(Collectors.toMap(r -> r.getAs(Scorecards.SOURCE_TYPE), r -> r));
    assertThat(bySource.keySet()).containsExactlyInAnyOrder("affiliate", "direct");
    assertThat(bySource.values())
        .allSatisfy(
            r -> {
              assertThat(r.<Double>getAs(Scorecards.N_CUSTOMERS)).isEqualTo(0.5);
              assertThat(r.<Double>getAs(Scorecards.CLV_RAW)).isEqualTo(100.0);
              assertThat(r.<BigDecimal>getAs(Scorecards.NET_REVENUE)).isEqualByComparingTo("5");
            });
  }
}
