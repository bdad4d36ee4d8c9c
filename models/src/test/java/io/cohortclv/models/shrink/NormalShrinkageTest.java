package io.cohortclv.models.shrink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NormalShrinkageTest {
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Partners(List<GroupMoments> groups, double[] truth) {}

  /** Partners with heavy-tailed sizes and lognormal customer values of variation 1.5. */
  private static Partners partners(int count, double spread, long seed) {
    Random random = new Random(seed);
    List<GroupMoments> groups = new ArrayList<>();
    double[] truth = new double[count];
    double log = Math.log(1 + 1.5 * 1.5);
    for (int i = 0; i < count; i++) {
      truth[i] = 120 + spread * random.nextGaussian();
      int size = 1 + (int) Math.exp(2.3 + 1.2 * random.nextGaussian());
      double[] values = new double[size];
      for (int k = 0; k < size; k++) {
        values[k] = truth[i] * Math.exp(Math.sqrt(log) * random.nextGaussian() - log / 2);
      }
      double mean = Arrays.stream(values).average().orElseThrow();
      groups.add(
          new GroupMoments(
              size, mean, Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum()));
    }
    return new Partners(groups, truth);
  }

  private static double rmse(double[] estimates, double[] truth) {
    double sum = 0;
    for (int i = 0; i < truth.length; i++) {
      sum += (estimates[i] - truth[i]) * (estimates[i] - truth[i]);
    }
    return Math.sqrt(sum / truth.length);
  }

  private static int[] top(double[] values, int count) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -values[i]))
        .limit(count)
        .mapToInt(i -> i)
        .toArray();
  }

  @Test
  void shrunkMeans_areNearerToTheTruthAndPromiseWhatTheyKeep() {
    double raw = 0;
    double shrunk = 0;
    double promised = 0;
    double kept = 0;
    double rawPromised = 0;
    double rawKept = 0;
    for (int seed = 0; seed < 20; seed++) {
      Partners p = partners(2000, 30, seed);
      NormalShrinkage model = NormalShrinkage.of(p.groups());
      double[] means = p.groups().stream().mapToDouble(GroupMoments::mean).toArray();
      double[] posterior =
          p.groups().stream().mapToDouble(g -> model.posterior(g).mean()).toArray();
      raw += rmse(means, p.truth());
      shrunk += rmse(posterior, p.truth());
      for (int i : top(posterior, 100)) {
        promised += posterior[i];
        kept += p.truth()[i];
      }
      for (int i : top(means, 100)) {
        rawPromised += means[i];
        rawKept += p.truth()[i];
      }
    }
    assertThat(shrunk).isLessThan(0.45 * raw);
    // Raw means of the top hundred promise more than twice what they keep.
    assertThat(promised).isCloseTo(kept, withinPercentage(8));
    assertThat(rawPromised).isGreaterThan(2 * rawKept);
  }

  @Test
  void betweenVariance_isFoundAcrossSeeds() {
    double sum = 0;
    for (int seed = 0; seed < 100; seed++) {
      sum += NormalShrinkage.of(partners(1000, 30, 500 + seed).groups()).betweenVariance();
    }
    assertThat(sum / 100).isCloseTo(900, withinPercentage(15));
  }

  /** Values as the model has them: normal, of one variance, so that its 80 % must be 80 %. */
  @Test
  void posterior_coversTheTruthAsOftenAsItSays() {
    int inside = 0;
    int all = 0;
    for (int seed = 0; seed < 40; seed++) {
      Random random = new Random(900 + seed);
      List<GroupMoments> groups = new ArrayList<>();
      double[] truth = new double[500];
      for (int i = 0; i < truth.length; i++) {
        truth[i] = 120 + 30 * random.nextGaussian();
        double[] values = new double[2 + random.nextInt(40)];
        for (int k = 0; k < values.length; k++) {
          values[k] = truth[i] + 100 * random.nextGaussian();
        }
        groups.add(moments(values));
      }
      NormalShrinkage model = NormalShrinkage.of(groups);
      for (int i = 0; i < truth.length; i++) {
        Posterior of = model.posterior(groups.get(i));
        inside += truth[i] > of.quantile(0.1) && truth[i] < of.quantile(0.9) ? 1 : 0;
        all++;
      }
    }
    assertThat((double) inside / all).isCloseTo(0.8, within(0.02));
  }

  @Test
  void probabilityInTop_sumsToTheShareAndIsMostlyRight() {
    Partners p = partners(2000, 30, 77);
    NormalShrinkage model = NormalShrinkage.of(p.groups());
    double[] chance =
        NormalShrinkage.probabilityInTop(0.1, p.groups().stream().map(model::posterior).toList());
    assertThat(Arrays.stream(chance).sum()).isCloseTo(200, within(1e-6));
    int[] truly = top(p.truth(), 200);
    double expected = 0;
    int hits = 0;
    int[] likeliest = top(chance, 200);
    for (int i : likeliest) {
      expected += chance[i];
      hits += Arrays.stream(truly).anyMatch(t -> t == i) ? 1 : 0;
    }
    assertThat((double) hits).isCloseTo(expected, within(4 * Math.sqrt(expected)));
  }

  @Test
  void equalGroups_areAllTheKind() {
    List<GroupMoments> groups =
        List.of(new GroupMoments(10, 50, 9000), new GroupMoments(20, 50, 18000));
    NormalShrinkage model = NormalShrinkage.of(groups);
    assertThat(model.betweenVariance()).isZero();
    assertThat(model.posterior(groups.get(0)).mean()).isCloseTo(50, within(1e-12));
    assertThat(model.posterior(new GroupMoments(3, 400, 10)).mean()).isCloseTo(50, within(1e-12));
  }

  /** Two groups of equal size: (m₁ − m₂)²/2 = s² + τ², and s² = cv² (μ² + τ²)/n, by hand. */
  @Test
  void betweenVariance_ofTwoGroupsIsTheFormulaByHand() {
    List<GroupMoments> groups =
        List.of(new GroupMoments(5, 80, 2000), new GroupMoments(5, 120, 3000));
    double variation = 5000.0 / (4 * 80 * 80 + 4 * 120 * 120 - 400 - 600);
    double between = (800 - variation * 100 * 100 / 5) / (1 + variation / 5);
    NormalShrinkage model = NormalShrinkage.of(groups);
    assertThat(model.center()).isCloseTo(100, within(1e-12));
    assertThat(model.betweenVariance()).isCloseTo(between, within(1e-9));
    double kept = between / 800;
    assertThat(model.posterior(groups.get(1)).mean()).isCloseTo(100 + 20 * kept, within(1e-9));
  }

  @Test
  void momentsOfTwoParts_areThoseOfTheWhole() {
    for (int seed = 0; seed < 300; seed++) {
      double[] values = new Random(seed).doubles(2 + seed % 50).map(u -> 1000 * u * u).toArray();
      int cut = 1 + seed % (values.length - 1);
      GroupMoments merged =
          moments(Arrays.copyOf(values, cut))
              .and(moments(Arrays.copyOfRange(values, cut, values.length)));
      GroupMoments whole = moments(values);
      assertThat(merged.count()).isEqualTo(whole.count());
      assertThat(merged.mean()).isCloseTo(whole.mean(), withinPercentage(1e-11));
      assertThat(merged.squares()).isCloseTo(whole.squares(), within(1e-9 * (1 + whole.squares())));
    }
  }

  private static GroupMoments moments(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    return new GroupMoments(
        values.length, mean, Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum());
  }

  @Test
  void nonsense_isRefused() {
    assertThatThrownBy(() -> new GroupMoments(0, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("count 0");
    assertThatThrownBy(() -> NormalShrinkage.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
