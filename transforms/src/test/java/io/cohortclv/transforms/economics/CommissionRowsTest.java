package io.cohortclv.transforms.economics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.btyd.Nbd;
import io.cohortclv.models.btyd.NbdParameters;
import io.cohortclv.models.economics.CommissionPolicy;
import io.cohortclv.models.economics.DiscountRate;
import io.cohortclv.models.economics.ValueCurve;
import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.CommissionRecommendation;
import io.cohortclv.transforms.table.Scorecards;
import io.cohortclv.transforms.table.Terms;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class CommissionRowsTest {
  private static final Instant AS_OF = Instant.parse("2025-01-01T00:00:00Z");

  /** Two repeats a year, not discounted: a year's cash is the horizon value. */
  private static final ValueCurve CURVE =
      ValueCurve.of(Nbd.of(new NbdParameters(1, 182.5)), 365.25, new DiscountRate(0));

  private static final StructType SUMS =
      new StructType()
          .add(OwnerSums.LEVEL, DataTypes.StringType)
          .add(OwnerSums.OWNER, DataTypes.StringType)
          .add(OwnerSums.PART, DataTypes.StringType)
          .add(OwnerSums.MEMBERS, DataTypes.LongType)
          .add(OwnerSums.CUSTOMERS, DataTypes.LongType)
          .add(OwnerSums.WEIGHT, DataTypes.LongType)
          .add(OwnerSums.WEIGHTED, DataTypes.LongType)
          .add(OwnerSums.SQUARES, DataTypes.createDecimalType(38, 6))
          .add(OwnedCustomers.FIRST_NET, DataTypes.LongType)
          .add(OwnerSums.FIRST_SQUARES, DataTypes.createDecimalType(38, 6));

  private final TypedRows terms =
      TypedRows.of(Terms.CONTRACT.clean().schema())
          .defaults("program_id", "P", "rate_type", "pct", "rate", 0.10, "network_fee_pct", 0.25)
          .defaults("valid_from", "2024-01-01T00:00:00Z");
  private final List<Row> sums = new ArrayList<>();
  private final List<Row> scorecard = new ArrayList<>();

  /** An affiliate of so many customers who are all worth 60 and all began with an order of 40. */
  private void affiliate(String id, long customers, Map<String, Object> costs) {
    sums.add(
        new GenericRowWithSchema(
            new Object[] {
              OwnerSums.AFFILIATE,
              id,
              null,
              customers,
              customers * 1_000_000,
              customers * 1_000_000,
              customers * 60_000_000,
              BigDecimal.valueOf(customers * 3_600),
              customers * 40_000_000,
              BigDecimal.valueOf(customers * 1_600)
            },
            SUMS));
    card(id, customers, costs);
  }

  private void card(String id, long customers, Map<String, Object> costs) {
    Map<String, Object> card = new HashMap<>(costs);
    card.put(Scorecards.AFFILIATE_ID, id);
    card.put(Scorecards.AFFILIATE_TYPE, "content");
    card.put(Scorecards.N_CUSTOMERS, (double) customers);
    scorecard.add(
        RowFactory.create(
            Scorecards.AFFILIATE_SCORECARD.columns().stream().map(card::get).toArray()));
  }

  private Map<String, Map<String, Object>> recommended() {
    Map<String, String> types = new HashMap<>();
    sums.forEach(row -> types.put(row.getAs(OwnerSums.OWNER), "content"));
    List<Row> rows =
        new CommissionRows(
                new CommissionPolicy(1, 3, 0.2, 12, 0.5),
                true,
                CURVE,
                PartnerValues.of(sums, types),
                terms.dataset().collectAsList(),
                List.of(),
                AS_OF)
            .of(scorecard);
    Map<String, Map<String, Object>> named = new TreeMap<>();
    for (Row row : rows) {
      Map<String, Object> values = new HashMap<>();
      List<String> columns = CommissionRecommendation.TABLE.columns();
      for (int i = 0; i < columns.size(); i++) {
        values.put(columns.get(i), row.get(i));
      }
      named.put(row.getString(0) + " " + row.getString(1), values);
    }
    return named;
  }

  private static BigDecimal money(String amount) {
    return new BigDecimal(amount);
  }

  @Test
  void ownTerms_comeBeforeTheDefaultAndOldOnesDoNotHold() {
    terms
        .row("affiliate_id", null, "rate", 0.05)
        .row("affiliate_id", "A", "rate", 0.30, "valid_to", "2024-06-01T00:00:00Z")
        .row("affiliate_id", "A", "valid_from", "2024-06-01T00:00:00Z")
        .row("affiliate_id", "A", "rate", 0.40, "valid_from", "2025-02-01T00:00:00Z");
    affiliate("A", 10, Map.of());
    affiliate("B", 10, Map.of());

    Map<String, Map<String, Object>> recommended = recommended();
    assertThat(recommended).containsOnlyKeys("A P", "B P");
    assertThat(recommended.get("A P"))
        .containsEntry(CommissionRecommendation.CURRENT_RATE, 0.10)
        .containsEntry(CommissionRecommendation.IOTA_SOURCE, "assumed");
    assertThat(recommended.get("B P")).containsEntry(CommissionRecommendation.CURRENT_RATE, 0.05);
  }

  /**
   * Ten customers of 60, all alike, so the belief is exact. Commissions of 80 were paid where first
   * orders alone promise 10 · 0.10 · 40 = 40: the basis is 40 · 80/40. Other costs are 30/10 = 3.
   */
  @Test
  void everyFigure_byHand() {
    terms.row("affiliate_id", null);
    affiliate(
        "A",
        10,
        Map.of(
            Scorecards.COST_COMMISSION, money("80"),
            Scorecards.COST_NETWORK_FEE, money("20"),
            Scorecards.COST_ACQUISITION_DISCOUNT, money("10"),
            Scorecards.COST_BONUS, money("20")));

    Map<String, Object> a = recommended().get("A P");
    assertThat(a)
        .containsEntry(CommissionRecommendation.COMMISSION_BASIS, money("80.00"))
        .containsEntry(CommissionRecommendation.OTHER_COST, money("3.00"))
        // (60 - 3)/1.25
        .containsEntry(CommissionRecommendation.BREAK_EVEN, money("45.60"))
        // (60/3 - 3)/1.25
        .containsEntry(CommissionRecommendation.CEILING, money("13.60"))
        // 60 - (8 · 1.25 + 3)
        .containsEntry(CommissionRecommendation.EXPECTED_PROFIT_AT_CURRENT, money("47.00"))
        .containsEntry(CommissionRecommendation.PAYS_OVER_CEILING, false);
    assertThat((Double) a.get(CommissionRecommendation.CASH_MARGIN)).isCloseTo(60, within(1e-6));
    // 13.60/80
    assertThat((Double) a.get(CommissionRecommendation.RECOMMENDED_RATE))
        .isCloseTo(0.17, within(1e-9));
  }

  @Test
  void flatAmount_isAFractionOfAFirstOrder() {
    terms.row("affiliate_id", null, "rate_type", "flat", "rate", 8.0);
    affiliate("A", 10, Map.of());

    // 8/40
    assertThat((Double) recommended().get("A P").get(CommissionRecommendation.CURRENT_RATE))
        .isCloseTo(0.20, within(1e-12));
  }

  @Test
  void affiliateWithoutCustomers_goesByItsType() {
    terms.row("affiliate_id", null);
    affiliate("A", 10, Map.of());
    card("new", 0, Map.of(Scorecards.COST_FIXED_FEES, money("500")));

    Map<String, Object> fresh = recommended().get("new P");
    assertThat((Double) fresh.get(CommissionRecommendation.CLV)).isCloseTo(60, within(1e-9));
    assertThat(fresh).containsEntry(CommissionRecommendation.OTHER_COST, money("0.00"));
  }

  @Test
  void noTerms_giveNoRecommendation() {
    terms.row("affiliate_id", "other");
    affiliate("A", 10, Map.of());

    assertThat(recommended()).isEmpty();
  }
}
