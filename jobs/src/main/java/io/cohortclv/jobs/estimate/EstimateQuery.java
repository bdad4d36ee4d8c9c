package io.cohortclv.jobs.estimate;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.TimeUnit;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * What is asked of an order file.
 *
 * @param families models to choose from; of several the data choose one ({@link
 *     io.cohortclv.models.fit.ModelChoice})
 * @param timeUnit of the models' times
 * @param calibrationEnd last day models learn from
 * @param holdoutEnd last day forecasts are held against
 * @param horizonDays how far from the end of calibration customers are valued
 * @param discountRatePerYear yearly rate d; discounting is continuous with ln(1 + d)
 * @param bySegment whether segments are estimated beside the whole
 */
public record EstimateQuery(
    List<ModelFamily> families,
    TimeUnit timeUnit,
    LocalDate calibrationEnd,
    Optional<LocalDate> holdoutEnd,
    int horizonDays,
    double discountRatePerYear,
    boolean bySegment) {

  public EstimateQuery {
    families = List.copyOf(families);
  }

  double horizon() {
    return timeUnit.ofDays(horizonDays);
  }

  double discountRate() {
    return timeUnit.continuousRate(discountRatePerYear);
  }

  double holdoutLength() {
    return timeUnit.ofDays(
        (double) (holdoutEnd.orElseThrow().toEpochDay() - calibrationEnd.toEpochDay()));
  }
}
