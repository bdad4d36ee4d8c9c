package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.cohortclv.models.btyd.ModelFamily;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Fits to the 500 simulated customers of src/test/python/golden_fits.py, against optima that it
 * found by Newton's method in 50 digits. No outside data is needed.
 */
class GoldenFitsTest {
  static List<String[]> rows(String resource) {
    var stream = GoldenFitsTest.class.getResourceAsStream(resource);
    try (var lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(line -> line.split(",", -1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Histories histories() {
    Histories.Builder builder = Histories.builder();
    for (String[] row : rows("golden-histories.csv")) {
      builder.add(
          Integer.parseInt(row[0]),
          Double.parseDouble(row[1]),
          Double.parseDouble(row[2]),
          Long.parseLong(row[3]));
    }
    return builder.build();
  }

  static SpendHistories spend() {
    SpendHistories.Builder builder = SpendHistories.builder();
    for (String[] row : rows("golden-spend.csv")) {
      builder.add(Double.parseDouble(row[0]), Double.parseDouble(row[1]), Long.parseLong(row[2]));
    }
    return builder.build();
  }

  private static double[] numbers(String cell) {
    return Arrays.stream(cell.split(";", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  private static String[] golden(String id) {
    return rows("golden-fits.csv").stream().filter(r -> r[0].equals(id)).findFirst().orElseThrow();
  }

  private static void assertRelative(double[] actual, double[] expected, double tolerance) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], withinPercentage(100 * tolerance));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bg-nbd", "mbg-nbd", "pareto-nbd", "nbd"})
  void purchaseFit_isTheOptimumOfManyDigits(String id) {
    String[] golden = golden(id);
    PurchaseFit fit = PurchaseFits.fit(ModelFamily.of(id), histories());
    assertThat(fit.converged()).isTrue();
    assertThat(fit.warnings()).isEmpty();
    assertThat(fit.customers()).isEqualTo(500);
    assertThat(fit.gradientNorm()).isLessThan(1e-12);
    assertRelative(fit.model().parameters(), numbers(golden[1]), 1e-9);
    assertThat(fit.logLikelihood()).isCloseTo(Double.parseDouble(golden[2]), within(1e-9));
    assertRelative(fit.standardErrors(), numbers(golden[3]), 1e-7);
  }

  /** k = 2, without gaps: their term does not move the other parameters. */
  @Test
  void regularFit_isTheOptimumOfManyDigits() {
    String[] golden = golden("mbg-cnbd-2");
    Histories.Builder builder = Histories.builder().logGaps(0);
    Histories histories = histories();
    for (int i = 0; i < histories.distinct(); i++) {
      builder.add(
          histories.repeats(i), histories.recency(i), histories.age(i), histories.weight(i));
    }
    PurchaseFit fit = PurchaseFits.fit(ModelFamily.MBG_CNBD_K, builder.build(), 2);
    assertThat(fit.converged()).isTrue();
    double[] at = fit.model().parameters();
    assertThat(at[4]).isEqualTo(2);
    assertRelative(Arrays.copyOf(at, 4), numbers(golden[1]), 1e-9);
    assertThat(fit.logLikelihood()).isCloseTo(Double.parseDouble(golden[2]), within(1e-9));
    assertRelative(Arrays.copyOf(fit.standardErrors(), 4), numbers(golden[3]), 1e-7);
    assertThat(fit.standardErrors()[4]).isNaN();
    assertThat(fit.logCovariance()[4]).containsOnly(0);
  }

  @Test
  void spendFit_isTheOptimumOfManyDigits() {
    String[] golden = golden("gamma-gamma");
    SpendFit fit = SpendFits.fit(spend());
    var p = fit.model().parameters();
    assertThat(fit.converged()).isTrue();
    assertRelative(new double[] {p.p(), p.q(), p.v()}, numbers(golden[1]), 1e-9);
    assertThat(fit.logLikelihood()).isCloseTo(Double.parseDouble(golden[2]), within(1e-9));
    assertRelative(fit.standardErrors(), numbers(golden[3]), 1e-7);
  }
}
