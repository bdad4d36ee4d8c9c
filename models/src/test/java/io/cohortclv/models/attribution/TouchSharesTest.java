package io.cohortclv.models.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class TouchSharesTest {
  private static final Offset<Double> EXACT = within(1e-15);

  @Test
  void position_givesTheEndsFortyPerCentEach() {
    assertThat(TouchShares.position(1)).containsExactly(1);
    assertThat(TouchShares.position(2)).containsExactly(0.5, 0.5);
    assertThat(TouchShares.position(3)).containsExactly(new double[] {0.4, 0.2, 0.4}, EXACT);
    assertThat(TouchShares.position(6))
        .containsExactly(new double[] {0.4, 0.05, 0.05, 0.05, 0.05, 0.4}, EXACT);
  }

  /** Ages 0, 7 and 14 days with h = 7: weights 1, 1/2, 1/4, sum 7/4. */
  @Test
  void timeDecay_halvesWithEveryHalfLife() {
    assertThat(TouchShares.timeDecay(new double[] {14, 7, 0}, 7))
        .containsExactly(new double[] {1.0 / 7, 2.0 / 7, 4.0 / 7}, EXACT);
  }

  /** 2^-100000 is 0 in a double; only the ages' difference of one half-life counts. */
  @Test
  void timeDecay_ofVeryOldTouches_doesNotVanish() {
    assertThat(TouchShares.timeDecay(new double[] {100_001, 100_000}, 1))
        .containsExactly(new double[] {1.0 / 3, 2.0 / 3}, EXACT);
  }

  /** Sources 0 and 2 of three touches: half each, and source 0's half over its two touches. */
  @Test
  void shapley_isTheSameForEverySource() {
    assertThat(TouchShares.shapley(new int[] {0, 2, 0})).containsExactly(0.25, 0.5, 0.25);
  }

  /** Weights 0.6 and 0.2: shares 3/4 and 1/4, the first over two touches. */
  @Test
  void bySource_splitsByWeightThenEvenly() {
    assertThat(TouchShares.bySource(new int[] {0, 1, 0}, new double[] {0.6, 0.2, 0.6}))
        .containsExactly(new double[] {0.375, 0.25, 0.375}, EXACT);
    assertThat(TouchShares.bySource(new int[] {0, 1, 0}, new double[3]))
        .containsExactly(new double[] {0.25, 0.5, 0.25}, EXACT);
  }

  /** φ_c = Σ over S without c of |S|!(n−|S|−1)!/n! · (v(S ∪ c) − v(S)), over all 2ⁿ sets. */
  @Test
  void shapley_equalsTheEnumerationOfAllCoalitions() {
    for (int seed = 0; seed < 50; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int sources = 2 + random.nextInt(7);
      int orders = 1 + random.nextInt(30);
      double[] worth = new double[1 << sources];
      double[] closed = new double[sources];
      for (int o = 0; o < orders; o++) {
        int[] distinct = IntStream.range(0, sources).filter(s -> random.nextInt(3) == 0).toArray();
        if (distinct.length == 0) {
          continue;
        }
        double value = 1 + 99 * random.nextDouble();
        int[] touches =
            IntStream.concat(
                    Arrays.stream(distinct),
                    IntStream.generate(() -> distinct[random.nextInt(distinct.length)]).limit(4))
                .map(s -> indexOf(distinct, s))
                .toArray();
        double[] shares = TouchShares.shapley(touches);
        for (int t = 0; t < touches.length; t++) {
          closed[distinct[touches[t]]] += value * shares[t];
        }
        int set = Arrays.stream(distinct).map(s -> 1 << s).sum();
        for (int coalition = 0; coalition < worth.length; coalition++) {
          worth[coalition] += (set & ~coalition) == 0 ? value : 0;
        }
      }
      for (int c = 0; c < sources; c++) {
        assertThat(closed[c]).as("seed %d", seed).isCloseTo(byEnumeration(c, worth), within(1e-6));
      }
    }
  }

  private static int indexOf(int[] values, int value) {
    return IntStream.range(0, values.length).filter(i -> values[i] == value).findFirst().orElse(-1);
  }

  private static double byEnumeration(int player, double[] worth) {
    int n = Integer.numberOfTrailingZeros(worth.length);
    double value = 0;
    for (int set = 0; set < worth.length; set++) {
      if (((set >> player) & 1) == 0) {
        int size = Integer.bitCount(set);
        double weight = factorial(size) * factorial(n - size - 1) / factorial(n);
        value += weight * (worth[set | (1 << player)] - worth[set]);
      }
    }
    return value;
  }

  private static double factorial(int n) {
    return IntStream.rangeClosed(2, n).asDoubleStream().reduce(1, (a, b) -> a * b);
  }

  @Test
  void shares_sumToOne() {
    for (int seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int n = 1 + random.nextInt(50);
      double[] ages = random.doubles(n, 0, 400).toArray();
      int[] sources = random.ints(n, 0, n).toArray();
      double[] bySource = random.doubles(n).toArray();
      double[] weights = Arrays.stream(sources).mapToDouble(s -> bySource[s]).toArray();
      for (double[] shares :
          new double[][] {
            TouchShares.single(n, random.nextInt(n)),
            TouchShares.linear(n),
            TouchShares.position(n),
            TouchShares.timeDecay(ages, 0.01 + 30 * random.nextDouble()),
            TouchShares.shapley(sources),
            TouchShares.bySource(sources, weights)
          }) {
        assertThat(Arrays.stream(shares).sum()).as("seed %d", seed).isCloseTo(1, within(1e-12));
        assertThat(Arrays.stream(shares).min().orElseThrow()).isNotNegative();
      }
    }
  }
}
