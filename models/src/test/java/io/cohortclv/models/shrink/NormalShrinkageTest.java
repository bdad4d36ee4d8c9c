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

  private static final double MEAN = 120;
  private static final double SPREAD = 30;
  private static final double VARIATION = 1.5;

  /** E s² of one value, (cv μ_a)², over the partners. */
  private static final double PER_VALUE = VARIATION * VARIATION * (MEAN * MEAN + SPREAD * SPREAD);

  /** Partners with heavy-tailed sizes and lognormal customer values. */
  private static Partners partners(int count, long seed) {
    Random random = new Random(seed);
    List<GroupMoments> groups = new ArrayList<>();
    double[] truth = new double[count];
    double log = Math.log(1 + VARIATION * VARIATION);
    for (int i = 0; i < count; i++) {
      truth[i] = MEAN + SPREAD * random.nextGaussian();
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

  /** Mean squared distance from the truth. */
  private static double error(double[] estimates, double[] truth) {
    double sum = 0;
    for (int i = 0; i < truth.length; i++) {
      sum += (estimates[i] - truth[i]) * (estimates[i] - truth[i]);
    }
    return sum / truth.length;
  }

  private static double sum(double[] values, int[] of) {
    return Arrays.stream(of).mapToDouble(i -> values[i]).sum();
  }

  private static double mean(double[] values) {
    return Arrays.stream(values).average().orElseThrow();
  }

  private static double deviation(double[] values) {
    double mean = mean(values);
    double squares = Arrays.stream(values).map(v -> (v - mean) * (v - mean)).sum();
    return Math.sqrt(squares / (values.length - 1));
  }

  /** Figures of independent data sets have this mean, within four standard errors of theirs. */
  private static void assertMean(String what, double[] figures, double expected) {
    assertThat(mean(figures))
        .as("%s, %d data sets", what, figures.length)
        .isCloseTo(expected, within(4 * deviation(figures) / Math.sqrt(figures.length)));
  }

  private static int[] top(double[] values, int count) {
    return IntStream.range(0, values.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -values[i]))
        .limit(count)
        .mapToInt(i -> i)
        .toArray();
  }

  /**
   * Against the best linear estimate, which knows μ, τ² and s²: its error is Σ s² τ²/(s² + τ²), and
   * what the hundred partners it puts first promise and keep. What is learned costs no more than
   * four standard errors of the comparison, data set by data set.
   */
  @Test
  void shrunkMeans_areAsGoodAsWithEverythingKnown() {
    int seeds = 40;
    double[] errors = new double[seeds];
    double[] promises = new double[seeds];
    double rawPromised = 0;
    double rawKept = 0;
    for (int seed = 0; seed < seeds; seed++) {
      Partners p = partners(2000, seed);
      NormalShrinkage model = NormalShrinkage.of(p.groups());
      double[] means = p.groups().stream().mapToDouble(GroupMoments::mean).toArray();
      double[] posterior =
          p.groups().stream().mapToDouble(g -> model.posterior(g).mean()).toArray();
      double[] knowing = new double[means.length];
      double least = 0;
      for (int i = 0; i < means.length; i++) {
        double sampling = PER_VALUE / p.groups().get(i).count();
        double kept = SPREAD * SPREAD / (sampling + SPREAD * SPREAD);
        knowing[i] = MEAN + kept * (means[i] - MEAN);
        least += sampling * kept / means.length;
      }
      errors[seed] = error(posterior, p.truth()) - least;
      int[] first = top(posterior, 100);
      int[] knownFirst = top(knowing, 100);
      promises[seed] =
          sum(posterior, first) / sum(p.truth(), first)
              - sum(knowing, knownFirst) / sum(p.truth(), knownFirst);
      int[] rawFirst = top(means, 100);
      rawPromised += sum(means, rawFirst);
      rawKept += sum(p.truth(), rawFirst);
    }
    assertMean("error beyond the least", errors, 0);
    assertMean("promise over truth, against that of the best", promises, 0);
    // What shrinking is for: by raw means the first hundred keep less than half.
    assertThat(rawPromised).isGreaterThan(2 * rawKept);
  }

  @Test
  void betweenVariance_isFoundAcrossSeeds() {
    double[] found = new double[100];
    Arrays.setAll(
        found, seed -> NormalShrinkage.of(partners(1000, 500 + seed).groups()).betweenVariance());
    assertMean("τ²", found, SPREAD * SPREAD);
  }

  /**
   * Log risk ratios of tuberculosis after BCG vaccination in 13 trials (Colditz and others 1994).
   * metafor's documentation of rma.uni (Viechtbauer 2010) gives τ² = 0.3132 by REML; 0.3181 would
   * be Paule and Mandel's.
   */
  @Test
  void betweenVariance_ofVaccineTrialsIsThePublishedOne() {
    int[][] trials = {
      {4, 119, 11, 128},
      {6, 300, 29, 274},
      {3, 228, 11, 209},
      {62, 13536, 248, 12619},
      {33, 5036, 47, 5761},
      {180, 1361, 372, 1079},
      {8, 2537, 10, 619},
      {505, 87886, 499, 87892},
      {29, 7470, 45, 7232},
      {17, 1699, 65, 1600},
      {186, 50448, 141, 27197},
      {5, 2493, 3, 2338},
      {27, 16886, 29, 17825}
    };
    double[] ratios = new double[trials.length];
    double[] variances = new double[trials.length];
    for (int i = 0; i < trials.length; i++) {
      double ill = trials[i][0];
      double treated = ill + trials[i][1];
      double illControls = trials[i][2];
      double controls = illControls + trials[i][3];
      ratios[i] = Math.log(ill / treated / (illControls / controls));
      variances[i] = 1 / ill - 1 / treated + 1 / illControls - 1 / controls;
    }
    assertThat(NormalShrinkage.betweenVariance(ratios, variances)).isCloseTo(0.3132, within(5e-5));
  }

  /** Values as the model has them: normal, of one variance, so that its 80 % must be 80 %. */
  @Test
  void posterior_coversTheTruthAsOftenAsItSays() {
    double[] covered = new double[40];
    for (int seed = 0; seed < covered.length; seed++) {
      Random random = new Random(900 + seed);
      List<GroupMoments> groups = new ArrayList<>();
      double[] truth = new double[500];
      for (int i = 0; i < truth.length; i++) {
        truth[i] = MEAN + SPREAD * random.nextGaussian();
        double[] values = new double[2 + random.nextInt(40)];
        for (int k = 0; k < values.length; k++) {
          values[k] = truth[i] + 100 * random.nextGaussian();
        }
        groups.add(moments(values));
      }
      NormalShrinkage model = NormalShrinkage.of(groups);
      for (int i = 0; i < truth.length; i++) {
        Posterior of = model.posterior(groups.get(i));
        covered[seed] +=
            truth[i] > of.quantile(0.1) && truth[i] < of.quantile(0.9) ? 1.0 / truth.length : 0;
      }
    }
    // Groups of one data set share its τ²: the standard error is that between data sets.
    assertMean("coverage", covered, 0.8);
    assertThat(4 * deviation(covered) / Math.sqrt(covered.length)).isLessThan(0.02);
  }

  @Test
  void probabilityInTop_sumsToTheShareAndIsMostlyRight() {
    Partners p = partners(2000, 77);
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
