package io.cohortclv.models.fit;

import java.util.List;

/**
 * Customers who share the values of all covariates, such as those of one acquisition source.
 *
 * @param values of the covariates, in the order of their names; 0 for the baseline
 * @param histories of these customers, all groups in one time unit
 */
public record CovariateGroup(List<Double> values, Histories histories) {
  public CovariateGroup {
    values = List.copyOf(values);
    for (double value : values) {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("a covariate's value must be finite: " + value);
      }
    }
  }
}
