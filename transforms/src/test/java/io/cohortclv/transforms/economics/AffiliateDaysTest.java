package io.cohortclv.transforms.economics;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.SharedSession;
import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.AffiliateDaily;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.Costs;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Touchpoints;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class AffiliateDaysTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private final TypedRows touches =
      TypedRows.of(Touchpoints.CONTRACT.clean().schema())
          .defaults("touch_type", "click", "is_bot", false, "is_test", false, "visitor_id", "v")
          .defaults("affiliate_id", "A", "touch_ts", "2024-12-30T10:00:00Z");
  private final TypedRows credits =
      TypedRows.of(OrderAttribution.TABLE.schema())
          .defaults("source_system", "shop", "is_contract_model", true, "affiliate_id", "A")
          .defaults("credit_share", 1.0, "credited_net", "10");
  private final TypedRows orders =
      TypedRows.of(OrderValue.TABLE.schema())
          .defaults("source_system", "shop", "ordered_on", "2024-12-30", "gross", "12");
  private final TypedRows commissions =
      TypedRows.of(Commissions.CONTRACT.clean().schema())
          .defaults("affiliate_id", "A", "program_id", "P", "network_fee", "0")
          .defaults("event_ts", "2024-12-30T10:00:00Z", "updated_ts", "2024-12-31T00:00:00Z");

  private static Dataset<Row> owned(Row... customers) {
    return SharedSession.SPARK.createDataFrame(
        List.of(customers),
        new StructType()
            .add("affiliate_id", DataTypes.StringType)
            .add("campaign_id", DataTypes.StringType)
            .add("first_order_on", DataTypes.DateType)
            .add("acquisition_share", DataTypes.DoubleType));
  }

  private Map<String, Row> daily(Row... customers) {
    List<Row> endings = AcquisitionCosts.countEndings(commissions.dataset()).collectAsList();
    Dataset<Row> costs =
        AcquisitionCosts.list(
            commissions.dataset(),
            SharedSession.SPARK.createDataFrame(
                ApprovalRates.rows(endings), AcquisitionCosts.APPROVALS),
            credits.dataset(),
            TypedRows.of(Costs.CONTRACT.clean().schema()).dataset(),
            TypedRows.of(ReferralEvents.CONTRACT.clean().schema()).dataset(),
            orders.dataset(),
            TypedRows.of(CustomerAcquisition.TABLE.schema()).dataset(),
            Instant.parse("2024-12-31T23:00:00Z"),
            BERLIN);
    return AffiliateDays.dailyByAffiliate(
            touches.dataset(),
            credits.dataset(),
            orders.dataset(),
            owned(customers),
            costs,
            LocalDate.of(2024, 12, 31),
            30,
            BERLIN)
        .collectAsList()
        .stream()
        .collect(
            Collectors.toMap(
                r ->
                    r.getAs(AffiliateDaily.AFFILIATE_ID)
                        + " "
                        + r.getAs(AffiliateDaily.CAMPAIGN_ID)
                        + " "
                        + r.getAs(AffiliateDaily.DAY),
                Function.identity()));
  }

  @Test
  void day_addsUpAllThatHappened() {
    touches
        .row("touch_id", "1")
        .row("touch_id", "2")
        .row("touch_id", "3", "visitor_id", "w")
        .row("touch_id", "4", "touch_type", "view", "visitor_id", "x")
        .row("touch_id", "5", "touch_type", "signup")
        .row("touch_id", "6", "is_bot", true);
    credits
        .row("order_id", "1", "touch_id", "1")
        .row("order_id", "2", "touch_id", "3", "credit_share", 0.5, "credited_net", "5")
        .row("order_id", "1", "touch_id", "1", "is_contract_model", false);
    orders.row("order_id", "1").row("order_id", "2");
    commissions
        .row("action_id", "1", "order_id", "1", "state", "pending", "payout", "3")
        .row("action_id", "2", "order_id", "2", "state", "reversed", "payout", "4");

    Map<String, Row> daily =
        daily(RowFactory.create("A", null, java.sql.Date.valueOf("2024-12-30"), 0.5));
    assertThat(daily).containsOnlyKeys("A null 2024-12-30");
    Row day = daily.get("A null 2024-12-30");
    assertThat(day.<Long>getAs(AffiliateDaily.IMPRESSIONS)).isEqualTo(1);
    assertThat(day.<Long>getAs(AffiliateDaily.CLICKS)).isEqualTo(3);
    assertThat(day.<Long>getAs(AffiliateDaily.UNIQUE_CLICKS)).isEqualTo(2);
    assertThat(day.<Long>getAs(AffiliateDaily.SIGNUPS)).isEqualTo(1);
    assertThat(day.<Double>getAs(AffiliateDaily.ORDERS)).isEqualTo(1.5);
    assertThat(day.<Double>getAs(AffiliateDaily.NEW_CUSTOMERS)).isEqualTo(0.5);
    assertThat(day.<BigDecimal>getAs(AffiliateDaily.GROSS)).isEqualByComparingTo("18");
    assertThat(day.<BigDecimal>getAs(AffiliateDaily.NET_REVENUE)).isEqualByComparingTo("15");
    assertThat(day.<BigDecimal>getAs(AffiliateDaily.AOV)).isEqualByComparingTo("10");
    // 3 pending of 3 clicks; reversed earns nothing
    assertThat(day.<Double>getAs(AffiliateDaily.EPC)).isEqualTo(1.0);
    assertThat(day.<Double>getAs(AffiliateDaily.CONVERSION_RATE)).isEqualTo(0.75);
  }

  /** Against sums and sets in Java, over random touches. */
  @Test
  void touches_areCountedByVisitorAndDay() {
    Random random = new Random(11);
    Map<String, long[]> counts = new HashMap<>();
    Map<String, Set<String>> visitors = new HashMap<>();
    List<String> kinds = List.of("view", "click", "soft_click", "signup", "visit");
    for (int i = 0; i < 500; i++) {
      String affiliate = "A" + random.nextInt(3);
      String campaign = random.nextInt(3) == 0 ? null : "c" + random.nextInt(2);
      String visitor = "v" + random.nextInt(8);
      String day = "2024-12-1" + random.nextInt(4);
      String kind = kinds.get(random.nextInt(kinds.size()));
      touches.row(
          "touch_id",
          "t" + i,
          "touch_ts",
          day + "T12:00:00Z",
          "touch_type",
          kind,
          "visitor_id",
          visitor,
          "affiliate_id",
          affiliate,
          "campaign_id",
          campaign);
      String cell = affiliate + " " + campaign + " " + day;
      long[] ofCell = counts.computeIfAbsent(cell, k -> new long[3]);
      Set<String> clicked = visitors.computeIfAbsent(cell, k -> new HashSet<>());
      switch (kind) {
        case "view" -> ofCell[0]++;
        case "click", "soft_click" -> {
          ofCell[1]++;
          clicked.add(visitor);
        }
        case "signup" -> ofCell[2]++;
        default -> {}
      }
    }
    Map<String, Row> daily = daily();
    assertThat(daily).containsOnlyKeys(counts.keySet());
    daily.forEach(
        (cell, row) -> {
          assertThat(row.<Long>getAs(AffiliateDaily.IMPRESSIONS)).isEqualTo(counts.get(cell)[0]);
          assertThat(row.<Long>getAs(AffiliateDaily.CLICKS)).isEqualTo(counts.get(cell)[1]);
          assertThat(row.<Long>getAs(AffiliateDaily.SIGNUPS)).isEqualTo(counts.get(cell)[2]);
          assertThat(row.<Long>getAs(AffiliateDaily.UNIQUE_CLICKS))
              .as(cell)
              .isEqualTo(visitors.get(cell).size());
        });
  }

  /**
   * 23:30 UTC of the 29th is the 30th in Berlin; what is older than the days asked for is left out.
   */
  @Test
  void days_areThoseOfTheBusinessZoneAndLimited() {
    touches
        .row("touch_id", "1", "touch_ts", "2024-12-29T23:30:00Z")
        .row("touch_id", "2", "touch_ts", "2024-12-01T10:00:00Z");

    assertThat(daily()).containsOnlyKeys("A null 2024-12-30");
  }

  @Test
  void campaigns_areApartAndWithoutOrdersHaveNoAverage() {
    touches.row("touch_id", "1").row("touch_id", "2", "campaign_id", "spring");

    Map<String, Row> daily = daily();
    assertThat(daily).containsOnlyKeys("A null 2024-12-30", "A spring 2024-12-30");
    assertThat(daily.get("A spring 2024-12-30").<BigDecimal>getAs(AffiliateDaily.AOV)).isNull();
  }
}
