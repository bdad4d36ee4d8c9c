package io.cohortclv.models.economics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SeasonalityTest {
  /** A flat trend of 100 and a December that brings twice as much; mean index 13/12. */
  private static double[] months(int count, double growthAMonth) {
    return IntStream.range(0, count)
        .mapToDouble(i -> (100 + growthAMonth * i) * (i % 12 == 11 ? 2 : 1))
        .toArray();
  }

  @Test
  void season_isToldFromTrend() {
    Seasonality flat = Seasonality.of(months(36, 0), 1);
    // 2 of a mean of 13/12, 1 of it
    assertThat(flat.index(12)).isCloseTo(24.0 / 13, within(1e-9));
    assertThat(flat.index(5)).isCloseTo(12.0 / 13, within(1e-9));
    Seasonality growing = Seasonality.of(months(36, 3), 1);
    assertThat(growing.index(12)).isCloseTo(24.0 / 13, within(0.05));
    assertThat(growing.index(5)).isCloseTo(12.0 / 13, within(0.03));
  }

  @Test
  void lessThanTwoYears_tellNothing() {
    Seasonality none = Seasonality.of(months(20, 0), 1);
    assertThat(none.index(12)).isEqualTo(1);
    assertThat(none.baseline(new double[] {90, 110, 100}, 4)).isCloseTo(100, within(1e-12));
  }

  /** Three months of 60, 60 and a December of 120 before a January: 60 without the season. */
  @Test
  void baseline_isFreeOfTheSeasonsBefore() {
    Seasonality season = Seasonality.of(months(36, 0), 1);
    assertThat(season.baseline(new double[] {60, 60, 120}, 1)).isCloseTo(60, within(1e-9));
    assertThat(season.baseline(new double[] {60, 60, 60}, 12)).isCloseTo(120, within(1e-9));
    assertThat(season.baseline(new double[0], 5)).isZero();
  }

  /** Years may begin in any month of the log. */
  @Test
  void logThatBeginsInJuly_findsDecember() {
    double[] totals =
        IntStream.range(0, 36).mapToDouble(i -> (i + 6) % 12 == 11 ? 200 : 100).toArray();
    assertThat(Seasonality.of(totals, 7).index(12)).isCloseTo(24.0 / 13, within(1e-9));
  }
}
