package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.cohortclv.models.btyd.ModelFamily;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * CDNOW 1/10 sample, calibration to 1997-09-30, weeks of seven days, same-day orders merged: 2,357
 * customers. Test names begin with the row of the project's table of published values.
 */
class CdnowFitTest {
  private static PurchaseFit fit(ModelFamily family) {
    return PurchaseFits.fit(family, Cdnow.histories(Cdnow.CALIBRATION_END));
  }

  private static void assertOptimum(PurchaseFit fit, double logLikelihood, double... parameters) {
    assertThat(fit.converged()).isTrue();
    assertThat(fit.customers()).isEqualTo(2357);
    assertThat(fit.logLikelihood()).isCloseTo(logLikelihood, within(1e-3));
    assertRelative(fit.model().parameters(), 1e-3, parameters);
    assertThat(fit.warnings()).isEmpty();
  }

  static void assertRelative(double[] actual, double tolerance, double... expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], withinPercentage(100 * tolerance));
    }
  }

  /** Fader, Hardie and Lee (2005): .243, 4.414, .793, 2.426, LL −9582.4; digits: CLVTools, BTYD. */
  @Test
  void a001_bgNbdOptimum_isThePublishedOne() {
    PurchaseFit fit = fit(ModelFamily.BG_NBD);
    assertOptimum(fit, -9582.429207, 0.24259452, 4.413602, 0.79292202, 2.4259068);
    assertThat(fit.repeatPurchases()).isEqualTo(2457);
  }

  /** CLVTools 0.12.1. */
  @Test
  void a002_bgNbdStandardErrors_areThoseOfClvTools() {
    assertRelative(
        fit(ModelFamily.BG_NBD).standardErrors(), 1e-2, 0.01256, 0.37822, 0.18573, 0.70541);
  }

  /** Fader, Hardie and Lee (2005): .553, 10.578, .606, 11.669, LL −9595.0; digits: CLVTools. */
  @Test
  void a003_paretoNbdOptimum_isThePublishedOne() {
    assertOptimum(
        fit(ModelFamily.PARETO_NBD), -9594.976179, 0.55327705, 10.577683, 0.60623999, 11.668735);
  }

  /** CLVTools, test_correctness_pnbd_nocovstaticcov.R. */
  @Test
  void a004_paretoNbdStandardErrors_areThoseOfClvTools() {
    assertRelative(
        fit(ModelFamily.PARETO_NBD).standardErrors(),
        1e-3,
        0.0476264,
        0.8427222,
        0.1872594,
        6.2105448);
  }

  /** lifetimes: .525, 6.183, .891, 1.614; digits: BTYDplus 1.2.0. */
  @Test
  void a005_mbgNbdOptimum_isThatOfBtydPlus() {
    assertOptimum(
        fit(ModelFamily.MBG_NBD), -9582.135716, 0.52484316, 6.1830853, 0.89135939, 1.6140022);
  }

  /** Fader and Hardie (2013): 6.25, 3.74, 15.44; LL: CLVTools −4055.9177. */
  @Test
  void a007_gammaGammaOptimum_isThePublishedOne() {
    SpendHistories.Builder spend = SpendHistories.builder();
    for (Cdnow.Customer c : Cdnow.customers(Cdnow.CALIBRATION_END)) {
      double mean = c.repeatSpend().stream().mapToDouble(d -> d).average().orElse(0);
      if (mean > 0) {
        spend.add(c.repeats(), mean, 1);
      }
    }
    SpendFit fit = SpendFits.fit(spend.build());
    assertThat(fit.converged()).isTrue();
    assertThat(fit.customers()).isEqualTo(946);
    assertThat(fit.logLikelihood()).isCloseTo(-4055.917695, within(1e-3));
    var p = fit.model().parameters();
    assertRelative(new double[] {p.p(), p.q(), p.v()}, 1e-3, 6.2495723, 3.7442247, 15.443521);
    assertThat(fit.warnings()).isEmpty();
  }

  /** RFM&CLV (2005), BTYD R/pnbd.R: .5629966, 12.5590370, .4081095, 10.5148048. */
  @Test
  void a010_paretoNbdOptimumOf78Weeks_isThePublishedOne() {
    PurchaseFit fit = PurchaseFits.fit(ModelFamily.PARETO_NBD, Cdnow.histories(Cdnow.HOLDOUT_END));
    assertOptimum(fit, -17135.835886, 0.56300366, 12.559169, 0.40810728, 10.514545);
  }

  @Test
  void fit_hasTheSameBitsWhateverTheOrderOfCustomers() {
    for (ModelFamily family : ModelFamily.values()) {
      double[] straight = fit(family).model().parameters();
      List<Cdnow.Customer> customers = new ArrayList<>(Cdnow.customers(Cdnow.CALIBRATION_END));
      Collections.shuffle(customers, new Random(11));
      Histories.Builder builder = Histories.builder();
      for (Cdnow.Customer c : customers) {
        builder.add(c.repeats(), c.recency(), c.age(Cdnow.CALIBRATION_END), 1);
      }
      assertThat(PurchaseFits.fit(family, builder.build()).model().parameters())
          .containsExactly(straight);
    }
  }
}
