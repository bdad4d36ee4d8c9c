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
import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TotalValueTest {
  private static final double YEAR = 365;
  private static final double TEN_PERCENT = Math.log(1.1) / YEAR;
  private static final PurchaseModel MODEL = ModelFamily.MBG_NBD.model(0.8, 40, 0.8, 2);
  private static final GammaGammaParameters SPEND = new GammaGammaParameters(4, 3.7, 35);

  /** Parameters known: groups of one, few and many customers. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 30, 200})
  void quantiles_areThoseOfDrawnGroups(int customers) {
    UniformRandomProvider rng = RandomSource.XO_SHI_RO_256_PP.create(customers);
    int groups = Math.max(300, Math.min(3000, 20_000 / customers));
    int inside = 0;
    for (int g = 0; g < groups; g++) {
      TotalValue total = null;
      double outcome = 0;
      for (int i = 0; i < customers; i++) {
        double age = 300 * rng.nextDouble();
        Customer customer = Population.of(MODEL).draw(rng);
        SpendPopulation amounts = SpendPopulation.of(SPEND);
        double own = amounts.draw(rng);
        int repeats = 0;
        double recency = 0;
        double spent = 0;
        for (double time : customer.repeatTimes(age + YEAR)) {
          double amount = amounts.drawSpend(rng, own);
          if (time <= age) {
            repeats++;
            recency = time;
            spent += amount;
          } else {
            outcome += amount * Math.exp(-TEN_PERCENT * (time - age));
          }
        }
        CustomerValue value =
            new CustomerValue(
                FuturePurchases.of(MODEL, YEAR, TEN_PERCENT, repeats, recency, age),
                GammaGamma.of(SPEND).posterior(repeats, repeats == 0 ? 0 : spent / repeats));
        TotalValue one = TotalValue.of(value, 1, new double[] {value.mean()});
        total = total == null ? one : total.and(one);
      }
      double at = total.probabilityAtMost(outcome);
      double share = outcome == 0 ? at * rng.nextDouble() : at;
      inside += share > 0.1 && share < 0.9 ? 1 : 0;
      double high = total.quantile(0.9);
      assertThat(high == 0 ? 0.9 : total.probabilityAtMost(high)).isCloseTo(0.9, within(1e-9));
    }
    double error = Math.sqrt(0.8 * 0.2 / groups);
    assertThat(inside / (double) groups).isCloseTo(0.8, within(4 * error));
  }

  @Test
  void draws_spreadTheTotal() {
    double[] means = new double[100];
    Arrays.setAll(means, d -> 1000 + 4 * (d - 49.5));
    TotalValue total = new TotalValue(1000, 900, -50, means);
    TotalValue known = new TotalValue(1000, 900, -50, new double[] {1000});
    assertThat(known.parameterSd()).isZero();
    // A uniform spread of 400: 400/√12.
    assertThat(total.parameterSd()).isCloseTo(400 / Math.sqrt(12), withinPercentage(1));
    assertThat(total.outcomeSd()).isEqualTo(30);
    assertThat(known.quantile(0.9)).isCloseTo(1000 + 1.2816 * 30, within(1.5));
    assertThat(total.quantile(0.9)).isCloseTo(1160.0, within(4.0));
    assertThat(total.quantile(0.1)).isCloseTo(840.0, within(4.0));
  }

  @Test
  void totals_addUp() {
    TotalValue one = new TotalValue(10, 4, -0.5, new double[] {9, 11});
    TotalValue other = new TotalValue(5, 9, -0.25, new double[] {6, 4});
    TotalValue both = one.and(other);
    assertThat(both.mean()).isEqualTo(15);
    assertThat(both.variance()).isEqualTo(13);
    assertThat(both.logNone()).isEqualTo(-0.75);
    assertThat(both.drawMeans()).containsExactly(15, 15);
    assertThatThrownBy(() -> one.and(new TotalValue(5, 9, -1, new double[] {6})))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2 and 1 draws");
    assertThatThrownBy(() -> new TotalValue(Double.POSITIVE_INFINITY, 1, -1, new double[] {1}))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** A share of a customer: the value in proportion, its chance to be nothing unchanged. */
  @Test
  void shares_ofACustomerAreInProportion() {
    CustomerValue value =
        new CustomerValue(
            FuturePurchases.of(MODEL, YEAR, TEN_PERCENT, 3, 50, 80),
            GammaGamma.of(SPEND).posterior(3, 40));
    TotalValue whole = TotalValue.of(value, 1, new double[] {value.mean()});
    TotalValue third = TotalValue.of(value, 1.0 / 3, new double[] {value.mean()});
    assertThat(third.quantile(0.9)).isCloseTo(whole.quantile(0.9) / 3, withinPercentage(1e-6));
    assertThat(Math.exp(third.logNone())).isCloseTo(value.noneProbability(), within(1e-12));
    // Nearly the customer's own: the positive part is taken as gamma.
    assertThat(whole.quantile(0.9)).isCloseTo(value.quantile(0.9), withinPercentage(5));
  }

  @Test
  void totalsOfNobodyWhoBuys_areNothing() {
    TotalValue none = new TotalValue(0, 0, 0, new double[] {0, 0});
    assertThat(none.quantile(0.9)).isZero();
    assertThat(none.probabilityAtMost(0)).isEqualTo(1);
  }
}
