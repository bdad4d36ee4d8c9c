package io.cohortclv.models.economics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.btyd.MbgNbd;
import io.cohortclv.models.btyd.MbgNbdParameters;
import io.cohortclv.models.btyd.Nbd;
import io.cohortclv.models.btyd.NbdParameters;
import org.junit.jupiter.api.Test;

class ValueCurveTest {
  /** Two repeats a year whatever the age: E X(t) = r t/α = 2 t/365. */
  private final Nbd steady = Nbd.of(new NbdParameters(1, 182.5));

  @Test
  void discounting_isContinuous() {
    DiscountRate tenPercent = new DiscountRate(0.10);
    // 1/1.1 after a year, 1/1.21 after two
    assertThat(tenPercent.factor(365)).isCloseTo(0.9090909090909, within(1e-12));
    assertThat(tenPercent.factor(730)).isCloseTo(0.8264462809917, within(1e-12));
    assertThat(new DiscountRate(0).factor(1000)).isEqualTo(1);
    assertThatThrownBy(() -> new DiscountRate(-0.1)).isInstanceOf(IllegalArgumentException.class);
  }

  /** Undiscounted, (1 + 2 t/365)/3: a third at once, two thirds after half a year. */
  @Test
  void share_ofSteadyBuyersByHand() {
    ValueCurve curve = ValueCurve.of(steady, 365, new DiscountRate(0));
    assertThat(curve.shareBy(0)).isCloseTo(1.0 / 3, within(1e-12));
    assertThat(curve.shareBy(182.5)).isCloseTo(2.0 / 3, within(1e-9));
    assertThat(curve.shareBy(365)).isEqualTo(1);
    assertThat(curve.shareBy(900)).isEqualTo(1);
    // (1 + 4)/3 after two years
    assertThat(curve.cashBy(730)).isCloseTo(5.0 / 3, within(1e-9));
  }

  /**
   * Discounted at δ = ln 1.1 a year, two repeats a year are worth 2 (1 − 1/1.1)/δ = 1.907647 over
   * it, so cash of a year is 3/2.907647.
   */
  @Test
  void cash_isNotDiscountedByHand() {
    ValueCurve curve = ValueCurve.of(steady, 365, new DiscountRate(0.10));
    assertThat(curve.cashBy(365)).isCloseTo(3 / 2.907647, within(5e-7));
    assertThat(curve.shareBy(0)).isCloseTo(1 / 2.907647, within(5e-7));
  }

  @Test
  void shares_riseToOne() {
    ValueCurve curve =
        ValueCurve.of(
            MbgNbd.of(new MbgNbdParameters(0.9, 75, 0.9, 2.1)), 365, new DiscountRate(0.1));
    double before = 0;
    for (int age = 0; age <= 365; age += 5) {
      assertThat(curve.shareBy(age)).isGreaterThan(before).isLessThanOrEqualTo(1);
      assertThat(curve.cashBy(age)).isGreaterThanOrEqualTo(curve.shareBy(age));
      before = curve.shareBy(age);
    }
    assertThat(before).isEqualTo(1);
  }
}
