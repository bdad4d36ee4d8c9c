package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.ModelFamily;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;

/**
 * How many customers share each purchase history (repeats, recency, age): all that a purchase model
 * needs to know of its data. By the day its size is bounded by the calendar, not by the customers.
 *
 * <p>Rows are distinct and ascending by repeats, recency, age, whatever the order in which they
 * were added, so that everything summed over them has the same bits. Times are since the first
 * purchase, in any unit; a fit's parameters are in that unit. Immutable.
 */
public final class Histories implements Serializable {
  @Serial private static final long serialVersionUID = 1L;

  private final DistinctRows rows;
  private final long customers;
  private final long totalRepeats;
  private final double logGaps;

  private Histories(DistinctRows rows, double logGaps) {
    this.rows = rows;
    this.logGaps = logGaps;
    long count = 0;
    long repeats = 0;
    for (int i = 0; i < rows.count(); i++) {
      count = Math.addExact(count, rows.weights()[i]);
      repeats = Math.addExact(repeats, Math.multiplyExact(rows.weights()[i], (long) repeats(i)));
    }
    this.customers = count;
    this.totalRepeats = repeats;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The number of customers, weights counted. */
  public long customers() {
    return customers;
  }

  /** The number of distinct histories. */
  public int distinct() {
    return rows.count();
  }

  /** Repeat purchases of all customers. */
  public long totalRepeats() {
    return totalRepeats;
  }

  /** x of the i-th distinct history. */
  public int repeats(int i) {
    return (int) rows.values(0)[rows.ranks(0)[i]];
  }

  /** t_x of the i-th distinct history. */
  public double recency(int i) {
    return rows.values(1)[rows.ranks(1)[i]];
  }

  /** T of the i-th distinct history. */
  public double age(int i) {
    return rows.values(2)[rows.ranks(2)[i]];
  }

  /** How many customers have the i-th distinct history. */
  public long weight(int i) {
    return rows.weights()[i];
  }

  /**
   * Σ ln gap over all gaps between one purchase and the next of all customers, in the unit of the
   * times; NaN where it was not told.
   */
  public double logGaps() {
    return logGaps;
  }

  double meanAge() {
    double sum = 0;
    for (int i = 0; i < distinct(); i++) {
      sum += weight(i) * age(i);
    }
    return sum / customers;
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
  public Histories oneIn(long many) {
    Builder builder = builder();
    for (int i = 0; i < distinct(); i++) {
      if (rows.isOneIn(many, i)) {
        builder.add(repeats(i), recency(i), age(i), weight(i));
      }
    }
    return builder.build();
  }

  /**
   * Every step-th distinct history with its weight: since rows ascend, a stratified sample. Its
   * gaps are taken to be like those of all.
   */
  Histories thinned(int step) {
    Builder builder = builder();
    for (int i = step / 2; i < distinct(); i += step) {
      builder.add(repeats(i), recency(i), age(i), weight(i));
    }
    Histories thinned = builder.build();
    return new Histories(thinned.rows, logGaps * thinned.totalRepeats / totalRepeats);
  }

  /** The distinct recencies, ascending. */
  double[] recencies() {
    return rows.values(1);
  }

  /** The distinct ages, ascending. */
  double[] ages() {
    return rows.values(2);
  }

  /** Place of the i-th history's recency in {@link #recencies()}. */
  int[] recencyRanks() {
    return rows.ranks(1);
  }

  /** Place of the i-th history's age in {@link #ages()}. */
  int[] ageRanks() {
    return rows.ranks(2);
  }

  /** The weights as the likelihood reads them; a bootstrap brings its own. */
  double[] weights() {
    return Arrays.stream(rows.weights()).asDoubleStream().toArray();
  }

  /** Collects histories. Not for several threads. */
  public static final class Builder {
    private double[] repeats = new double[1024];
    private double[] recencies = new double[1024];
    private double[] ages = new double[1024];
    private long[] weights = new long[1024];
    private int rows;
    private double logGaps = Double.NaN;

    private Builder() {}

    /**
     * Tells how long the gaps between purchases are, which only the models of regular purchases ask
     * for ({@link ModelFamily#needsGaps}).
     *
     * @param sum Σ ln gap over all gaps between one purchase and the next of all customers, the gap
     *     before the first repeat included, in the unit of the times
     */
    public Builder logGaps(double sum) {
      logGaps = sum;
      return this;
    }

    /**
     * Adds customers who share a history.
     *
     * @param repeats x, purchases after the first
     * @param recency t_x, time of the last of them; 0 exactly when there is none
     * @param age T, time until which they were observed; not before the recency
     * @param customers how many, at least 1
     */
    public Builder add(int repeats, double recency, double age, long customers) {
      check(repeats, recency, age, customers);
      if (rows == weights.length) {
        int larger = Math.multiplyExact(rows, 2);
        this.repeats = Arrays.copyOf(this.repeats, larger);
        recencies = Arrays.copyOf(recencies, larger);
        ages = Arrays.copyOf(ages, larger);
        weights = Arrays.copyOf(weights, larger);
      }
      this.repeats[rows] = repeats;
      // Adding 0 turns a negative zero, which would sort apart, into zero.
      recencies[rows] = recency + 0.0;
      ages[rows] = age + 0.0;
      weights[rows] = customers;
      rows++;
      return this;
    }

    private static void check(int repeats, double recency, double age, long customers) {
      if (repeats < 0) {
        throw new IllegalArgumentException("repeats must not be negative: " + repeats);
      }
      if (!(age >= 0 && age < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("age must be finite and not negative: " + age);
      }
      if (!(recency >= 0 && recency <= age)) {
        throw new IllegalArgumentException(
            "recency must lie between 0 and the age " + age + ": " + recency);
      }
      if ((repeats == 0) != (recency == 0)) {
        throw new IllegalArgumentException(
            "recency is 0 exactly for customers without repeats: repeats "
                + repeats
                + ", recency "
                + recency
                + "; purchases at one time are one purchase");
      }
      if (customers < 1) {
        throw new IllegalArgumentException(
            "a history belongs to at least 1 customer: " + customers);
      }
    }

    /** Adds all of another table. */
    public Builder addAll(Histories other) {
      for (int i = 0; i < other.distinct(); i++) {
        add(other.repeats(i), other.recency(i), other.age(i), other.weight(i));
      }
      return this;
    }

    public Histories build() {
      return new Histories(
          DistinctRows.of(new double[][] {repeats, recencies, ages}, weights, rows), logGaps);
    }
  }
}
