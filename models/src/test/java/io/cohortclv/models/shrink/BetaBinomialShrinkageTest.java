package io.cohortclv.models.shrink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.shrink.BetaBinomialShrinkage.Count;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.AhrensDieterMarsagliaTsangGammaSampler;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;

class BetaBinomialShrinkageTest {
  private record Draw(List<Count> groups, List<Double> truth) {}

  private static Draw draw(double alpha, double beta, int count, long seed) {
    UniformRandomProvider rng = RandomSource.XO_SHI_RO_256_PP.create(seed);
    List<Count> groups = new ArrayList<>();
    List<Double> truth = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      double x = AhrensDieterMarsagliaTsangGammaSampler.of(rng, alpha, 1).sample();
      double y = AhrensDieterMarsagliaTsangGammaSampler.of(rng, beta, 1).sample();
      double p = x / (x + y);
      int trials = 1 + rng.nextInt(60);
      int successes = 0;
      for (int k = 0; k < trials; k++) {
        successes += rng.nextDouble() < p ? 1 : 0;
      }
      groups.add(new Count(successes, trials));
      truth.add(p);
    }
    return new Draw(groups, truth);
  }

  @Test
  void meanAndPrecision_areFoundAcrossSeeds() {
    double center = 0;
    double precision = 0;
    for (int seed = 0; seed < 100; seed++) {
      BetaBinomialShrinkage model = BetaBinomialShrinkage.of(draw(4, 16, 500, seed).groups());
      center += model.alpha() / (model.alpha() + model.beta()) / 100;
      precision += Math.log(model.alpha() + model.beta()) / 100;
    }
    assertThat(center).isCloseTo(0.2, within(0.003));
    assertThat(Math.exp(precision)).isBetween(18.0, 22.0);
  }

  @Test
  void posterior_coversTheTruthAsOftenAsItSays() {
    int inside = 0;
    int above = 0;
    int all = 0;
    double expectedAbove = 0;
    for (int seed = 0; seed < 10; seed++) {
      Draw draw = draw(4, 16, 500, 200 + seed);
      BetaBinomialShrinkage model = BetaBinomialShrinkage.of(draw.groups());
      for (int i = 0; i < 500; i++) {
        Count group = draw.groups().get(i);
        double truth = draw.truth().get(i);
        inside += truth > model.quantile(0.1, group) && truth < model.quantile(0.9, group) ? 1 : 0;
        above += truth > 0.3 ? 1 : 0;
        expectedAbove += model.probabilityAbove(0.3, group);
        all++;
      }
    }
    assertThat((double) inside / all).isCloseTo(0.8, within(0.025));
    assertThat((double) above).isCloseTo(expectedAbove, within(4 * Math.sqrt(expectedAbove)));
  }

  @Test
  void posteriorMoments_areThoseOfTheBeta() {
    BetaBinomialShrinkage model = BetaBinomialShrinkage.of(draw(4, 16, 300, 9).groups());
    Random random = new Random(1);
    for (int i = 0; i < 300; i++) {
      int trials = 1 + random.nextInt(1000);
      Count group = new Count(random.nextInt(trials + 1), trials);
      double median = model.quantile(0.5, group);
      assertThat(model.probabilityAbove(median, group)).isCloseTo(0.5, within(1e-9));
      assertThat(Math.abs(median - model.rate(group))).isLessThan(model.sd(group));
    }
  }

  @Test
  void kindsWithoutSuccesses_keepARateInside() {
    BetaBinomialShrinkage model =
        BetaBinomialShrinkage.of(List.of(new Count(0, 40), new Count(0, 9)));
    assertThat(model.rate(new Count(0, 5))).isBetween(1e-4, 0.02);
    assertThatThrownBy(() -> new Count(3, 2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 of 2");
  }
}
