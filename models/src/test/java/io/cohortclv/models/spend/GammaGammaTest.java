package io.cohortclv.models.spend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GammaGammaTest {
  private static final GammaGamma CDNOW =
      GammaGamma.of(new GammaGammaParameters(6.25, 3.74, 15.44));

  /** Hardie's note 025 prints 24.65, 18.91, 35.17, 71.46 at its unrounded parameters. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "A043, 2, 22.35, 24.6637139108",
    "A044, 1, 11.77, 18.9168520578",
    "A045, 0, 0, 35.2189781022",
    "A046, 7, 73.74, 71.469670897"
  })
  void expectedSpend_isThePublishedOne(String id, double x, double mean, double expected) {
    assertThat(CDNOW.expectedSpend(x, mean)).isCloseTo(expected, withinPercentage(1e-6));
  }

  @Test
  void meanSpend_isInfiniteWhereQIsNotAboveOne() {
    GammaGamma model = GammaGamma.of(new GammaGammaParameters(0.2, 0.7, 10));
    assertThat(model.populationMean()).isInfinite();
    assertThat(model.expectedSpend(0, 0)).isInfinite();
    assertThat(model.expectedSpend(1, 5)).isInfinite();
    assertThat(model.expectedSpend(2, 5)).isCloseTo(0.2 * 20 / 0.1, withinPercentage(1e-10));
  }

  @Test
  void parametersThatAreNotPositive_areRefusedByName() {
    assertThatThrownBy(() -> new GammaGammaParameters(1, Double.NaN, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Gamma-Gamma q must be positive and finite: NaN");
  }
}
