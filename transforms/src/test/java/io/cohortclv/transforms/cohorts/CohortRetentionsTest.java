package io.cohortclv.transforms.cohorts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.survival.KaplanMeier;
import io.cohortclv.models.survival.KaplanMeier.Count;
import io.cohortclv.transforms.SharedSession;
import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.CohortRetention;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.OrderValue;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class CohortRetentionsTest {
  private final TypedRows acquisitions =
      TypedRows.of(CustomerAcquisition.TABLE.schema())
          .defaults("is_contract_model", true, "is_left_censored", false, "acquisition_share", 1.0)
          .defaults("source_type", "affiliate", "affiliate_id", "A", "affiliate_type", "coupon");
  private final TypedRows summaries =
      TypedRows.of(CustomerSummary.TABLE.schema()).defaults("first_order_on", "2024-01-05");
  private final TypedRows orders =
      TypedRows.of(OrderValue.TABLE.schema())
          .defaults("source_system", "shop", "counted", true, "margin", "10");

  private void acquired(String customer, Object... namesAndValues) {
    acquisitions.row(with(customer, namesAndValues));
  }

  private void summarized(String customer, Object... namesAndValues) {
    summaries.row(with(customer, namesAndValues));
  }

  private void bought(String customer, String day, Object... namesAndValues) {
    Object[] fields = with(customer, namesAndValues);
    Object[] all = Arrays.copyOf(fields, fields.length + 2);
    all[fields.length] = "ordered_on";
    all[fields.length + 1] = day;
    orders.row(all);
  }

  private static Object[] with(String customer, Object... namesAndValues) {
    return Stream.concat(Stream.of("customer_id", customer), Arrays.stream(namesAndValues))
        .toArray();
  }

  private Dataset<Row> retain(String asOf, CohortPeriod period) {
    return CohortRetentions.retainCohorts(
        acquisitions.dataset(),
        summaries.dataset(),
        orders.dataset(),
        LocalDate.parse(asOf),
        period,
        OptionalInt.of(30));
  }

  private List<Row> rows(String asOf, String level) {
    return retain(asOf, CohortPeriod.MONTH)
        .filter(CohortRetention.COHORT_LEVEL + " = '" + level + "'")
        .orderBy(
            CohortRetention.COHORT_MONTH, CohortRetention.SOURCE_TYPE, CohortRetention.AGE_MONTH)
        .collectAsList();
  }

  private List<List<Object>> cohort(String asOf) {
    return rows(asOf, "type").stream().map(CohortRetentionsTest::measures).toList();
  }

  private static List<Object> measures(Row row) {
    return values(
        row,
        CohortRetention.AGE_MONTH,
        CohortRetention.CUSTOMERS,
        CohortRetention.ACTIVE,
        CohortRetention.RETENTION,
        CohortRetention.CUM_MARGIN_PER_CUSTOMER,
        CohortRetention.IS_COMPLETE);
  }

  private static List<Object> values(Row row, String... columns) {
    return Stream.of(columns).map(c -> row.<Object>getAs(c)).toList();
  }

  private static List<Object> row(Object... values) {
    return Arrays.asList(values);
  }

  @Test
  void cohort_hasEveryMonthAndNullsWhereItIsNotComplete() {
    acquired("c1");
    acquired("c2");
    summarized("c1");
    summarized("c2", "first_order_on", "2024-01-31");
    bought("c1", "2024-01-05");
    bought("c2", "2024-01-31");
    bought("c1", "2024-03-01");
    bought("c1", "2024-03-02");
    bought("c1", "2024-04-02");
    bought("c2", "2024-02-02", "counted", false);

    assertThat(cohort("2024-04-29"))
        .containsExactly(
            row(0L, 2.0, 2.0, 1.0, 10.0, true),
            row(1L, 2.0, 0.0, 0.0, 10.0, true),
            row(2L, 2.0, 1.0, 0.5, 20.0, true),
            row(3L, 2.0, null, null, null, false));
    assertThat(cohort("2024-04-30").get(3)).isEqualTo(row(3L, 2.0, 1.0, 0.5, 25.0, true));
  }

  @Test
  void sharedCustomers_countByTheirShares() {
    acquired("c1", "acquisition_share", 0.25);
    acquired("c2", "acquisition_share", 1.0);
    acquired("c1", "acquisition_share", 0.75, "source_type", "direct", "affiliate_id", null);
    summarized("c1");
    summarized("c2");
    bought("c1", "2024-01-05", "margin", "20");
    bought("c2", "2024-01-05", "margin", "10");

    // (0.25 x 20 + 1 x 10) / 1.25 = 12
    assertThat(cohort("2024-01-31"))
        .containsExactly(
            row(0L, 1.25, 1.25, 1.0, 12.0, true), row(0L, 0.75, 0.75, 1.0, 20.0, true));
  }

  @Test
  void leftCensoredAndOtherModels_stayOut() {
    acquired("c1", "is_left_censored", true);
    acquired("c2", "is_contract_model", false);
    summarized("c1");
    summarized("c2");
    bought("c1", "2024-01-05");

    assertThat(cohort("2024-01-31")).isEmpty();
  }

  @Test
  void levels_addUpAffiliatesToTheirType() {
    acquired("c1");
    acquired("c2", "affiliate_id", "B");
    acquired("c3", "source_type", "direct", "affiliate_id", null, "affiliate_type", null);
    for (String customer : List.of("c1", "c2", "c3")) {
      summarized(customer, "survival_days", customer.equals("c1") ? 20 : 50, "churned", true);
      bought(customer, "2024-01-05");
    }

    assertThat(rows("2024-01-31", "type"))
        .extracting(r -> values(r, "source_type", "affiliate_type", "affiliate_id", "customers"))
        .containsExactly(row("affiliate", "coupon", null, 2.0), row("direct", null, null, 1.0));
    assertThat(
            rows("2024-02-10", "affiliate").stream().filter(r -> r.<Long>getAs("age_month") == 1))
        .extracting(r -> values(r, "affiliate_type", "affiliate_id", "customers", "km_s"))
        .containsExactlyInAnyOrder(row("coupon", "A", 1.0, 0.0), row("coupon", "B", 1.0, 1.0));
    // One of both stopped before a month had passed.
    assertThat(rows("2024-02-10", "type").get(1).<Double>getAs("km_s")).isEqualTo(0.5);
  }

  @Test
  void survival_isKaplanMeierAtWholeMonthsOfAge() {
    // Days seen, and whether they stopped; a month is 30 days, two are 61 and three are 91.
    Object[][] seen = {
      {0, true}, {0, true}, {29, true}, {30, true}, {40, false}, {60, true}, {61, false}, {70, true}
    };
    for (int i = 0; i < seen.length; i++) {
      acquired("c" + i);
      summarized("c" + i, "survival_days", seen[i][0], "churned", seen[i][1]);
    }
    acquired("too young");
    summarized("too young");

    // S before day 30: (1 - 2/8)(1 - 1/6) = 0.625, five at risk. Before day 61: 0.625 (1 - 1/5)
    // (1 - 1/3) = 1/3, two at risk. Day 70 ends it: 1/3 (1 - 1/1) = 0.
    List<Row> rows = rows("2024-05-31", "type");
    assertThat(rows)
        .extracting(r -> r.<Double>getAs("at_risk"))
        .containsExactly(8.0, 5.0, 2.0, 0.0, 0.0);
    double[] staying = {1, 0.625, 1.0 / 3, 0, 0};
    for (int age = 0; age < staying.length; age++) {
      assertThat(rows.get(age).<Double>getAs("km_s")).isCloseTo(staying[age], within(1e-12));
      assertThat(rows.get(age).<Long>getAs("churn_gap_days")).isEqualTo(30);
    }
    double[] hazards = {0.375, 1 - 1 / 3.0 / 0.625, 1};
    for (int age = 0; age < hazards.length; age++) {
      assertThat(rows.get(age).<Double>getAs("hazard")).isCloseTo(hazards[age], within(1e-12));
    }
    assertThat(rows.get(3).<Double>getAs("hazard")).isNull();
    assertThat(rows.get(0).isNullAt(rows.get(0).fieldIndex("km_lo95"))).isTrue();
    // Greenwood: 2/(8 6) + 1/(6 5) = 0.075; 0.625^exp(+-1.959964 sqrt(0.075)/|ln 0.625|).
    double spread = 1.959963984540054 * Math.sqrt(0.075) / -Math.log(0.625);
    assertThat(rows.get(1).<Double>getAs("km_lo95"))
        .isCloseTo(Math.pow(0.625, Math.exp(spread)), within(1e-12));
    assertThat(rows.get(1).<Double>getAs("km_hi95"))
        .isCloseTo(Math.pow(0.625, Math.exp(-spread)), within(1e-12));
  }

  @Test
  void immatureCohort_isNullNeverZero() {
    acquired("c1");
    summarized("c1");
    bought("c1", "2024-01-05");

    assertThat(rows("2024-02-10", "type"))
        .extracting(r -> values(r, "at_risk", "km_s", "km_lo95", "hazard", "retained_365"))
        .containsOnly(row(null, null, null, null, null));
  }

  @Test
  void retained365_isOfTheMatureOnly() {
    acquired("back");
    acquired("back late");
    acquired("gone");
    acquired("young");
    summarized("back", "retained_365", true, "retained_365_open", true);
    summarized("back late", "retained_365", false, "retained_365_open", true);
    summarized("gone", "retained_365", false, "retained_365_open", false);
    summarized("young");

    assertThat(rows("2024-01-31", "type"))
        .extracting(r -> values(r, "customers", "retained_365", "retained_365_open"))
        .containsExactly(row(4.0, 1 / 3.0, 2 / 3.0));
  }

  @Test
  void weeksAndQuarters_areCohortsOfTheirOwn() {
    acquired("sunday");
    acquired("monday");
    summarized("sunday", "first_order_on", "2024-03-31");
    summarized("monday", "first_order_on", "2024-04-01");
    bought("sunday", "2024-03-31");
    bought("monday", "2024-04-01");
    bought("sunday", "2024-04-08");

    assertThat(periods(CohortPeriod.WEEK, "2024-04-14"))
        .containsExactly(
            row("week", "2024-03-25", 0L, 1.0, 10.0),
            row("week", "2024-03-25", 1L, 0.0, 10.0),
            row("week", "2024-03-25", 2L, 1.0, 20.0),
            row("week", "2024-04-01", 0L, 1.0, 10.0),
            row("week", "2024-04-01", 1L, 0.0, 10.0));
    assertThat(periods(CohortPeriod.QUARTER, "2024-06-29"))
        .containsExactly(
            row("quarter", "2024-01-01", 0L, 1.0, 10.0),
            row("quarter", "2024-01-01", 1L, null, null),
            row("quarter", "2024-04-01", 0L, null, null));
  }

  private List<List<Object>> periods(CohortPeriod period, String asOf) {
    return retain(asOf, period)
        .filter("cohort_level = 'type'")
        .orderBy(CohortRetention.COHORT_MONTH, CohortRetention.AGE_MONTH)
        .collectAsList()
        .stream()
        .map(
            r ->
                row(
                    r.getAs("cohort_period"),
                    r.getAs("cohort_month").toString(),
                    r.getAs("age_month"),
                    r.getAs("active"),
                    r.getAs("cum_margin_per_customer")))
        .toList();
  }

  /** Partial counts, whatever their order and division, give the bits of the whole. */
  @Test
  void cohorts_areTheSameForAnyDivisionOfTheCustomers() {
    SplittableRandom random = new SplittableRandom(5);
    List<Count> counts = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      String customer = "c" + i;
      long days = random.nextInt(200);
      boolean churned = random.nextInt(3) > 0;
      counts.add(new Count(days, churned ? 1 : 0, churned ? 0 : 1));
      acquired(customer, "affiliate_id", "A" + random.nextInt(9));
      summarized(customer, "survival_days", days, "churned", churned);
      bought(customer, "2024-01-05", "margin", random.nextInt(1, 10_000) / 100.0);
    }
    KaplanMeier whole = KaplanMeier.of(counts);

    List<Row> rows = rows("2024-08-31", "type");
    int[] days = {0, 30, 61, 91, 122, 152, 183, 213};
    for (int age = 0; age < days.length; age++) {
      Double staying = rows.get(age).getAs("km_s");
      assertThat(staying == null ? Double.NaN : staying)
          .isCloseTo(whole.survival(days[age] - 1), within(1e-12));
    }
  }

  /** The same by joins and distinct counts, straight from the definitions. */
  @Test
  void cohorts_sayWhatJoinsOfTheLogsSay() {
    SplittableRandom random = new SplittableRandom(8);
    for (int i = 0; i < 120; i++) {
      String customer = "c" + i;
      LocalDate first = LocalDate.of(2023, 1, 1).plusDays(random.nextInt(200));
      double share = random.nextInt(1, 100) / 100.0;
      acquired(customer, "affiliate_id", "A" + random.nextInt(3), "acquisition_share", share);
      if (random.nextBoolean()) {
        acquired(
            customer,
            "source_type",
            "direct",
            "affiliate_id",
            null,
            "affiliate_type",
            null,
            "acquisition_share",
            1 - share);
      }
      if (i % 10 > 0) {
        summarized(
            customer, "first_order_on", first.toString(), "survival_days", 5L, "churned", true);
      }
      for (int n = random.nextInt(8); n >= 0; n--) {
        bought(
            customer,
            first.plusDays(n == 0 ? 0 : random.nextInt(330)).toString(),
            "margin",
            random.nextInt(-500, 9_000) / 100.0,
            "counted",
            n == 0 || random.nextInt(9) > 0);
      }
    }
    acquisitions.dataset().createOrReplaceTempView("acquisitions");
    summaries.dataset().createOrReplaceTempView("summaries");
    orders.dataset().createOrReplaceTempView("orders");
    List<Row> joined =
        SharedSession.SPARK
            .sql(
                """
                WITH members AS (
                  SELECT a.customer_id, source_type, affiliate_id, acquisition_share AS share,
                    trunc(first_order_on, 'month') AS cohort
                  FROM acquisitions a JOIN summaries USING (customer_id)),
                active AS (
                  SELECT customer_id, trunc(ordered_on, 'month') AS month, sum(margin) AS margin
                  FROM orders WHERE counted GROUP BY ALL)
                SELECT string(cohort), source_type, affiliate_id,
                  bigint(months_between(month, cohort)) AS age, sum(share), sum(share * double(margin))
                FROM members JOIN active USING (customer_id) GROUP BY ALL ORDER BY ALL""")
            .collectAsList();
    List<Row> counted =
        retain("2024-12-31", CohortPeriod.MONTH)
            .selectExpr(
                "string(cohort_month)",
                "source_type",
                "affiliate_id",
                "age_month",
                "active",
                "customers * (cum_margin_per_customer - coalesce(lag(cum_margin_per_customer)"
                    + " OVER (PARTITION BY cohort_month, source_type, affiliate_id, cohort_level"
                    + " ORDER BY age_month), 0))",
                "cohort_level")
            .filter("active > 0 AND (cohort_level = 'affiliate' OR source_type = 'direct')")
            .drop("cohort_level")
            .orderBy("cohort_month", "source_type", "affiliate_id", "age_month")
            .collectAsList();

    assertThat(counted).hasSameSizeAs(joined).hasSizeGreaterThan(100);
    for (int i = 0; i < joined.size(); i++) {
      assertThat(counted.get(i).toSeq().take(4)).isEqualTo(joined.get(i).toSeq().take(4));
      assertThat(counted.get(i).getDouble(4)).isCloseTo(joined.get(i).getDouble(4), within(1e-9));
      // Money of each customer and period is rounded to a millionth; of up to 120 at once.
      assertThat(counted.get(i).getDouble(5)).isCloseTo(joined.get(i).getDouble(5), within(1e-4));
    }
  }
}
