package io.cohortclv.models.math;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BetaMeanTest {
  /**
   * At a = s the mean is (1 + y)^−a ₂F₁(a, b; a+b; z) by the one series and itself by the other.
   */
  @Test
  void mean_isContinuousWhereTheMethodChanges() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      double a = Math.exp(-2 + 5 * random.nextDouble());
      double b = Math.exp(-2 + 5 * random.nextDouble());
      double s = Math.exp(-2 + 6 * random.nextDouble());
      // z = 0.98 is where the integral takes over from the series.
      double y = 0.98 / 0.02;
      double below = BetaMean.of(s, a, b, y * (1 - 1e-14));
      double above = BetaMean.of(s, a, b, y * (1 + 1e-13));
      assertThat(above).as("seed %d", seed).isCloseTo(below, withinPercentage(1e-9));
      double fewer = BetaMean.of(a + b - 1e-13 * (a + b), a, b, 3);
      double more = BetaMean.of(a + b + 1e-13 * (a + b), a, b, 3);
      assertThat(more).as("seed %d", seed).isCloseTo(fewer, withinPercentage(1e-9));
    }
  }

  /**
   * Where only the integral is quick: mpmath 1.4.1, hyp2f1(s, a, a + b, −y) at 40 digits, the last
   * by quadrature of the definition.
   */
  @ParameterizedTest
  @CsvSource({
    "3, 300, 400, 60, 5.3014061569359563244e-5",
    "50, 300, 400, 60, 5.2300794786826399926e-71",
    "2000, 150, 9000, 70, 8.0691885128943791851e-181",
    "1.5, 0.3, 250, 1e5, 0.17118321374839110416",
    "1.5, 20000, 18000, 5, 0.14449968242096355536"
  })
  void mean_ofNarrowPeaksAndFarY(double s, double a, double b, double y, double expected) {
    assertThat(BetaMean.of(s, a, b, y))
        .isCloseTo(expected, withinPercentage(100 * rounding(s, a, b, y)));
  }

  /**
   * What rounding may do, relative. The integrand is the exponential of a ln p + b ln(1 − p) − ln
   * B(a, b) − s ln(1 + py), of which each term errs by its size times three roundings (of the
   * logarithm, its factor, the sum), ln B by some more: eight halves of an ulp for all. What
   * matters is the neighbourhood of the integrand's peak. The series err by a rounding for each of
   * 3,000 terms at most.
   */
  private static double rounding(double s, double a, double b, double y) {
    // In t = logit p the slope a (1 − p) − b p − s p (1 − p) y/(1 + py) falls.
    double low = -800;
    double high = 800;
    while (high - low > 1e-9) {
      double t = (low + high) / 2;
      double p = 1 / (1 + Math.exp(-t));
      double q = 1 / (1 + Math.exp(t));
      if (a * q - b * p - s * p * q * y / (1 + p * y) > 0) {
        low = t;
      } else {
        high = t;
      }
    }
    double p = 1 / (1 + Math.exp(-low));
    double q = 1 / (1 + Math.exp(low));
    double terms =
        a * Math.abs(Math.log(p))
            + b * Math.abs(Math.log(q))
            + Math.abs(LogSpace.beta(a, b))
            + s * Math.log1p(p * y);
    return 0x1p-53 * (3000 + 8 * terms);
  }

  /** With p certain to be a/(a + b), and with an exponential of p, the limits are elementary. */
  @Test
  void mean_ofHugeParametersIsTheLimitAndTakesNoTime() {
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> {
          assertThat(BetaMean.of(2, 3e9, 1e9, 5)).isCloseTo(Math.pow(4.75, -2), within(1e-7));
          assertThat(BetaMean.of(2, 1e9, 3, 5)).isCloseTo(1.0 / 36, within(1e-9));
          assertThat(BetaMean.of(2, 3, 1e9, 5)).isCloseTo(1, within(1e-6));
          assertThat(BetaMean.of(1e6, 3, 1e6, 1)).isCloseTo(0.125, within(1e-5));
          assertThat(BetaMean.of(2, 0.001, 0.001, 1e9)).isCloseTo(0.49, within(0.02));
          for (int seed = 0; seed < 1000; seed++) {
            Random random = new Random(seed);
            double order = Math.exp(12 * random.nextGaussian());
            double a = Math.exp(6 * random.nextGaussian());
            double b = Math.exp(10 * random.nextGaussian());
            double mean = BetaMean.of(order, a, b, Math.exp(10 * random.nextGaussian()));
            // A mean of what is at most 1: its sum of weights errs as that of y = 0 does.
            assertThat(mean).as("seed %d", seed).isBetween(0.0, 1 + rounding(order, a, b, 0));
          }
        });
  }
}
