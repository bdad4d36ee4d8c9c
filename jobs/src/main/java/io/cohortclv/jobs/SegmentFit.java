package io.cohortclv.jobs;

import io.cohortclv.jobs.config.Build;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.InfeasibleDataException;
import io.cohortclv.models.fit.PurchaseFit;
import io.cohortclv.models.fit.PurchaseFits;
import io.cohortclv.models.fit.SpendFit;
import io.cohortclv.models.fit.SpendFits;
import io.cohortclv.models.fit.SpendHistories;
import io.cohortclv.models.spend.GammaGammaParameters;
import io.cohortclv.transforms.summary.CompressedHistories;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** The purchase and spend models of one segment, and their rows of model_registry. */
record SegmentFit(
    String segmentPath,
    PurchaseFit purchases,
    Histories histories,
    Optional<SpendFit> spend,
    SpendHistories spendHistories,
    double meanSpend,
    String spendWarning) {
  /** Fits the segment of that name, or all rows for the pooled one. */
  static SegmentFit of(
      String segment, ModelFamily family, List<Row> purchases, List<Row> spend, List<Row> revenue) {
    Histories.Builder histories = Histories.builder();
    for (Row row : inSegment(purchases, segment)) {
      histories.add(
          Math.toIntExact(row.getAs(CustomerSummary.REPEATS)),
          row.<Double>getAs(CustomerSummary.RECENCY_DAYS),
          row.<Double>getAs(CustomerSummary.AGE_DAYS),
          row.<Long>getAs(CompressedHistories.CUSTOMERS));
    }
    SpendHistories.Builder spends = SpendHistories.builder();
    for (Row row : inSegment(spend, segment)) {
      spends.add(
          row.<Long>getAs(CustomerSummary.REPEATS),
          row.<Double>getAs(CustomerSummary.REVENUE_PER_DAY_MEAN),
          row.<Long>getAs(CompressedHistories.CUSTOMERS));
    }
    BigDecimal net = BigDecimal.ZERO;
    long days = 0;
    for (Row row : inSegment(revenue, segment)) {
      net = net.add(row.<BigDecimal>getAs(CustomerSummary.NET_REVENUE));
      days += row.<Long>getAs(CustomerSummary.PURCHASE_DAYS);
    }
    double meanSpend = days == 0 ? 0 : net.doubleValue() / days;
    Histories built = histories.build();
    SpendHistories builtSpends = spends.build();
    PurchaseFit fitted = PurchaseFits.fit(family, built);
    String path = path(segment);
    try {
      return new SegmentFit(
          path, fitted, built, Optional.of(SpendFits.fit(builtSpends)), builtSpends, meanSpend, "");
    } catch (InfeasibleDataException e) {
      return new SegmentFit(
          path, fitted, built, Optional.empty(), builtSpends, meanSpend, e.getMessage());
    }
  }

  /** The segment's own fit where it has enough customers and they identify the model. */
  static Optional<SegmentFit> ofSourceType(
      String sourceType,
      int minCustomers,
      ModelFamily family,
      List<Row> purchases,
      List<Row> spend,
      List<Row> revenue) {
    long customers =
        inSegment(purchases, sourceType).stream()
            .mapToLong(row -> row.getAs(CompressedHistories.CUSTOMERS))
            .sum();
    if (customers < minCustomers) {
      return Optional.empty();
    }
    try {
      return Optional.of(of(sourceType, family, purchases, spend, revenue));
    } catch (InfeasibleDataException e) {
      // The pooled model stands in: a source without repeats says nothing of when people come back.
      return Optional.empty();
    }
  }

  /** Its rows: the purchase model, the spend model where there is one, and the mean spend. */
  List<Row> registryRows() {
    List<Row> rows = new ArrayList<>();
    String fingerprint = fingerprint();
    ModelFamily family = purchases.model().family();
    rows.add(
        row(
            family.id(),
            fingerprint,
            family.parameterNames(),
            purchases.model().parameters(),
            purchases.standardErrors(),
            purchases.logCovariance(),
            purchases.logLikelihood(),
            purchases.customers(),
            histories.distinct(),
            purchases.converged(),
            purchases.iterations(),
            purchases.warnings()));
    spend.ifPresent(
        fit -> {
          GammaGammaParameters p = fit.model().parameters();
          rows.add(
              row(
                  ModelRegistry.GAMMA_GAMMA,
                  fingerprint,
                  List.of("p", "q", "v"),
                  new double[] {p.p(), p.q(), p.v()},
                  fit.standardErrors(),
                  fit.logCovariance(),
                  fit.logLikelihood(),
                  fit.customers(),
                  spendHistories.distinct(),
                  fit.converged(),
                  fit.iterations(),
                  fit.warnings()));
        });
    rows.add(
        row(
            ModelRegistry.MEAN_SPEND,
            fingerprint,
            List.of("mean"),
            new double[] {meanSpend},
            new double[0],
            new double[0][],
            Double.NaN,
            purchases.customers(),
            histories.distinct(),
            true,
            0,
            spendWarning.isEmpty() ? List.of() : List.of(spendWarning)));
    return rows;
  }

  private Row row(
      String family,
      String fingerprint,
      List<String> names,
      double[] parameters,
      double[] errors,
      double[][] covariance,
      double logLikelihood,
      long customers,
      int distinct,
      boolean converged,
      int iterations,
      List<String> warnings) {
    return RowFactory.create(
        family + "/" + segmentPath + "/" + fingerprint,
        family,
        segmentPath,
        names.toArray(),
        boxed(parameters),
        boxed(errors),
        Arrays.stream(covariance).map(SegmentFit::boxed).toArray(),
        Double.isNaN(logLikelihood) ? null : logLikelihood,
        customers,
        (long) distinct,
        converged,
        (long) iterations,
        warnings.toArray(),
        fingerprint,
        Build.revision());
  }

  private static Object[] boxed(double[] values) {
    return Arrays.stream(values).boxed().toArray();
  }

  /** 64 bits of everything the fits read, in their canonical order. */
  private String fingerprint() {
    long hash = 1;
    for (int i = 0; i < histories.distinct(); i++) {
      hash = 31 * hash + histories.repeats(i);
      hash = 31 * hash + Double.doubleToLongBits(histories.recency(i));
      hash = 31 * hash + Double.doubleToLongBits(histories.age(i));
      hash = 31 * hash + histories.weight(i);
    }
    for (int i = 0; i < spendHistories.distinct(); i++) {
      hash = 31 * hash + Double.doubleToLongBits(spendHistories.purchases(i));
      hash = 31 * hash + Double.doubleToLongBits(spendHistories.mean(i));
      hash = 31 * hash + spendHistories.weight(i);
    }
    return Long.toHexString(hash);
  }

  static List<Row> inSegment(List<Row> rows, String segment) {
    return segment.equals(ModelRegistry.POOLED)
        ? rows
        : rows.stream()
            .filter(row -> segment.equals(row.getAs(CompressedHistories.SEGMENT)))
            .toList();
  }

  /** The segment as tables name it. */
  static String path(String segment) {
    return segment.equals(ModelRegistry.POOLED)
        ? segment
        : CompressedHistories.SEGMENT + "=" + segment;
  }
}
