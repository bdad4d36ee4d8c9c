package io.cohortclv.transforms.attribution;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Touches that may be credited and counted orders, person by person and in time; worth keeping
 * where they are walked through twice.
 *
 * @param steps rows of {@link Journeys#arrange}
 */
public record JourneyLogs(Dataset<Row> steps) {
  public static JourneyLogs of(AttributionInputs inputs, AttributionRules rules) {
    return new JourneyLogs(
        Journeys.arrange(
            CountedOrders.of(inputs, rules),
            Touches.creditable(inputs, rules),
            Touches.signUps(inputs, rules)));
  }
}
