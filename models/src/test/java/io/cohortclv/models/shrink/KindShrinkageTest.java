package io.cohortclv.models.shrink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class KindShrinkageTest {
  /** Groups of normal values of variation 1 around their true mean, 2 to 41 of them. */
  private static GroupMoments drawn(Random random, double truth) {
    int n = 2 + random.nextInt(40);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double value = truth * (1 + random.nextGaussian());
      sum += value;
      squares += value * value;
    }
    return GroupMoments.ofSums(n, n, sum, squares);
  }

  @Test
  void kindsApart_keepTheirMeansAndTheirGroupsCoverTheTruth() {
    int inside = 0;
    int all = 0;
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      Map<String, List<GroupMoments>> kinds = new LinkedHashMap<>();
      Map<String, List<Double>> truths = new LinkedHashMap<>();
      for (double level : new double[] {20, 50, 140}) {
        List<GroupMoments> groups = new ArrayList<>();
        List<Double> truth = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          double mean = level * (1 + 0.25 * random.nextGaussian());
          truth.add(mean);
          groups.add(drawn(random, mean));
        }
        kinds.put("of " + level, groups);
        truths.put("of " + level, truth);
      }
      Map<String, NormalShrinkage> models = NormalShrinkage.ofKinds(kinds);
      for (String kind : kinds.keySet()) {
        NormalShrinkage model = models.get(kind);
        // γ = 0.25 at every level. A group's variance is 0.06 + 1.06/n of the squared level, 0.12
        // in the harmonic mean: four standard errors of the center of 200 are 4 √(0.12/200) = 10 %,
        // of τ over 600 groups 4 · 0.12 √(2/600)/(2 · 0.06) = 23 %, and the level's 10 % on top.
        double level = Double.parseDouble(kind.substring(3));
        assertThat(model.center()).isCloseTo(level, withinPercentage(10));
        assertThat(Math.sqrt(model.betweenVariance())).isCloseTo(level / 4, withinPercentage(35));
        for (int i = 0; i < kinds.get(kind).size(); i++) {
          Posterior of = model.posterior(kinds.get(kind).get(i));
          double truth = truths.get(kind).get(i);
          inside += truth > of.quantile(0.1) && truth < of.quantile(0.9) ? 1 : 0;
          all++;
        }
      }
    }
    assertThat((double) inside / all).isCloseTo(0.8, within(4 * Math.sqrt(0.8 * 0.2 / all)));
  }

  /**
   * A kind with one small group says little of itself and goes by the others: two customers of mean
   * 120 and variance 20,000 are 70 above them by a standard error of 100.
   */
  @Test
  void kindOfOneSmallGroup_goesByTheOthers() {
    Random random = new Random(1);
    Map<String, List<GroupMoments>> kinds = new LinkedHashMap<>();
    for (double level : new double[] {48, 50, 52}) {
      List<GroupMoments> groups = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        groups.add(drawn(random, level * (1 + 0.2 * random.nextGaussian())));
      }
      kinds.put("of " + level, groups);
    }
    GroupMoments small = new GroupMoments(2, 120, 20_000);
    kinds.put("new", List.of(small));
    NormalShrinkage lonely = NormalShrinkage.ofKinds(kinds).get("new");
    assertThat(lonely.center()).isBetween(45.0, 55.0);
    assertThat(lonely.posterior(small).mean()).isBetween(lonely.center(), 70.0);
    assertThat(lonely.posterior(small).sd()).isPositive();
  }

  /** Half seen, half as precise: two customers of whom half is known tell as much as one. */
  @Test
  void weight_isWhatWasSeen() {
    List<GroupMoments> groups =
        List.of(new GroupMoments(50, 40, 60_000), new GroupMoments(50, 60, 90_000));
    NormalShrinkage model = NormalShrinkage.of(groups);
    assertThat(model.posterior(new GroupMoments(40, 20, 90, 0)))
        .isEqualTo(model.posterior(new GroupMoments(20, 90, 0)));
  }

  @Test
  void parts_areDrawnTowardWhatIsBelievedOfTheWhole() {
    Map<String, List<GroupMoments>> parts =
        Map.of("a", List.of(new GroupMoments(30, 80, 150_000), new GroupMoments(30, 20, 15_000)));
    NormalShrinkage model =
        NormalShrinkage.within(parts, Map.of("a", new Posterior(55, 4))).get("a");
    assertThat(model.center()).isEqualTo(55);
    assertThat(model.posterior(parts.get("a").get(0)).mean()).isBetween(55.0, 80.0);
    assertThat(model.posterior(parts.get("a").get(1)).mean()).isBetween(20.0, 55.0);
    // A part nobody has seen: the whole's uncertainty and the spread of parts.
    assertThat(model.prior().sd()).isGreaterThan(4);
  }

  /** Nothing tells groups of one customer each from chance, so none stands out. */
  @Test
  void groupsOfOneValue_areAllTheKind() {
    NormalShrinkage model =
        NormalShrinkage.of(
            List.of(
                new GroupMoments(1, 10, 0),
                new GroupMoments(1, 500, 0),
                new GroupMoments(1, 60, 0)));
    assertThat(model.betweenVariance()).isZero();
    assertThat(model.posterior(new GroupMoments(1, 500, 0)).mean()).isEqualTo(model.center());
  }

  /** Margins around 0 have no coefficient of variation; their own variance is taken. */
  @Test
  void kindsThatEarnNothing_areShrunkAllTheSame() {
    Random random = new Random(5);
    List<GroupMoments> groups = new ArrayList<>();
    double[] truth = new double[400];
    for (int i = 0; i < truth.length; i++) {
      truth[i] = 10 * random.nextGaussian();
      double sum = 0;
      double squares = 0;
      for (int k = 0; k < 20; k++) {
        double value = truth[i] + 30 * random.nextGaussian();
        sum += value;
        squares += value * value;
      }
      groups.add(GroupMoments.ofSums(20, 20, sum, squares));
    }
    NormalShrinkage model = NormalShrinkage.of(groups);
    // τ = 10; its standard error with 400 groups of sampling sd 6.7 is about 0.5.
    assertThat(Math.sqrt(model.betweenVariance())).isCloseTo(10, within(1.5));
    int inside = 0;
    for (int i = 0; i < truth.length; i++) {
      Posterior of = model.posterior(groups.get(i));
      inside += truth[i] > of.quantile(0.1) && truth[i] < of.quantile(0.9) ? 1 : 0;
    }
    // Three standard errors of 400 trials: 0.06.
    assertThat(inside / 400.0).isCloseTo(0.8, within(0.06));
  }

  /** Values that never vary leave nothing to chance: every group is what it is. */
  @Test
  void groupsWithoutVariation_areKnownExactly() {
    List<GroupMoments> groups = List.of(new GroupMoments(5, 40, 0), new GroupMoments(5, 60, 0));
    NormalShrinkage model = NormalShrinkage.of(groups);
    for (GroupMoments group : groups) {
      assertThat(model.posterior(group).mean()).isCloseTo(group.mean(), within(1e-9));
      assertThat(model.posterior(group).sd()).isCloseTo(0, within(1e-6));
    }
  }

  /** A kind with one loss of one customer knows next to nothing of itself. */
  @Test
  void kindOfOneLoss_isUncertain() {
    Map<String, List<GroupMoments>> kinds = new LinkedHashMap<>();
    kinds.put("usual", List.of(new GroupMoments(50, 40, 60_000), new GroupMoments(50, 60, 90_000)));
    kinds.put("new", List.of(new GroupMoments(1, -30, 0)));
    NormalShrinkage model = NormalShrinkage.ofKinds(kinds).get("new");
    Posterior posterior = model.posterior(kinds.get("new").get(0));
    assertThat(posterior.mean()).isGreaterThan(-30);
    assertThat(posterior.sd()).isGreaterThan(3);
  }

  @Test
  void emptyKind_isRefused() {
    assertThatThrownBy(() -> NormalShrinkage.ofKinds(Map.of("a", List.of())))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new GroupMoments(1, 0, 10, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
