package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.math.CompensatedSum;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Repeat purchases of all customers over calendar time as a model expects them: Σ E[X(t − s)] over
 * the customers' first purchases s before t. Fader, Hardie and Lee (2005), equation (11) and figure
 * 4. No customer's history enters, so it shows whether the model follows the population.
 */
public final class PurchaseTracking {
  private final PurchaseModel model;
  private final SortedMap<Double, Long> customersByFirst;

  private PurchaseTracking(PurchaseModel model, SortedMap<Double, Long> customersByFirst) {
    this.model = model;
    this.customersByFirst = customersByFirst;
  }

  /**
   * Tracks customers through calendar time.
   *
   * @param customersByFirst how many customers bought first at which time, in the model's unit on
   *     any common origin
   */
  public static PurchaseTracking of(PurchaseModel model, Map<Double, Long> customersByFirst) {
    return new PurchaseTracking(model, new TreeMap<>(customersByFirst));
  }

  /** Repeat purchases expected until {@code time} of customers whose first one lies before. */
  public double expectedUntil(double time) {
    CompensatedSum sum = new CompensatedSum();
    customersByFirst
        .headMap(time)
        .forEach((first, customers) -> sum.add(customers * model.expectedPurchases(time - first)));
    return sum.value();
  }
}
