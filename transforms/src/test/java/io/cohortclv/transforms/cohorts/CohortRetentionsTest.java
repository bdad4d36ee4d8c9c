package io.cohortclv.transforms.cohorts;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.CohortRetention;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderValue;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class CohortRetentionsTest {
  private final TypedRows acquisitions =
      TypedRows.of(CustomerAcquisition.TABLE.schema())
          .defaults("is_contract_model", true, "is_left_censored", false, "acquisition_share", 1.0)
          .defaults("source_type", "affiliate", "affiliate_id", "A", "cohort_month", "2024-01-01");
  private final TypedRows orders =
      TypedRows.of(OrderValue.TABLE.schema())
          .defaults("source_system", "shop", "counted", true, "margin", "10");

  private List<List<Object>> cohort(String asOf) {
    return CohortRetentions.retainCohorts(
            acquisitions.dataset(), orders.dataset(), LocalDate.parse(asOf))
        .orderBy(
            CohortRetention.COHORT_MONTH, CohortRetention.SOURCE_TYPE, CohortRetention.AGE_MONTH)
        .collectAsList()
        .stream()
        .map(CohortRetentionsTest::measures)
        .toList();
  }

  private static List<Object> measures(Row row) {
    return Stream.of(
            CohortRetention.AGE_MONTH,
            CohortRetention.CUSTOMERS,
            CohortRetention.ACTIVE,
            CohortRetention.RETENTION,
            CohortRetention.CUM_MARGIN_PER_CUSTOMER,
            CohortRetention.IS_COMPLETE)
        .map(c -> row.<Object>getAs(c))
        .toList();
  }

  private static List<Object> row(Object... values) {
    return Arrays.asList(values);
  }

  @Test
  void cohort_hasEveryMonthAndNullsWhereItIsNotComplete() {
    acquisitions.row("customer_id", "c1").row("customer_id", "c2");
    orders
        .row("order_id", "1", "customer_id", "c1", "ordered_on", "2024-01-05")
        .row("order_id", "2", "customer_id", "c2", "ordered_on", "2024-01-31")
        .row("order_id", "3", "customer_id", "c1", "ordered_on", "2024-03-01")
        .row("order_id", "4", "customer_id", "c1", "ordered_on", "2024-03-02")
        .row("order_id", "5", "customer_id", "c1", "ordered_on", "2024-04-02");

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
    acquisitions
        .row("customer_id", "c1", "acquisition_share", 0.25)
        .row("customer_id", "c2", "acquisition_share", 1.0)
        .row(
            "customer_id",
            "c1",
            "acquisition_share",
            0.75,
            "source_type",
            "direct",
            "affiliate_id",
            null);
    orders
        .row("order_id", "1", "customer_id", "c1", "ordered_on", "2024-01-05", "margin", "20")
        .row("order_id", "2", "customer_id", "c2", "ordered_on", "2024-01-05", "margin", "10");

    // (0.25 x 20 + 1 x 10) / 1.25 = 12
    assertThat(cohort("2024-01-31"))
        .containsExactly(
            row(0L, 1.25, 1.25, 1.0, 12.0, true), row(0L, 0.75, 0.75, 1.0, 20.0, true));
  }

  @Test
  void leftCensoredAndOtherModels_stayOut() {
    acquisitions
        .row("customer_id", "c1", "is_left_censored", true)
        .row("customer_id", "c2", "is_contract_model", false);
    orders.row("order_id", "1", "customer_id", "c1", "ordered_on", "2024-01-05");

    assertThat(cohort("2024-01-31")).isEmpty();
  }
}
