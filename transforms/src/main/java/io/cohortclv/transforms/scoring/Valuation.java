package io.cohortclv.transforms.scoring;

import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.fit.InfeasibleDataException;
import io.cohortclv.models.fit.ParameterDraws;
import io.cohortclv.models.math.CompensatedSum;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import io.cohortclv.models.spend.SpendPosterior;
import io.cohortclv.models.value.CustomerValue;
import io.cohortclv.models.value.FuturePurchases;
import java.util.List;

/**
 * What the models of one segment say of a customer. Plain Java: a customer is worth the same here
 * and in Spark.
 *
 * <p>An interval holds the chance of the outcome, exactly, and what is not known of the parameters:
 * its ends are moved away from the mean as much as the variance of the expectation over draws of
 * the parameters widens the standard deviation. For one customer that is little: a segment of 500
 * tells its parameters far better than anybody's luck.
 *
 * <p>What follows from the history alone is worked out once for customers asked for in a row who
 * share it. Not for several threads.
 */
final class Valuation {
  private static final int DRAWS = 20;

  /** A draw may differ from the estimate by this factor. */
  private static final double FARTHEST = 20;

  private static final double LOW = 0.1;
  private static final double HIGH = 0.9;

  /** Below this shape a belief about amounts has no mean to speak of; it is then cut. */
  private static final double LEAST_SHAPE = 1.5;

  private final double newcomerSpend;
  private final double horizon;
  private final double rate;
  private final PurchaseModel purchases;
  private final List<PurchaseModel> purchaseDraws;
  private final GammaGamma spend;
  private final List<GammaGamma> spendDraws;
  private History last;
  private Outlook lastOutlook;

  /**
   * @param horizonDays how far a customer's future and, from acquisition on, its value reach, days
   * @param ratePerDay continuous discount rate
   */
  Valuation(SegmentModel fitted, double horizonDays, double ratePerDay) {
    newcomerSpend = fitted.newcomerSpend();
    horizon = horizonDays;
    rate = ratePerDay;
    double[] parameters = fitted.parameters().stream().mapToDouble(Double::doubleValue).toArray();
    purchases = fitted.family().model(parameters);
    long seed = fitted.modelId().hashCode();
    purchaseDraws =
        drawn(parameters, fitted.covariance(), seed).stream().map(fitted.family()::model).toList();
    GammaGammaParameters amounts = fitted.spend();
    spend = amounts == null ? null : GammaGamma.of(amounts);
    spendDraws =
        amounts == null
            ? List.of()
            : drawn(
                    new double[] {amounts.p(), amounts.q(), amounts.v()},
                    fitted.spendCovariance(),
                    seed + 1)
                .stream()
                // Amounts without a mean (q up to 1) are no alternative to amounts with one.
                .map(d -> new double[] {d[0], Math.max(d[1], Math.min(1, amounts.q())), d[2]})
                .map(d -> GammaGamma.of(new GammaGammaParameters(d[0], d[1], d[2])))
                .toList();
  }

  /** The estimate alone where the data bound no parameters, which the registry warns of. */
  private static List<double[]> drawn(
      double[] parameters, List<List<Double>> covariance, long seed) {
    double[][] matrix =
        covariance.stream()
            .map(row -> row.stream().mapToDouble(v -> v == null ? Double.NaN : v).toArray())
            .toArray(double[][]::new);
    if (matrix.length == 0) {
      return List.of(parameters);
    }
    try {
      return ParameterDraws.asymptotic(parameters, matrix, DRAWS, seed).stream()
          .map(draw -> within(parameters, draw))
          .toList();
    } catch (InfeasibleDataException e) {
      return List.of(parameters);
    }
  }

  /** Along a flat ridge the normal distribution reaches where no model can be evaluated. */
  private static double[] within(double[] parameters, double[] draw) {
    double[] near = new double[draw.length];
    for (int i = 0; i < draw.length; i++) {
      near[i] = Math.max(parameters[i] / FARTHEST, Math.min(parameters[i] * FARTHEST, draw[i]));
    }
    return near;
  }

  /**
   * x, t_x and T.
   *
   * @param amounts how many of the repeats have a known amount: all, or none
   */
  private record History(int repeats, double recency, double age, int amounts) {}

  /**
   * What follows from a history alone.
   *
   * @param unknown the value of whoever has it and no amount; null where amounts are known
   */
  private record Outlook(double alive, double expected, Future next, Future rest, Value unknown) {}

  /**
   * Purchases over one horizon.
   *
   * @param drawn discounted purchases expected under each draw of the parameters
   * @param low quantile of the discounted amounts, in units of the belief's scale
   * @param high likewise
   */
  @SuppressWarnings("ArrayRecordComponent") // kept as it was made, never compared
  private record Future(FuturePurchases purchases, double[] drawn, double low, double high) {}

  /**
   * Net revenue expected over a horizon, discounted to the as-of date, and the spread around it.
   *
   * @param low lower end of the 80 % interval; like the others NaN where no model tells how amounts
   *     differ
   * @param high its upper end
   * @param sd of outcome and parameters together
   */
  record Money(double mean, double low, double high, double sd) {
    static final Money NONE = new Money(0, 0, 0, 0);
  }

  /**
   * A customer's expectations.
   *
   * @param expectedSpend net revenue per purchase day
   * @param next over the horizon after the as-of date
   * @param rest over what is left of the horizon after acquisition
   */
  record Value(
      double aliveProbability,
      double expectedPurchases,
      double expectedSpend,
      Money next,
      Money rest) {}

  /**
   * Values a customer.
   *
   * @param mean net revenue of a repeat purchase day so far; null without one
   */
  Value of(int repeats, double recency, double age, Double mean) {
    boolean hasSpent = repeats > 0 && mean != null;
    History history = new History(repeats, recency, age, hasSpent ? repeats : 0);
    if (!history.equals(last)) {
      lastOutlook = outlook(history);
      last = history;
    }
    return hasSpent ? value(lastOutlook, repeats, mean) : lastOutlook.unknown;
  }

  private Outlook outlook(History h) {
    double left = horizon - h.age;
    Outlook outlook =
        new Outlook(
            purchases.aliveProbability(h.repeats, h.recency, h.age),
            purchases.expectedPurchases(horizon, h.repeats, h.recency, h.age),
            future(horizon, h),
            left > 0 ? future(left, h) : null,
            null);
    return h.amounts > 0
        ? outlook
        : new Outlook(
            outlook.alive, outlook.expected, outlook.next, outlook.rest, value(outlook, 0, 0));
  }

  private Value value(Outlook outlook, int averaged, double mean) {
    SpendPosterior amounts = spend == null ? null : spend.posterior(averaged, mean);
    // With p x + q <= 1 the posterior has no mean either.
    if (amounts == null || !Double.isFinite(amounts.mean())) {
      return new Value(
          outlook.alive,
          outlook.expected,
          newcomerSpend,
          withoutSpread(outlook.next),
          outlook.rest == null ? Money.NONE : withoutSpread(outlook.rest));
    }
    double[] drawnAmounts =
        spendDraws.stream().mapToDouble(d -> mean(d.posterior(averaged, mean))).toArray();
    return new Value(
        outlook.alive,
        outlook.expected,
        amounts.mean(),
        money(outlook.next, amounts, drawnAmounts),
        outlook.rest == null ? Money.NONE : money(outlook.rest, amounts, drawnAmounts));
  }

  private Future future(double length, History h) {
    FuturePurchases future =
        FuturePurchases.of(purchases, length, rate, h.repeats, h.recency, h.age);
    double[] drawn =
        purchaseDraws.stream()
            .mapToDouble(d -> d.discountedPurchases(length, rate, h.repeats, h.recency, h.age))
            .toArray();
    if (spend == null) {
      return new Future(future, drawn, Double.NaN, Double.NaN);
    }
    GammaGammaParameters p = spend.parameters();
    SpendPosterior unit = new SpendPosterior(p.p(), p.q() + p.p() * h.amounts, 1);
    return new Future(future, drawn, future.quantile(LOW, unit), future.quantile(HIGH, unit));
  }

  private Money withoutSpread(Future future) {
    return new Money(future.purchases.mean() * newcomerSpend, Double.NaN, Double.NaN, Double.NaN);
  }

  private static double mean(SpendPosterior amounts) {
    return amounts.shape() < LEAST_SHAPE ? amounts.moments()[0] : amounts.mean();
  }

  private static Money money(Future future, SpendPosterior amounts, double[] drawnAmounts) {
    CustomerValue value = new CustomerValue(future.purchases, amounts);
    double mean = value.mean();
    double outcome = value.variance();
    double parameters = parameterVariance(future.drawn, drawnAmounts);
    double stretch = outcome > 0 ? Math.sqrt(1 + parameters / outcome) : 1;
    double low = future.low * amounts.scale();
    double high = future.high * amounts.scale();
    return new Money(
        mean,
        low < mean ? Math.max(0, mean - (mean - low) * stretch) : low,
        high > mean ? mean + (high - mean) * stretch : high,
        Math.sqrt(outcome + parameters));
  }

  /** Variance over the draws of the expected money; 0 where one of the two has a single draw. */
  private static double parameterVariance(double[] drawn, double[] amounts) {
    int count = Math.max(drawn.length, amounts.length);
    if (count < 2) {
      return 0;
    }
    double[] means = new double[count];
    CompensatedSum sum = new CompensatedSum();
    for (int d = 0; d < count; d++) {
      means[d] = drawn[d % drawn.length] * amounts[d % amounts.length];
      sum.add(means[d]);
    }
    double center = sum.value() / count;
    CompensatedSum squares = new CompensatedSum();
    for (double mean : means) {
      squares.add((mean - center) * (mean - center));
    }
    return squares.value() / (count - 1);
  }
}
