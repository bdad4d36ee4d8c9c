package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.models.btyd.ModelFamily;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelChoiceTest {
  private static final Histories DROPPING =
      HostileDataTest.simulated(ModelFamily.MBG_NBD.model(0.8, 40, 0.8, 2), 800, 30, 400, 21);
  private static final PurchaseFit MBG = PurchaseFits.fit(ModelFamily.MBG_NBD, DROPPING);
  private static final PurchaseFit NBD = PurchaseFits.fit(ModelFamily.NBD, DROPPING);

  private static final long[] CAME = {2, 2, 2, 2};

  /** Misses the four by 1, 1, 1 and 0. */
  private static final double[] MORE_OFTEN = {1, 3, 1, 2};

  /** Misses the four by 0, 0, 0 and 1. */
  private static final double[] LESS_OFTEN = {2, 2, 2, 3};

  private static ModelChoice choose(double[] ofMbg, double[] ofNbd, long[] came, long[] customers) {
    return ModelChoice.of(
        List.of(new ModelChoice.Candidate(NBD, ofNbd), new ModelChoice.Candidate(MBG, ofMbg)),
        came,
        customers);
  }

  @Test
  void withoutHoldout_theLeastAicDecides() {
    ModelChoice choice = ModelChoice.byAic(List.of(NBD, MBG));
    assertThat(choice.fit()).isSameAs(MBG);
    assertThat(choice.reason())
        .startsWith("mbg-nbd was chosen by the least AIC: nbd ")
        .contains("; no holdout tells more");
    assertThat(ModelComparison.aic(MBG)).isLessThan(ModelComparison.aic(NBD));
  }

  /**
   * Squared errors differ by 1, 1, 1, −1: mean 1/2, variance 1 − 1/4 = 3/4. Of 4 customers two
   * standard errors are 2 √(0.75 / 4) = 0.87, more than 1/2; of 40 they are 2 √(0.75 / 40) = 0.27.
   */
  @Test
  void holdout_decidesOnlyBeyondChance() {
    ModelChoice few = choose(MORE_OFTEN, LESS_OFTEN, CAME, new long[] {1, 1, 1, 1});
    assertThat(few.fit()).isSameAs(MBG);
    assertThat(few.reason()).contains("none forecast the holdout better beyond chance");

    ModelChoice many = choose(MORE_OFTEN, LESS_OFTEN, CAME, new long[] {10, 10, 10, 10});
    assertThat(many.fit()).isSameAs(NBD);
    // √(3/4) and √(1/4).
    assertThat(many.reason())
        .startsWith("nbd was chosen since it forecast the holdout better than mbg-nbd")
        .contains("nbd 0.5000, mbg-nbd 0.8660");
  }

  @Test
  void likeliestModel_needsNoBetterForecast() {
    ModelChoice same = choose(LESS_OFTEN, LESS_OFTEN, CAME, new long[] {1000, 1000, 1000, 1000});
    assertThat(same.fit()).isSameAs(MBG);
    ModelChoice best = choose(LESS_OFTEN, MORE_OFTEN, CAME, new long[] {1000, 1000, 1000, 1000});
    assertThat(best.fit()).isSameAs(MBG);
  }
}
