package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.population.Customer;
import io.cohortclv.models.population.Population;
import io.cohortclv.models.population.SpendPopulation;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import io.cohortclv.models.value.CustomerValue;
import io.cohortclv.models.value.FuturePurchases;
import io.cohortclv.models.value.TotalValue;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How often 80 % intervals of the discounted value of the year after hold it, all fitted. */
class ValueCoverageTest {
  private static final double YEAR = 365;
  private static final double TEN_PERCENT = Math.log(1.1) / YEAR;
  private static final PurchaseModel TRUTH = ModelFamily.MBG_NBD.model(0.8, 40, 0.8, 2);
  private static final GammaGammaParameters SPEND = new GammaGammaParameters(6.25, 3.74, 15.44);

  /** One data set: whether the total's interval held, and the share of customers whose did. */
  private record Held(boolean total, boolean parametersKnown, double customers) {}

  private record Seen(int repeats, double recency, double age, double mean, double later) {}

  private static Seen draw(UniformRandomProvider rng) {
    double age = 1 + 399 * rng.nextDouble();
    Customer customer = Population.of(TRUTH).draw(rng);
    SpendPopulation amounts = SpendPopulation.of(SPEND);
    double own = amounts.draw(rng);
    int repeats = 0;
    double recency = 0;
    double spent = 0;
    double later = 0;
    for (double time : customer.repeatTimes(age + YEAR)) {
      double amount = amounts.drawSpend(rng, own);
      if (time <= age) {
        repeats++;
        recency = time;
        spent += amount;
      } else {
        later += amount * Math.exp(-TEN_PERCENT * (time - age));
      }
    }
    return new Seen(repeats, recency, age, repeats == 0 ? 0 : spent / repeats, later);
  }

  private static Held oneYearLater(int customers, int draws, long seed) {
    UniformRandomProvider rng = RandomSource.XO_SHI_RO_256_PP.create(seed);
    Seen[] seen = new Seen[customers];
    Histories.Builder histories = Histories.builder();
    SpendHistories.Builder spends = SpendHistories.builder();
    double outcome = 0;
    for (int i = 0; i < customers; i++) {
      seen[i] = draw(rng);
      histories.add(seen[i].repeats(), seen[i].recency(), seen[i].age(), 1);
      if (seen[i].repeats() > 0) {
        spends.add(seen[i].repeats(), seen[i].mean(), 1);
      }
      outcome += seen[i].later();
    }
    PurchaseFit purchases = PurchaseFits.fit(ModelFamily.MBG_NBD, histories.build());
    SpendFit spend = SpendFits.fit(spends.build());
    List<PurchaseModel> drawn = ParameterDraws.asymptotic(purchases, draws, seed);
    List<GammaGamma> drawnSpend = ParameterDraws.asymptotic(spend, draws, seed + 1);
    TotalValue total = null;
    double held = 0;
    for (Seen s : seen) {
      CustomerValue value =
          new CustomerValue(
              FuturePurchases.of(
                  purchases.model(), YEAR, TEN_PERCENT, s.repeats(), s.recency(), s.age()),
              spend.model().posterior(s.repeats(), s.mean()));
      double[] means = new double[draws];
      for (int d = 0; d < draws; d++) {
        means[d] =
            drawn.get(d).discountedPurchases(YEAR, TEN_PERCENT, s.repeats(), s.recency(), s.age())
                // A draw with q of 1 or less has no mean: it is left where the estimate is.
                * finite(drawnSpend.get(d), spend.model(), s);
      }
      TotalValue one = TotalValue.of(value, 1, means);
      total = total == null ? one : total.and(one);
      double at = value.purchases().probabilityAtMost(s.later(), value.amounts());
      double share = s.later() == 0 ? at * rng.nextDouble() : at;
      held += share > 0.1 && share < 0.9 ? 1.0 / customers : 0;
    }
    TotalValue known =
        new TotalValue(
            total.mean(), total.variance(), total.logNone(), new double[] {total.mean()});
    return new Held(holds(total, outcome), holds(known, outcome), held);
  }

  private static double finite(GammaGamma drawn, GammaGamma estimate, Seen s) {
    double mean = drawn.expectedSpend(s.repeats(), s.mean());
    return Double.isFinite(mean) ? mean : estimate.expectedSpend(s.repeats(), s.mean());
  }

  private static boolean holds(TotalValue total, double outcome) {
    return outcome >= total.quantile(0.1) && outcome <= total.quantile(0.9);
  }

  private static void assertCoverage(int datasets, int customers, int draws) {
    int totals = 0;
    int known = 0;
    double singles = 0;
    for (int i = 0; i < datasets; i++) {
      Held held = oneYearLater(customers, draws, 5000 + i);
      totals += held.total() ? 1 : 0;
      known += held.parametersKnown() ? 1 : 0;
      singles += held.customers() / datasets;
    }
    System.out.printf(
        "%d data sets of %d customers: totals %.1f %%, parameters taken as known %.1f %%,"
            + " customers %.2f %%%n",
        datasets, customers, 100.0 * totals / datasets, 100.0 * known / datasets, 100 * singles);
    double deviation = Math.sqrt(0.8 * 0.2 / datasets);
    assertThat((double) totals / datasets).as("totals").isCloseTo(0.8, within(4 * deviation));
    assertThat(singles).as("customers, ties shared out").isBetween(0.78, 0.82);
  }

  @Test
  void intervalsOfMoney_coverAsOftenAsTheySay() {
    assertCoverage(60, 400, 40);
  }

  /** The study of docs/math.md: 78 to 82 %. */
  @Test
  @Tag("long")
  void intervalsOfMoney_coverAsOftenAsTheySayInAThousandDataSets() {
    assertCoverage(
        Integer.getInteger("coverage.datasets", 1000),
        Integer.getInteger("coverage.customers", 2000),
        60);
  }
}
