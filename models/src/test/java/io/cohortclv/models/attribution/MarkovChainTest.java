package io.cohortclv.models.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class MarkovChainTest {
  private record Path(List<Integer> states, boolean converts, int times) {}

  private static MarkovChain chain(int states, List<Path> paths) {
    MarkovChain.Builder builder = MarkovChain.builder(states);
    for (Path path : paths) {
      List<Integer> s = path.states();
      builder.start(s.get(0), path.times());
      for (int i = 1; i < s.size(); i++) {
        builder.pass(s.get(i - 1), s.get(i), path.times());
      }
      if (path.converts()) {
        builder.convert(s.get(s.size() - 1), path.times());
      } else {
        builder.end(s.get(s.size() - 1), path.times());
      }
    }
    return builder.build();
  }

  private static Path path(boolean converts, int times, Integer... states) {
    return new Path(List.of(states), converts, times);
  }

  /**
   * S. Puzyrov, "Markov Chain Attribution: simple explanation of removal effect" (2019): Google Ads
   * (0) converts twice and once not, mailing (1) converts once, both together once.
   *
   * <p>Without Google only start > mailing > conv is left, 0.2; without mailing start > Google >
   * conv, 0.8 · 0.5 = 0.4; with both 0.8.
   */
  @Test
  void removalEffects_areThoseOfAPublishedExample() {
    MarkovChain chain =
        chain(
            2, List.of(path(true, 2, 0), path(true, 1, 1), path(true, 1, 0, 1), path(false, 1, 0)));

    assertThat(chain.conversion()).isCloseTo(0.8, within(1e-15));
    assertThat(chain.removalEffect(0)).isCloseTo(1 - 0.2 / 0.8, within(1e-15));
    assertThat(chain.removalEffect(1)).isCloseTo(1 - 0.4 / 0.8, within(1e-15));
    assertThat(chain.conversionFrom(1)).isCloseTo(1, within(1e-15));
  }

  /**
   * Worked by hand: A > B > A > conv and A > nothing. A is left 3 times: to B, to conv, to nothing,
   * 1/3 each; B always leads back to A. x_A = 1/3 + 1/3 x_A, so x_A = 1/2. Without B x_A = 1/3: B's
   * removal effect is 1 − (1/3)/(1/2) = 1/3.
   */
  @Test
  void pathThatComesBack_isCountedOnEveryVisit() {
    MarkovChain chain = chain(2, List.of(path(true, 1, 0, 1, 0), path(false, 1, 0)));

    assertThat(chain.conversion()).isCloseTo(0.5, within(1e-15));
    assertThat(chain.removalEffect(0)).isCloseTo(1, within(1e-15));
    assertThat(chain.removalEffect(1)).isCloseTo(1.0 / 3, within(1e-15));
  }

  @Test
  void conversion_isTheEmpiricalOne_andEffectsAreThoseOfSolvingWithoutTheState() {
    for (int seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int states = 1 + random.nextInt(8);
      List<Path> paths = new ArrayList<>();
      double all = 0;
      double converted = 0;
      for (int p = 1 + random.nextInt(40); p > 0; p--) {
        Integer[] path =
            random.ints(1 + random.nextInt(7), 0, states).boxed().toArray(Integer[]::new);
        int times = 1 + random.nextInt(1_000);
        boolean converts = random.nextInt(10) == 0;
        paths.add(path(converts, times, path));
        all += times;
        converted += converts ? times : 0;
      }
      MarkovChain chain = chain(states, paths);
      assertThat(chain.conversion()).as("seed %d", seed).isCloseTo(converted / all, within(1e-12));
      for (int c = 0; c < states && converted > 0; c++) {
        assertThat(chain.removalEffect(c))
            .as("seed %d, state %d", seed, c)
            .isCloseTo(1 - conversionWithout(c, states, paths) / (converted / all), within(1e-9));
      }
    }
  }

  /** Conversion where the state ends every path, by passing probabilities on until none moves. */
  private static double conversionWithout(int removed, int states, List<Path> paths) {
    double[][] passages = new double[states][states];
    double[] conversions = new double[states];
    double[] out = new double[states];
    double[] at = new double[states];
    double all = 0;
    for (Path path : paths) {
      List<Integer> s = path.states();
      all += path.times();
      at[s.get(0)] += path.times();
      for (int i = 0; i < s.size(); i++) {
        out[s.get(i)] += path.times();
        if (i + 1 < s.size()) {
          passages[s.get(i)][s.get(i + 1)] += path.times();
        } else if (path.converts()) {
          conversions[s.get(i)] += path.times();
        }
      }
    }
    double converted = 0;
    double moving = 1;
    while (moving > 1e-14) {
      double[] next = new double[states];
      moving = 0;
      for (int i = 0; i < states; i++) {
        if (i == removed || at[i] == 0) {
          continue;
        }
        converted += at[i] / all * conversions[i] / out[i];
        for (int j = 0; j < states; j++) {
          next[j] += at[i] * passages[i][j] / out[i];
        }
      }
      for (int i = 0; i < states; i++) {
        moving += i == removed ? 0 : next[i] / all;
      }
      at = next;
    }
    return converted;
  }

  @Test
  void stepsWithinOneState_changeNothing() {
    MarkovChain once = chain(2, List.of(path(true, 3, 0, 1), path(false, 4, 0), path(true, 1, 1)));
    MarkovChain often =
        chain(2, List.of(path(true, 3, 0, 0, 0, 1, 1), path(false, 4, 0, 0), path(true, 1, 1)));

    for (int c = 0; c < 2; c++) {
      assertThat(often.removalEffect(c)).isCloseTo(once.removalEffect(c), within(1e-14));
    }
  }

  @Test
  void nothingConverted_hasNoEffects() {
    MarkovChain chain = chain(2, List.of(path(false, 3, 0, 1)));

    assertThat(chain.conversion()).isZero();
    assertThat(chain.removalEffect(0)).isZero();
  }

  @Test
  void stateOfNoPath_hasNoEffect() {
    assertThat(chain(3, List.of(path(true, 3, 0, 1))).removalEffect(2)).isZero();
  }

  @Test
  void halfAPath_isRefused() {
    assertThatThrownBy(() -> MarkovChain.builder(2).start(0, 2).convert(0, 1).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("state 0 is entered 2.0 times and left 1.0 times");
    assertThatThrownBy(() -> MarkovChain.builder(1).build())
        .hasMessageContaining("a chain needs a path");
  }
}
