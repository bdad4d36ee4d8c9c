package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.population.Population;
import io.cohortclv.models.population.SpendPopulation;
import io.cohortclv.models.spend.GammaGammaParameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Data on which optimisers of such models are known to wander off, from twenty starts each. */
class HostileDataTest {
  /** Customers of a model with ages between the two, in days; purchases of a day are one. */
  static Histories simulated(
      PurchaseModel model, int customers, int youngest, int oldest, long seed) {
    UniformRandomProvider rng = RandomSource.XO_SHI_RO_256_PP.create(seed);
    Population population = Population.of(model);
    Histories.Builder builder = Histories.builder();
    double logGaps = 0;
    for (int i = 0; i < customers; i++) {
      int age = youngest + rng.nextInt(oldest - youngest + 1);
      int repeats = 0;
      double last = 0;
      for (double time : population.draw(rng).repeatTimes(age)) {
        double day = Math.ceil(time);
        if (day > last) {
          repeats++;
          logGaps += Math.log(day - last);
          last = day;
        }
      }
      builder.add(repeats, last, age, 1);
    }
    return builder.logGaps(logGaps).build();
  }

  static Stream<Arguments> data() {
    PurchaseModel usual = ModelFamily.MBG_NBD.model(0.8, 40, 0.8, 2);
    Histories.Builder frequent = Histories.builder();
    Random random = new Random(4);
    double logGaps = 0;
    for (int i = 0; i < 400; i++) {
      int x = i == 0 ? 3000 : (int) Math.exp(8 * random.nextDouble()) - 1;
      int last = x == 0 ? 0 : 3000 - 20 * random.nextInt(100);
      frequent.add(x, last, 3000 + i, 1);
      // ln of an exponential gap is less than that of its mean by Euler's constant.
      logGaps += x == 0 ? 0 : x * (Math.log((double) last / x) - 0.5772);
    }
    frequent.logGaps(logGaps);
    return Stream.of(
        Arguments.of("all of one age", simulated(usual, 2000, 180, 180, 1)),
        Arguments.of(
            "one in a hundred buys again",
            simulated(ModelFamily.MBG_NBD.model(0.05, 700, 0.8, 2), 2000, 1, 300, 2)),
        Arguments.of("thirty customers", simulated(usual, 30, 30, 400, 3)),
        Arguments.of("three thousand repeats", frequent.build()),
        Arguments.of(
            "ages of one day",
            Histories.builder().add(0, 0, 1, 900).add(1, 1, 1, 100).logGaps(0).build()),
        Arguments.of("no dropout", simulated(ModelFamily.NBD.model(1, 30), 400, 30, 400, 5)),
        Arguments.of(
            "equal customers",
            simulated(ModelFamily.MBG_NBD.model(80, 4000, 30, 90), 1500, 30, 400, 6)),
        Arguments.of(
            "very unequal customers",
            simulated(ModelFamily.PARETO_NBD.model(0.05, 0.5, 0.05, 0.5), 1500, 30, 400, 7)),
        Arguments.of("usual", simulated(usual, 2000, 1, 400, 8)));
  }

  /**
   * What users are promised: whichever start is added to the fit's own, it ends at the same height
   * to 1e-8 a customer. One climb alone may end lower, since extreme data have more than one
   * summit, at infinity or inside; none may end higher.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("data")
  void fit_endsAtOneHeightFromTwentyStarts(String name, Histories histories) {
    for (ModelFamily family : ModelFamily.values()) {
      PurchaseFit chosen = PurchaseFits.fit(family, histories);
      assertThat(chosen.converged()).isTrue();
      double[] at = chosen.model().parameters();
      Random random = new Random(20);
      for (int k = 0; k < 20; k++) {
        double[] start = new double[family.parameterNames().size()];
        for (int i = 0; i < start.length; i++) {
          boolean time = i == 1 || (i == 3 && family == ModelFamily.PARETO_NBD);
          start[i] = Math.exp((time ? 5 : 0) + 2 * random.nextGaussian());
        }
        int regularity = 1;
        if (family.needsGaps()) {
          start[4] = at[4];
          regularity = (int) at[4];
        }
        PurchaseFit other = PurchaseFits.fit(family, histories, List.of(start));
        double lower = (chosen.logLikelihood() - other.logLikelihood()) / histories.customers();
        assertThat(lower).as("%s from start %d", family, k).isGreaterThan(-1e-8);
        if (lower > 1e-8) {
          List<double[]> starts = new ArrayList<>(List.of(start));
          starts.addAll(PurchaseFits.starts(family, histories, regularity));
          assertThat(PurchaseFits.fit(family, histories, starts).logLikelihood())
              .as("%s from start %d and its own", family, k)
              .isCloseTo(chosen.logLikelihood(), within(1e-8 * histories.customers()));
        }
      }
    }
  }

  /**
   * Pareto/NBD of very unequal customers has two summits, one inside and one with s and β at their
   * bounds, a fraction of a unit apart: the fit takes the higher one and tells of the other.
   */
  @Test
  void summitsNearlyAsHigh_areToldOf() {
    Histories histories =
        simulated(ModelFamily.PARETO_NBD.model(0.05, 0.5, 0.05, 0.5), 1500, 30, 400, 7);
    PurchaseFit fit = PurchaseFits.fit(ModelFamily.PARETO_NBD, histories);
    assertThat(fit.warnings())
        .anySatisfy(w -> assertThat(w).startsWith("the likelihood has another summit, only"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("data")
  void fit_isTheSameInWeeksAndInDays(String name, Histories days) {
    Histories.Builder builder = Histories.builder();
    for (int i = 0; i < days.distinct(); i++) {
      builder.add(days.repeats(i), days.recency(i) / 7, days.age(i) / 7, days.weight(i));
    }
    Histories weeks = builder.build();
    PurchaseFit inDays = PurchaseFits.fit(ModelFamily.MBG_NBD, days);
    PurchaseFit inWeeks = PurchaseFits.fit(ModelFamily.MBG_NBD, weeks);
    // A density a day is seven a week, once for each repeat.
    double shifted = inDays.logLikelihood() + days.totalRepeats() * Math.log(7);
    assertThat(inWeeks.logLikelihood()).isCloseTo(shifted, within(1e-9 * days.customers()));
    if (inDays.warnings().isEmpty()) {
      assertThat(inWeeks.model().expectedPurchases(10))
          .isCloseTo(inDays.model().expectedPurchases(70), withinPercentage(1e-4));
    }
  }

  private static void assertInfeasible(ModelFamily family, Histories histories, String why) {
    assertThatThrownBy(() -> PurchaseFits.fit(family, histories))
        .isInstanceOf(InfeasibleDataException.class)
        .hasMessageContaining(why)
        .hasMessageMatching("[^\\n]+: [^\\n]+");
  }

  @ParameterizedTest
  @EnumSource(ModelFamily.class)
  void dataThatCannotTell_areRefusedWithTheReason(ModelFamily family) {
    assertInfeasible(family, Histories.builder().add(1, 5, 9, 1).build(), "there is 1 customer");
    assertInfeasible(
        family, Histories.builder().add(0, 0, 9, 500).build(), "none of the 500 customers");
    assertInfeasible(
        family, Histories.builder().add(0, 0, 0, 500).build(), "none of the 500 customers");
    assertInfeasible(family, Histories.builder().build(), "there are 0 customers");
  }

  private static PurchaseFit oneRate(Histories histories) {
    return PurchaseFits.ofOneRate(
        HistoryTotals.of(histories),
        at -> PurchaseFits.sums(ModelFamily.NBD, at, histories),
        "nobody bought again");
  }

  /**
   * Jeffreys' prior of a Poisson rate adds half an event (Jeffreys 1961, 3.1): after 100 customers
   * of 50 days without a purchase the rate is 0.5 / 5,000 a day, with a variance of its logarithm
   * of 1 / 0.5 at the posterior's mean.
   */
  @Test
  void ofOneRate_isJeffreysRate_whereNobodyBoughtAgain() {
    PurchaseFit fit = oneRate(Histories.builder().add(0, 0, 40, 50).add(0, 0, 60, 50).build());
    assertThat(fit.model().parameters()).containsExactly(0.5, 5000);
    assertThat(fit.model().expectedPurchases(365)).isCloseTo(365 * 1e-4, within(1e-12));
    assertThat(fit.logCovariance()).isDeepEqualTo(new double[][] {{0, 0}, {0, 2}});
    assertThat(fit.logLikelihood())
        .isCloseTo(50 * 0.5 * (Math.log(5000 / 5040.0) + Math.log(5000 / 5060.0)), within(1e-12));
    assertThat(fit.warnings())
        .singleElement()
        .asString()
        .startsWith("nobody bought again. Instead");
  }

  /** Two customers, three repeats in 300 days: 3.5 / 300 a day; who bought more is expected to. */
  @Test
  void ofOneRate_takesTheFewPurchasesThereAre() {
    PurchaseModel model =
        oneRate(Histories.builder().add(3, 90, 100, 1).add(0, 0, 200, 1).build()).model();
    assertThat(model.expectedPurchases(30)).isCloseTo(30 * 3.5 / 300, within(1e-12));
    assertThat(model.expectedPurchases(30, 3, 90, 100))
        .isGreaterThan(model.expectedPurchases(30, 0, 0, 200));
  }

  @Test
  void ofOneRate_isRefusedWhereNoTimeHasPassed() {
    assertThatThrownBy(() -> oneRate(Histories.builder().add(0, 0, 0, 7).build()))
        .isInstanceOf(InfeasibleDataException.class)
        .hasMessageContaining("wait a day");
  }

  @Test
  void amountsThatCannotTell_areRefusedWithTheReason() {
    assertThatThrownBy(() -> SpendFits.fit(SpendHistories.builder().add(2, 30, 700).build()))
        .isInstanceOf(InfeasibleDataException.class)
        .hasMessageContaining("all 700 customers spend the same mean amount 30.0");
    assertThatThrownBy(() -> SpendFits.fit(SpendHistories.builder().add(2, 30, 2).build()))
        .isInstanceOf(InfeasibleDataException.class)
        .hasMessageContaining("there are 2 customers");
  }

  @Test
  void spendWithAnInfiniteMean_isWarnedOf() {
    UniformRandomProvider rng = RandomSource.XO_SHI_RO_256_PP.create(9L);
    SpendPopulation population = SpendPopulation.of(new GammaGammaParameters(3, 0.7, 20));
    SpendHistories.Builder builder = SpendHistories.builder();
    for (int i = 0; i < 2000; i++) {
      double mean = population.draw(rng);
      builder.add(2, (population.drawSpend(rng, mean) + population.drawSpend(rng, mean)) / 2, 1);
    }
    SpendFit fit = SpendFits.fit(builder.build());
    assertThat(fit.converged()).isTrue();
    assertThat(fit.model().parameters().q()).isCloseTo(0.7, within(0.1));
    assertThat(fit.warnings())
        .hasSize(1)
        .first()
        .asString()
        .contains("mean spend of the population");
  }
}
