package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.PurchaseModel;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.AhrensDieterMarsagliaTsangGammaSampler;
import org.apache.commons.rng.sampling.distribution.GuideTableDiscreteSampler;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Refits on resampled customers. Only the weights of the compressed table are drawn, nothing is
 * copied; each replicate has a generator of its own, so replicates may be computed in any order and
 * anywhere.
 */
public final class Bootstrap {
  /** Gain in log-likelihood below which a last Newton step is taken unseen: 1/100 of an error. */
  private static final double LEAST_GAIN = 1e-4;

  /** How customers are resampled. */
  public enum Resampling {
    /** As many customers as there are, with replacement (Efron 1979). */
    MULTINOMIAL,
    /** Exponential weights for the customers (Rubin 1981): no customer ever drops out. */
    BAYESIAN
  }

  private Bootstrap() {}

  /**
   * Models refitted from the estimate. Replicates whose climb fails are left out, so the list may
   * be shorter than asked for.
   */
  public static List<PurchaseModel> models(
      PurchaseFit fit, Histories histories, Resampling resampling, int replicates, long seed) {
    List<PurchaseModel> models = new ArrayList<>(replicates);
    for (int i = 0; i < replicates; i++) {
      double[] weights = weights(histories, resampling, seed + i);
      Maximizer.Summit summit =
          PurchaseFits.maximizer(fit.model().family(), histories, weights)
              .stoppingAt(LEAST_GAIN)
              .climb(fit.model().parameters());
      if (summit.converged()) {
        models.add(fit.model().family().model(summit.parameters()));
      }
    }
    return models;
  }

  /** Weights of one replicate, one for each distinct history. */
  static double[] weights(Histories histories, Resampling resampling, long seed) {
    UniformRandomProvider rng = RandomSource.XO_SHI_RO_256_PP.create(seed);
    double[] weights = histories.weights();
    if (resampling == Resampling.BAYESIAN) {
      for (int i = 0; i < weights.length; i++) {
        weights[i] =
            weights[i] == 1
                ? -Math.log(rng.nextDouble() + 0x1p-54)
                : AhrensDieterMarsagliaTsangGammaSampler.of(rng, weights[i], 1).sample();
      }
      return weights;
    }
    var cells = GuideTableDiscreteSampler.of(rng, weights);
    double[] drawn = new double[weights.length];
    for (long k = 0; k < histories.customers(); k++) {
      drawn[cells.sample()]++;
    }
    return drawn;
  }
}
