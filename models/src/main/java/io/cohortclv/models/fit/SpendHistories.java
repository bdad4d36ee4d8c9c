package io.cohortclv.models.fit;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;

/**
 * How many customers share each (number of purchases averaged, mean amount). Distinct and ascending
 * whatever the order of adding. Immutable.
 */
public final class SpendHistories implements Serializable {
  @Serial private static final long serialVersionUID = 1L;

  private final DistinctRows rows;
  // Row by row: where hardly any two means are equal, going through their ranks misses the cache.
  private final double[] means;
  private final long customers;

  private SpendHistories(DistinctRows rows) {
    this.rows = rows;
    this.means = Arrays.stream(rows.ranks(1)).mapToDouble(rank -> rows.values(1)[rank]).toArray();
    this.customers = Arrays.stream(rows.weights()).reduce(0, Math::addExact);
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The number of customers, weights counted. */
  public long customers() {
    return customers;
  }

  /** The number of distinct rows. */
  public int distinct() {
    return rows.count();
  }

  /** How many purchases the i-th mean averages. */
  public double purchases(int i) {
    return rows.values(0)[rows.ranks(0)[i]];
  }

  /** The i-th mean amount. */
  public double mean(int i) {
    return means[i];
  }

  /** How many customers share the i-th row. */
  public long weight(int i) {
    return rows.weights()[i];
  }

  /**
   * 64 bits of everything a fit reads. Those of tables without a common row add up to that of the
   * table of them all.
   */
  public long fingerprint() {
    return rows.fingerprint();
  }

  /**
   * About one in so many of the distinct rows with their weights, chosen by what they are: a fair
   * sample, and parts of a table give the same rows as the whole.
   */
  public SpendHistories oneIn(long many) {
    Builder builder = builder();
    for (int i = 0; i < distinct(); i++) {
      if (rows.isOneIn(many, i)) {
        builder.add(purchases(i), mean(i), weight(i));
      }
    }
    return builder.build();
  }

  /** Every step-th distinct row with its weight: since rows ascend, a stratified sample. */
  SpendHistories thinned(int step) {
    Builder builder = builder();
    for (int i = step / 2; i < distinct(); i += step) {
      builder.add(purchases(i), mean(i), weight(i));
    }
    return builder.build();
  }

  /** Place of the i-th row's value among the ascending values of 0, purchases, or 1, means. */
  int[] ranks(int column) {
    return rows.ranks(column);
  }

  /** The distinct values of 0, purchases, or 1, means, ascending. */
  double[] values(int column) {
    return rows.values(column);
  }

  /** The weights as the likelihood reads them. */
  double[] weights() {
    return Arrays.stream(rows.weights()).asDoubleStream().toArray();
  }

  /** Collects rows. Not for several threads. */
  public static final class Builder {
    private double[] purchases = new double[1024];
    private double[] means = new double[1024];
    private long[] weights = new long[1024];
    private int rows;

    private Builder() {}

    /**
     * Adds customers who share a mean.
     *
     * @param purchases how many purchases were averaged, positive
     * @param mean their mean amount, positive
     * @param customers how many, at least 1
     */
    public Builder add(double purchases, double mean, long customers) {
      if (!(purchases > 0 && purchases < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "the number of averaged purchases must be positive and finite: " + purchases);
      }
      if (!(mean > 0 && mean < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "a mean amount must be positive and finite: "
                + mean
                + "; leave out amounts that are not before averaging");
      }
      if (customers < 1) {
        throw new IllegalArgumentException("a mean belongs to at least 1 customer: " + customers);
      }
      if (rows == weights.length) {
        int larger = Math.multiplyExact(rows, 2);
        this.purchases = Arrays.copyOf(this.purchases, larger);
        means = Arrays.copyOf(means, larger);
        weights = Arrays.copyOf(weights, larger);
      }
      this.purchases[rows] = purchases;
      means[rows] = mean;
      weights[rows] = customers;
      rows++;
      return this;
    }

    /** Adds all of another table. */
    public Builder addAll(SpendHistories other) {
      for (int i = 0; i < other.distinct(); i++) {
        add(other.purchases(i), other.mean(i), other.weight(i));
      }
      return this;
    }

    public SpendHistories build() {
      return new SpendHistories(DistinctRows.of(new double[][] {purchases, means}, weights, rows));
    }
  }
}
