package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.math.CompensatedSum;
import java.util.List;
import org.apache.commons.numbers.gamma.RegularizedBeta;
import org.apache.commons.numbers.gamma.RegularizedGamma;

/**
 * How many purchases a customer or a group will make over a horizon, with an interval that holds
 * both what is not known of the parameters and what chance will do.
 *
 * @param mean expected purchases at the estimate
 * @param parameterSd their standard deviation over the parameters
 * @param outcomeSd standard deviation of the purchases themselves, parameters known
 * @param low lower end of the interval
 * @param high upper end of the interval
 * @param level probability that the interval is meant to cover, such as 0.8
 */
public record PurchaseForecast(
    double mean, double parameterSd, double outcomeSd, long low, long high, double level) {

  /**
   * For one customer: the exact distribution of the count, averaged over the draws.
   *
   * @param draws models from {@link ParameterDraws} or {@link Bootstrap}
   */
  public static PurchaseForecast ofCustomer(
      PurchaseModel estimate,
      List<PurchaseModel> draws,
      double horizon,
      int repeats,
      double recency,
      double age,
      double level) {
    requireLevel(level);
    double[] means = new double[draws.size()];
    for (int d = 0; d < means.length; d++) {
      means[d] = draws.get(d).expectedPurchases(horizon, repeats, recency, age);
    }
    double tail = (1 - level) / 2;
    long low = -1;
    long high = -1;
    double below = 0;
    for (int n = 0; high < 0; n++) {
      for (PurchaseModel draw : draws) {
        below += draw.probability(n, horizon, repeats, recency, age) / draws.size();
      }
      low = low < 0 && below >= tail ? n : low;
      high = below >= 1 - tail ? n : high;
    }
    return new PurchaseForecast(
        estimate.expectedPurchases(horizon, repeats, recency, age),
        deviation(means),
        Math.sqrt(estimate.purchaseVariance(horizon, repeats, recency, age)),
        low,
        high,
        level);
  }

  /**
   * For the total of a group, given as its compressed histories: for each draw the total has the
   * draw's mean and the estimate's ratio of variance to mean, and is taken as negative binomial, or
   * Poisson where it varies less. Costs draws × distinct histories and keeps one number a draw.
   */
  public static PurchaseForecast ofTotal(
      PurchaseModel estimate,
      List<PurchaseModel> draws,
      Histories customers,
      double horizon,
      double level) {
    requireLevel(level);
    double mean = total(estimate, customers, horizon);
    CompensatedSum variances = new CompensatedSum();
    for (int i = 0; i < customers.distinct(); i++) {
      variances.add(
          customers.weight(i)
              * estimate.purchaseVariance(
                  horizon, customers.repeats(i), customers.recency(i), customers.age(i)));
    }
    double[] means = new double[draws.size()];
    for (int d = 0; d < means.length; d++) {
      means[d] = total(draws.get(d), customers, horizon);
    }
    double dispersion = mean > 0 ? variances.value() / mean : 1;
    double tail = (1 - level) / 2;
    return new PurchaseForecast(
        mean,
        deviation(means),
        Math.sqrt(variances.value()),
        quantile(means, dispersion, tail),
        quantile(means, dispersion, 1 - tail),
        level);
  }

  private static double total(PurchaseModel model, Histories customers, double horizon) {
    CompensatedSum sum = new CompensatedSum();
    for (int i = 0; i < customers.distinct(); i++) {
      sum.add(
          customers.weight(i)
              * model.expectedPurchases(
                  horizon, customers.repeats(i), customers.recency(i), customers.age(i)));
    }
    return sum.value();
  }

  /** Sample standard deviation; 0 of a single value. */
  private static double deviation(double[] values) {
    CompensatedSum sum = new CompensatedSum();
    for (double value : values) {
      sum.add(value);
    }
    double mean = sum.value() / values.length;
    CompensatedSum squares = new CompensatedSum();
    for (double value : values) {
      squares.add((value - mean) * (value - mean));
    }
    return values.length < 2 ? 0 : Math.sqrt(squares.value() / (values.length - 1));
  }

  /** The least count whose probability not to be exceeded, averaged over the means, is p. */
  private static long quantile(double[] means, double dispersion, double p) {
    long low = -1;
    long high = 1;
    while (below(means, dispersion, high) < p) {
      low = high;
      high *= 2;
    }
    while (high - low > 1) {
      long middle = (low + high) >>> 1;
      if (below(means, dispersion, middle) < p) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private static double below(double[] means, double dispersion, long count) {
    double sum = 0;
    for (double mean : means) {
      sum +=
          dispersion > 1 + 1e-9
              ? RegularizedBeta.complement(
                  (dispersion - 1) / dispersion, (double) (count + 1), mean / (dispersion - 1))
              : RegularizedGamma.Q.value((double) (count + 1), mean);
    }
    return sum / means.length;
  }

  private static void requireLevel(double level) {
    if (!(level > 0 && level < 1)) {
      throw new IllegalArgumentException("an interval's level lies between 0 and 1: " + level);
    }
  }
}
