package io.cohortclv.models.economics;

import static io.cohortclv.models.economics.Payback.Status.NOT_YET;
import static io.cohortclv.models.economics.Payback.Status.PROJECTED;
import static io.cohortclv.models.economics.Payback.Status.RECOVERED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PaybackTest {
  private static final double NOBODY = Double.NaN;

  /** 10, 16, 21 after one, two and three months; nobody is older. */
  private static Payback of(double cac) {
    return Payback.of(cac, new double[] {10, 16, 21, NOBODY}, month -> 6.0 * month, 12);
  }

  @Test
  void cacThatOldCustomersBrought_isRecovered() {
    assertThat(of(10)).isEqualTo(new Payback(RECOVERED, 1));
    assertThat(of(10.01)).isEqualTo(new Payback(RECOVERED, 2));
    assertThat(of(21)).isEqualTo(new Payback(RECOVERED, 3));
  }

  /** 6 m reaches 40 in month 7; month 4 at the earliest, since three months were seen to fail. */
  @Test
  void cacThatIsExpected_isProjectedAfterWhatWasSeen() {
    assertThat(of(40)).isEqualTo(new Payback(PROJECTED, 7));
    assertThat(Payback.of(22, new double[] {10, 16, 21, NOBODY}, month -> 100, 12))
        .isEqualTo(new Payback(PROJECTED, 4));
  }

  /** 6 · 12 = 72. */
  @Test
  void cacBeyondTheHorizon_isNotYetPaidBack() {
    assertThat(of(72)).isEqualTo(new Payback(PROJECTED, 12));
    assertThat(of(72.01)).isEqualTo(new Payback(NOT_YET, null));
  }

  @Test
  void newPartner_goesByWhatIsExpected() {
    assertThat(Payback.of(12, new double[] {NOBODY, NOBODY}, month -> 6.0 * month, 12))
        .isEqualTo(new Payback(PROJECTED, 2));
  }

  @Test
  void noCost_isRecoveredAtOnce() {
    assertThat(of(0)).isEqualTo(new Payback(RECOVERED, 0));
    assertThat(of(-3)).isEqualTo(new Payback(RECOVERED, 0));
  }

  /** Refunds may take back what had been enough: the first month counts. */
  @Test
  void negativeMargins_neverPayBack() {
    assertThat(Payback.of(5, new double[] {-2, -4}, month -> -2.0 * month, 12))
        .isEqualTo(new Payback(NOT_YET, null));
  }

  @Test
  void missingCac_isRefused() {
    assertThatThrownBy(() -> of(NOBODY)).isInstanceOf(IllegalArgumentException.class);
  }
}
