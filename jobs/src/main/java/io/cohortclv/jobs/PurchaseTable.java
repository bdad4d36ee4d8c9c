package io.cohortclv.jobs;

import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Parts;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.HistoryTotals;
import io.cohortclv.models.fit.LikelihoodSums;
import io.cohortclv.models.fit.PurchaseFit;
import io.cohortclv.models.fit.PurchaseFits;
import io.cohortclv.transforms.summary.CompressedHistories;
import java.io.Serial;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The distinct purchase histories of all customers. Up to a cap they are taken to the driver, where
 * a fit has the same bits however the rows lay. Above it they stay in their partitions: each step
 * of a fit sums its likelihood there, and a fit agrees with that of one table to 1e-12.
 */
final class PurchaseTable implements AutoCloseable {
  /** Histories of the sample from whose fit the climb over the parts starts. */
  private static final long SAMPLED = 40_000;

  private final Parts<Histories> parts;
  private final Totals totals;

  /** All histories, or where they stay in parts a fair sample of them. */
  private final Histories known;

  private final boolean isWhole;

  private PurchaseTable(Parts<Histories> parts, Totals totals, Histories known, boolean isWhole) {
    this.parts = parts;
    this.totals = totals;
    this.known = known;
    this.isWhole = isWhole;
  }

  /** Of one part, or of all; ages are sums of whole and half days, exact as doubles. */
  private record Totals(long customers, long repeats, long distinct, double ages, long fingerprint)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1L;

    static Totals of(Histories part) {
      double ages = 0;
      for (int i = 0; i < part.distinct(); i++) {
        ages += part.weight(i) * part.age(i);
      }
      return new Totals(
          part.customers(), part.totalRepeats(), part.distinct(), ages, part.fingerprint());
    }

    Totals and(Totals other) {
      return new Totals(
          customers + other.customers,
          repeats + other.repeats,
          distinct + other.distinct,
          ages + other.ages,
          fingerprint + other.fingerprint);
    }

    HistoryTotals toHistoryTotals() {
      return new HistoryTotals(
          customers, repeats, Math.toIntExact(distinct), customers == 0 ? 0 : ages / customers);
    }
  }

  /**
   * Reads the table.
   *
   * @param compressed rows of {@link CompressedHistories#ofPurchases}
   * @param cap most distinct histories taken to the driver
   */
  static PurchaseTable of(Lake lake, Dataset<Row> compressed, int cap) {
    Parts<Histories> parts =
        lake.parts(
            compressed,
            rows ->
                Stream.of(CompressedHistories.toHistories(rows))
                    .filter(part -> part.distinct() > 0)
                    .iterator());
    Totals totals = parts.map(Totals::of).stream().reduce(new Totals(0, 0, 0, 0, 0), Totals::and);
    boolean isWhole = totals.distinct() <= cap;
    long oneIn = Math.max(1, totals.distinct() / Math.min(SAMPLED, cap));
    Histories.Builder known = Histories.builder();
    parts.map(part -> isWhole ? part : part.oneIn(oneIn)).forEach(known::addAll);
    return new PurchaseTable(parts, totals, known.build(), isWhole);
  }

  /**
   * The maximum likelihood fit of all histories.
   *
   * @throws io.cohortclv.models.fit.InfeasibleDataException where they cannot tell the parameters
   */
  PurchaseFit fit(ModelFamily family) {
    if (isWhole) {
      return PurchaseFits.fit(family, known);
    }
    return PurchaseFits.fit(
        family, known, totals.toHistoryTotals(), parameters -> sums(family, parameters));
  }

  /**
   * One rate of all customers, for histories that tell no better.
   *
   * @throws io.cohortclv.models.fit.InfeasibleDataException where they cannot even tell that
   */
  PurchaseFit fitOneRate(String reason) {
    return PurchaseFits.ofOneRate(
        totals.toHistoryTotals(), parameters -> sums(ModelFamily.NBD, parameters), reason);
  }

  private LikelihoodSums sums(ModelFamily family, double[] parameters) {
    return sum(parts.map(part -> PurchaseFits.sums(family, parameters, part)));
  }

  /** In the order of the partitions, so that a rerun has the same bits. */
  static LikelihoodSums sum(List<LikelihoodSums> sums) {
    return sums.stream().reduce(LikelihoodSums::add).orElseThrow();
  }

  long fingerprint() {
    return totals.fingerprint();
  }

  @Override
  public void close() {
    parts.close();
  }
}
