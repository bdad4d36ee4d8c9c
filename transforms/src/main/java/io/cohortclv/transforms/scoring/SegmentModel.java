package io.cohortclv.transforms.scoring;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.spend.GammaGammaParameters;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What customers of one segment are scored with: a purchase model in days and a spend model.
 *
 * @param modelId row of model_registry of the purchase model
 * @param segmentPath the segment it was fitted on
 * @param parameters of the family, in its order, times in days
 * @param covariance of their logarithms, null where the data do not tell; empty when not known
 * @param spend Gamma-Gamma of net revenue per repeat purchase day; null where no customer came back
 *     with money spent
 * @param spendCovariance of the logarithms of p, q and v, likewise
 * @param newcomerSpend net revenue expected per purchase day of a customer without repeat
 */
public record SegmentModel(
    String modelId,
    String segmentPath,
    ModelFamily family,
    List<Double> parameters,
    List<List<Double>> covariance,
    GammaGammaParameters spend,
    List<List<Double>> spendCovariance,
    double newcomerSpend)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1L;

  public SegmentModel {
    // Lists of the JDK travel to executors; ones handed in might not. A covariance holds nulls.
    parameters = List.copyOf(parameters);
    covariance = copy(covariance);
    spendCovariance = copy(spendCovariance);
  }

  private static List<List<Double>> copy(List<List<Double>> matrix) {
    List<List<Double>> rows = new ArrayList<>();
    matrix.forEach(row -> rows.add(new ArrayList<>(row)));
    return rows;
  }
}
