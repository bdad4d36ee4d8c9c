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
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How often 80 % intervals of the discounted value of the year after hold it, all fitted: of a
 * segment's total, of the totals of affiliates that share the segment's parameters, of customers.
 */
class ValueCoverageTest {
  private static final int AFFILIATES = 20;
  private static final double YEAR = 365;
  private static final double TEN_PERCENT = Math.log(1.1) / YEAR;
  private static final PurchaseModel TRUTH = ModelFamily.MBG_NBD.model(0.8, 40, 0.8, 2);
  private static final GammaGammaParameters SPEND = new GammaGammaParameters(6.25, 3.74, 15.44);

  /** One data set: whether the segment's interval held, and the shares of the others that did. */
  private record Held(
      boolean segment, boolean parametersKnown, double affiliates, double customers) {}

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
    double[] outcomes = new double[AFFILIATES];
    for (int i = 0; i < customers; i++) {
      seen[i] = draw(rng);
      histories.add(seen[i].repeats(), seen[i].recency(), seen[i].age(), 1);
      if (seen[i].repeats() > 0) {
        spends.add(seen[i].repeats(), seen[i].mean(), 1);
      }
      outcomes[i % AFFILIATES] += seen[i].later();
    }
    PurchaseFit purchases = PurchaseFits.fit(ModelFamily.MBG_NBD, histories.build());
    SpendFit spend = SpendFits.fit(spends.build());
    List<PurchaseModel> drawn = ParameterDraws.asymptotic(purchases, draws, seed);
    List<GammaGamma> drawnSpend = ParameterDraws.asymptotic(spend, draws, seed + 1);
    TotalValue[] totals = new TotalValue[AFFILIATES];
    double held = 0;
    for (int i = 0; i < customers; i++) {
      Seen s = seen[i];
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
      int affiliate = i % AFFILIATES;
      totals[affiliate] = totals[affiliate] == null ? one : totals[affiliate].and(one);
      double at = value.purchases().probabilityAtMost(s.later(), value.amounts());
      double share = s.later() == 0 ? at * rng.nextDouble() : at;
      held += share > 0.1 && share < 0.9 ? 1.0 / customers : 0;
    }
    double affiliates = 0;
    for (int a = 0; a < AFFILIATES; a++) {
      affiliates += holds(totals[a], outcomes[a]) ? 1.0 / AFFILIATES : 0;
    }
    TotalValue segment = Arrays.stream(totals).reduce(TotalValue::and).orElseThrow();
    TotalValue known =
        new TotalValue(
            segment.mean(), segment.variance(), segment.logNone(), new double[] {segment.mean()});
    double outcome = Arrays.stream(outcomes).sum();
    return new Held(holds(segment, outcome), holds(known, outcome), affiliates, held);
  }

  private static double finite(GammaGamma drawn, GammaGamma estimate, Seen s) {
    double mean = drawn.expectedSpend(s.repeats(), s.mean());
    return Double.isFinite(mean) ? mean : estimate.expectedSpend(s.repeats(), s.mean());
  }

  private static boolean holds(TotalValue total, double outcome) {
    return outcome >= total.quantile(0.1) && outcome <= total.quantile(0.9);
  }

  private static void assertCoverage(int datasets, int customers, int draws, double tolerance) {
    double segments = 0;
    double known = 0;
    double affiliates = 0;
    double singles = 0;
    for (int i = 0; i < datasets; i++) {
      Held held = oneYearLater(customers, draws, 5000 + i);
      segments += held.segment() ? 1.0 / datasets : 0;
      known += held.parametersKnown() ? 1.0 / datasets : 0;
      affiliates += held.affiliates() / datasets;
      singles += held.customers() / datasets;
    }
    System.out.printf(
        "%d data sets of %d customers: segments %.1f %%, parameters taken as known %.1f %%,"
            + " affiliates %.2f %%, customers %.2f %%%n",
        datasets, customers, 100 * segments, 100 * known, 100 * affiliates, 100 * singles);
    assertThat(segments).as("segments").isCloseTo(0.8, within(tolerance));
    assertThat(affiliates).as("affiliates").isCloseTo(0.8, within(tolerance));
    assertThat(singles).as("customers, ties shared out").isBetween(0.78, 0.82);
  }

  /** Within four binomial standard deviations; affiliates of one data set are not independent. */
  @Test
  void intervalsOfMoney_coverAsOftenAsTheySay() {
    assertCoverage(60, 400, 40, 4 * Math.sqrt(0.8 * 0.2 / 60));
  }

  /** The study of docs/math.md: 78 to 82 %. */
  @Test
  @Tag("long")
  void intervalsOfMoney_coverAsOftenAsTheySayInAThousandDataSets() {
    assertCoverage(1000, 2000, 60, 0.02);
  }
}
