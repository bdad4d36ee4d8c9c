package io.cohortclv.transforms.fitting;

import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.PurchaseFit;
import io.cohortclv.models.fit.SegmentFits;
import io.cohortclv.models.fit.SpendFit;
import io.cohortclv.models.fit.SpendHistories;
import io.cohortclv.models.spend.GammaGammaParameters;
import io.cohortclv.transforms.table.ModelRegistry;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Fits as rows of {@link ModelRegistry}, own columns. */
public final class RegistryRows {
  private RegistryRows() {}

  /** A purchase model fitted on its own. */
  public static Row of(
      PurchaseFit fit, Histories histories, String segmentPath, String codeRevision) {
    return purchases(fit, histories, segmentPath, null, null, null, codeRevision);
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
        histories,
        segmentPath,
        parentPath,
        segment.parentLogLikelihood(),
        Double.isNaN(segment.pValue()) ? null : segment.pValue(),
        codeRevision);
  }

  private static Row purchases(
      PurchaseFit fit,
      Histories histories,
      String segmentPath,
      String parentPath,
      Double parentLogLikelihood,
      Double pValue,
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
        histories.distinct(),
        fit.converged(),
        fit.iterations(),
        fit.warnings(),
        fingerprint(histories),
        codeRevision);
  }

  /** A Gamma-Gamma model. */
  public static Row of(
      SpendFit fit, SpendHistories histories, String segmentPath, String codeRevision) {
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
        histories.distinct(),
        fit.converged(),
        fit.iterations(),
        fit.warnings(),
        fingerprint(histories),
        codeRevision);
  }

  /** The plain mean, with why there is no Gamma-Gamma model if there is none. */
  public static Row ofMeanSpend(
      double mean,
      SpendHistories histories,
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
        histories.customers(),
        histories.distinct(),
        true,
        0,
        warnings,
        fingerprint(histories),
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
      int distinct,
      boolean converged,
      int iterations,
      List<String> warnings,
      String fingerprint,
      String codeRevision) {
    return RowFactory.create(
        family + "/" + segmentPath + "/" + fingerprint,
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
        (long) distinct,
        converged,
        (long) iterations,
        warnings.toArray(),
        fingerprint,
        codeRevision);
  }

  /** A parameter at its bound has no standard error: null, since NaN is no number to readers. */
  private static Object[] boxed(double[] values) {
    return Arrays.stream(values).boxed().map(v -> Double.isNaN(v) ? null : v).toArray();
  }

  /** 64 bits of all that the fit reads, in its canonical order. */
  private static String fingerprint(Histories histories) {
    long hash = 1;
    for (int i = 0; i < histories.distinct(); i++) {
      hash = mix(hash, histories.repeats(i));
      hash = mix(hash, Double.doubleToLongBits(histories.recency(i)));
      hash = mix(hash, Double.doubleToLongBits(histories.age(i)));
      hash = mix(hash, histories.weight(i));
    }
    return Long.toHexString(hash);
  }

  private static String fingerprint(SpendHistories histories) {
    long hash = 1;
    for (int i = 0; i < histories.distinct(); i++) {
      hash = mix(hash, Double.doubleToLongBits(histories.purchases(i)));
      hash = mix(hash, Double.doubleToLongBits(histories.mean(i)));
      hash = mix(hash, histories.weight(i));
    }
    return Long.toHexString(hash);
  }

  /** The finaliser of SplitMix64 over the running hash and the next value. */
  private static long mix(long hash, long next) {
    long z = (hash ^ next) + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
