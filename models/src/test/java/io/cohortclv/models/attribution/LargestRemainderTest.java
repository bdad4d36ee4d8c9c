package io.cohortclv.models.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LargestRemainderTest {
  /** 100 / 3 = 33.33 each: one unit is left, and the earliest of three alike gets it. */
  @Test
  void leftUnit_goesToTheEarliestOfThoseAlike() {
    assertThat(LargestRemainder.split(100, TouchShares.linear(3))).containsExactly(34, 33, 33);
  }

  /** 10 by 0.46, 0.35, 0.19: 4.6, 3.5, 1.9 lose 0.6, 0.5, 0.9; two units to the third and first. */
  @Test
  void leftUnits_goToThoseWhoLostMost() {
    assertThat(LargestRemainder.split(10, new double[] {0.46, 0.35, 0.19}))
        .containsExactly(5, 3, 2);
  }

  @Test
  void oneCentAmongMany_goesToOne() {
    assertThat(LargestRemainder.split(1, TouchShares.linear(1_000))).contains(1).containsOnly(0, 1);
    assertThat(LargestRemainder.split(0, TouchShares.linear(3))).containsOnly(0);
  }

  @Test
  void parts_sumToTheAmountAndAreWithinAUnitOfTheirShare() {
    for (int seed = 0; seed < 500; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      double[] weights = random.doubles(1 + random.nextInt(40)).toArray();
      double total = Arrays.stream(weights).sum();
      double[] shares = Arrays.stream(weights).map(w -> w / total).toArray();
      long amount = random.nextLong(1L << (1 + random.nextInt(40)));
      long[] parts = LargestRemainder.split(amount, shares);
      assertThat(Arrays.stream(parts).sum()).as("seed %d", seed).isEqualTo(amount);
      for (int i = 0; i < parts.length; i++) {
        // A double holds 2^40 times a share to 2^-12.
        assertThat(Math.abs(parts[i] - amount * shares[i])).as("seed %d", seed).isLessThan(1.001);
      }
    }
  }

  @Test
  void negativeAmount_isRefused() {
    assertThatThrownBy(() -> LargestRemainder.split(-1, new double[] {1}))
        .hasMessageContaining("not negative");
  }
}
