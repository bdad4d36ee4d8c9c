package io.cohortclv.transforms.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import io.cohortclv.models.spend.SpendPosterior;
import io.cohortclv.models.value.CustomerValue;
import io.cohortclv.models.value.FuturePurchases;
import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
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

  /** Of 2,357 customers: standard errors of 5 and 9 % of r and alpha, 23 and 29 % of a and b. */
  private static final List<List<Double>> COVARIANCE = diagonal(0.05, 0.09, 0.23, 0.29);

  private static final List<List<Double>> SPEND_COVARIANCE = diagonal(0.19, 0.07, 0.27);

  private static final PurchaseModel MODEL =
      ModelFamily.BG_NBD.model(0.243, 4.414 * 7, 0.793, 2.426);
  private static final double RATE = Math.log(1.1) / 365;

  private final TypedRows summaries =
      TypedRows.of(CustomerSummary.TABLE.schema())
          .defaults("hist_margin", "50", "first_margin", "20", "acquisition_margin", 45.0)
          .defaults("net_revenue", "100", "purchase_days", 1, "margin_rate", 0.4);
  private final TypedRows acquisitions =
      TypedRows.of(CustomerAcquisition.TABLE.schema())
          .defaults("is_contract_model", true, "is_left_censored", false, "acquisition_share", 1.0)
          .defaults("source_type", "affiliate");

  private Map<String, Row> scored(Map<String, SegmentModel> models) {
    return CustomerRanks.rank(
            CustomerScores.scoreCustomers(
                summaries.dataset(), acquisitions.dataset(), models, 365, 0.10))
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
        COVARIANCE,
        SPEND,
        SPEND_COVARIANCE,
        GammaGamma.of(SPEND).populationMean());
  }

  private static List<List<Double>> diagonal(double... errors) {
    List<List<Double>> rows = new ArrayList<>();
    for (int i = 0; i < errors.length; i++) {
      Double[] row = new Double[errors.length];
      Arrays.fill(row, 0.0);
      row[i] = errors[i] * errors[i];
      rows.add(List.of(row));
    }
    return rows;
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

  /** With the parameters known the intervals are those of the plain Java API, cent by cent. */
  @Test
  void intervals_areTheOutcomesOfThePlainApi() {
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
    SegmentModel known =
        new SegmentModel(
            "bg-nbd/all", "all", ModelFamily.BG_NBD, CDNOW, List.of(), SPEND, List.of(), 35);

    Row row = scored(Map.of(ModelRegistry.POOLED, known)).get("c1");
    SpendPosterior amounts = GammaGamma.of(SPEND).posterior(2, 22.35).times(0.4);
    CustomerValue next =
        new CustomerValue(FuturePurchases.of(MODEL, 365, RATE, 2, 213.01, 272.02), amounts);
    CustomerValue rest =
        new CustomerValue(
            FuturePurchases.of(MODEL, 365 - 272.02, RATE, 2, 213.01, 272.02),
            amounts.times(Math.exp(-RATE * 272.02)));
    assertCents(row, CustomerClv.CLV_H_LO80, 50 + next.quantile(0.1));
    assertCents(row, CustomerClv.CLV_H_HI80, 50 + next.quantile(0.9));
    assertCents(row, CustomerClv.ACQUISITION_CLV_LO80, 45 + rest.quantile(0.1));
    assertCents(row, CustomerClv.ACQUISITION_CLV_HI80, 45 + rest.quantile(0.9));
    assertCents(row, CustomerClv.ACQUISITION_CLV_SD, Math.sqrt(rest.variance()));
  }

  private static void assertCents(Row row, String column, double expected) {
    assertThat(row.<BigDecimal>getAs(column).doubleValue())
        .as(column)
        .isCloseTo(expected, within(0.0051));
  }

  /** What is not known of the parameters only widens, and the less is known the more. */
  @Test
  void intervals_widenWithWhatIsNotKnownOfTheParameters() {
    summaries
        .row("customer_id", "new", "repeats", 0, "recency_days", 0.0, "age_days", 10.5)
        .row(
            "customer_id",
            "loyal",
            "repeats",
            8,
            "recency_days",
            200.0,
            "age_days",
            210.5,
            "revenue_per_day_mean",
            30.0);
    acquisitions.row("customer_id", "new").row("customer_id", "loyal");
    Map<String, Row> exact = scored(Map.of(ModelRegistry.POOLED, withErrors(0)));
    Map<String, Row> fitted = scored(Map.of(ModelRegistry.POOLED, withErrors(1)));
    Map<String, Row> vague = scored(Map.of(ModelRegistry.POOLED, withErrors(4)));
    for (String customer : List.of("new", "loyal")) {
      double sd = number(exact.get(customer), CustomerClv.ACQUISITION_CLV_SD);
      double withFit = number(fitted.get(customer), CustomerClv.ACQUISITION_CLV_SD);
      double withVague = number(vague.get(customer), CustomerClv.ACQUISITION_CLV_SD);
      assertThat(withFit).as(customer).isBetween(sd, 1.2 * sd);
      assertThat(withVague).as(customer).isGreaterThan(withFit);
      assertThat(number(vague.get(customer), CustomerClv.CLV_H_HI80))
          .isGreaterThan(number(exact.get(customer), CustomerClv.CLV_H_HI80));
      assertThat(number(vague.get(customer), CustomerClv.CLV_H_LO80))
          .isLessThanOrEqualTo(number(exact.get(customer), CustomerClv.CLV_H_LO80))
          .isGreaterThanOrEqualTo(50);
    }
  }

  /** Standard errors of e^150: a ridge that the registry warns of, and no reason to fail. */
  @Test
  void intervals_areFiniteWhereTheLikelihoodIsFlat() {
    summaries.row("customer_id", "new", "repeats", 0, "recency_days", 0.0, "age_days", 10.5);
    acquisitions.row("customer_id", "new");

    Row row = scored(Map.of(ModelRegistry.POOLED, withErrors(3000))).get("new");
    assertThat(number(row, CustomerClv.CLV_H_HI80)).isGreaterThan(50);
    assertThat(number(row, CustomerClv.ACQUISITION_CLV_SD)).isPositive();
  }

  private static double number(Row row, String column) {
    return row.<BigDecimal>getAs(column).doubleValue();
  }

  /** The model with so many times its standard errors. */
  private static SegmentModel withErrors(double times) {
    return new SegmentModel(
        "bg-nbd/all",
        "all",
        ModelFamily.BG_NBD,
        CDNOW,
        diagonal(0.05 * times, 0.09 * times, 0.23 * times, 0.29 * times),
        SPEND,
        diagonal(0.19 * times, 0.07 * times, 0.27 * times),
        GammaGamma.of(SPEND).populationMean());
  }

  @Test
  void withoutSpendModel_thereIsNoInterval() {
    summaries
        .row("customer_id", "young", "repeats", 0, "recency_days", 0.0, "age_days", 10.5)
        .row("customer_id", "old", "repeats", 0, "recency_days", 0.0, "age_days", 400.5);
    acquisitions.row("customer_id", "young").row("customer_id", "old");
    SegmentModel mean =
        new SegmentModel(
            "bg-nbd/all", "all", ModelFamily.BG_NBD, CDNOW, List.of(), null, List.of(), 35);

    Map<String, Row> rows = scored(Map.of(ModelRegistry.POOLED, mean));
    assertThat(rows.get("young").<Double>getAs(CustomerClv.EXP_REVENUE)).isEqualTo(35);
    assertThat(rows.get("young").<BigDecimal>getAs(CustomerClv.CLV_H_LO80)).isNull();
    assertThat(rows.get("young").<BigDecimal>getAs(CustomerClv.ACQUISITION_CLV_SD)).isNull();
    // Nothing of the first year is left to guess.
    assertThat(rows.get("old").<BigDecimal>getAs(CustomerClv.ACQUISITION_CLV_SD))
        .isEqualByComparingTo("0");
    assertThat(rows.get("old").<BigDecimal>getAs(CustomerClv.ACQUISITION_CLV_HI80))
        .isEqualByComparingTo("45");
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
