package io.cohortclv.transforms.fitting;

import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.ModelComparison;
import io.cohortclv.models.fit.PurchaseFit;
import io.cohortclv.models.fit.SegmentFits;
import io.cohortclv.models.fit.SpendFit;
import io.cohortclv.models.spend.GammaGammaParameters;
import io.cohortclv.transforms.table.ModelRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Fits as rows of {@link ModelRegistry}, own columns. */
public final class RegistryRows {
  private RegistryRows() {}

  /**
   * The purchase model of all customers.
   *
   * @param withoutDropout NBD of the same customers, or null where that is the model
   * @param fingerprint of the data
   * @param reasons what to say of it beside what the fit says
   */
  public static Row ofPooled(
      PurchaseFit fit,
      PurchaseFit withoutDropout,
      long fingerprint,
      List<String> reasons,
      String codeRevision) {
    return purchases(
        fit,
        fingerprint,
        ModelRegistry.POOLED,
        null,
        withoutDropout == null ? null : withoutDropout.logLikelihood(),
        withoutDropout == null ? null : ModelComparison.likelihoodRatio(withoutDropout, fit),
        reasons,
        codeRevision);
  }

  /** A purchase model shrunk toward its parent. */
  static Row of(
      SegmentFits.Segment segment,
      Histories histories,
      String segmentPath,
      String parentPath,
      String codeRevision) {
    return purchases(
        segment.fit(),
        histories.fingerprint(),
        segmentPath,
        parentPath,
        segment.parentLogLikelihood(),
        Double.isNaN(segment.pValue()) ? null : segment.pValue(),
        List.of(),
        codeRevision);
  }

  private static Row purchases(
      PurchaseFit fit,
      long fingerprint,
      String segmentPath,
      String parentPath,
      Double parentLogLikelihood,
      Double pValue,
      List<String> reasons,
      String codeRevision) {
    return row(
        fit.model().family().id(),
        segmentPath,
        parentPath,
        fit.model().family().parameterNames(),
        fit.model().parameters(),
        fit.standardErrors(),
        fit.logCovariance(),
        fit.logLikelihood(),
        parentLogLikelihood,
        pValue,
        fit.customers(),
        fit.distinctHistories(),
        fit.converged(),
        fit.iterations(),
        Stream.concat(reasons.stream(), fit.warnings().stream()).toList(),
        fingerprint,
        codeRevision);
  }

  /**
   * A Gamma-Gamma model.
   *
   * @param distinct rows of the compressed data
   * @param fingerprint of the data
   */
  public static Row of(
      SpendFit fit, long distinct, long fingerprint, String segmentPath, String codeRevision) {
    GammaGammaParameters p = fit.model().parameters();
    return row(
        ModelRegistry.GAMMA_GAMMA,
        segmentPath,
        null,
        List.of("p", "q", "v"),
        new double[] {p.p(), p.q(), p.v()},
        fit.standardErrors(),
        fit.logCovariance(),
        fit.logLikelihood(),
        null,
        null,
        fit.customers(),
        distinct,
        fit.converged(),
        fit.iterations(),
        fit.warnings(),
        fingerprint,
        codeRevision);
  }

  /**
   * The plain mean, with why there is no Gamma-Gamma model if there is none.
   *
   * @param customers who came back, of {@code distinct} rows of compressed data
   */
  public static Row ofMeanSpend(
      double mean,
      long customers,
      long distinct,
      long fingerprint,
      String segmentPath,
      List<String> warnings,
      String codeRevision) {
    return row(
        ModelRegistry.MEAN_SPEND,
        segmentPath,
        null,
        List.of("mean"),
        new double[] {mean},
        new double[0],
        new double[0][],
        null,
        null,
        null,
        customers,
        distinct,
        true,
        0,
        warnings,
        fingerprint,
        codeRevision);
  }

  private static Row row(
      String family,
      String segmentPath,
      String parentPath,
      List<String> names,
      double[] parameters,
      double[] errors,
      double[][] covariance,
      Double logLikelihood,
      Double parentLogLikelihood,
      Double pValue,
      long customers,
      long distinct,
      boolean converged,
      int iterations,
      List<String> warnings,
      long fingerprint,
      String codeRevision) {
    String data = Long.toHexString(fingerprint);
    return RowFactory.create(
        family + "/" + segmentPath + "/" + data,
        family,
        segmentPath,
        parentPath,
        names.toArray(),
        boxed(parameters),
        boxed(errors),
        Arrays.stream(covariance).map(RegistryRows::boxed).toArray(),
        logLikelihood,
        parentLogLikelihood,
        pValue,
        customers,
        distinct,
        converged,
        (long) iterations,
        warnings.toArray(),
        data,
        codeRevision);
  }

  /** A parameter at its bound has no standard error: null, since NaN is no number to readers. */
  private static Object[] boxed(double[] values) {
    return Arrays.stream(values).boxed().map(v -> Double.isNaN(v) ? null : v).toArray();
  }
}
