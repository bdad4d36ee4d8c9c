package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.population.Population;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Fits of (M)BG/CNBD-k to customers drawn from it. */
class RegularityTest {
  private static Histories draw(PurchaseModel model, int customers, long seed) {
    UniformRandomProvider rng = RandomSource.XO_SHI_RO_256_PP.create(seed);
    Population population = Population.of(model);
    Histories.Builder builder = Histories.builder();
    double logGaps = 0;
    for (int i = 0; i < customers; i++) {
      double age = 100 + 200 * rng.nextDouble();
      double last = 0;
      double[] times = population.draw(rng).repeatTimes(age);
      for (double time : times) {
        logGaps += Math.log(time - last);
        last = time;
      }
      builder.add(times.length, last, age, 1);
    }
    return builder.logGaps(logGaps).build();
  }

  /** k is found, and the parameters within four of their standard errors. */
  @ParameterizedTest
  @CsvSource({
    "bg-cnbd-k, 1",
    "bg-cnbd-k, 2",
    "mbg-cnbd-k, 1",
    "mbg-cnbd-k, 3",
    "mbg-cnbd-k, 8",
  })
  void parameters_areFound(String id, int k) {
    ModelFamily family = ModelFamily.of(id);
    double[] truth = {0.9, 30.0 / k, 0.8, 3, k};
    PurchaseFit fit = PurchaseFits.fit(family, draw(family.model(truth), 3000, k));
    double[] at = fit.model().parameters();
    double[] errors = fit.standardErrors();
    assertThat(fit.converged()).isTrue();
    assertThat(fit.warnings()).isEmpty();
    assertThat(at[4]).isEqualTo(k);
    for (int i = 0; i < 4; i++) {
      assertThat(at[i]).as("parameter %d", i).isCloseTo(truth[i], within(4 * errors[i]));
    }
  }

  /** The same in another unit of time, its density shifted by the gaps alone. */
  @Test
  void fit_isTheSameInWeeksAndInDays() {
    ModelFamily family = ModelFamily.MBG_CNBD_K;
    Histories days = draw(family.model(0.9, 10, 0.8, 3, 3), 1000, 9);
    Histories.Builder builder = Histories.builder();
    for (int i = 0; i < days.distinct(); i++) {
      builder.add(days.repeats(i), days.recency(i) / 7, days.age(i) / 7, days.weight(i));
    }
    Histories weeks = builder.logGaps(days.logGaps() - days.totalRepeats() * Math.log(7)).build();
    PurchaseFit inDays = PurchaseFits.fit(family, days);
    PurchaseFit inWeeks = PurchaseFits.fit(family, weeks);
    assertThat(inWeeks.logLikelihood())
        .isCloseTo(inDays.logLikelihood() + days.totalRepeats() * Math.log(7), within(1e-7));
    assertThat(inWeeks.model().parameters()[4]).isEqualTo(3);
    assertThat(inWeeks.model().expectedPurchases(10))
        .isCloseTo(inDays.model().expectedPurchases(70), within(1e-7));
  }

  /** At k = 1 the likelihood is that of MBG/NBD. */
  @Test
  void ratioTest_tellsRegularPurchasesFromRandomOnes() {
    Histories regular = draw(ModelFamily.MBG_CNBD_K.model(0.9, 15, 0.8, 3, 2), 1000, 10);
    PurchaseFit smaller = PurchaseFits.fit(ModelFamily.MBG_NBD, regular);
    PurchaseFit larger = PurchaseFits.fit(ModelFamily.MBG_CNBD_K, regular);
    assertThat(PurchaseFits.fit(ModelFamily.MBG_CNBD_K, regular, 1).logLikelihood())
        .isCloseTo(smaller.logLikelihood(), within(1e-8));
    assertThat(ModelComparison.likelihoodRatio(smaller, larger)).isLessThan(1e-10);
    assertThat(ModelComparison.aic(larger)).isLessThan(ModelComparison.aic(smaller));
  }

  @Test
  void historiesWithoutGaps_cannotTell() {
    Histories none = Histories.builder().add(1, 5, 9, 40).add(0, 0, 9, 40).build();
    assertThatThrownBy(() -> PurchaseFits.fit(ModelFamily.BG_CNBD_K, none))
        .isInstanceOf(InfeasibleDataException.class)
        .hasMessageContaining("the gaps between them, which were not given");
  }
}
