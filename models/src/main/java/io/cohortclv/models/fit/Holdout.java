package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.math.CompensatedSum;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * What a model expected of a holdout period against what happened, customer by customer in
 * compressed form. Sums are compensated and run in canonical order, so the order of adding does not
 * matter to a bit.
 */
public final class Holdout {
  private static final int DECILES = 10;

  private final double[] expected;
  private final long[] actual;
  private final long[] weights;
  private final long customers;

  private Holdout(double[] expected, long[] actual, long[] weights) {
    this.expected = expected;
    this.actual = actual;
    this.weights = weights;
    this.customers = Arrays.stream(weights).sum();
  }

  public static Builder builder(PurchaseModel model, double horizon) {
    return new Builder(model, horizon);
  }

  /** Collects histories with what came after. Not for several threads. */
  public static final class Builder {
    private final PurchaseModel model;
    private final double horizon;
    private final List<Row> rows = new ArrayList<>();

    private Builder(PurchaseModel model, double horizon) {
      this.model = model;
      this.horizon = horizon;
    }

    /** Adds customers who share a history and the number of purchases in the holdout. */
    public Builder add(int repeats, double recency, double age, long purchases, long count) {
      if (purchases < 0 || count < 1) {
        throw new IllegalArgumentException(
            "at least 1 customer with no fewer than 0 purchases: "
                + count
                + " customers, "
                + purchases
                + " purchases");
      }
      rows.add(new Row(repeats, recency, age, purchases, count));
      return this;
    }

    /** Predicts every row. */
    public Holdout build() {
      if (rows.isEmpty()) {
        throw new InfeasibleDataException(
            "there is no customer to compare: the holdout needs customers from before its start");
      }
      rows.sort(Row.CANONICAL);
      double[] expected = new double[rows.size()];
      long[] actual = new long[rows.size()];
      long[] weights = new long[rows.size()];
      for (int i = 0; i < expected.length; i++) {
        Row row = rows.get(i);
        expected[i] = model.expectedPurchases(horizon, row.repeats, row.recency, row.age);
        actual[i] = row.purchases;
        weights[i] = row.count;
      }
      return new Holdout(expected, actual, weights);
    }
  }

  private record Row(int repeats, double recency, double age, long purchases, long count) {
    static final Comparator<Row> CANONICAL =
        Comparator.comparingInt(Row::repeats)
            .thenComparingDouble(Row::recency)
            .thenComparingDouble(Row::age)
            .thenComparingLong(Row::purchases)
            .thenComparingLong(Row::count);
  }

  /** The number of customers, weights counted. */
  public long customers() {
    return customers;
  }

  /** Purchases that the model expected of all. */
  public double expectedTotal() {
    return sum(i -> expected[i]);
  }

  /** Purchases that all made. */
  public long actualTotal() {
    long sum = 0;
    for (int i = 0; i < actual.length; i++) {
      sum = Math.addExact(sum, Math.multiplyExact(weights[i], actual[i]));
    }
    return sum;
  }

  /** Expected over actual total, less one; infinite where nobody bought. */
  public double bias() {
    return expectedTotal() / actualTotal() - 1;
  }

  /** Mean absolute error a customer. */
  public double meanAbsoluteError() {
    return sum(i -> Math.abs(expected[i] - actual[i])) / customers;
  }

  /** Root mean square error a customer. */
  public double rootMeanSquareError() {
    return Math.sqrt(sum(i -> (expected[i] - actual[i]) * (expected[i] - actual[i])) / customers);
  }

  /**
   * Gini coefficient of the customers' actual purchases when ordered by what was expected, over
   * that of their perfect order: 1 ranks all right, 0 is chance. Customers with equal expectations
   * count as in random order. NaN where all bought the same.
   */
  public double gini() {
    double perfect = concentration(Arrays.stream(actual).asDoubleStream().toArray());
    return perfect == 0 ? Double.NaN : concentration(expected) / perfect;
  }

  /** 1 − 2·(area under the Lorenz curve of actual purchases by ascending score). */
  private double concentration(double[] score) {
    Integer[] order = order(score);
    CompensatedSum area = new CompensatedSum();
    double total = actualTotal();
    double before = 0;
    int from = 0;
    while (from < order.length) {
      double people = 0;
      double purchases = 0;
      int to = from;
      for (; to < order.length && score[order[to]] == score[order[from]]; to++) {
        people += weights[order[to]];
        purchases += (double) weights[order[to]] * actual[order[to]];
      }
      area.add(people * (2 * before + purchases));
      before += purchases;
      from = to;
    }
    return total == 0 ? 0 : 1 - area.value() / (customers * total);
  }

  private Integer[] order(double[] score) {
    Integer[] order = new Integer[score.length];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> score[i]));
    return order;
  }

  /**
   * Customers with about equal expectations, and what they did.
   *
   * @param customers how many
   * @param expectedMean purchases expected a customer
   * @param actualMean purchases made a customer
   */
  public record Decile(long customers, double expectedMean, double actualMean) {}

  /**
   * Ten groups of equal size by ascending expectation. Customers who share a history are split
   * where a boundary falls among them.
   */
  public List<Decile> calibration() {
    Integer[] order = order(expected);
    List<Decile> deciles = new ArrayList<>();
    int at = 0;
    long left = weights[order[0]];
    long done = 0;
    for (int d = 1; d <= DECILES; d++) {
      long until = Math.round((double) customers * d / DECILES);
      long size = until - done;
      double expectedSum = 0;
      double actualSum = 0;
      long needed = size;
      while (needed > 0) {
        if (left == 0) {
          at++;
          left = weights[order[at]];
        }
        long taken = Math.min(needed, left);
        expectedSum += taken * expected[order[at]];
        actualSum += (double) taken * actual[order[at]];
        left -= taken;
        needed -= taken;
      }
      if (size > 0) {
        deciles.add(new Decile(size, expectedSum / size, actualSum / size));
      }
      done = until;
    }
    return deciles;
  }

  @FunctionalInterface
  private interface Term {
    double at(int i);
  }

  private double sum(Term term) {
    CompensatedSum sum = new CompensatedSum();
    for (int i = 0; i < expected.length; i++) {
      sum.add(weights[i] * term.at(i));
    }
    return sum.value();
  }
}
