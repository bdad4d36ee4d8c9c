package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.population.Customer;
import io.cohortclv.models.population.Population;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class UncertaintyTest {
  private static final PurchaseModel TRUTH = ModelFamily.MBG_NBD.model(0.8, 40, 0.8, 2);

  /** Standard deviation of the logarithm of one parameter. */
  private static double logDeviation(List<PurchaseModel> models, int parameter) {
    double[] logs = models.stream().mapToDouble(m -> Math.log(m.parameters()[parameter])).toArray();
    double mean = Arrays.stream(logs).average().orElseThrow();
    double squares = Arrays.stream(logs).map(v -> (v - mean) * (v - mean)).sum();
    return Math.sqrt(squares / (logs.length - 1));
  }

  private static double meanLog(List<PurchaseModel> models, int parameter) {
    return models.stream()
        .mapToDouble(m -> Math.log(m.parameters()[parameter]))
        .average()
        .orElseThrow();
  }

  @Test
  void asymptoticDraws_spreadAsTheCovarianceSays() {
    PurchaseFit fit = PurchaseFits.fit(ModelFamily.MBG_NBD, GoldenFitsTest.histories());
    List<PurchaseModel> draws = ParameterDraws.asymptotic(fit, 4000, 3);
    for (int i = 0; i < 4; i++) {
      double error = Math.sqrt(fit.logCovariance()[i][i]);
      assertThat(logDeviation(draws, i)).isCloseTo(error, withinPercentage(6));
      assertThat(meanLog(draws, i))
          .isCloseTo(Math.log(fit.model().parameters()[i]), within(5 * error / Math.sqrt(4000)));
    }
  }

  /** Where the model is right, its Hessian and resampling tell the same spread. */
  @ParameterizedTest
  @EnumSource(Bootstrap.Resampling.class)
  void bootstrap_spreadsAsTheHessianSays(Bootstrap.Resampling resampling) {
    Histories histories = HostileDataTest.simulated(TRUTH, 4000, 30, 400, 12);
    PurchaseFit fit = PurchaseFits.fit(ModelFamily.MBG_NBD, histories);
    List<PurchaseModel> models = Bootstrap.models(fit, histories, resampling, 300, 5);
    assertThat(models).hasSize(300);
    for (int i = 0; i < 4; i++) {
      double error = Math.sqrt(fit.logCovariance()[i][i]);
      assertThat(logDeviation(models, i)).isCloseTo(error, withinPercentage(25));
      assertThat(meanLog(models, i))
          .isCloseTo(Math.log(fit.model().parameters()[i]), within(0.4 * error));
    }
  }

  @ParameterizedTest
  @EnumSource(Bootstrap.Resampling.class)
  void replicates_areTheSameWhereverTheyAreComputed(Bootstrap.Resampling resampling) {
    Histories histories = GoldenFitsTest.histories();
    PurchaseFit fit = PurchaseFits.fit(ModelFamily.BG_NBD, histories);
    List<PurchaseModel> all = Bootstrap.models(fit, histories, resampling, 6, 100);
    List<PurchaseModel> last = Bootstrap.models(fit, histories, resampling, 2, 104);
    assertThat(last.get(1).parameters()).containsExactly(all.get(5).parameters());
    double sum = Arrays.stream(Bootstrap.weights(histories, resampling, 1)).sum();
    if (resampling == Bootstrap.Resampling.MULTINOMIAL) {
      assertThat(sum).isEqualTo(500);
    } else {
      assertThat(sum).isCloseTo(500, within(5 * Math.sqrt(500)));
    }
  }

  /** One data set: whether the interval held the purchases of the year after. */
  private record Held(boolean total, int customers) {}

  private static Held oneYearLater(int customers, int draws, long seed) {
    UniformRandomProvider rng = RandomSource.XO_SHI_RO_256_PP.create(seed);
    Population population = Population.of(TRUTH);
    Histories.Builder builder = Histories.builder();
    long later = 0;
    int[] first = new int[20];
    double[][] history = new double[20][];
    for (int i = 0; i < customers; i++) {
      double age = 1 + 399 * rng.nextDouble();
      Customer customer = population.draw(rng);
      double[] times = customer.repeatTimes(age);
      double recency = times.length == 0 ? 0 : times[times.length - 1];
      int after = customer.repeatTimes(age + 365).length - times.length;
      later += after;
      builder.add(times.length, recency, age, 1);
      if (i < first.length) {
        first[i] = after;
        history[i] = new double[] {times.length, recency, age};
      }
    }
    Histories histories = builder.build();
    PurchaseFit fit = PurchaseFits.fit(ModelFamily.MBG_NBD, histories);
    List<PurchaseModel> models = ParameterDraws.asymptotic(fit, draws, seed);
    PurchaseForecast total = PurchaseForecast.ofTotal(fit.model(), models, histories, 365, 0.8);
    int held = 0;
    for (int i = 0; i < first.length; i++) {
      PurchaseForecast one =
          PurchaseForecast.ofCustomer(
              fit.model(), models, 365, (int) history[i][0], history[i][1], history[i][2], 0.8);
      held += first[i] >= one.low() && first[i] <= one.high() ? 1 : 0;
    }
    return new Held(later >= total.low() && later <= total.high(), held);
  }

  /**
   * Nominal 80 %; the bounds are four binomial standard deviations. The figures of the full study
   * (-Dcoverage.datasets=1000 -Dcoverage.customers=2000) are in docs/math.md.
   */
  @Test
  void intervals_coverAsOftenAsTheySay() {
    int datasets = Integer.getInteger("coverage.datasets", 80);
    int customers = Integer.getInteger("coverage.customers", 400);
    int totals = 0;
    int singles = 0;
    for (int i = 0; i < datasets; i++) {
      Held held = oneYearLater(customers, 60, 1000 + i);
      totals += held.total() ? 1 : 0;
      singles += held.customers();
    }
    double deviation = 4 * Math.sqrt(0.8 * 0.2 / datasets);
    assertThat((double) totals / datasets).as("totals").isCloseTo(0.8, within(deviation));
    // Counts are discrete: an interval of whole numbers covers at least its level.
    assertThat(singles / (20.0 * datasets)).as("customers").isBetween(0.8 - deviation / 4, 0.97);
  }

  @Test
  void totalForecast_separatesWhatIsUnknownFromWhatIsChance() {
    Histories histories = GoldenFitsTest.histories();
    PurchaseFit fit = PurchaseFits.fit(ModelFamily.MBG_NBD, histories);
    List<PurchaseModel> draws = ParameterDraws.asymptotic(fit, 200, 1);
    PurchaseForecast year = PurchaseForecast.ofTotal(fit.model(), draws, histories, 365, 0.8);
    PurchaseForecast known =
        PurchaseForecast.ofTotal(fit.model(), List.of(fit.model()), histories, 365, 0.8);
    assertThat(known.parameterSd()).isZero();
    assertThat(known.outcomeSd()).isEqualTo(year.outcomeSd());
    assertThat(year.high() - year.low()).isGreaterThan(known.high() - known.low());
    double both = Math.hypot(year.parameterSd(), year.outcomeSd());
    assertThat((year.high() - year.low()) / (2 * 1.2816)).isCloseTo(both, withinPercentage(8));
  }
}
