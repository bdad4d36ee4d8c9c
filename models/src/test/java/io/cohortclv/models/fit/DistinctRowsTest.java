package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
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

  @Test
  void noRows_areNone() {
    assertThat(DistinctRows.of(new double[3][0], new long[0], 0).count()).isZero();
  }
}
