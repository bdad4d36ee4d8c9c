package io.cohortclv.transforms.attribution;

import io.cohortclv.transforms.table.CustomerWalk;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Touches that may be credited and counted orders, person by person and in time; worth keeping
 * where they are walked through twice.
 *
 * @param steps of {@link Journeys#through}
 */
public record JourneyLogs(CustomerWalk steps) {
  public static JourneyLogs of(AttributionInputs inputs, AttributionRules rules) {
    return new JourneyLogs(
        Journeys.through(
            CountedOrders.of(inputs, rules),
            Touches.creditable(inputs, rules),
            Touches.signUps(inputs, rules)));
  }

  /** The same, brought together once and kept. */
  public JourneyLogs kept(UnaryOperator<Dataset<Row>> keep) {
    return new JourneyLogs(steps.kept(keep));
  }
}
