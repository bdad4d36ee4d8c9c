package io.cohortclv.models.value;

import java.util.Arrays;
import org.apache.commons.numbers.gamma.RegularizedGamma;

/**
 * What a group of customers will bring in together. A mergeable partial: the totals of two groups
 * without a common customer add up to that of both.
 *
 * <p>Outcomes are independent between customers, parameters are common to all: each draw of the
 * parameters has a mean of its own for the total. Given a draw the total is 0 with the probability
 * that no customer buys, and else gamma distributed with the draw's mean and the estimate's ratio
 * of variance to mean.
 *
 * @param mean expected total at the estimate
 * @param variance of the outcome, parameters known: the sum of those of the customers
 * @param logNone ln P(no customer buys): the sum of those of the customers
 * @param drawMeans expected total under each draw of the parameters, in one order for all customers
 */
@SuppressWarnings("ArrayRecordComponent") // a partial sum, never compared
public record TotalValue(double mean, double variance, double logNone, double[] drawMeans) {
  private static final int MOST_STEPS = 200;

  public TotalValue {
    if (!(mean >= 0 && variance >= 0 && logNone <= 0 && drawMeans.length > 0)
        || mean + variance == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "a total needs a mean and a variance that are finite and not negative, the logarithm of a"
              + " probability and the means of at least one draw: mean "
              + mean
              + ", variance "
              + variance
              + ", log "
              + logNone
              + ", draws "
              + drawMeans.length);
    }
    drawMeans = drawMeans.clone();
  }

  /**
   * One customer, or a share of one.
   *
   * @param share of the customer's value that the group is given, from 0 to 1
   * @param drawMeans expected value of the whole customer under each draw of the parameters
   */
  public static TotalValue of(CustomerValue customer, double share, double[] drawMeans) {
    return new TotalValue(
        share * customer.mean(),
        share * share * customer.variance(),
        Math.log(customer.noneProbability()),
        Arrays.stream(drawMeans).map(mean -> share * mean).toArray());
  }

  @Override
  public double[] drawMeans() {
    return drawMeans.clone();
  }

  /** The total of both groups. */
  public TotalValue and(TotalValue other) {
    if (other.drawMeans.length != drawMeans.length) {
      throw new IllegalArgumentException(
          "totals over "
              + drawMeans.length
              + " and "
              + other.drawMeans.length
              + " draws do not add up");
    }
    double[] both = new double[drawMeans.length];
    for (int d = 0; d < both.length; d++) {
      both[d] = drawMeans[d] + other.drawMeans[d];
    }
    return new TotalValue(
        mean + other.mean, variance + other.variance, logNone + other.logNone, both);
  }

  /** Standard deviation of the outcome, parameters known. */
  public double outcomeSd() {
    return Math.sqrt(variance);
  }

  /** Standard deviation of the expected total over the draws of the parameters; 0 of one draw. */
  public double parameterSd() {
    double center = Arrays.stream(drawMeans).average().orElseThrow();
    double squares = Arrays.stream(drawMeans).map(m -> (m - center) * (m - center)).sum();
    return drawMeans.length < 2 ? 0 : Math.sqrt(squares / (drawMeans.length - 1));
  }

  /** The total that is not exceeded with this probability, over outcomes and draws. */
  public double quantile(double probability) {
    if (!(probability > 0 && probability < 1)) {
      throw new IllegalArgumentException("a probability lies between 0 and 1: " + probability);
    }
    if (mean == 0 || probability <= Math.exp(logNone)) {
      return 0;
    }
    double low = 0;
    double high = Arrays.stream(drawMeans).max().orElseThrow() + outcomeSd();
    while (probabilityAtMost(high) < probability) {
      low = high;
      high *= 2;
    }
    for (int step = 0; step < MOST_STEPS && high - low > 1e-12 * high; step++) {
      double middle = low + (high - low) / 2;
      if (probabilityAtMost(middle) < probability) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /** P(the total is at most this), averaged over the draws. */
  public double probabilityAtMost(double total) {
    if (total < 0) {
      return 0;
    }
    double none = Math.exp(logNone);
    double some = -Math.expm1(logNone);
    double sum = 0;
    for (double drawn : drawMeans) {
      if (drawn == 0 || some == 0) {
        sum += 1;
        continue;
      }
      // Mean and variance of the total given that there is one.
      double given = drawn / some;
      double square = (variance / mean * drawn + drawn * drawn) / some;
      double left = Math.max(square - given * given, 1e-18 * given * given);
      double above = given * given / left;
      sum += none + some * RegularizedGamma.P.value(above, total * given / left);
    }
    return sum / drawMeans.length;
  }
}
