package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sums over tables against single customers, and derivatives against differences. */
class LikelihoodTest {
  private static final double STEP = 1e-4;

  private static Histories random(Random random) {
    Histories.Builder builder = Histories.builder();
    for (int i = 0; i < 30; i++) {
      double age = Math.floor(1 + 60 * random.nextDouble());
      int x = random.nextInt(4) == 0 ? random.nextInt(300) : random.nextInt(4);
      double recency = x == 0 ? 0 : Math.ceil(age * random.nextDouble());
      builder.add(x, recency, age, 1 + random.nextInt(5));
    }
    return builder.build();
  }

  /** Log-uniform over five decades, so that α and β are often far apart in either direction. */
  private static double[] parameters(ModelFamily family, Random random) {
    double[] parameters =
        random.doubles(family.parameterNames().size()).map(u -> Math.pow(10, -2 + 5 * u)).toArray();
    if (family.needsGaps()) {
      parameters[4] = 1 + random.nextInt(5);
    }
    return parameters;
  }

  @ParameterizedTest
  @EnumSource(ModelFamily.class)
  void tableValue_isTheSumOverCustomers(ModelFamily family) {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      Histories table = random(random);
      double[] parameters = parameters(family, random);
      PurchaseModel model = family.model(parameters);
      double sum = 0;
      for (int i = 0; i < table.distinct(); i++) {
        sum +=
            table.weight(i) * model.logLikelihood(table.repeats(i), table.recency(i), table.age(i));
      }
      double value = PurchaseFits.likelihood(family, table).at(parameters, table.weights()).value();
      assertThat(value)
          .as("seed %d, %s", seed, model)
          .isCloseTo(sum, within(2e-14 * size(table, parameters)));
    }
  }

  /** What the terms of a value are made of, before they cancel: Σ (Σθ + x) ln(Σθ + T). */
  private static double size(Histories table, double[] parameters) {
    double all = Arrays.stream(parameters).sum();
    double sum = 0;
    for (int i = 0; i < table.distinct(); i++) {
      double k = parameters.length > 4 ? parameters[4] : 1;
      sum +=
          table.weight(i)
              * (all + k * table.repeats(i))
              * (1 + Math.log(1 + all + k * table.repeats(i) + table.age(i)));
    }
    return sum;
  }

  @ParameterizedTest
  @EnumSource(ModelFamily.class)
  void derivatives_areThoseOfDifferences(ModelFamily family) {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(1000 + seed);
      Histories table = random(random);
      double[] parameters = parameters(family, random);
      // k is no parameter to be moved.
      assertDerivatives(
          PurchaseFits.likelihood(family, table),
          parameters,
          family.needsGaps() ? 4 : parameters.length,
          table.weights(),
          size(table, parameters),
          "seed " + seed);
    }
  }

  @Test
  void gammaGammaValue_isTheSumOverCustomers() {
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      SpendHistories table = randomSpend(random);
      double[] p = {
        Math.exp(2 * random.nextGaussian()),
        Math.exp(random.nextGaussian()),
        40 * random.nextDouble()
      };
      GammaGamma model = GammaGamma.of(new GammaGammaParameters(p[0], p[1], p[2]));
      double sum = 0;
      for (int i = 0; i < table.distinct(); i++) {
        sum += table.weight(i) * model.logLikelihood(table.purchases(i), table.mean(i));
      }
      Likelihood likelihood = new GammaGammaLikelihood(table);
      double value = likelihood.at(p, table.weights()).value();
      assertThat(value).as("seed %d", seed).isCloseTo(sum, within(1e-11 * Math.abs(sum)));
      assertDerivatives(likelihood, p, 3, table.weights(), 100 * Math.abs(sum), "seed " + seed);
    }
  }

  private static SpendHistories randomSpend(Random random) {
    SpendHistories.Builder builder = SpendHistories.builder();
    for (int i = 0; i < 30; i++) {
      builder.add(
          1 + random.nextInt(20), Math.exp(3 + random.nextGaussian()), 1 + random.nextInt(3));
    }
    return builder.build();
  }

  /** Fourth-order differences of the value give the gradient; of the gradient, the Hessian. */
  private static void assertDerivatives(
      Likelihood likelihood,
      double[] parameters,
      int moved,
      double[] weights,
      double size,
      String as) {
    LikelihoodSums here = likelihood.at(parameters, weights);
    double[] gradient = here.logGradient(parameters);
    double[][] hessian = here.logHessian(parameters);
    for (int i = 0; i < moved; i++) {
      double slope = 0;
      double[] row = new double[parameters.length];
      double[] steps = {-2, -1, 1, 2};
      double[] factors = {1.0 / 12, -8.0 / 12, 8.0 / 12, -1.0 / 12};
      for (int k = 0; k < steps.length; k++) {
        double[] there = parameters.clone();
        there[i] *= Math.exp(steps[k] * STEP);
        LikelihoodSums sums = likelihood.at(there, weights);
        slope += factors[k] * (sums.value() - here.value()) / STEP;
        double[] g = sums.logGradient(there);
        for (int j = 0; j < row.length; j++) {
          row[j] += factors[k] * (g[j] - gradient[j]) / STEP;
        }
      }
      assertThat(gradient[i]).as("%s, gradient %d", as, i).isCloseTo(slope, within(1e-10 * size));
      for (int j = 0; j < row.length; j++) {
        assertThat(hessian[i][j]).as("%s %s", as, Arrays.toString(parameters)).isFinite();
        double tolerance = 1e-8 * (1 + Math.abs(gradient[j]) + Math.abs(row[j]));
        assertThat(hessian[i][j])
            .as("%s, Hessian %d, %d", as, i, j)
            .isCloseTo(row[j], within(Math.max(tolerance, 1e-11 * size)));
      }
    }
  }
}
