package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CovariateFitTest {
  /** Of two covariates: coefficients of the rate, then of dropout. */
  private static final double[] TRUTH = {0.5, -0.4, 0.7, -0.5};

  private static final List<List<Double>> VALUES =
      List.of(List.of(0.0, 0.0), List.of(1.0, 0.0), List.of(1.0, 2.0), List.of(0.0, -1.0));

  private static List<CovariateGroup> groups(ModelFamily family, int customers, long seed) {
    double[] base =
        family == ModelFamily.PARETO_NBD
            ? new double[] {Math.log(0.8), Math.log(40), Math.log(200), Math.log(0.9)}
            : new double[] {Math.log(0.8), Math.log(40), -1.0, Math.log(3)};
    double[] point = new double[8];
    System.arraycopy(base, 0, point, 0, 4);
    System.arraycopy(TRUTH, 0, point, 4, 4);
    List<CovariateGroup> groups = new ArrayList<>();
    for (List<Double> values : VALUES) {
      PurchaseModel model = family.model(CovariateLikelihood.parameters(family, point, values));
      groups.add(
          new CovariateGroup(
              values, HostileDataTest.simulated(model, customers, 60, 500, seed + groups.size())));
    }
    return groups;
  }

  @ParameterizedTest
  @EnumSource(
      value = ModelFamily.class,
      names = {"BG_NBD", "MBG_NBD", "PARETO_NBD"})
  void coefficients_areFoundWithinTheirErrors(ModelFamily family) {
    CovariateFit fit = CovariateFits.fit(family, List.of("paid", "tier"), groups(family, 3000, 50));
    assertThat(fit.converged()).isTrue();
    assertThat(fit.names()).endsWith("rate: paid", "rate: tier", "dropout: paid", "dropout: tier");
    for (int k = 0; k < 4; k++) {
      double error = fit.standardErrors()[4 + k];
      assertThat(error).isBetween(0.001, 0.4);
      assertThat(fit.estimates()[4 + k])
          .as(fit.names().get(4 + k))
          .isCloseTo(TRUTH[k], within(4 * error));
    }
    assertThat(fit.logLikelihood()).isGreaterThan(fit.pooled().logLikelihood());
    assertThat(fit.pValue()).isLessThan(1e-10);
  }

  @Test
  void covariateWithoutEffect_leavesThePooledFit() {
    Histories same = GoldenFitsTest.histories();
    CovariateFit fit =
        CovariateFits.fit(
            ModelFamily.MBG_NBD,
            List.of("coin"),
            List.of(
                new CovariateGroup(List.of(0.0), same), new CovariateGroup(List.of(1.0), same)));
    assertThat(fit.estimates()[4]).isCloseTo(0, within(1e-8));
    assertThat(fit.estimates()[5]).isCloseTo(0, within(1e-8));
    assertThat(fit.pValue()).isCloseTo(1, within(1e-9));
    double[] pooled = fit.pooled().model().parameters();
    double[] with = fit.model(List.of(1.0)).parameters();
    for (int i = 0; i < 4; i++) {
      assertThat(with[i]).isCloseTo(pooled[i], withinPercentage(1e-6));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ModelFamily.class,
      names = {"BG_NBD", "MBG_NBD", "PARETO_NBD"})
  void derivatives_areThoseOfDifferences(ModelFamily family) {
    Likelihood likelihood = new CovariateLikelihood(family, groups(family, 40, 70), 2);
    double step = 1e-5;
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      double[] at = random.doubles(8, 0.5, 2).toArray();
      at[1] *= 40;
      at[2] *= family == ModelFamily.PARETO_NBD ? 100 : 1;
      LikelihoodSums here = likelihood.at(at, new double[0]);
      double[] gradient = here.logGradient(at);
      double[][] hessian = here.logHessian(at);
      for (int i = 0; i < 8; i++) {
        double[] up = at.clone();
        double[] down = at.clone();
        up[i] *= Math.exp(step);
        down[i] *= Math.exp(-step);
        LikelihoodSums above = likelihood.at(up, new double[0]);
        LikelihoodSums below = likelihood.at(down, new double[0]);
        double size = 1 + Math.abs(here.value());
        assertThat(gradient[i])
            .isCloseTo((above.value() - below.value()) / (2 * step), within(1e-7 * size));
        for (int j = 0; j < 8; j++) {
          double difference = (above.logGradient(up)[j] - below.logGradient(down)[j]) / (2 * step);
          assertThat(hessian[i][j]).isCloseTo(difference, within(1e-7 * size));
        }
      }
    }
  }

  @Test
  void covariates_thatCannotBeToldApartAreRefusedOrWarnedOf() {
    List<CovariateGroup> groups = groups(ModelFamily.MBG_NBD, 400, 90);
    List<CovariateGroup> constant =
        groups.stream().map(g -> new CovariateGroup(List.of(1.0), g.histories())).toList();
    assertThatThrownBy(() -> CovariateFits.fit(ModelFamily.MBG_NBD, List.of("all"), constant))
        .isInstanceOf(InfeasibleDataException.class)
        .hasMessageContaining("the covariate all has one value");
    List<CovariateGroup> twice =
        groups.stream()
            .map(
                g ->
                    new CovariateGroup(
                        List.of(g.values().get(0), g.values().get(0)), g.histories()))
            .toList();
    CovariateFit fit = CovariateFits.fit(ModelFamily.MBG_NBD, List.of("one", "same"), twice);
    assertThat(fit.warnings())
        .anyMatch(
            w -> w.contains("nearly flat") && w.contains("rate: one") && w.contains("rate: same"));
  }
}
