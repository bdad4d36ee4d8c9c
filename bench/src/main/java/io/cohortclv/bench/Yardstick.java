package io.cohortclv.bench;

import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.SpendHistories;
import io.cohortclv.models.population.Customer;
import io.cohortclv.models.population.Population;
import io.cohortclv.models.population.SpendPopulation;
import io.cohortclv.models.spend.GammaGammaParameters;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Histories by the day, one entry a customer, in the order of the customers: what a peer's fit is
 * given too.
 *
 * @param repeats x, purchase days after the first
 * @param recency t_x, days from the first purchase to the last
 * @param age T, days from the first purchase to the end
 * @param mean mean spend of a repeat day; NaN without one
 */
// Arrays, since a million records would be what is timed.
@SuppressWarnings("ArrayRecordComponent")
record Yardstick(int[] repeats, double[] recency, double[] age, double[] mean) {
  /** The yardstick's spend, money a purchase. */
  static final GammaGammaParameters SPEND = new GammaGammaParameters(4, 3, 25);

  private static final long SEED = 20_260_101;
  private static final int DAYS = 730;
  private static final int ARRIVAL_DAYS = 365;

  /** Customers of the model with the yardstick's arrival and spend. */
  static Yardstick of(PurchaseModel model, int customers) {
    UniformRandomProvider rng = RandomSource.XO_SHI_RO_256_PP.create(SEED);
    Population population = Population.of(model);
    SpendPopulation spend = SpendPopulation.of(SPEND);
    Yardstick all =
        new Yardstick(
            new int[customers],
            new double[customers],
            new double[customers],
            new double[customers]);
    for (int i = 0; i < customers; i++) {
      double start = rng.nextDouble() * ARRIVAL_DAYS;
      all.draw(i, start, population.draw(rng), spend, rng);
    }
    return all;
  }

  private void draw(
      int i, double start, Customer customer, SpendPopulation spend, UniformRandomProvider rng) {
    int first = (int) start;
    int last = first;
    double sum = 0;
    double meanSpend = spend.draw(rng);
    for (double time : customer.repeatTimes(DAYS - start)) {
      int day = (int) (start + time);
      if (day > last) {
        repeats[i]++;
        last = day;
        sum += spend.drawSpend(rng, meanSpend);
      }
    }
    recency[i] = last - first;
    age[i] = DAYS - 1 - first;
    mean[i] = sum / repeats[i];
  }

  int customers() {
    return age.length;
  }

  /** The compressed table that purchase models are fitted on. */
  Histories histories() {
    Histories.Builder builder = Histories.builder();
    for (int i = 0; i < customers(); i++) {
      builder.add(repeats[i], recency[i], age[i], 1);
    }
    return builder.build();
  }

  /** The compressed table that spend is fitted on: customers who came back. */
  SpendHistories spends() {
    SpendHistories.Builder builder = SpendHistories.builder();
    for (int i = 0; i < customers(); i++) {
      if (repeats[i] > 0) {
        builder.add(repeats[i], mean[i], 1);
      }
    }
    return builder.build();
  }
}
