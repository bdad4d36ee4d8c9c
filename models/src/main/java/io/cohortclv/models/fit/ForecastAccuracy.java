package io.cohortclv.models.fit;

import io.cohortclv.models.math.CompensatedSum;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * How near a forecast of purchases came to what happened, over weighted customers.
 *
 * <p>With e the expected and y the actual purchases of a customer: MAE = mean |e − y|, RMSE = √mean
 * (e − y)², bias = Σe / Σy − 1. The Gini coefficient is that of y along the order of e, divided by
 * that of the best possible order (Lorenz curves): 1 ranks customers perfectly, 0 no better than
 * chance, −1 in reverse. Calibration compares mean e with mean y within tenths of the customers by
 * e.
 *
 * <p>The same bits in whatever order rows are added. Immutable.
 */
public final class ForecastAccuracy {
  private static final int DECILES = 10;

  /** A forecast further off than this is not to be trusted without a look. */
  private static final double BIAS_WORTH_A_WARNING = 0.15;

  /** Customers who share an expectation and an outcome. */
  private record Cell(double expected, long actual, long customers) {}

  /**
   * One tenth of the customers by expectation, 1 with the lowest. Customers who share an
   * expectation on a border are split between both sides in proportion.
   */
  public record Decile(int decile, double customers, double expectedMean, double actualMean) {}

  private final List<Cell> cells;

  private ForecastAccuracy(List<Cell> cells) {
    this.cells = cells;
  }

  public static Builder builder() {
    return new Builder();
  }

  public long customers() {
    return cells.stream().mapToLong(Cell::customers).sum();
  }

  /** Purchases expected of all. */
  public double expected() {
    return sum(c -> c.expected);
  }

  /** Purchases that happened. */
  public long actual() {
    return cells.stream().mapToLong(c -> Math.multiplyExact(c.actual, c.customers)).sum();
  }

  public double meanAbsoluteError() {
    return sum(c -> Math.abs(c.expected - c.actual)) / customers();
  }

  public double rootMeanSquaredError() {
    return Math.sqrt(sum(c -> (c.expected - c.actual) * (c.expected - c.actual)) / customers());
  }

  /** Σe / Σy − 1: 0.1 means a tenth too many; NaN where nothing happened. */
  public double bias() {
    return actual() == 0 ? Double.NaN : expected() / actual() - 1;
  }

  /** What to say of a forecast that is more than 15 % off. */
  public Optional<String> biasWarning() {
    return Math.abs(bias()) > BIAS_WORTH_A_WARNING
        ? Optional.of(
            String.format(
                Locale.ROOT, "expected purchases are %+.0f %% off the actual ones", 100 * bias()))
        : Optional.empty();
  }

  /** Normalised Gini coefficient; NaN where all customers did the same. */
  public double gini() {
    double best = concentration(c -> c.actual);
    return best == 0 ? Double.NaN : concentration(c -> c.expected) / best;
  }

  /** Means within tenths of the customers by expectation. */
  public List<Decile> calibration() {
    double size = (double) customers() / DECILES;
    double[] taken = new double[DECILES];
    CompensatedSum[] expected = new CompensatedSum[DECILES];
    CompensatedSum[] actual = new CompensatedSum[DECILES];
    for (int d = 0; d < DECILES; d++) {
      expected[d] = new CompensatedSum();
      actual[d] = new CompensatedSum();
    }
    double before = 0;
    for (Tie tie : ties(c -> c.expected)) {
      double from = before;
      double to = before + tie.customers;
      for (int d = (int) Math.min(DECILES - 1, from / size); d < DECILES; d++) {
        double within = d == DECILES - 1 ? to - from : Math.min(to, (d + 1) * size) - from;
        if (within > 0) {
          taken[d] += within;
          expected[d].add(within * tie.value);
          actual[d].add(within * tie.actual / tie.customers);
          from += within;
        }
        if (from >= to) {
          break;
        }
      }
      before = to;
    }
    List<Decile> deciles = new ArrayList<>();
    for (int d = 0; d < DECILES; d++) {
      if (taken[d] > 0) {
        deciles.add(
            new Decile(
                d + 1, taken[d], expected[d].value() / taken[d], actual[d].value() / taken[d]));
      }
    }
    return List.copyOf(deciles);
  }

  /** Customers who share what they are ordered by. */
  private record Tie(double value, double customers, double actual) {}

  private List<Tie> ties(ToDoubleFunction<Cell> by) {
    List<Cell> sorted = new ArrayList<>(cells);
    // Cells are distinct and in one order already; the sort is stable.
    sorted.sort(Comparator.comparingDouble(by));
    List<Tie> ties = new ArrayList<>();
    for (int i = 0; i < sorted.size(); ) {
      double value = by.applyAsDouble(sorted.get(i));
      double customers = 0;
      double actual = 0;
      for (; i < sorted.size() && by.applyAsDouble(sorted.get(i)) == value; i++) {
        customers += sorted.get(i).customers;
        actual += (double) sorted.get(i).actual * sorted.get(i).customers;
      }
      ties.add(new Tie(value, customers, actual));
    }
    return ties;
  }

  /** Twice the area between the diagonal and the Lorenz curve of y along that order. */
  private double concentration(ToDoubleFunction<Cell> by) {
    double customers = customers();
    double total = actual();
    if (total == 0) {
      return 0;
    }
    CompensatedSum area = new CompensatedSum();
    double below = 0;
    for (Tie tie : ties(by)) {
      double share = tie.actual / total;
      area.add(tie.customers / customers * (2 * below + share));
      below += share;
    }
    return 1 - area.value();
  }

  private double sum(ToDoubleFunction<Cell> term) {
    CompensatedSum sum = new CompensatedSum();
    cells.forEach(c -> sum.add(c.customers * term.applyAsDouble(c)));
    return sum.value();
  }

  /** Collects customers in any order. */
  public static final class Builder {
    private final List<Cell> cells = new ArrayList<>();

    private Builder() {}

    /** Adds customers who share an expectation and an outcome. */
    public Builder add(double expected, long actual, long customers) {
      if (!(expected >= 0 && expected < Double.POSITIVE_INFINITY) || actual < 0 || customers < 1) {
        throw new IllegalArgumentException(
            "A forecast needs purchases expected and actual of 0 or more, and customers of 1 or"
                + " more: "
                + expected
                + ", "
                + actual
                + ", "
                + customers);
      }
      cells.add(new Cell(expected, actual, customers));
      return this;
    }

    /** The accuracy over all that was added, one customer at least. */
    public ForecastAccuracy build() {
      if (cells.isEmpty()) {
        throw new IllegalArgumentException("A forecast of nobody has no accuracy");
      }
      List<Cell> sorted = new ArrayList<>(cells);
      sorted.sort(
          Comparator.comparingDouble(Cell::expected)
              .thenComparingLong(Cell::actual)
              .thenComparingLong(Cell::customers));
      return new ForecastAccuracy(List.copyOf(sorted));
    }
  }
}
