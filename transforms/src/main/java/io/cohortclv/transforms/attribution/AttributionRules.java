package io.cohortclv.transforms.attribution;

import java.time.Duration;
import java.util.List;

/**
 * Which models credit orders, and how far back each looks where no terms say.
 *
 * @param models every model computed, the contract model among them
 * @param contractModel the one commissions, cohorts and values go by
 * @param clickWindow elapsed time after a click in which an order counts
 * @param viewWindow the same after a view
 * @param firstTouchWindow the long window of {@link #FIRST_TOUCH}, whatever the terms
 */
public record AttributionRules(
    List<String> models,
    String contractModel,
    Duration clickWindow,
    Duration viewWindow,
    Duration firstTouchWindow) {
  /** The earliest eligible touch takes the order. */
  public static final String FIRST_TOUCH = "first_touch";

  /** The latest eligible touch takes the order. */
  public static final String LAST_TOUCH = "last_touch";

  /** Every model there is. */
  public static final List<String> KNOWN = List.of(LAST_TOUCH, FIRST_TOUCH);

  public AttributionRules {
    models = List.copyOf(models);
    for (String model : models) {
      if (!KNOWN.contains(model)) {
        throw new IllegalArgumentException(
            "There is no attribution model " + model + "; known are " + KNOWN);
      }
    }
    if (!models.contains(contractModel)) {
      throw new IllegalArgumentException(
          "The contract model " + contractModel + " is not among the models " + models);
    }
  }
}
