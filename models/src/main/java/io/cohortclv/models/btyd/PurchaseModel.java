package io.cohortclv.models.btyd;

/**
 * A model of when customers buy again and when they stop, with known population parameters.
 *
 * <p>All times are in the unit of the parameters and count from the customer's first purchase. A
 * history is (repeats, recency, age) = (x, t_x, T): purchases after the first, the time of the last
 * of them (0 when there is none) and the time until which the customer was observed.
 *
 * <p>Immutable, and safe for any number of threads.
 */
public sealed interface PurchaseModel permits BetaGeometric, CnbdK, Nbd, ParetoNbd {

  ModelFamily family();

  /** A copy of the parameters in the order of {@link ModelFamily#parameterNames()}. */
  double[] parameters();

  /** ln of the density of one customer's history. */
  double logLikelihood(int repeats, double recency, double age);

  /** P(alive at T | history). */
  default double aliveProbability(int repeats, double recency, double age) {
    return aliveProbability(0, repeats, recency, age);
  }

  /** P(alive at T + ahead | history). */
  double aliveProbability(double ahead, int repeats, double recency, double age);

  /** Expected purchases in (T, T + horizon], given the history. */
  default double expectedPurchases(double horizon, int repeats, double recency, double age) {
    return discountedPurchases(horizon, 0, repeats, recency, age);
  }

  /**
   * Expected purchases in (T, T + horizon], each multiplied by e^(−δu), u its distance from T.
   *
   * @param horizon may be infinite when the discount rate is positive
   * @param discountRate δ, continuous, per unit of time; at 0 the purchases are plainly counted
   */
  double discountedPurchases(
      double horizon, double discountRate, int repeats, double recency, double age);

  /** Expected repeat purchases of a new customer in (0, horizon] after the first purchase. */
  default double expectedPurchases(double horizon) {
    return discountedPurchases(horizon, 0);
  }

  /** The same, each repeat multiplied by e^(−δu), u its distance from the first purchase. */
  default double discountedPurchases(double horizon, double discountRate) {
    return discountedPurchases(horizon, discountRate, 0, 0, 0);
  }

  /** P(X(horizon) = purchases): that many repeats of a new customer in (0, horizon]. */
  default double probability(int purchases, double horizon) {
    return probability(purchases, horizon, 0, 0, 0);
  }

  /** P(that many purchases in (T, T + horizon] | history). */
  double probability(int purchases, double horizon, int repeats, double recency, double age);

  /**
   * The same for 0, 1, … purchases, until less than 1e-13 is left beyond: for whole distributions,
   * at a fraction of the cost. Exact to 1e-12 of 1, not of each value.
   */
  double[] probabilities(double horizon, int repeats, double recency, double age);

  /** Variance of the number of purchases in (T, T + horizon], given the history. */
  default double purchaseVariance(double horizon, int repeats, double recency, double age) {
    return purchaseVariance(horizon, 0, repeats, recency, age);
  }

  /**
   * Variance of Σ e^(−δu) over the purchases in (T, T + horizon], u their distances from T, given
   * the history.
   *
   * @param horizon may be infinite when the discount rate is positive
   * @param discountRate δ, continuous, per unit of time
   */
  default double purchaseVariance(
      double horizon, double discountRate, int repeats, double recency, double age) {
    double mean = discountedPurchases(horizon, discountRate, repeats, recency, age);
    double squares = discountedPurchases(horizon, 2 * discountRate, repeats, recency, age);
    double pairs = discountedPairs(horizon, discountRate, repeats, recency, age);
    return Math.max(0, squares + 2 * pairs - mean * mean);
  }

  /** E[Σ e^(−δ(u+w))] over the pairs of purchases at distances u &lt; w within the horizon. */
  double discountedPairs(
      double horizon, double discountRate, int repeats, double recency, double age);
}
