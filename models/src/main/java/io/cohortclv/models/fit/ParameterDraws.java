package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;

/**
 * Models with parameters that the data support as well, to carry the uncertainty of an estimate
 * into what is predicted from it.
 */
public final class ParameterDraws {
  private ParameterDraws() {}

  /**
   * Draws from the asymptotic distribution: the logarithms of the parameters are normal around the
   * estimate with the inverse of the negative Hessian as covariance. Parameters at a bound stay.
   *
   * @throws InfeasibleDataException where the likelihood does not bound the parameters
   */
  public static List<PurchaseModel> asymptotic(PurchaseFit fit, int draws, long seed) {
    return asymptotic(fit.model().parameters(), fit.logCovariance(), draws, seed).stream()
        .map(fit.model().family()::model)
        .toList();
  }

  /** The same of a spend model. */
  public static List<GammaGamma> asymptotic(SpendFit fit, int draws, long seed) {
    GammaGammaParameters at = fit.model().parameters();
    return asymptotic(new double[] {at.p(), at.q(), at.v()}, fit.logCovariance(), draws, seed)
        .stream()
        .map(drawn -> GammaGamma.of(new GammaGammaParameters(drawn[0], drawn[1], drawn[2])))
        .toList();
  }

  /**
   * The same of any parameters, such as those that a registry keeps.
   *
   * @param logCovariance of their logarithms
   */
  public static List<double[]> asymptotic(
      double[] parameters, double[][] logCovariance, int draws, long seed) {
    var eigen =
        new EigenDecompositionSymmetric(new Array2DRowRealMatrix(finite(logCovariance), false));
    double[] variances = eigen.getEigenvalues();
    UniformRandomProvider rng = RandomSource.XO_SHI_RO_256_PP.create(seed);
    var normal = ZigguratSampler.NormalizedGaussian.of(rng);
    List<double[]> all = new ArrayList<>(draws);
    for (int d = 0; d < draws; d++) {
      double[] drawn = parameters.clone();
      for (int k = 0; k < variances.length; k++) {
        double along = Math.sqrt(Math.max(0, variances[k])) * normal.sample();
        for (int i = 0; i < drawn.length; i++) {
          drawn[i] *= Math.exp(along * eigen.getEigenvector(k).getEntry(i));
        }
      }
      all.add(drawn);
    }
    return all;
  }

  private static double[][] finite(double[][] covariance) {
    for (double[] row : covariance) {
      for (double entry : row) {
        if (Double.isNaN(entry)) {
          throw new InfeasibleDataException(
              "the likelihood is flat at its optimum, so the parameters have no asymptotic"
                  + " distribution: draw from the bootstrap or from the model of a larger group");
        }
      }
    }
    return covariance;
  }
}
