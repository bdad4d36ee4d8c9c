package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Forecasts of the CDNOW sample against published ones; skipped where the sample is absent. */
class CdnowForecastTest {
  /** Row A058 of the project's table of published values: CLVTools 0.12.1, 39 weeks of holdout. */
  @ParameterizedTest
  @CsvSource({
    "bg-nbd, 1653.41, 0.785454, 1.607982",
    "pareto-nbd, 1665.51, 0.754523, 1.602848",
  })
  void a058_holdoutErrors_areThoseOfClvTools(String family, double sum, double mae, double rmse) {
    PurchaseModel model =
        PurchaseFits.fit(ModelFamily.of(family), Cdnow.histories(Cdnow.CALIBRATION_END)).model();
    double weeks = Cdnow.weeks(Cdnow.CALIBRATION_END, Cdnow.HOLDOUT_END);
    var builder = ForecastAccuracy.builder();
    for (Cdnow.Customer c : Cdnow.customers(Cdnow.CALIBRATION_END)) {
      double expected =
          model.expectedPurchases(weeks, c.repeats(), c.recency(), c.age(Cdnow.CALIBRATION_END));
      builder.add(expected, c.holdoutDays().size(), 1);
    }
    ForecastAccuracy accuracy = builder.build();

    assertThat(accuracy.actual()).isEqualTo(1882);
    assertThat(accuracy.expected()).isCloseTo(sum, within(1e-3 * sum));
    assertThat(accuracy.meanAbsoluteError()).isCloseTo(mae, within(1e-3 * mae));
    assertThat(accuracy.rootMeanSquaredError()).isCloseTo(rmse, within(1e-3 * rmse));
    assertThat(accuracy.gini()).isBetween(0.5, 1.0);
  }

  /** Row A054: the BTYD walkthrough's cumulative tracking, weeks 20 to 25 of 1997. */
  @Test
  void a054_cumulativeTracking_isThatOfTheWalkthrough() {
    PurchaseModel model =
        PurchaseFits.fit(ModelFamily.PARETO_NBD, Cdnow.histories(Cdnow.CALIBRATION_END)).model();
    // Week w ends 7w days after 1997-01-01, and first purchases count from there.
    LocalDate start = LocalDate.of(1997, 1, 1);
    Map<Double, Long> firsts = new HashMap<>();
    for (Cdnow.Customer c : Cdnow.customers(Cdnow.CALIBRATION_END)) {
      firsts.merge(Cdnow.weeks(start, c.first()), 1L, Long::sum);
    }
    PurchaseTracking tracking = PurchaseTracking.of(model, firsts);

    double[] published = {1308.856, 1385.275, 1459.923, 1532.906, 1604.32, 1674.253};
    for (int i = 0; i < published.length; i++) {
      assertThat(tracking.expectedUntil(20 + i))
          .as("week " + (20 + i))
          .isCloseTo(published[i], within(0.2));
    }
  }
}
