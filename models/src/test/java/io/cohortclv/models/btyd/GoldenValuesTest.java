package io.cohortclv.models.btyd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
 * Every prediction against 40-digit values from src/test/python/golden_values.py. Among them are
 * the cases in which published implementations return NaN, infinity or few digits: a = 1, a + b
 * below 1, s = 1 and 2, thousands of repeats, rates five decades apart, 200 purchases.
 */
class GoldenValuesTest {
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Golden(String quantity, PurchaseModel model, double[] inputs, double expected) {
    double actual() {
      double[] v = inputs;
      return switch (quantity) {
        case "log-likelihood" -> model.logLikelihood((int) v[0], v[1], v[2]);
        case "alive" -> model.aliveProbability(v[0], (int) v[1], v[2], v[3]);
        case "expected" -> model.expectedPurchases(v[0], (int) v[1], v[2], v[3]);
        case "discounted" -> model.discountedPurchases(v[0], v[1], (int) v[2], v[3], v[4]);
        case "variance" -> model.purchaseVariance(v[0], v[1], (int) v[2], v[3], v[4]);
        case "probability" -> model.probability((int) v[0], v[1]);
        case "interval" -> model.probability((int) v[0], v[1], (int) v[2], v[3], v[4]);
        default -> throw new IllegalArgumentException(quantity);
      };
    }

    double relativeError() {
      // A log-likelihood near 0 has absolute precision.
      double scale = Math.abs(expected);
      return Math.abs(actual() - expected)
          / (quantity.equals("log-likelihood") ? Math.max(1, scale) : scale);
    }

    @Override
    public String toString() {
      return quantity + " of " + model + " at " + Arrays.toString(inputs);
    }
  }

  private static List<Golden> goldens() {
    var stream = GoldenValuesTest.class.getResourceAsStream("golden-values.csv");
    try (var lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .filter(line -> !line.startsWith("#"))
          .map(GoldenValuesTest::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Golden read(String line) {
    String[] cells = line.split(",", -1);
    return new Golden(
        cells[0],
        ModelFamily.of(cells[1]).model(numbers(cells[2])),
        numbers(cells[3].replace("inf", "Infinity")),
        Double.parseDouble(cells[4]));
  }

  private static double[] numbers(String cell) {
    return Arrays.stream(cell.split(";", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"log-likelihood", "alive", "expected", "discounted", "probability"})
  void predictions_agreeToTwelveDigits(String quantity) {
    List<Golden> of = goldens().stream().filter(g -> g.quantity().equals(quantity)).toList();
    assertThat(of).hasSizeGreaterThan(100);
    for (Golden golden : of) {
      assertThat(golden.relativeError()).as("%s", golden).isLessThan(3e-13);
    }
  }

  /** Of customers with a past, whom others take for new ones. */
  @Test
  void probabilitiesOfIntervals_agreeToTwelveDigits() {
    List<Golden> of = goldens().stream().filter(g -> g.quantity().equals("interval")).toList();
    assertThat(of).hasSize(16);
    for (Golden golden : of) {
      assertThat(golden.relativeError()).as("%s", golden).isLessThan(3e-13);
    }
  }

  /** E[S²] − E[S]²: what cancels of the digits of both is lost. */
  @Test
  void variances_agreeToTwelveDigitsOfTheSquare() {
    List<Golden> of = goldens().stream().filter(g -> g.quantity().equals("variance")).toList();
    assertThat(of).hasSizeGreaterThan(30);
    for (Golden golden : of) {
      double[] v = golden.inputs();
      double mean = golden.model().discountedPurchases(v[0], v[1], (int) v[2], v[3], v[4]);
      assertThat(golden.actual())
          .as("%s", golden)
          .isCloseTo(golden.expected(), within(1e-12 * (golden.expected() + mean * mean)));
    }
  }

  @Test
  void discountedPurchases_withoutDiscountAreExpectedPurchases() {
    for (Golden golden : goldens()) {
      if (golden.quantity().equals("expected")) {
        double[] v = golden.inputs();
        assertThat(golden.model().discountedPurchases(v[0], 0, (int) v[1], v[2], v[3]))
            .isEqualTo(golden.actual());
      }
    }
  }
}
