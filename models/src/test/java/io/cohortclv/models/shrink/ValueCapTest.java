package io.cohortclv.models.shrink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.shrink.ValueCap.Bucket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ValueCapTest {
  /**
   * 97 values of 10, two of 50 and one of 400: at 0.99 the cap is 50, capped they sum to 970 + 150
   * = 1,120 of 1,470, so each counts 1.3125 times.
   */
  @Test
  void cap_byHand() {
    ValueCap cap =
        ValueCap.of(
            List.of(
                new Bucket(10, 97, 97, 970), new Bucket(50, 2, 2, 100), new Bucket(400, 1, 1, 400)),
            0.99);
    assertThat(cap.most()).isEqualTo(50);
    assertThat(cap.factor()).isCloseTo(1.3125, within(1e-12));
    assertThat(cap.of(400)).isCloseTo(65.625, within(1e-12));
    assertThat(cap.of(10)).isCloseTo(13.125, within(1e-12));
  }

  @Test
  void fewValues_haveNoCap() {
    assertThat(ValueCap.of(List.of(new Bucket(10, 50, 50, 400), new Bucket(90, 1, 1, 90)), 0.99))
        .isEqualTo(ValueCap.NONE);
    assertThat(ValueCap.of(List.of(new Bucket(10, 500, 500, 4000)), 0.99)).isEqualTo(ValueCap.NONE);
    assertThat(ValueCap.of(List.of(), 0.99)).isEqualTo(ValueCap.NONE);
  }

  @Test
  void losses_areLeftAsTheyAre() {
    assertThat(
            ValueCap.of(List.of(new Bucket(0, 990, 990, -9000), new Bucket(5, 10, 10, 50)), 0.99))
        .isEqualTo(ValueCap.NONE);
  }

  /** Over seeds the weighted mean of all values stays, whatever the buckets. */
  @Test
  void meanOfTheKind_stays() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      double[] values = new double[300 + random.nextInt(700)];
      double[] weights = new double[values.length];
      double[] uppers = {0, 2, 5, 10, 20, 50, 100, 1e9};
      double[][] sums = new double[uppers.length][3];
      double sum = 0;
      for (int i = 0; i < values.length; i++) {
        values[i] = Math.exp(2 * random.nextGaussian()) - 0.5;
        weights[i] = 0.3 + 0.7 * random.nextDouble();
        int b = 0;
        while (values[i] > uppers[b]) {
          b++;
        }
        sums[b][0]++;
        sums[b][1] += weights[i];
        sums[b][2] += weights[i] * values[i];
        sum += weights[i] * values[i];
      }
      List<Bucket> buckets = new ArrayList<>();
      for (int b = 0; b < uppers.length; b++) {
        if (sums[b][0] > 0) {
          buckets.add(new Bucket(uppers[b], (long) sums[b][0], sums[b][1], sums[b][2]));
        }
      }
      ValueCap cap = ValueCap.of(buckets, 0.95);
      double capped = 0;
      for (int i = 0; i < values.length; i++) {
        capped += weights[i] * cap.of(values[i]);
      }
      assertThat(capped).isCloseTo(sum, within(1e-9 * sum));
      assertThat(cap.factor()).isGreaterThanOrEqualTo(1);
    }
  }

  @Test
  void nonsense_isRefused() {
    assertThatThrownBy(() -> ValueCap.of(List.of(), 0))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
