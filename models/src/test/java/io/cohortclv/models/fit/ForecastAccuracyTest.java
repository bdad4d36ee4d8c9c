package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ForecastAccuracyTest {
  static LongStream seeds() {
    return LongStream.range(0, 200);
  }

  @Test
  void errors_areThoseWorkedByHand() {
    ForecastAccuracy accuracy =
        ForecastAccuracy.builder().add(1.5, 1, 2).add(0.5, 2, 1).add(3, 3, 1).build();

    assertThat(accuracy.customers()).isEqualTo(4);
    assertThat(accuracy.expected()).isEqualTo(6.5);
    assertThat(accuracy.actual()).isEqualTo(7);
    // (0.5 + 0.5 + 1.5 + 0) / 4 and sqrt((0.25 + 0.25 + 2.25 + 0) / 4)
    assertThat(accuracy.meanAbsoluteError()).isEqualTo(0.625);
    assertThat(accuracy.rootMeanSquaredError()).isCloseTo(0.82915619758885, within(1e-14));
    assertThat(accuracy.bias()).isCloseTo(6.5 / 7 - 1, within(1e-15));
  }

  /** Four customers with y = 0, 0, 1, 3 ranked 1, 3, 2, 4: areas of the Lorenz curves by hand. */
  @Test
  void gini_isTheOneWorkedByHand() {
    ForecastAccuracy accuracy =
        ForecastAccuracy.builder()
            .add(0.1, 0, 1)
            .add(0.2, 1, 1)
            .add(0.3, 0, 1)
            .add(0.4, 3, 1)
            .build();

    // Along e: 1 - (0 + 0.25 + 0.5 + 1.25) / 4 = 0.5; the best: 1 - (0 + 0 + 0.25 + 1.25) / 4.
    assertThat(accuracy.gini()).isCloseTo(0.5 / 0.625, within(1e-15));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void gini_isOneInOrderMinusOneInReverseAndZeroWithoutOrder(long seed) {
    var random = new SplittableRandom(seed);
    var ordered = ForecastAccuracy.builder();
    var reversed = ForecastAccuracy.builder();
    var constant = ForecastAccuracy.builder();
    int customers = random.nextInt(2, 40);
    for (int i = 0; i < customers; i++) {
      int actual = i == 0 ? 1 + random.nextInt(5) : i == 1 ? 0 : random.nextInt(6);
      ordered.add(actual / 7.0, actual, 1 + i % 3);
      reversed.add(10 - actual, actual, 1 + i % 3);
      constant.add(2, actual, 1 + i % 3);
    }
    assertThat(ordered.build().gini()).isCloseTo(1, within(1e-12));
    assertThat(reversed.build().gini()).isCloseTo(-1, within(1e-12));
    assertThat(constant.build().gini()).isCloseTo(0, within(1e-12));
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void calibration_splitsAllCustomersIntoEqualTenths(long seed) {
    var random = new SplittableRandom(seed);
    var builder = ForecastAccuracy.builder();
    for (int i = random.nextInt(1, 60); i > 0; i--) {
      builder.add(random.nextInt(8) / 3.0, random.nextInt(5), 1 + random.nextInt(4));
    }
    ForecastAccuracy accuracy = builder.build();

    var deciles = accuracy.calibration();
    assertThat(deciles).hasSize(10);
    assertThat(deciles)
        .allSatisfy(
            d ->
                assertThat(d.customers())
                    .isCloseTo(accuracy.customers() / 10.0, within(1e-9 * accuracy.customers())));
    assertThat(deciles.stream().mapToDouble(d -> d.customers() * d.expectedMean()).sum())
        .isCloseTo(accuracy.expected(), within(1e-9 * (1 + accuracy.expected())));
    assertThat(deciles.stream().mapToDouble(d -> d.customers() * d.actualMean()).sum())
        .isCloseTo((double) accuracy.actual(), within(1e-9 * (1 + accuracy.actual())));
    for (int i = 1; i < 10; i++) {
      assertThat(deciles.get(i).expectedMean())
          .isGreaterThanOrEqualTo(deciles.get(i - 1).expectedMean() - 1e-12);
    }
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void measures_areTheSameBitsInAnyOrder(long seed) {
    var random = new SplittableRandom(seed);
    double[] expected = random.doubles(30, 0, 4).toArray();
    var forward = ForecastAccuracy.builder();
    var backward = ForecastAccuracy.builder();
    for (int i = 0; i < expected.length; i++) {
      forward.add(expected[i], i % 4, 1 + i % 5);
      int j = expected.length - 1 - i;
      backward.add(expected[j], j % 4, 1 + j % 5);
    }
    assertThat(forward.build().rootMeanSquaredError())
        .isEqualTo(backward.build().rootMeanSquaredError());
    assertThat(forward.build().gini()).isEqualTo(backward.build().gini());
    assertThat(forward.build().calibration()).isEqualTo(backward.build().calibration());
  }

  @Test
  void nothingHappened_leavesBiasAndGiniUndefined() {
    ForecastAccuracy accuracy = ForecastAccuracy.builder().add(1, 0, 5).build();

    assertThat(accuracy.bias()).isNaN();
    assertThat(accuracy.gini()).isNaN();
  }

  @Test
  void impossibleForecasts_areRefused() {
    assertThatThrownBy(() -> ForecastAccuracy.builder().add(Double.NaN, 0, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("NaN");
    assertThatThrownBy(() -> ForecastAccuracy.builder().build())
        .isInstanceOf(IllegalArgumentException.class);
  }
}
