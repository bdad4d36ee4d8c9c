package io.cohortclv.models.btyd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds for any parameters and any history, over seeded sweeps. */
class PurchaseModelLawsTest {
  private static final int SEEDS = 300;

  private record Case(PurchaseModel model, int x, double recency, double age, double horizon) {}

  private static Case draw(ModelFamily family, long seed) {
    Random random = new Random(seed);
    double[] p =
        random.doubles(family.parameterNames().size()).map(u -> Math.exp(-2 + 4 * u)).toArray();
    p[1] *= 10;
    if (family == ModelFamily.PARETO_NBD) {
      p[3] *= 10;
    }
    if (family.needsGaps()) {
      p[4] = 1 + random.nextInt(4);
    }
    double age = 1 + 99 * random.nextDouble();
    int x = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(30);
    double recency = x == 0 ? 0 : age * Math.sqrt(random.nextDouble());
    return new Case(family.model(p), x, recency, age, 50 * random.nextDouble());
  }

  @ParameterizedTest
  @EnumSource(ModelFamily.class)
  void probabilities_sumToOneAndHaveTheMeanAndTheVariance(ModelFamily family) {
    int checked = 0;
    for (long seed = 0; seed < SEEDS; seed++) {
      Case c = draw(family, seed);
      double mean = c.model().expectedPurchases(c.horizon(), c.x(), c.recency(), c.age());
      double variance = c.model().purchaseVariance(c.horizon(), c.x(), c.recency(), c.age());
      // As far as the tail of purchases without dropout reaches; the longest would take minutes.
      double ratio = c.horizon() / (c.model().parameters()[1] + c.age());
      double k = family.needsGaps() ? c.model().parameters()[4] : 1;
      double most =
          60 * (1 + (c.model().parameters()[0] + k * c.x()) / 8) * (1 + ratio) * (1 + ratio) / k;
      if (most > 500) {
        continue;
      }
      checked++;
      double sum = 0;
      double first = 0;
      double second = 0;
      for (int n = 0; n < most; n++) {
        double p = c.model().probability(n, c.horizon(), c.x(), c.recency(), c.age());
        sum += p;
        first += n * p;
        second += (double) n * n * p;
      }
      assertThat(sum).as("%s", c).isCloseTo(1, within(1e-9));
      assertThat(first).as("%s", c).isCloseTo(mean, within(1e-9 * (1 + mean)));
      assertThat(second - first * first)
          .as("%s", c)
          .isCloseTo(variance, within(1e-7 * (1 + variance)));
    }
    assertThat(checked).isGreaterThan(SEEDS / 5);
  }

  /** One by one they are exact in each; together, to 1e-12 of 1. */
  @ParameterizedTest
  @EnumSource(ModelFamily.class)
  void probabilitiesTogether_areThoseOneByOne(ModelFamily family) {
    for (long seed = 0; seed < SEEDS / 3; seed++) {
      Case c = draw(family, seed);
      double[] all = c.model().probabilities(c.horizon(), c.x(), c.recency(), c.age());
      double sum = 0;
      for (int n = 0; n < all.length; n++) {
        sum += all[n];
        if (n < 20 || n % 16 == 0) {
          assertThat(all[n])
              .as("%d purchases of %s", n, c)
              .isCloseTo(
                  c.model().probability(n, c.horizon(), c.x(), c.recency(), c.age()),
                  within(1e-12));
        }
      }
      assertThat(sum).as("%s", c).isCloseTo(1, within(1e-11));
    }
  }

  /** As the discount vanishes, and as the horizon does not bind, its limits. */
  @ParameterizedTest
  @EnumSource(ModelFamily.class)
  void discountedVariance_goesOverIntoThePlainOneAndIntoThatOfAnInfiniteHorizon(
      ModelFamily family) {
    // Regular models sum over events at every node of a quadrature.
    for (long seed = 0; seed < SEEDS / (family.needsGaps() ? 15 : 3); seed++) {
      Case c = draw(family, seed);
      double plain = c.model().purchaseVariance(c.horizon(), c.x(), c.recency(), c.age());
      double hardly = c.model().purchaseVariance(c.horizon(), 1e-9, c.x(), c.recency(), c.age());
      assertThat(hardly).as("%s", c).isCloseTo(plain, within(1e-5 * (1e-6 + plain)));
      double forever =
          c.model().purchaseVariance(Double.POSITIVE_INFINITY, 0.1, c.x(), c.recency(), c.age());
      double far = c.model().purchaseVariance(390, 0.1, c.x(), c.recency(), c.age());
      // The equivalent horizon of regular models is found to 1e-9.
      double digits = family.needsGaps() ? 1e-6 : 1e-9;
      assertThat(far).as("%s", c).isCloseTo(forever, within(digits * (1 + forever)));
    }
  }

  @ParameterizedTest
  @EnumSource(ModelFamily.class)
  void aliveProbability_neverRisesWithSilenceNorWithTimeAhead(ModelFamily family) {
    for (long seed = 0; seed < SEEDS; seed++) {
      Case c = draw(family, seed);
      double now = c.model().aliveProbability(c.x(), c.recency(), c.age());
      double later = c.model().aliveProbability(c.x(), c.recency(), c.age() + 5);
      double ahead = c.model().aliveProbability(5, c.x(), c.recency(), c.age());
      double further = c.model().aliveProbability(10, c.x(), c.recency(), c.age());
      assertThat(now).as("%s", c).isBetween(0.0, 1.0);
      assertThat(later).as("%s", c).isBetween(0.0, now * (1 + 1e-14));
      assertThat(ahead).as("%s", c).isBetween(0.0, now * (1 + 1e-14));
      assertThat(further).as("%s", c).isBetween(0.0, ahead * (1 + 1e-14));
    }
  }

  @ParameterizedTest
  @EnumSource(ModelFamily.class)
  void expectedPurchases_growWithTheHorizonAndShrinkWithTheDiscount(ModelFamily family) {
    for (long seed = 0; seed < SEEDS; seed++) {
      Case c = draw(family, seed);
      double near = c.model().expectedPurchases(c.horizon(), c.x(), c.recency(), c.age());
      double far = c.model().expectedPurchases(c.horizon() + 9, c.x(), c.recency(), c.age());
      double discounted =
          c.model().discountedPurchases(c.horizon(), 0.01, c.x(), c.recency(), c.age());
      double forever =
          c.model()
              .discountedPurchases(Double.POSITIVE_INFINITY, 0.01, c.x(), c.recency(), c.age());
      assertThat(near).as("%s", c).isBetween(0.0, far);
      assertThat(discounted)
          .as("%s", c)
          .isBetween(near * Math.exp(-0.01 * c.horizon()) * (1 - 1e-13), near * (1 + 1e-13));
      assertThat(forever).as("%s", c).isGreaterThanOrEqualTo(discounted * (1 - 1e-13));
    }
  }

  @ParameterizedTest
  @EnumSource(ModelFamily.class)
  void unit_ofTimeDoesNotMatter(ModelFamily family) {
    for (long seed = 0; seed < SEEDS; seed++) {
      Case c = draw(family, seed);
      double[] inDays = c.model().parameters();
      inDays[1] *= 7;
      if (family == ModelFamily.PARETO_NBD) {
        inDays[3] *= 7;
      }
      PurchaseModel days = family.model(inDays);
      double k = family.needsGaps() ? inDays[4] : 1;
      assertThat(
              days.discountedPurchases(
                  7 * c.horizon(), 0.02 / 7, c.x(), 7 * c.recency(), 7 * c.age()))
          .isCloseTo(
              c.model().discountedPurchases(c.horizon(), 0.02, c.x(), c.recency(), c.age()),
              withinPercentage(1e-10));
      assertThat(days.logLikelihood(c.x(), 7 * c.recency(), 7 * c.age()))
          .isCloseTo(
              // Without its gaps, a regular model's density has a time for each of k events.
              c.model().logLikelihood(c.x(), c.recency(), c.age()) - k * c.x() * Math.log(7),
              within(1e-9));
    }
  }

  @Test
  void mbgNbd_isBgNbdWithOneMoreChanceToDropOut() {
    for (long seed = 0; seed < SEEDS; seed++) {
      Case c = draw(ModelFamily.MBG_NBD, seed);
      double[] p = c.model().parameters();
      PurchaseModel survivors = ModelFamily.BG_NBD.model(p[0], p[1], p[2], p[3] + 1);
      double kept = p[3] / (p[2] + p[3]);
      assertThat(c.model().expectedPurchases(c.horizon()))
          .isCloseTo(kept * survivors.expectedPurchases(c.horizon()), withinPercentage(1e-10));
      assertThat(c.model().logLikelihood(c.x() + 1, c.age() / 2, c.age()))
          .isCloseTo(
              Math.log(kept) + survivors.logLikelihood(c.x() + 1, c.age() / 2, c.age()),
              within(1e-9));
    }
  }

  /** With k = 1 every event is a purchase. */
  @Test
  void regularModelsWithK1_areThoseOfPurchasesAtRandom() {
    for (long seed = 0; seed < SEEDS / 3; seed++) {
      for (ModelFamily family : new ModelFamily[] {ModelFamily.BG_NBD, ModelFamily.MBG_NBD}) {
        Case c = draw(family, seed);
        double[] p = Arrays.copyOf(c.model().parameters(), 5);
        p[4] = 1;
        PurchaseModel regular =
            (family == ModelFamily.BG_NBD ? ModelFamily.BG_CNBD_K : ModelFamily.MBG_CNBD_K)
                .model(p);
        int x = c.x();
        assertThat(regular.logLikelihood(x, c.recency(), c.age()))
            .isCloseTo(c.model().logLikelihood(x, c.recency(), c.age()), within(1e-10));
        assertThat(regular.aliveProbability(9, x, c.recency(), c.age()))
            .isCloseTo(c.model().aliveProbability(9, x, c.recency(), c.age()), within(1e-12));
        for (double rate : new double[] {0, 0.01}) {
          assertThat(regular.discountedPurchases(c.horizon(), rate, x, c.recency(), c.age()))
              .isCloseTo(
                  c.model().discountedPurchases(c.horizon(), rate, x, c.recency(), c.age()),
                  withinPercentage(1e-9));
        }
        // Two different quadratures over all the future; point values are asked to 1e-8 relative.
        assertThat(
                regular.discountedPurchases(
                    Double.POSITIVE_INFINITY, 0.05, x, c.recency(), c.age()))
            .isCloseTo(
                c.model()
                    .discountedPurchases(Double.POSITIVE_INFINITY, 0.05, x, c.recency(), c.age()),
                withinPercentage(1e-8));
        assertThat(regular.probability(3, c.horizon(), x, c.recency(), c.age()))
            .isCloseTo(
                c.model().probability(3, c.horizon(), x, c.recency(), c.age()), within(1e-12));
        assertThat(regular.purchaseVariance(c.horizon(), x, c.recency(), c.age()))
            .isCloseTo(
                c.model().purchaseVariance(c.horizon(), x, c.recency(), c.age()),
                withinPercentage(1e-7));
      }
    }
  }

  @Test
  void customersWithoutRepeats_areAliveInBgNbdAndInDoubtInMbgNbd() {
    assertThat(ModelFamily.BG_NBD.model(.25, 4, .8, 2.5).aliveProbability(0, 0, 300)).isEqualTo(1);
    assertThat(ModelFamily.MBG_NBD.model(.5, 6, .9, 1.6).aliveProbability(0, 0, 300))
        .isLessThan(0.3);
  }

  @Test
  void arguments_thatMeanNothingAreRefusedByValue() {
    PurchaseModel model = ModelFamily.BG_NBD.model(.25, 4, .8, 2.5);
    assertThatThrownBy(() -> ModelFamily.of("bgnbd"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "there is no purchase model 'bgnbd'; known are bg-nbd, mbg-nbd, pareto-nbd,"
                + " bg-cnbd-k, mbg-cnbd-k, nbd");
    assertThatThrownBy(() -> ModelFamily.BG_NBD.model(1, 2, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("BG/NBD has the parameters [r, alpha, a, b], but 3 values were given");
    assertThatThrownBy(() -> new BgNbdParameters(-1, 1, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("BG/NBD r must be positive and finite: -1.0");
    assertThatThrownBy(() -> model.logLikelihood(0, 3, 9))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("repeats 0, recency 3.0, age 9.0");
    assertThatThrownBy(() -> model.aliveProbability(1, 10, 9))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("recency 10.0, age 9.0");
    assertThatThrownBy(() -> model.expectedPurchases(Double.POSITIVE_INFINITY, 1, 2, 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("finite where nothing is discounted");
  }
}
