package io.cohortclv.transforms.economics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.transforms.table.AffiliateDaily;
import io.cohortclv.transforms.table.TargetAttainment;
import java.math.BigDecimal;
import java.sql.Date;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.GenericRowWithSchema;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class TargetRowsTest {
  private static final LocalDate JANUARY = LocalDate.of(2025, 1, 1);

  private static final StructType MONTHS =
      new StructType()
          .add(AffiliateDaily.AFFILIATE_ID, DataTypes.StringType)
          .add(TargetAttainment.MONTH, DataTypes.DateType)
          .add(AffiliateDaily.NEW_CUSTOMERS, DataTypes.DoubleType)
          .add(AffiliateDaily.ORDERS, DataTypes.DoubleType)
          .add(AffiliateDaily.SIGNUPS, DataTypes.DoubleType)
          .add(AffiliateDaily.NET_REVENUE, DataTypes.DoubleType);

  private final List<Row> months = new ArrayList<>();
  private final List<Target> targets = new ArrayList<>();

  private void month(String affiliate, String day, double customers, double revenue) {
    months.add(
        new GenericRowWithSchema(
            new Object[] {affiliate, Date.valueOf(day), customers, customers, 0.0, revenue},
            MONTHS));
  }

  private void goal(String affiliate, String type, double uplift, double bonus, LocalDate from) {
    targets.add(
        new Target(affiliate, type, AffiliateDaily.NEW_CUSTOMERS, uplift, bonus, from, null));
  }

  private Map<String, Map<String, Object>> attained(LocalDate asOf) {
    Map<String, Map<String, Object>> named = new TreeMap<>();
    for (Row row :
        new TargetRows(targets, months, Map.of("A", "content"), LocalDate.of(2020, 1, 1), asOf)
            .rows()) {
      Map<String, Object> values = new HashMap<>();
      for (int i = 0; i < row.size(); i++) {
        values.put(TargetAttainment.TABLE.columns().get(i), row.get(i));
      }
      named.put(row.getString(0) + " " + row.get(1), values);
    }
    return named;
  }

  /** December is the log's first month and not known to be whole; January to March are. */
  private void firstMonths() {
    month("A", "2024-12-01", 3, 30);
    month("A", "2025-01-01", 10, 100);
    month("A", "2025-02-01", 8, 80);
    month("A", "2025-03-01", 12, 120);
  }

  @Test
  void monthThatReachedItsGoal_hasItsBonusDue() {
    firstMonths();
    month("A", "2025-04-01", 11, 110);
    goal(null, null, 0.10, 500, JANUARY);

    Map<String, Object> april = attained(LocalDate.of(2025, 4, 30)).get("A 2025-04-01");
    // (10 + 8 + 12)/3, and a tenth more
    assertThat((Double) april.get(TargetAttainment.BASELINE)).isCloseTo(10, within(1e-12));
    assertThat((Double) april.get(TargetAttainment.TARGET)).isCloseTo(11, within(1e-12));
    assertThat(april)
        .containsEntry(TargetAttainment.ACTUAL, 11.0)
        .containsEntry(TargetAttainment.FORECAST, 11.0)
        .containsEntry(TargetAttainment.IS_COMPLETE, true);
    assertThat(april)
        .containsEntry(TargetAttainment.P_REACH, 1.0)
        .containsEntry(TargetAttainment.BONUS_DUE, new BigDecimal("500.00"));
  }

  @Test
  void monthUnderWay_isForecastAndOwesNothing() {
    firstMonths();
    month("A", "2025-04-01", 5, 50);
    goal(null, null, 0.10, 500, JANUARY);

    Map<String, Object> april = attained(LocalDate.of(2025, 4, 15)).get("A 2025-04-01");
    assertThat(april)
        .containsEntry(TargetAttainment.ACTUAL, 5.0)
        .containsEntry(TargetAttainment.BONUS_DUE, new BigDecimal("0.00"))
        .containsEntry(TargetAttainment.IS_COMPLETE, false);
    assertThat((Double) april.get(TargetAttainment.FORECAST)).isBetween(9.5, 10.5);
    // Six more of about five expected: 0.38 by Poisson chance alone.
    assertThat((Double) april.get(TargetAttainment.P_REACH)).isBetween(0.3, 0.45);
  }

  @Test
  void goals_holdFromTheirDayAndTheNearestOneCounts() {
    firstMonths();
    goal(null, null, 0.10, 0, JANUARY);
    goal(null, "content", 0.20, 0, LocalDate.of(2025, 2, 1));
    goal("A", null, 0.50, 0, LocalDate.of(2025, 3, 1));

    Map<String, Map<String, Object>> attained = attained(LocalDate.of(2025, 3, 31));
    assertThat(attained).containsOnlyKeys("A 2025-01-01", "A 2025-02-01", "A 2025-03-01");
    // February: 10 in January. March: (10 + 8)/2.
    assertThat((Double) attained.get("A 2025-02-01").get(TargetAttainment.TARGET))
        .isCloseTo(12, within(1e-12));
    assertThat((Double) attained.get("A 2025-03-01").get(TargetAttainment.TARGET))
        .isCloseTo(13.5, within(1e-12));
  }

  @Test
  void monthWithoutABaseline_owesNoBonus() {
    firstMonths();
    goal(null, null, 0.10, 500, JANUARY);

    assertThat(attained(LocalDate.of(2025, 3, 31)).get("A 2025-01-01"))
        .containsEntry(TargetAttainment.BASELINE, 0.0)
        .containsEntry(TargetAttainment.ATTAINMENT, null)
        .containsEntry(TargetAttainment.BONUS_DUE, new BigDecimal("0.00"));
  }

  @Test
  void monthWithNothing_isAMonthOfZero() {
    firstMonths();
    month("A", "2025-05-01", 7, 70);
    goal(null, null, 0, 0, JANUARY);

    Map<String, Object> may = attained(LocalDate.of(2025, 5, 31)).get("A 2025-05-01");
    // (8 + 12 + 0)/3
    assertThat((Double) may.get(TargetAttainment.BASELINE)).isCloseTo(20.0 / 3, within(1e-12));
  }
}
