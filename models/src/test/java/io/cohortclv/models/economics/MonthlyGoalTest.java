package io.cohortclv.models.economics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.economics.MonthlyGoal.Month;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MonthlyGoalTest {
  /**
   * Half a month, 3 of 4 expected in the whole, shape 1: the rate is gamma(1 + 3, 1/4 + 1/2), so
   * the rest is 1/2 · 4/0.75 in the mean. At least one more comes with 1 − (0.75/1.25)⁴.
   */
  @Test
  void halfAMonth_byHand() {
    MonthlyGoal goal = MonthlyGoal.of(3, 0.5, 4, 4, 1);
    assertThat(goal.forecast()).isCloseTo(3 + 2.0 / 0.75, within(1e-12));
    assertThat(goal.reachProbability()).isCloseTo(1 - Math.pow(0.6, 4), within(1e-12));
  }

  /** A baseline that is as good as known leaves Poisson chance: P(Poisson(2) ≥ 1) = 1 − e^−2. */
  @Test
  void knownRate_leavesPoissonChance() {
    assertThat(MonthlyGoal.of(3, 0.5, 4, 4, 1e6).reachProbability())
        .isCloseTo(1 - Math.exp(-2), within(1e-5));
  }

  @Test
  void monthThatEnded_hasReachedItsGoalOrNot() {
    assertThat(MonthlyGoal.of(10, 1, 8, 10, 2)).isEqualTo(new MonthlyGoal(10, 1));
    assertThat(MonthlyGoal.of(9, 1, 8, 10, 2)).isEqualTo(new MonthlyGoal(9, 0));
  }

  @Test
  void reachedGoal_staysReached() {
    assertThat(MonthlyGoal.of(12, 0.4, 8, 10, 2).reachProbability()).isEqualTo(1);
  }

  /** Nothing to go by: five in half a month are about ten in a whole one. */
  @Test
  void newPartner_goesByTheMonthItself() {
    assertThat(MonthlyGoal.of(5, 0.5, 0, 8, 2).forecast()).isCloseTo(10, within(1e-9));
    assertThat(MonthlyGoal.of(0, 0.5, 0, 1, 2).reachProbability()).isLessThan(0.01);
  }

  /** Months drawn as the model has them: stated chances come true as often as they say. */
  @Test
  void chances_comeTrueAsOftenAsTheySay() {
    Random random = new Random(3);
    double stated = 0;
    int reached = 0;
    int months = 20_000;
    List<Month> past = new ArrayList<>();
    for (int i = 0; i < months; i++) {
      double baseline = 2 + 20 * random.nextDouble();
      // gamma of shape 4 as a sum of exponentials, with mean 1
      double rate = 0;
      for (int k = 0; k < 4; k++) {
        rate -= Math.log(1 - random.nextDouble()) / 4;
      }
      int before = poisson(random, 0.3 * rate * baseline);
      int rest = poisson(random, 0.7 * rate * baseline);
      past.add(new Month(before + rest, baseline));
      double target = 1.1 * baseline;
      stated += MonthlyGoal.of(before, 0.3, baseline, target, 4).reachProbability();
      reached += before + rest >= target ? 1 : 0;
    }
    // Three standard errors of 20,000 trials at most: 0.011.
    assertThat(stated / months).isCloseTo((double) reached / months, within(0.011));
    assertThat(MonthlyGoal.shape(past)).isCloseTo(4, within(0.4));
  }

  private static int poisson(Random random, double mean) {
    int count = -1;
    double time = 0;
    while (time <= mean) {
      time -= Math.log(1 - random.nextDouble());
      count++;
    }
    return count;
  }

  @Test
  void steadyMonths_haveAnAllButKnownRate() {
    assertThat(MonthlyGoal.shape(List.of(new Month(10, 10), new Month(12, 11)))).isEqualTo(1e6);
  }

  @Test
  void monthThatHasNotBegun_isRefused() {
    assertThatThrownBy(() -> MonthlyGoal.of(0, 0, 5, 5, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
