package io.cohortclv.models.population;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The draws against the closed forms of the models, within five standard errors of the draws. */
class PopulationTest {
  private static final int CUSTOMERS = 40_000;
  private static final double HORIZON = 40;

  static Stream<PurchaseModel> models() {
    return Stream.of(
        ModelFamily.BG_NBD.model(0.8, 6, 0.9, 2.5),
        ModelFamily.MBG_NBD.model(0.8, 6, 0.9, 2.5),
        ModelFamily.PARETO_NBD.model(0.8, 6, 0.7, 11),
        ModelFamily.NBD.model(0.8, 12),
        ModelFamily.BG_CNBD_K.model(0.8, 3, 0.9, 2.5, 2),
        ModelFamily.MBG_CNBD_K.model(0.8, 2, 0.9, 2.5, 3));
  }

  private static UniformRandomProvider random(long seed) {
    return RandomSource.XO_SHI_RO_256_PP.create(seed);
  }

  @ParameterizedTest
  @MethodSource("models")
  void drawnRepeats_haveTheModelsMeanAndFrequencies(PurchaseModel model) {
    UniformRandomProvider rng = random(5);
    double[] counts = new double[6];
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < CUSTOMERS; i++) {
      int repeats = Population.of(model).draw(rng).repeatTimes(HORIZON).length;
      sum += repeats;
      squares += (double) repeats * repeats;
      if (repeats < counts.length) {
        counts[repeats]++;
      }
    }
    double mean = sum / CUSTOMERS;
    double error = Math.sqrt((squares / CUSTOMERS - mean * mean) / CUSTOMERS);
    assertThat((mean - model.expectedPurchases(HORIZON)) / error).isBetween(-5.0, 5.0);
    for (int n = 0; n < counts.length; n++) {
      double p = model.probability(n, HORIZON);
      double z = (counts[n] - CUSTOMERS * p) / Math.sqrt(CUSTOMERS * p * (1 - p));
      assertThat(z).as("frequency of %d repeats", n).isBetween(-5.0, 5.0);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void survivorsAmongDrawnHistories_areAsManyAsTheModelExpects(PurchaseModel model) {
    UniformRandomProvider rng = random(6);
    double surplus = 0;
    double variance = 0;
    double later = 0;
    double laterSquares = 0;
    for (int i = 0; i < CUSTOMERS; i++) {
      Customer customer = Population.of(model).draw(rng);
      double[] times = customer.repeatTimes(HORIZON);
      double recency = times.length == 0 ? 0 : times[times.length - 1];
      double alive = model.aliveProbability(times.length, recency, HORIZON);
      surplus += (customer.isAliveAt(HORIZON) ? 1 : 0) - alive;
      variance += alive * (1 - alive);
      double more = customer.repeatTimes(2 * HORIZON).length - times.length;
      double apart = more - model.expectedPurchases(HORIZON, times.length, recency, HORIZON);
      later += apart;
      laterSquares += apart * apart;
    }
    assertThat(surplus).isBetween(-5 * Math.sqrt(variance), 5 * Math.sqrt(variance));
    assertThat(later / Math.sqrt(laterSquares)).isBetween(-5.0, 5.0);
  }

  @ParameterizedTest
  @MethodSource("models")
  void repeatTimes_onlyGrowWhenAskedFurther(PurchaseModel model) {
    UniformRandomProvider rng = random(7);
    for (int i = 0; i < 500; i++) {
      Customer customer = Population.of(model).draw(rng);
      double[] near = customer.repeatTimes(HORIZON);
      double[] far = customer.repeatTimes(3 * HORIZON);
      assertThat(far).isSorted();
      assertThat(Arrays.copyOf(far, near.length)).containsExactly(near);
      assertThat(Arrays.stream(near))
          .allMatch(t -> t > 0 && t <= HORIZON && t <= customer.lifetime());
      assertThat(Arrays.stream(far, near.length, far.length)).allMatch(t -> t > HORIZON);
    }
  }

  @Test
  void sameGenerator_drawsTheSameCustomers() {
    Population population = Population.of(ModelFamily.MBG_NBD.model(0.5, 6, 0.9, 1.6));
    UniformRandomProvider one = random(8);
    UniformRandomProvider other = random(8);
    for (int i = 0; i < 100; i++) {
      assertThat(population.draw(one)).isEqualTo(population.draw(other));
    }
  }

  @Test
  void tinyShapes_drawNeitherNanNorNegative() {
    Population population = Population.of(ModelFamily.BG_NBD.model(0.001, 6, 0.001, 0.001));
    UniformRandomProvider rng = random(9);
    for (int i = 0; i < 5_000; i++) {
      Customer customer = population.draw(rng);
      assertThat(customer.rate()).isGreaterThanOrEqualTo(0);
      assertThat(customer.lifetime()).isGreaterThan(0);
      assertThat(customer.otherRate()).isBetween(0.0, customer.rate());
    }
  }

  @Test
  void drawnSpend_hasTheModelsMean() {
    GammaGammaParameters parameters = new GammaGammaParameters(4, 6, 25);
    SpendPopulation population = SpendPopulation.of(parameters);
    UniformRandomProvider rng = random(10);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < CUSTOMERS; i++) {
      double spend = population.drawSpend(rng, population.draw(rng));
      sum += spend;
      squares += spend * spend;
    }
    double mean = sum / CUSTOMERS;
    double error = Math.sqrt((squares / CUSTOMERS - mean * mean) / CUSTOMERS);
    assertThat((mean - GammaGamma.of(parameters).populationMean()) / error).isBetween(-5.0, 5.0);
  }
}
