package io.cohortclv.models.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.population.Customer;
import io.cohortclv.models.population.Population;
import io.cohortclv.models.population.SpendPopulation;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import io.cohortclv.models.spend.SpendPosterior;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Distributions of single customers against customers drawn from the models. */
class CustomerValueTest {
  private static final double YEAR = 365;
  private static final double TEN_PERCENT = Math.log(1.1) / YEAR;

  /** Their fourth moment is finite, so that the variance of draws has an error to speak of. */
  private static final GammaGammaParameters SPEND = new GammaGammaParameters(4, 6.1, 60);

  static Stream<PurchaseModel> models() {
    return Stream.of(
        ModelFamily.BG_NBD.model(0.8, 40, 0.8, 2),
        ModelFamily.MBG_NBD.model(0.8, 40, 0.8, 2),
        ModelFamily.PARETO_NBD.model(0.8, 40, 0.7, 150),
        ModelFamily.NBD.model(0.8, 60),
        ModelFamily.MBG_CNBD_K.model(0.8, 14, 0.8, 2, 3));
  }

  private static UniformRandomProvider random(long seed) {
    return RandomSource.XO_SHI_RO_256_PP.create(seed);
  }

  /** Mean with its error, of numbers added one by one. */
  private static final class Sample {
    private int count;
    private double sum;
    private double squares;

    void add(double value) {
      count++;
      sum += value;
      squares += value * value;
    }

    double distance(double expected) {
      double mean = sum / count;
      return (mean - expected) / Math.sqrt((squares / count - mean * mean) / count);
    }
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Seen(int repeats, double recency, double mean, double[] later, double value) {}

  /** A customer observed until the age, and what came in over the horizon after it. */
  private static Seen draw(
      PurchaseModel model,
      GammaGammaParameters spend,
      double age,
      double horizon,
      double rate,
      UniformRandomProvider rng) {
    Customer customer = Population.of(model).draw(rng);
    double[] times = customer.repeatTimes(age + horizon);
    SpendPopulation amounts = SpendPopulation.of(spend);
    double own = amounts.draw(rng);
    int repeats = 0;
    double spent = 0;
    double value = 0;
    for (double time : times) {
      double amount = amounts.drawSpend(rng, own);
      if (time <= age) {
        repeats++;
        spent += amount;
      } else {
        value += amount * Math.exp(-rate * (time - age));
      }
    }
    double recency = repeats == 0 ? 0 : times[repeats - 1];
    double[] later = new double[times.length - repeats];
    System.arraycopy(times, repeats, later, 0, later.length);
    return new Seen(repeats, recency, repeats == 0 ? 0 : spent / repeats, later, value);
  }

  private static CustomerValue value(
      PurchaseModel model,
      GammaGammaParameters spend,
      Seen seen,
      double age,
      double horizon,
      double rate) {
    return new CustomerValue(
        FuturePurchases.of(model, horizon, rate, seen.repeats(), seen.recency(), age),
        GammaGamma.of(spend).posterior(seen.repeats(), seen.mean()));
  }

  /** Given each history, the surplus over its mean is 0 on average, and its square the variance. */
  @ParameterizedTest
  @MethodSource("models")
  void meanAndVariance_areThoseOfDrawnCustomers(PurchaseModel model) {
    UniformRandomProvider rng = random(1);
    Sample purchases = new Sample();
    Sample purchaseSquares = new Sample();
    Sample money = new Sample();
    Sample moneySquares = new Sample();
    for (int i = 0; i < 30_000; i++) {
      double age = 300 * rng.nextDouble();
      Seen seen = draw(model, SPEND, age, YEAR, TEN_PERCENT, rng);
      CustomerValue value = value(model, SPEND, seen, age, YEAR, TEN_PERCENT);
      double sum = 0;
      for (double time : seen.later()) {
        sum += Math.exp(-TEN_PERCENT * (time - age));
      }
      double apart = sum - value.purchases().mean();
      purchases.add(apart);
      purchaseSquares.add(apart * apart - value.purchases().variance());
      double surplus = seen.value() - value.mean();
      money.add(surplus);
      moneySquares.add(surplus * surplus - value.variance());
    }
    assertThat(purchases.distance(0)).as("purchases").isBetween(-4.0, 4.0);
    assertThat(purchaseSquares.distance(0)).as("their variance").isBetween(-4.0, 4.0);
    assertThat(money.distance(0)).as("money").isBetween(-4.0, 4.0);
    assertThat(moneySquares.distance(0)).as("its variance").isBetween(-4.0, 4.0);
  }

  /**
   * Where the distribution is right, F(V) is uniform; at 0, where F jumps, a uniform share of the
   * jump stands for it. The bounds are four standard errors of a share of so many customers,.
   */
  private static void assertUniform(
      PurchaseModel model,
      GammaGammaParameters spend,
      double horizon,
      double rate,
      int customers,
      long seed) {
    UniformRandomProvider rng = random(seed);
    int[] tenths = new int[10];
    int low = 0;
    int high = 0;
    // A purchase after 60 years weighs less than one in 300.
    double until = Double.isFinite(horizon) ? horizon : 60 * YEAR;
    for (int i = 0; i < customers; i++) {
      double age = 300 * rng.nextDouble();
      Seen seen = draw(model, spend, age, until, rate, rng);
      CustomerValue value = value(model, spend, seen, age, horizon, rate);
      double at = value.purchases().probabilityAtMost(seen.value(), value.amounts());
      double share = seen.value() == 0 ? at * rng.nextDouble() : at;
      tenths[Math.min(9, (int) (10 * share))]++;
      double lo80 = value.quantile(0.1);
      double hi80 = value.quantile(0.9);
      low += seen.value() < lo80 ? 1 : 0;
      high += seen.value() > hi80 ? 1 : 0;
      if (hi80 > 0) {
        assertThat(value.purchases().probabilityAtMost(hi80, value.amounts()))
            .isCloseTo(0.9, within(1e-9));
      }
    }
    double inside = 1 - (tenths[0] + tenths[9]) / (double) customers;
    double tenth = 4 * Math.sqrt(0.1 * 0.9 / customers);
    assertThat(inside)
        .as("80 %% of %s, ties shared out", model)
        .isCloseTo(0.8, within(4 * Math.sqrt(0.8 * 0.2 / customers)));
    for (int k = 0; k < 10; k++) {
      assertThat(tenths[k] / (double) customers)
          .as("tenth %d of %s", k, model)
          .isCloseTo(0.1, within(tenth));
    }
    // Ties at 0 count as inside, so that each tail holds at most a tenth.
    assertThat(low / (double) customers).as("below").isLessThan(0.1 + tenth);
    assertThat(high / (double) customers).as("above").isLessThan(0.1 + tenth);
  }

  @ParameterizedTest
  @MethodSource("models")
  void quantiles_overAYearAreThoseOfDrawnCustomers(PurchaseModel model) {
    assertUniform(model, SPEND, YEAR, TEN_PERCENT, 4_000, 2);
  }

  /** Amounts without a variance: shape 1.2. */
  @Test
  void quantiles_ofHeavyTailedAmountsAreThoseOfDrawnCustomers() {
    assertUniform(
        ModelFamily.MBG_NBD.model(0.8, 40, 0.8, 2),
        new GammaGammaParameters(2, 1.2, 10),
        YEAR,
        TEN_PERCENT,
        4_000,
        3);
  }

  @ParameterizedTest
  @MethodSource("models")
  void quantiles_overAnInfiniteHorizonAreThoseOfDrawnCustomers(PurchaseModel model) {
    assertUniform(model, SPEND, Double.POSITIVE_INFINITY, TEN_PERCENT, 1_000, 4);
  }

  @Test
  void quantiles_growAndAreInProportionToTheScale() {
    UniformRandomProvider rng = random(5);
    PurchaseModel model = ModelFamily.MBG_NBD.model(0.8, 40, 0.8, 2);
    for (int i = 0; i < 300; i++) {
      double age = 300 * rng.nextDouble();
      Seen seen = draw(model, SPEND, age, YEAR, TEN_PERCENT, rng);
      CustomerValue value = value(model, SPEND, seen, age, YEAR, TEN_PERCENT);
      CustomerValue margin = new CustomerValue(value.purchases(), value.amounts().times(0.3));
      double last = 0;
      for (double p = 0.05; p < 1; p += 0.05) {
        double quantile = value.quantile(p);
        assertThat(quantile).isGreaterThanOrEqualTo(last);
        assertThat(quantile == 0).isEqualTo(p <= value.purchases().probabilityAtMost(0, SPENT));
        assertThat(margin.quantile(p)).isCloseTo(0.3 * quantile, within(1e-9 * quantile));
        last = quantile;
      }
      assertThat(margin.variance()).isCloseTo(0.09 * value.variance(), withinPercentage(1e-9));
    }
  }

  private static final SpendPosterior SPENT = GammaGamma.of(SPEND).posterior(0, 0);

  @Test
  void nobodyWhoWillNeverBuy_isWorthAnything() {
    PurchaseModel model = ModelFamily.MBG_NBD.model(0.8, 40, 0.8, 2);
    CustomerValue none = new CustomerValue(FuturePurchases.of(model, 0, 0.001, 3, 20, 30), SPENT);
    assertThat(none.mean()).isZero();
    assertThat(none.variance()).isZero();
    assertThat(none.noneProbability()).isEqualTo(1);
    assertThat(none.quantile(0.99)).isZero();
    CustomerValue gone =
        new CustomerValue(FuturePurchases.of(model, YEAR, 0.001, 3000, 20, 3000), SPENT);
    assertThat(gone.mean()).isBetween(0.0, 1e-100);
    assertThat(gone.quantile(0.9)).isZero();
    assertThatThrownBy(() -> none.quantile(1)).isInstanceOf(IllegalArgumentException.class);
  }

  /** A shop's best customer: 5,000 repeats, so that all but the rate is settled. */
  @Test
  void manyPurchases_areNearlyNormal() {
    PurchaseModel model = ModelFamily.NBD.model(0.8, 60);
    CustomerValue value =
        new CustomerValue(
            FuturePurchases.of(model, YEAR, 0, 5000, 365, 365),
            GammaGamma.of(SPEND).posterior(5000, 50));
    double sd = Math.sqrt(value.variance());
    assertThat(value.quantile(0.5)).isCloseTo(value.mean(), within(0.05 * sd));
    assertThat(value.quantile(0.9)).isCloseTo(value.mean() + 1.2816 * sd, within(0.05 * sd));
    assertThat(value.quantile(0.1)).isCloseTo(value.mean() - 1.2816 * sd, within(0.05 * sd));
  }
}
