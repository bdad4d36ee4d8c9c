package io.cohortclv.models.survival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.survival.KaplanMeier.Count;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KaplanMeierTest {
  /** Weeks in remission of the leukemia trial of Freireich and others (1963), Blood 21. */
  private static final KaplanMeier SIX_MP =
      KaplanMeier.of(
          Stream.concat(
                  DoubleStream.of(6, 6, 6, 7, 10, 13, 16, 22, 23).mapToObj(t -> new Count(t, 1, 0)),
                  DoubleStream.of(6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35)
                      .mapToObj(t -> new Count(t, 0, 1)))
              .toList());

  private static final KaplanMeier PLACEBO =
      KaplanMeier.of(
          DoubleStream.of(1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
              .mapToObj(t -> new Count(t, 1, 0))
              .toList());

  /**
   * Made with lifelines 0.30.3 (KaplanMeierFitter). Stata's sts list of the same data, as printed
   * in Kleinbaum and Klein (2005), Survival Analysis, gives the same to its four digits.
   */
  @ParameterizedTest(name = "{0} week {1}")
  @CsvSource({
    "6-mp, 5, 21, 1, 0, ,",
    "6-mp, 6, 21, 0.857143, 0.076360, 0.619718, 0.951552",
    "6-mp, 7, 17, 0.806723, 0.086935, 0.563147, 0.922809",
    "6-mp, 9, 16, 0.806723, 0.086935, 0.563147, 0.922809",
    "6-mp, 10, 15, 0.752941, 0.096350, 0.503200, 0.889362",
    "6-mp, 13, 12, 0.690196, 0.106815, 0.431610, 0.849066",
    "6-mp, 16, 11, 0.627451, 0.114054, 0.367511, 0.804912",
    "6-mp, 22, 7, 0.537815, 0.128234, 0.267779, 0.746791",
    "6-mp, 23, 6, 0.448179, 0.134591, 0.188052, 0.680143",
    "6-mp, 35, 1, 0.448179, 0.134591, 0.188052, 0.680143",
    "6-mp, 36, 0, , , ,",
    "placebo, 1, 21, 0.904762, 0.064056, 0.670046, 0.975294",
    "placebo, 5, 14, 0.571429, 0.107990, 0.337977, 0.749241",
    "placebo, 8, 12, 0.380952, 0.105971, 0.183067, 0.577789",
    "placebo, 17, 3, 0.095238, 0.064056, 0.016259, 0.261250",
    "placebo, 22, 2, 0.047619, 0.046471, 0.003324, 0.197045",
    "placebo, 23, 1, 0, , ,",
    "placebo, 99, 0, 0, , ,"
  })
  void estimates_areThePublishedOnes(
      String arm, double week, double atRisk, Double s, Double sd, Double lower, Double upper) {
    KaplanMeier estimate = arm.equals("6-mp") ? SIX_MP : PLACEBO;
    assertThat(estimate.atRisk(week)).isEqualTo(atRisk);
    isPrinted(estimate.survival(week), s);
    isPrinted(Math.sqrt(estimate.variance(week)), sd);
    isPrinted(estimate.lower(week, 0.95), lower);
    isPrinted(estimate.upper(week, 0.95), upper);
  }

  private static void isPrinted(double value, Double printed) {
    if (printed == null) {
      assertThat(value).isNaN();
    } else {
      assertThat(value).isCloseTo(printed, within(0.5e-6 + 1e-12));
    }
  }

  /**
   * The table "why" of the metric definitions: a base that grows by 4.3 % a month over 24 months
   * and of which 0.476 stay 12 months. Exact, with ages a of density e^(-0.043 a) on (0, 24) and
   * S(t) = b/(b + t), b = 12 * 0.476/0.524: dividing by all gives S(12) P(a >= 12) = 0.476/(1 +
   * e^0.516) = 0.178; counting who is still young as retained, 0.178 + E[S(a); a < 12] = 0.614.
   */
  private static final double GROWTH = 0.043;

  private static final double TRUE_S12 = 0.476;
  private static final double B = 12 * TRUE_S12 / (1 - TRUE_S12);

  private record Customer(double stays, double age) {
    static Customer draw(SplittableRandom random) {
      double age = -Math.log1p(-random.nextDouble() * -Math.expm1(-GROWTH * 24)) / GROWTH;
      return new Customer(B / (1 - random.nextDouble()) - B, age);
    }

    Count seen() {
      return stays <= age ? new Count(stays, 1, 0) : new Count(age, 0, 1);
    }
  }

  @Test
  void growingBase_isEstimatedWhereCountingIsFarOff() {
    SplittableRandom random = new SplittableRandom(1);
    List<Customer> base = Stream.generate(() -> Customer.draw(random)).limit(20_000).toList();
    double retained = base.stream().filter(c -> c.age() >= 12 && c.stays() > 12).count();
    double young = base.stream().filter(c -> c.age() < 12 && c.stays() > c.age()).count();
    // Three standard errors of a share of 20,000: 3 sqrt(0.24/20000) = 0.0104.
    assertThat(retained / base.size()).isCloseTo(0.178, within(0.0104));
    assertThat((retained + young) / base.size()).isCloseTo(0.614, within(0.0104));

    KaplanMeier estimate = KaplanMeier.of(base.stream().map(Customer::seen).toList());
    assertThat(estimate.lower(12, 0.95)).isBetween(0.45, TRUE_S12);
    assertThat(estimate.upper(12, 0.95)).isBetween(TRUE_S12, 0.50);
  }

  @Test
  void interval_coversTheTruthAsOftenAsItSays() {
    int covered = 0;
    int seeds = 2_000;
    for (int seed = 0; seed < seeds; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      KaplanMeier estimate =
          KaplanMeier.of(Stream.generate(() -> Customer.draw(random).seen()).limit(150).toList());
      covered +=
          estimate.lower(12, 0.95) <= TRUE_S12 && TRUE_S12 <= estimate.upper(12, 0.95) ? 1 : 0;
    }
    // Three standard errors of a share: 3 sqrt(0.95 * 0.05/2000) = 0.0146.
    assertThat((double) covered / seeds).isCloseTo(0.95, within(0.0146));
  }

  /** Laws over seeded sweeps: order and merging do not matter, and without censoring it counts. */
  @Test
  void counts_mergeAndWithoutCensoringEstimatesCount() {
    for (int seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Count> counts = new ArrayList<>();
      double[] stays = new double[1 + random.nextInt(30)];
      for (int i = 0; i < stays.length; i++) {
        stays[i] = random.nextInt(10);
        counts.add(new Count(stays[i], 1, 0));
      }
      KaplanMeier all = KaplanMeier.of(counts);
      List<Count> halves = new ArrayList<>();
      counts.forEach(c -> Collections.addAll(halves, half(c), half(c)));
      Collections.reverse(halves);
      KaplanMeier merged = KaplanMeier.of(halves);
      for (int t = 0; t < 12; t++) {
        int time = t;
        double longer = DoubleStream.of(stays).filter(s -> s > time).count();
        assertThat(all.survival(t)).isCloseTo(longer / stays.length, within(1e-12));
        assertThat(merged.survival(t)).isCloseTo(all.survival(t), within(1e-12));
        // Greenwood's variance of a plain share is the binomial's.
        double share = longer / stays.length;
        if (share > 0) {
          assertThat(all.variance(t)).isCloseTo(share * (1 - share) / stays.length, within(1e-12));
        }
      }
    }
  }

  private static Count half(Count count) {
    return new Count(count.time(), count.stopped() / 2, count.censored() / 2);
  }

  @Test
  void countsOfNobodyOrNoTime_areRefused() {
    assertThatThrownBy(() -> new Count(-1, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Count(1, 0, 0)).hasMessageContaining("somebody with it");
    assertThatThrownBy(() -> new Count(1, Double.NaN, 1)).hasMessageContaining("stopped NaN");
  }
}
