package io.cohortclv.models.population;

import io.cohortclv.models.btyd.CnbdK;
import io.cohortclv.models.btyd.ModelFamily;
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
      return customer(rate, Double.POSITIVE_INFINITY, false, rate, rng);
    }
    if (model instanceof ParetoNbd) {
      double lifetime = GammaDraw.exponential(rng, GammaDraw.of(rng, p[2], p[3]));
      return customer(rate, lifetime, false, rate, rng);
    }
    double dropout = GammaDraw.beta(rng, p[2], p[3]);
    boolean atFirst = rng.nextDouble() < dropout && dropsOutAtFirst();
    if (model instanceof CnbdK) {
      // The number of a geometric trial: 1 more than the whole failures in an exponential time.
      double last = Math.ceil(GammaDraw.exponential(rng, -Math.log1p(-dropout)));
      return new Customer(
          rate,
          atFirst ? 0 : Double.POSITIVE_INFINITY,
          false,
          rate,
          (int) p[4],
          (long) Math.max(1, last),
          rng.nextLong());
    }
    double lifetime = atFirst ? 0 : GammaDraw.exponential(rng, rate * dropout);
    return customer(rate, lifetime, true, rate * (1 - dropout), rng);
  }

  private boolean dropsOutAtFirst() {
    return model.family() == ModelFamily.MBG_NBD || model.family() == ModelFamily.MBG_CNBD_K;
  }

  private static Customer customer(
      double rate,
      double lifetime,
      boolean dropsOutAtPurchase,
      double otherRate,
      UniformRandomProvider rng) {
    return new Customer(
        rate, lifetime, dropsOutAtPurchase, otherRate, 1, Customer.NEVER, rng.nextLong());
  }
}
