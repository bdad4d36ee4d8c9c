package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class DistinctRowsTest {
  private static final Comparator<List<Double>> ASCENDING =
      Comparator.<List<Double>, Double>comparing(row -> row.get(0))
          .thenComparing(row -> row.get(1))
          .thenComparing(row -> row.get(2));

  /**
   * The rows and sums of a sorted map, for values whole and fractional, of few and of many digits,
   * over many magnitudes, with zeros.
   */
  @Test
  void rows_areThoseOfASortedMap() {
    SplittableRandom random = new SplittableRandom(7);
    for (int sweep = 0; sweep < 200; sweep++) {
      int rows = random.nextInt(1, 400);
      double[][] columns = new double[3][rows + 5]; // more room than rows, as a builder has
      long[] weights = new long[rows + 5];
      TreeMap<List<Double>, Long> expected = new TreeMap<>(ASCENDING);
      for (int i = 0; i < rows; i++) {
        columns[0][i] = random.nextInt(4);
        columns[1][i] = random.nextInt(1, 6) * Math.pow(10.0, random.nextInt(-3, 4));
        columns[2][i] = sweep % 2 == 0 ? random.nextInt(3) : random.nextDouble();
        weights[i] = random.nextLong(1, 9);
        expected.merge(List.of(columns[0][i], columns[1][i], columns[2][i]), weights[i], Long::sum);
      }

      DistinctRows distinct = DistinctRows.of(columns, weights, rows);

      List<List<Double>> found = new ArrayList<>();
      List<Long> sums = new ArrayList<>();
      for (int i = 0; i < distinct.count(); i++) {
        List<Double> row = new ArrayList<>();
        for (int c = 0; c < 3; c++) {
          row.add(distinct.values(c)[distinct.ranks(c)[i]]);
        }
        found.add(row);
        sums.add(distinct.weights()[i]);
      }
      for (int c = 0; c < 3; c++) {
        assertThat(distinct.values(c)).isSorted().doesNotHaveDuplicates();
      }
      assertThat(found).containsExactlyElementsOf(expected.keySet());
      assertThat(sums).containsExactlyElementsOf(expected.values());
    }
  }

  /** Values that differ in their last bits beside one far away: no use to sort by high digits. */
  @Test
  void rows_thatHighDigitsDoNotTellApartAreSortedAllTheSame() {
    SplittableRandom random = new SplittableRandom(11);
    int rows = 5_000;
    double[][] columns = new double[2][rows];
    long[] weights = new long[rows];
    Arrays.fill(weights, 1);
    for (int i = 0; i < rows; i++) {
      columns[0][i] = 1 + random.nextInt(2);
      columns[1][i] = i == 0 ? 1e30 : 1 + random.nextInt(1 << 20) * 0x1p-52;
    }
    DistinctRows distinct = DistinctRows.of(columns, weights, rows);
    double[] sorted = Arrays.stream(columns[1]).sorted().distinct().toArray();
    assertThat(distinct.values(1)).containsExactly(sorted);
    for (int i = 1; i < distinct.count(); i++) {
      int first = Integer.compare(distinct.ranks(0)[i - 1], distinct.ranks(0)[i]);
      assertThat(first < 0 || (first == 0 && distinct.ranks(1)[i - 1] < distinct.ranks(1)[i]))
          .isTrue();
    }
    assertThat(Arrays.stream(distinct.weights()).sum()).isEqualTo(rows);
  }

  @Test
  void noRows_areNone() {
    assertThat(DistinctRows.of(new double[3][0], new long[0], 0).count()).isZero();
  }
}
