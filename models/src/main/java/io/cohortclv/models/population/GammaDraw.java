package io.cohortclv.models.population;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.AhrensDieterMarsagliaTsangGammaSampler;

/** Gamma and beta variates in log space, where small shapes do not underflow to 0 or 0/0. */
final class GammaDraw {
  private GammaDraw() {}

  /** ln of a gamma(shape) variate of rate 1. */
  static double log(UniformRandomProvider rng, double shape) {
    if (shape >= 1) {
      return Math.log(AhrensDieterMarsagliaTsangGammaSampler.of(rng, shape, 1).sample());
    }
    // Stuart's theorem: gamma(s) = gamma(s + 1) · U^(1/s).
    return Math.log(AhrensDieterMarsagliaTsangGammaSampler.of(rng, shape + 1, 1).sample())
        + logUniform(rng) / shape;
  }

  /** A gamma variate with this shape and rate. */
  static double of(UniformRandomProvider rng, double shape, double rate) {
    return Math.exp(log(rng, shape)) / rate;
  }

  /** A beta(a, b) variate. */
  static double beta(UniformRandomProvider rng, double a, double b) {
    return 1 / (1 + Math.exp(log(rng, b) - log(rng, a)));
  }

  /** An exponential variate with this rate, never 0; infinite at rate 0. */
  static double exponential(UniformRandomProvider rng, double rate) {
    return -logUniform(rng) / rate;
  }

  /** ln of a uniform variate inside (0, 1): the middle of the cell that nextDouble names. */
  private static double logUniform(UniformRandomProvider rng) {
    return Math.log(rng.nextDouble() + 0x1p-54);
  }
}
