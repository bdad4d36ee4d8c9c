package io.cohortclv.models.population;

import io.cohortclv.models.btyd.MbgNbd;
import io.cohortclv.models.btyd.Nbd;
import io.cohortclv.models.btyd.ParetoNbd;
import io.cohortclv.models.btyd.PurchaseModel;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Customers with known parameters, one at a time. Immutable; all randomness comes from the
 * generator handed in, so the same generator state gives the same customer.
 */
public final class Population {
  private final PurchaseModel model;

  private Population(PurchaseModel model) {
    this.model = model;
  }

  public static Population of(PurchaseModel model) {
    return new Population(model);
  }

  /** The next customer: rate, time of dropout and the seed of the purchase clock. */
  public Customer draw(UniformRandomProvider rng) {
    double[] p = model.parameters();
    double rate = GammaDraw.of(rng, p[0], p[1]);
    if (model instanceof Nbd) {
      return new Customer(rate, Double.POSITIVE_INFINITY, false, rate, rng.nextLong());
    }
    if (model instanceof ParetoNbd) {
      double lifetime = GammaDraw.exponential(rng, GammaDraw.of(rng, p[2], p[3]));
      return new Customer(rate, lifetime, false, rate, rng.nextLong());
    }
    double dropout = GammaDraw.beta(rng, p[2], p[3]);
    boolean atFirst = rng.nextDouble() < dropout && model instanceof MbgNbd;
    double lifetime = atFirst ? 0 : GammaDraw.exponential(rng, rate * dropout);
    return new Customer(rate, lifetime, true, rate * (1 - dropout), rng.nextLong());
  }
}
