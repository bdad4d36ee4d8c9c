package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What published implementations get wrong, one test each. Expected values: rows of
 * golden-values.csv (mpmath, 40 digits), or laws that hold exactly.
 */
class IncumbentFailuresTest {
  private static void assertPrecise(double actual, double expected) {
    assertThat(actual).isCloseTo(expected, withinPercentage(1e-9));
  }

  /** NaN in lifetimes: the closed form divides by a + b − 1 < 0 at x = 0. */
  @Test
  void bgNbdExpectation_withoutRepeatsAndAPlusBBelow1() {
    PurchaseModel bg = ModelFamily.BG_NBD.model(0.5, 10, 0.3, 0.4);
    assertPrecise(bg.expectedPurchases(52, 0, 0, 20), 0.623660785816483);
    assertPrecise(bg.discountedPurchases(52, 0.0027, 0, 0, 20), 0.5856053954957577);
    PurchaseModel mbg = ModelFamily.MBG_NBD.model(0.5, 10, 0.3, 0.4);
    assertPrecise(mbg.expectedPurchases(52, 0, 0, 20), 0.32277378097527987);
  }

  /** NaN, infinite or nudged off the pole elsewhere. */
  @Test
  void bgNbdExpectation_atA1() {
    PurchaseModel bg = ModelFamily.BG_NBD.model(0.5, 10, 1, 2.5);
    assertPrecise(bg.expectedPurchases(52, 3, 15, 20), 2.8275733853905676);
    assertPrecise(bg.expectedPurchases(52), 1.4650332845148566);
    // Nothing happens at 1: what comes before and after encloses it.
    double below = ModelFamily.BG_NBD.model(0.5, 10, 1 - 1e-7, 2.5).expectedPurchases(52);
    double above = ModelFamily.BG_NBD.model(0.5, 10, 1 + 1e-7, 2.5).expectedPurchases(52);
    assertThat(bg.expectedPurchases(52)).isBetween(above, below).isCloseTo(below, within(1e-6));
  }

  /** NaN in BTYD and CLVTools: discounted expected residual transactions, Tricomi's function. */
  @ParameterizedTest
  @CsvSource({"1, 0.3090607605059385261242", "2, 0.04504175776118364034999"})
  void paretoNbdDiscountedForever_atWholeShapesOfDropout(double s, double expected) {
    PurchaseModel model = ModelFamily.PARETO_NBD.model(0.55, 10.58, s, 11.67);
    assertPrecise(
        model.discountedPurchases(Double.POSITIVE_INFINITY, 0.0027, 7, 35, 77.86), expected);
  }

  /** NaN in BTYD from 150 repeats on, infinite in BTYDplus at 1,000. */
  @ParameterizedTest
  @CsvSource({
    "150, -203.6039390698355395057",
    "1000, 555.3293050723065610362",
    "5000, 10848.87889659737637828"
  })
  void paretoNbdLogLikelihood_ofManyRepeats(int x, double expected) {
    PurchaseModel model = ModelFamily.PARETO_NBD.model(0.55, 10.58, 0.61, 11.67);
    assertPrecise(model.logLikelihood(x, 199, 200), expected);
  }

  /** Overflow of Γ elsewhere; and a probability as the difference of two sums that nearly agree. */
  @Test
  void probability_of200Purchases() {
    assertPrecise(
        ModelFamily.BG_NBD.model(0.243, 4.414, 0.793, 2.426).probability(200, 26),
        2.165844280265417e-18);
    assertPrecise(
        ModelFamily.MBG_NBD.model(0.243, 4.414, 0.793, 2.426).probability(200, 26),
        2.157117055284127e-18);
    assertPrecise(
        ModelFamily.PARETO_NBD.model(0.55, 10.58, 0.61, 11.67).probability(200, 10),
        5.559200456237085e-65);
  }

  /** Elsewhere the purchases of an interval are those of a customer born at its beginning. */
  @Test
  void probability_ofAnIntervalKnowsWhatCameBefore() {
    PurchaseModel bg = ModelFamily.BG_NBD.model(0.243, 4.414, 0.793, 2.426);
    assertPrecise(bg.probability(2, 39, 0, 0, 39), 0.02420386886436212);
    assertThat(bg.probability(2, 39)).isGreaterThan(3 * bg.probability(2, 39, 0, 0, 39));
    PurchaseModel pareto = ModelFamily.PARETO_NBD.model(0.55, 10.58, 0.61, 11.67);
    assertPrecise(pareto.probability(2, 39, 0, 0, 39), 0.014428634652909065);
    assertPrecise(pareto.probability(200, 260, 30, 38, 40), 0.0015117841272483611);
  }

  /** Starts that divide by the spread of ages fail here. */
  @ParameterizedTest
  @EnumSource(
      value = ModelFamily.class,
      names = {"BG_NBD", "MBG_NBD", "PARETO_NBD", "NBD"})
  void fit_ofCustomersOfOneAge(ModelFamily family) {
    PurchaseModel truth = ModelFamily.MBG_NBD.model(0.8, 40, 0.8, 2);
    Histories histories = HostileDataTest.simulated(truth, 2000, 180, 180, 1);
    PurchaseFit fit = PurchaseFits.fit(family, histories);
    assertThat(fit.converged()).isTrue();
    double mean = (double) histories.totalRepeats() / histories.customers();
    double squares = 0;
    for (int i = 0; i < histories.distinct(); i++) {
      squares += histories.weight(i) * Math.pow(histories.repeats(i) - mean, 2);
    }
    double error = Math.sqrt(squares) / histories.customers();
    // Seen as long, so that their mean is an estimate of the model's: for NBD the best there is.
    double bound = family == ModelFamily.NBD ? 1e-6 * mean : 4 * error;
    assertThat(fit.model().expectedPurchases(180)).isCloseTo(mean, within(bound));
  }

  /** One customer cannot be fitted, and says so; under a model of others it has its numbers. */
  @Test
  void oneCustomer_isForecastByAModelOfOthers() {
    Histories one = Histories.builder().add(26, 30.857142857, 31, 1).build();
    assertThatThrownBy(() -> PurchaseFits.fit(ModelFamily.BG_NBD, one))
        .isInstanceOf(InfeasibleDataException.class)
        .hasMessageContaining("there is 1 customer");
    PurchaseModel model = ModelFamily.BG_NBD.model(0.2425982, 4.4136842, 0.7929899, 2.4261667);
    // BTYD's walkthrough.
    assertThat(model.expectedPurchases(52, one.repeats(0), one.recency(0), one.age(0)))
        .isCloseTo(25.7565377465, withinPercentage(1e-4));
    // As a segment of its own it takes the model of its parent.
    PurchaseFit parent = PurchaseFits.fit(ModelFamily.BG_NBD, GoldenFitsTest.histories());
    PurchaseFit segment =
        SegmentFits.fit(parent, List.of(GoldenFitsTest.histories(), one), 500)
            .segments()
            .get(1)
            .fit();
    assertThat(segment.converged()).isTrue();
    assertThat(segment.model().expectedPurchases(52, 26, 30.857142857, 31)).isBetween(1.0, 60.0);
  }

  /** Nobody came back: no fit, but a segment of such customers among others has its model. */
  @ParameterizedTest
  @ValueSource(ints = {1, 700})
  void customersWithoutRepeats_takeTheModelOfTheirParent(int customers) {
    Histories none = Histories.builder().add(0, 0, 200, customers).build();
    assertThatThrownBy(() -> PurchaseFits.fit(ModelFamily.MBG_NBD, none))
        .isInstanceOf(InfeasibleDataException.class);
    PurchaseFit parent = PurchaseFits.fit(ModelFamily.MBG_NBD, GoldenFitsTest.histories());
    PurchaseModel segment =
        SegmentFits.fit(parent, List.of(GoldenFitsTest.histories(), none), 500)
            .segments()
            .get(1)
            .fit()
            .model();
    assertThat(segment.expectedPurchases(365, 0, 0, 200))
        .isBetween(0.0, parent.model().expectedPurchases(365, 0, 0, 200) * 1.5);
  }

  /** Elsewhere weeks are whole, and a customer of 13 days is one of 1 week or of 2. */
  @Test
  void weeks_areSevenDaysAndNotRounded() {
    Histories days =
        HostileDataTest.simulated(ModelFamily.BG_NBD.model(0.8, 40, 0.8, 2), 3000, 1, 100, 8);
    Histories.Builder exact = Histories.builder();
    for (int i = 0; i < days.distinct(); i++) {
      exact.add(days.repeats(i), days.recency(i) / 7, days.age(i) / 7, days.weight(i));
    }
    double[] ofDays = PurchaseFits.fit(ModelFamily.BG_NBD, days).model().parameters();
    double[] ofWeeks = PurchaseFits.fit(ModelFamily.BG_NBD, exact.build()).model().parameters();
    assertThat(7 * ofWeeks[1]).isCloseTo(ofDays[1], withinPercentage(1e-4));
    for (int i : new int[] {0, 2, 3}) {
      assertThat(ofWeeks[i]).isCloseTo(ofDays[i], withinPercentage(1e-4));
    }
  }
}
