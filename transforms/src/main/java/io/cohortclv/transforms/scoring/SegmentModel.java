package io.cohortclv.transforms.scoring;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.spend.GammaGammaParameters;
import java.io.Serial;
import java.io.Serializable;
import java.util.List;

/**
 * What customers of one segment are scored with: a purchase model in days and a spend model.
 *
 * @param modelId row of model_registry of the purchase model
 * @param segmentPath the segment it was fitted on
 * @param parameters of the family, in its order, times in days
 * @param spend Gamma-Gamma of net revenue per repeat purchase day; null where no customer came back
 *     with money spent
 * @param newcomerSpend net revenue expected per purchase day of a customer without repeat
 */
public record SegmentModel(
    String modelId,
    String segmentPath,
    ModelFamily family,
    List<Double> parameters,
    GammaGammaParameters spend,
    double newcomerSpend)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1L;

  public SegmentModel {
    // An immutable list of the JDK travels to executors; one handed in might not.
    parameters = List.copyOf(parameters);
  }
}
