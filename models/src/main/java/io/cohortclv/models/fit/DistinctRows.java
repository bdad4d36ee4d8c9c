package io.cohortclv.models.fit;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Rows of a few numbers that are not negative, each with a weight, made distinct and brought into
 * ascending order.
 *
 * <p>A radix sort, column by column from the last to the first, by the values where these are whole
 * and half days or numbers, else by their bits, which ascend as doubles that are not negative do.
 * The result does not depend on the order in which the rows came.
 */
final class DistinctRows implements Serializable {
  @Serial private static final long serialVersionUID = 1L;

  private static final int DIGIT_BITS = 11;
  private static final int DIGITS = 1 << DIGIT_BITS;

  /** So many high digits of a column that has more, before insertion does the rest. */
  private static final int SETTLING_DIGITS = 3;

  /** Doubled values below are sorted as whole numbers. */
  private static final double LARGEST_DOUBLED = 1L << (2 * DIGIT_BITS);

  private final double[][] values;
  private final int[][] ranks;
  private final long[] weights;

  private DistinctRows(double[][] values, int[][] ranks, long[] weights) {
    this.values = values;
    this.ranks = ranks;
    this.weights = weights;
  }

  /** The first {@code rows} entries of each column and of the weights. */
  static DistinctRows of(double[][] columns, long[] weights, int rows) {
    int width = columns.length;
    double[][] values = new double[width][];
    int[][] rowRanks = new int[width][];
    Order order = new Order(rows);
    for (int c = width - 1; c > 0; c--) {
      order.sortBy(columns[c]);
      rowRanks[c] = new int[rows];
      values[c] = order.rank(rowRanks[c]);
    }
    order.sortBy(columns[0]);
    // Rows come in another order than the weights lie: those of customers one by one are not
    // fetched.
    boolean areEqual = areEqual(weights, rows);
    int[][] ranks = new int[width][rows];
    long[] sums = new long[rows];
    double[] first = new double[rows];
    int firsts = 0;
    int count = 0;
    for (int i = 0; i < rows; i++) {
      int row = order.rows[i];
      boolean isNew = order.isNew(i);
      if (isNew) {
        first[firsts++] = order.value(i);
      }
      ranks[0][count] = firsts - 1;
      for (int c = 1; c < width; c++) {
        ranks[c][count] = rowRanks[c][row];
        isNew = isNew || ranks[c][count] != ranks[c][count - 1];
      }
      count += isNew ? 1 : 0;
      sums[count - 1] = Math.addExact(sums[count - 1], areEqual ? weights[0] : weights[row]);
    }
    values[0] = Arrays.copyOf(first, firsts);
    for (int c = 0; c < width; c++) {
      ranks[c] = Arrays.copyOf(ranks[c], count);
    }
    return new DistinctRows(values, ranks, Arrays.copyOf(sums, count));
  }

  private static boolean areEqual(long[] weights, int rows) {
    for (int i = 1; i < rows; i++) {
      if (weights[i] != weights[0]) {
        return false;
      }
    }
    return true;
  }

  /** The rows' numbers, stably sorted by one column after the other. */
  private static final class Order {
    private int[] rows;
    private int[] nextRows;
    private long[] keys;
    private long[] nextKeys;

    /** Whether keys are doubled values, all of which are whole; else they are the values' bits. */
    private boolean areHalves;

    Order(int count) {
      rows = new int[count];
      Arrays.setAll(rows, i -> i);
      nextRows = new int[count];
      keys = new long[count];
      nextKeys = new long[count];
    }

    void sortBy(double[] column) {
      areHalves = true;
      for (int i = 0; i < rows.length && areHalves; i++) {
        double doubled = 2 * column[rows[i]];
        keys[i] = (long) doubled;
        areHalves = keys[i] == doubled && doubled < LARGEST_DOUBLED;
      }
      if (!areHalves) {
        for (int i = 0; i < rows.length; i++) {
          keys[i] = Double.doubleToRawLongBits(column[rows[i]]);
        }
      }
      long differing = 0;
      for (long key : keys) {
        differing |= key ^ keys[0];
      }
      int lowest = Long.numberOfTrailingZeros(differing);
      int highest = Long.SIZE - Long.numberOfLeadingZeros(differing);
      int settling = highest - SETTLING_DIGITS * DIGIT_BITS;
      if (lowest < settling) {
        // What the high digits of real numbers leave unsorted are few neighbours.
        sortByDigits(settling, highest);
        if (insert()) {
          return;
        }
      }
      sortByDigits(lowest, highest);
    }

    private void sortByDigits(int from, int to) {
      for (int shift = from; shift < to; shift += DIGIT_BITS) {
        sortByDigit(shift);
      }
    }

    private void sortByDigit(int shift) {
      int[] places = new int[DIGITS + 1];
      for (long key : keys) {
        places[(int) (key >>> shift & (DIGITS - 1)) + 1]++;
      }
      for (int digit = 0; digit < DIGITS; digit++) {
        places[digit + 1] += places[digit];
      }
      for (int i = 0; i < keys.length; i++) {
        int place = places[(int) (keys[i] >>> shift & (DIGITS - 1))]++;
        nextKeys[place] = keys[i];
        nextRows[place] = rows[i];
      }
      long[] sortedKeys = nextKeys;
      nextKeys = keys;
      keys = sortedKeys;
      int[] sortedRows = nextRows;
      nextRows = rows;
      rows = sortedRows;
    }

    /** Sorts by insertion, unless that takes more moves than there are rows. */
    private boolean insert() {
      long moves = 0;
      for (int i = 1; i < keys.length; i++) {
        long key = keys[i];
        int row = rows[i];
        int place = i;
        for (; place > 0 && keys[place - 1] > key; place--) {
          keys[place] = keys[place - 1];
          rows[place] = rows[place - 1];
        }
        keys[place] = key;
        rows[place] = row;
        moves += i - place;
        if (moves > keys.length) {
          return false;
        }
      }
      return true;
    }

    /** After sorting by a column: whether the i-th row's value is not that of the row before. */
    boolean isNew(int i) {
      return i == 0 || keys[i] != keys[i - 1];
    }

    /** After sorting by a column: the i-th row's value. */
    double value(int i) {
      return areHalves ? keys[i] / 2.0 : Double.longBitsToDouble(keys[i]);
    }

    /**
     * After sorting by a column: its distinct values, ascending, and the place of each row's among
     * them.
     */
    double[] rank(int[] ranks) {
      double[] distinct = new double[rows.length];
      int count = 0;
      for (int i = 0; i < rows.length; i++) {
        if (isNew(i)) {
          distinct[count++] = value(i);
        }
        ranks[rows[i]] = count - 1;
      }
      return Arrays.copyOf(distinct, count);
    }
  }

  int count() {
    return weights.length;
  }

  /** The distinct values of a column, ascending. */
  double[] values(int column) {
    return values[column];
  }

  /** Row by row, the place of the column's value among its distinct values. */
  int[] ranks(int column) {
    return ranks[column];
  }

  long[] weights() {
    return weights;
  }

  /** 64 bits of all rows and weights: a sum over rows, so those of parts add up to the whole's. */
  long fingerprint() {
    long sum = 0;
    for (int i = 0; i < weights.length; i++) {
      sum += mixed(hash(i) ^ weights[i]);
    }
    return sum;
  }

  /** Whether the row is one of about one in so many, by its values alone. */
  boolean isOneIn(long many, int row) {
    return Long.remainderUnsigned(hash(row), many) == 0;
  }

  private long hash(int row) {
    long hash = 1;
    for (int c = 0; c < values.length; c++) {
      hash = mixed(hash ^ Double.doubleToLongBits(values[c][ranks[c][row]]));
    }
    return hash;
  }

  /** The finaliser of SplitMix64 over the next state. */
  private static long mixed(long state) {
    long z = state + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
