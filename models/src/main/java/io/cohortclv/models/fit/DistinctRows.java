package io.cohortclv.models.fit;

import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;

/**
 * Rows of a few numbers, each with a weight, made distinct and brought into ascending order.
 *
 * <p>Every column is replaced by the rank of its value, and the ranks of a row are packed into one
 * long: sorting a million rows is one sort of primitives, and the result does not depend on the
 * order in which the rows came.
 */
final class DistinctRows implements Serializable {
  @Serial private static final long serialVersionUID = 1L;

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
    int[] bits = new int[width];
    int allBits = 0;
    for (int c = 0; c < width; c++) {
      values[c] = distinct(columns[c], rows);
      bits[c] = 64 - Long.numberOfLeadingZeros(Math.max(1, values[c].length - 1));
      allBits += bits[c];
    }
    if (allBits > 63) {
      throw new IllegalArgumentException(
          "the histories have too many distinct values to be compressed ("
              + Arrays.toString(bits)
              + " bits a column, 63 in all); round times to days");
    }
    long[] keys = new long[rows];
    for (int c = 0; c < width; c++) {
      for (int i = 0; i < rows; i++) {
        keys[i] = keys[i] << bits[c] | Arrays.binarySearch(values[c], columns[c][i]);
      }
    }
    long[] sorted = keys.clone();
    Arrays.parallelSort(sorted);
    int count = 0;
    for (int i = 0; i < rows; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        sorted[count++] = sorted[i];
      }
    }
    long[] sums = new long[count];
    for (int i = 0; i < rows; i++) {
      int at = Arrays.binarySearch(sorted, 0, count, keys[i]);
      sums[at] = Math.addExact(sums[at], weights[i]);
    }
    int[][] ranks = new int[width][count];
    for (int i = 0; i < count; i++) {
      long key = sorted[i];
      for (int c = width - 1; c >= 0; c--) {
        ranks[c][i] = (int) (key & ((1L << bits[c]) - 1));
        key >>>= bits[c];
      }
    }
    return new DistinctRows(values, ranks, sums);
  }

  private static double[] distinct(double[] column, int rows) {
    double[] sorted = Arrays.copyOf(column, rows);
    Arrays.sort(sorted);
    int count = 0;
    for (int i = 0; i < rows; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        sorted[count++] = sorted[i];
      }
    }
    return Arrays.copyOf(sorted, count);
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
