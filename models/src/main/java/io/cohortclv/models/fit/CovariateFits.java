package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.ModelFamily;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Fits models whose rate and dropout depend on covariates that do not change with time. After Fader
 * and Hardie, "Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models"
 * (2007), with the mean of dropout and its spread apart.
 */
public final class CovariateFits {
  private CovariateFits() {}

  /**
   * The maximum likelihood fit, started from the fit without covariates.
   *
   * @param covariates names of the covariates
   * @param groups customers by their values; at least one of them differs between groups
   * @throws InfeasibleDataException where the data cannot tell the parameters
   */
  public static CovariateFit fit(
      ModelFamily family, List<String> covariates, List<CovariateGroup> groups) {
    if (family == ModelFamily.NBD) {
      throw new IllegalArgumentException("NBD has no dropout for covariates to act on");
    }
    Histories.Builder all = Histories.builder();
    for (CovariateGroup group : groups) {
      if (group.values().size() != covariates.size()) {
        throw new IllegalArgumentException(
            "there are "
                + covariates.size()
                + " covariates, but a group has "
                + group.values().size()
                + " values");
      }
      Histories h = group.histories();
      for (int i = 0; i < h.distinct(); i++) {
        all.add(h.repeats(i), h.recency(i), h.age(i), h.weight(i));
      }
    }
    for (int k = 0; k < covariates.size(); k++) {
      int at = k;
      if (groups.stream().map(g -> g.values().get(at)).distinct().count() < 2) {
        throw new InfeasibleDataException(
            "the covariate "
                + covariates.get(k)
                + " has one value for all customers, so its effect cannot be told from the"
                + " baseline: leave it out");
      }
    }
    Histories histories = all.build();
    PurchaseFit pooled = PurchaseFits.fit(family, histories);
    List<String> names = names(family, covariates);
    double[] start = new double[names.size()];
    Arrays.fill(start, 1);
    double[] base = CovariateLikelihood.coordinates(family, pooled.model().parameters());
    for (int i = 0; i < base.length; i++) {
      start[i] = Math.exp(base[i]);
    }
    double[] scales = new double[names.size()];
    Arrays.fill(scales, histories.meanAge());
    boolean[] rates = new boolean[names.size()];
    rates[1] = true;
    rates[2] = family == ModelFamily.PARETO_NBD;
    Bounds bounds = new Bounds(scales, rates);
    Maximizer.Summit summit =
        new Maximizer(
                new CovariateLikelihood(family, groups, covariates.size()),
                histories.customers(),
                bounds)
            .climb(start);
    Estimate estimate = new Estimate(summit, histories.customers(), bounds);
    return new CovariateFit(
        family, names, covariates.size(), estimate, pooled, estimate.warningsOfLogs(names));
  }

  private static List<String> names(ModelFamily family, List<String> covariates) {
    List<String> names =
        new ArrayList<>(
            family == ModelFamily.PARETO_NBD
                ? List.of("ln r", "ln alpha", "ln beta", "ln s")
                : List.of("ln r", "ln alpha", "logit dropout mean", "ln dropout precision"));
    covariates.forEach(c -> names.add("rate: " + c));
    covariates.forEach(c -> names.add("dropout: " + c));
    return List.copyOf(names);
  }
}
