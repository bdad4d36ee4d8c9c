package io.cohortclv.jobs;

import io.cohortclv.jobs.config.Build;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Parts;
import io.cohortclv.models.fit.InfeasibleDataException;
import io.cohortclv.models.fit.SpendFit;
import io.cohortclv.models.fit.SpendFits;
import io.cohortclv.models.fit.SpendHistories;
import io.cohortclv.models.fit.SpendTotals;
import io.cohortclv.models.math.CompensatedSum;
import io.cohortclv.transforms.fitting.RegistryRows;
import io.cohortclv.transforms.summary.CompressedHistories;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import java.io.Serial;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The distinct mean spends of customers who came back, by source type. There is nearly one a
 * customer, so as {@link PurchaseTable} does it they are taken to the driver up to a cap only, and
 * summed in their partitions above it.
 */
final class SpendTable implements AutoCloseable {
  /** Rows of the sample from whose fit the climb over the parts starts. */
  private static final long SAMPLED = 40_000;

  private final Parts<Map<String, SpendHistories>> parts;
  private final boolean isWhole;
  private final long sampled;

  private SpendTable(Parts<Map<String, SpendHistories>> parts, boolean isWhole, long sampled) {
    this.parts = parts;
    this.isWhole = isWhole;
    this.sampled = sampled;
  }

  /** Of a segment's rows in one part, or in all. */
  private record Totals(long customers, long distinct, CompensatedSum amounts, long fingerprint)
      implements Serializable {
    @Serial private static final long serialVersionUID = 1L;

    static Totals of(Collection<SpendHistories> tables) {
      Totals all = new Totals(0, 0, new CompensatedSum(), 0);
      for (SpendHistories table : tables) {
        CompensatedSum amounts = new CompensatedSum();
        for (int i = 0; i < table.distinct(); i++) {
          amounts.add(table.weight(i) * table.mean(i));
        }
        all =
            all.and(new Totals(table.customers(), table.distinct(), amounts, table.fingerprint()));
      }
      return all;
    }

    Totals and(Totals other) {
      amounts.add(other.amounts);
      return new Totals(
          customers + other.customers,
          distinct + other.distinct,
          amounts,
          fingerprint + other.fingerprint);
    }
  }

  /**
   * Reads the table.
   *
   * @param compressed rows of {@link CompressedHistories#ofSpend}
   * @param cap most distinct mean spends taken to the driver
   */
  static SpendTable of(Lake lake, Dataset<Row> compressed, int cap) {
    Parts<Map<String, SpendHistories>> parts =
        lake.parts(
            compressed,
            rows ->
                Stream.of(CompressedHistories.toSpendHistories(rows))
                    .filter(part -> !part.isEmpty())
                    .iterator());
    long distinct =
        parts.map(part -> Totals.of(part.values()).distinct()).stream().reduce(0L, Long::sum);
    return new SpendTable(parts, distinct <= cap, Math.min(SAMPLED, cap));
  }

  /**
   * Rows of model_registry: the Gamma-Gamma model where the segment's customers came back and
   * differ in what they spend, and the mean of all its purchase days.
   *
   * @param segment a source type, or {@link ModelRegistry#POOLED} for all
   * @param revenue rows of {@link CompressedHistories#ofRevenue}
   */
  List<Row> registryRows(String segment, List<Row> revenue) {
    Totals totals =
        parts.map(part -> Totals.of(tables(part, segment))).stream()
            .reduce(Totals::and)
            .orElseGet(() -> Totals.of(List.of()));
    String path = Segments.path(segment);
    List<Row> rows = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    try {
      rows.add(
          RegistryRows.of(
              fit(segment, totals),
              totals.distinct(),
              totals.fingerprint(),
              path,
              Build.revision()));
    } catch (InfeasibleDataException e) {
      warnings.add(e.getMessage());
    }
    BigDecimal net = BigDecimal.ZERO;
    long days = 0;
    for (Row row : Segments.rowsOf(revenue, segment)) {
      net = net.add(row.<BigDecimal>getAs(CustomerSummary.NET_REVENUE));
      days += row.<Long>getAs(CustomerSummary.PURCHASE_DAYS);
    }
    rows.add(
        RegistryRows.ofMeanSpend(
            days == 0 ? 0 : net.doubleValue() / days,
            totals.customers(),
            totals.distinct(),
            totals.fingerprint(),
            path,
            warnings,
            Build.revision()));
    return rows;
  }

  private SpendFit fit(String segment, Totals totals) {
    long oneIn = isWhole ? 1 : Math.max(1, totals.distinct() / sampled);
    SpendHistories.Builder known = SpendHistories.builder();
    parts
        .map(part -> tables(part, segment).stream().map(table -> sample(table, oneIn)).toList())
        .forEach(tables -> tables.forEach(known::addAll));
    if (oneIn == 1) {
      return SpendFits.fit(known.build());
    }
    return SpendFits.fit(
        known.build(),
        new SpendTotals(totals.customers(), totals.amounts().value() / totals.customers()),
        parameters ->
            PurchaseTable.sum(
                parts
                    .map(
                        part ->
                            tables(part, segment).stream()
                                .map(table -> SpendFits.sums(parameters, table))
                                .toList())
                    .stream()
                    .flatMap(List::stream)
                    .toList()));
  }

  private static SpendHistories sample(SpendHistories table, long oneIn) {
    return oneIn == 1 ? table : table.oneIn(oneIn);
  }

  private static Collection<SpendHistories> tables(
      Map<String, SpendHistories> part, String segment) {
    return segment.equals(ModelRegistry.POOLED)
        ? part.values()
        : Optional.ofNullable(part.get(segment)).map(List::of).orElse(List.of());
  }

  @Override
  public void close() {
    parts.close();
  }
}
