package io.cohortclv.models.population;

import io.cohortclv.models.spend.GammaGammaParameters;
import org.apache.commons.rng.UniformRandomProvider;

/** Customers' mean spends and the amounts of their purchases, from known Gamma-Gamma parameters. */
public final class SpendPopulation {
  private final GammaGammaParameters parameters;

  private SpendPopulation(GammaGammaParameters parameters) {
    this.parameters = parameters;
  }

  public static SpendPopulation of(GammaGammaParameters parameters) {
    return new SpendPopulation(parameters);
  }

  /** The next customer's mean amount, p/ν with ν ~ gamma(q, v). */
  public double draw(UniformRandomProvider rng) {
    return parameters.p() / GammaDraw.of(rng, parameters.q(), parameters.v());
  }

  /** The amount of one purchase of a customer with this mean: gamma(p, p/mean). */
  public double drawSpend(UniformRandomProvider rng, double meanSpend) {
    return GammaDraw.of(rng, parameters.p(), parameters.p() / meanSpend);
  }
}
