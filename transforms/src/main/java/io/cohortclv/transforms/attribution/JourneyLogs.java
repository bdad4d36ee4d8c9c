package io.cohortclv.transforms.attribution;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The two logs that journeys are merged from; worth keeping where they are walked through twice.
 *
 * @param touches rows of {@link Journeys#TOUCH}
 * @param orders rows of {@link Journeys#ORDER}
 */
public record JourneyLogs(Dataset<Row> touches, Dataset<Row> orders) {
  /** Touches that may be credited and counted orders, each with its person. */
  public static JourneyLogs of(AttributionInputs inputs, AttributionRules rules) {
    return new JourneyLogs(Touches.of(inputs, rules), CountedOrders.of(inputs, rules));
  }
}
