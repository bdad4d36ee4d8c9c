package io.cohortclv.transforms.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class CustomerScoresTest {
  // CDNOW estimates, alpha in days: Fader, Hardie and Lee (2005), Fader and Hardie (2013).
  private static final List<Double> CDNOW = List.of(0.243, 4.414 * 7, 0.793, 2.426);
  private static final GammaGammaParameters SPEND = new GammaGammaParameters(6.25, 3.74, 15.44);
  private static final PurchaseModel MODEL =
      ModelFamily.BG_NBD.model(0.243, 4.414 * 7, 0.793, 2.426);
  private static final double RATE = Math.log(1.1) / 365;

  private final TypedRows summaries =
      TypedRows.of(CustomerSummary.TABLE.schema())
          .defaults("hist_margin", "50", "first_margin", "20", "acquisition_margin", 45.0)
          .defaults("net_revenue", "100", "purchase_days", 1);
  private final TypedRows acquisitions =
      TypedRows.of(CustomerAcquisition.TABLE.schema())
          .defaults("is_contract_model", true, "is_left_censored", false, "acquisition_share", 1.0)
          .defaults("source_type", "affiliate");

  private Map<String, Row> scored(Map<String, SegmentModel> models) {
    return CustomerRanks.rank(
            CustomerScores.scoreCustomers(
                summaries.dataset(), acquisitions.dataset(), models, 365, 0.10, 0.4))
        .collectAsList()
        .stream()
        .collect(Collectors.toMap(r -> r.getAs(CustomerClv.CUSTOMER_ID), r -> r));
  }

  private static SegmentModel model(String segment) {
    return new SegmentModel(
        "bg-nbd/" + segment,
        segment,
        ModelFamily.BG_NBD,
        CDNOW,
        SPEND,
        GammaGamma.of(SPEND).populationMean());
  }

  @Test
  void columns_areWhatTheModelsSayOfTheHistory() {
    summaries.row(
        "customer_id",
        "c1",
        "repeats",
        2,
        "recency_days",
        213.01,
        "age_days",
        272.02,
        "revenue_per_day_mean",
        22.35);
    acquisitions.row("customer_id", "c1");

    Row row = scored(Map.of(ModelRegistry.POOLED, model(ModelRegistry.POOLED))).get("c1");
    double spend = 24.6637139108; // row A043 of the published values
    double rest = MODEL.discountedPurchases(365 - 272.02, RATE, 2, 213.01, 272.02);
    assertThat(row.<Double>getAs(CustomerClv.P_ALIVE))
        .isEqualTo(MODEL.aliveProbability(2, 213.01, 272.02));
    assertThat(row.<Double>getAs(CustomerClv.EXP_ORDERS_H))
        .isEqualTo(MODEL.expectedPurchases(365, 2, 213.01, 272.02));
    assertThat(row.<Double>getAs(CustomerClv.EXP_REVENUE)).isCloseTo(spend, within(1e-8));
    assertThat(row.<BigDecimal>getAs(CustomerClv.RESIDUAL_H).doubleValue())
        .isCloseTo(
            MODEL.discountedPurchases(365, RATE, 2, 213.01, 272.02) * spend * 0.4, within(0.005));
    assertThat(row.<BigDecimal>getAs(CustomerClv.ACQUISITION_CLV).doubleValue())
        .isCloseTo(45 + Math.exp(-RATE * 272.02) * rest * spend * 0.4, within(0.005));
    assertThat(row.<BigDecimal>getAs(CustomerClv.REPEAT_MARGIN)).isEqualByComparingTo("30");
    assertThat(row.<BigDecimal>getAs(CustomerClv.CLV_H))
        .isEqualByComparingTo(
            row.<BigDecimal>getAs(CustomerClv.FIRST_MARGIN)
                .add(row.getAs(CustomerClv.REPEAT_MARGIN))
                .add(row.getAs(CustomerClv.RESIDUAL_H)));
  }

  @Test
  void customerOlderThanTheHorizon_hasOnlyWhatWasObserved() {
    summaries.row("customer_id", "c1", "repeats", 0, "recency_days", 0.0, "age_days", 400.5);
    acquisitions.row("customer_id", "c1");

    Row row = scored(Map.of(ModelRegistry.POOLED, model(ModelRegistry.POOLED))).get("c1");
    assertThat(row.<BigDecimal>getAs(CustomerClv.ACQUISITION_CLV)).isEqualByComparingTo("45");
    // Row A045 of the published values: the population's mean spend, to one part in 10^9.
    assertThat(row.<Double>getAs(CustomerClv.EXP_REVENUE)).isCloseTo(35.2189781022, within(1e-9));
  }

  @Test
  void segment_isTheSourceTypeAndElsePooled() {
    summaries.defaults("repeats", 0, "recency_days", 0.0, "age_days", 10.5);
    summaries.row("customer_id", "own").row("customer_id", "other").row("customer_id", "censored");
    acquisitions
        .row("customer_id", "own")
        .row("customer_id", "other", "source_type", "direct")
        .row("customer_id", "censored", "is_left_censored", true);

    Map<String, Row> rows =
        scored(
            Map.of(
                ModelRegistry.POOLED,
                model(ModelRegistry.POOLED),
                "affiliate",
                model("source_type=affiliate")));
    assertThat(rows.get("own").<String>getAs(CustomerClv.SEGMENT_PATH))
        .isEqualTo("source_type=affiliate");
    assertThat(rows.get("other").<String>getAs(CustomerClv.SEGMENT_PATH)).isEqualTo("all");
    assertThat(rows.get("censored").<String>getAs(CustomerClv.SEGMENT_PATH)).isEqualTo("all");
  }

  @Test
  void quintiles_splitEvenlyAndKeepEqualValuesTogether() {
    summaries.defaults("repeats", 0, "recency_days", 0.0, "age_days", 400.5);
    IntStream.range(0, 10)
        .forEach(
            i -> summaries.row("customer_id", "c" + i, "acquisition_margin", Math.floor(i / 2.0)));

    Map<String, Row> rows = scored(Map.of(ModelRegistry.POOLED, model(ModelRegistry.POOLED)));
    assertThat(
            IntStream.range(0, 10)
                .mapToObj(i -> rows.get("c" + i).<Long>getAs(CustomerClv.CLV_QUINTILE)))
        .containsExactly(1L, 1L, 2L, 2L, 3L, 3L, 4L, 4L, 5L, 5L);
  }

  @Test
  void rfm_ranksByLastPurchaseFrequencyAndMeanSpend() {
    // Days since the last purchase 100 .. 96; purchase days 1, 1, 1, 4, 5; a day 90, 30, 20, 20, 8.
    row("c0", 0, 0, 100, "90");
    row("c1", 0, 0, 99, "30");
    row("c2", 0, 0, 98, "20");
    row("c3", 3, 2, 99, "80");
    row("c4", 4, 4, 100, "40");

    Map<String, Row> rows = scored(Map.of(ModelRegistry.POOLED, model(ModelRegistry.POOLED)));
    // Three of five share frequency 1: middle rank 1.5 of 5, the second fifth. Two share 20 a day,
    // with one below: middle rank 2 of 5, the second fifth.
    assertThat(IntStream.range(0, 5).mapToObj(i -> rows.get("c" + i).getAs(CustomerClv.RFM_CLASS)))
        .containsExactly("125", "224", "322", "442", "551");
  }

  private void row(String customer, int repeats, double recency, double age, String revenue) {
    summaries.row(
        "customer_id",
        customer,
        "repeats",
        repeats,
        "recency_days",
        recency,
        "age_days",
        age,
        "revenue_per_day_mean",
        repeats == 0 ? null : 10.0,
        "net_revenue",
        revenue,
        "purchase_days",
        repeats + 1);
  }

  @Test
  void principalOwner_hasMostOfTheCustomerAndOneOfEqualsIsTaken() {
    summaries.defaults("repeats", 0, "recency_days", 0.0, "age_days", 10.5);
    summaries.row("customer_id", "most").row("customer_id", "equal");
    acquisitions
        .row("customer_id", "most", "acquisition_share", 0.4, "source_type", "affiliate")
        .row("customer_id", "most", "acquisition_share", 0.3, "source_type", "referral")
        .row("customer_id", "most", "acquisition_share", 0.3, "source_type", "unattributed")
        .row("customer_id", "equal", "acquisition_share", 0.5, "source_type", "direct")
        .row("customer_id", "equal", "acquisition_share", 0.5, "source_type", "affiliate");

    Map<String, Row> rows =
        scored(
            Map.of(
                ModelRegistry.POOLED,
                model(ModelRegistry.POOLED),
                "affiliate",
                model("source_type=affiliate"),
                "direct",
                model("source_type=direct")));
    assertThat(rows.get("most").<String>getAs(CustomerClv.SEGMENT_PATH))
        .isEqualTo("source_type=affiliate");
    assertThat(rows.get("equal").<String>getAs(CustomerClv.SEGMENT_PATH))
        .isEqualTo("source_type=direct");
  }
}
