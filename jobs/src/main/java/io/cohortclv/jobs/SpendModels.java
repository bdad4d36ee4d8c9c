package io.cohortclv.jobs;

import io.cohortclv.jobs.config.Build;
import io.cohortclv.models.fit.InfeasibleDataException;
import io.cohortclv.models.fit.SpendFits;
import io.cohortclv.models.fit.SpendHistories;
import io.cohortclv.transforms.fitting.RegistryRows;
import io.cohortclv.transforms.summary.CompressedHistories;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/** The spend of one segment as rows of model_registry. */
final class SpendModels {
  private SpendModels() {}

  /**
   * The Gamma-Gamma model where the segment's customers came back and differ in what they spend,
   * and the mean of all its purchase days.
   *
   * @param segment a source type, or {@link ModelRegistry#POOLED} for all
   * @param spend rows of {@link CompressedHistories#ofSpend}
   * @param revenue rows of {@link CompressedHistories#ofRevenue}
   */
  static List<Row> registryRows(String segment, List<Row> spend, List<Row> revenue) {
    SpendHistories.Builder builder = SpendHistories.builder();
    for (Row row : Segments.rowsOf(spend, segment)) {
      builder.add(
          row.<Long>getAs(CustomerSummary.REPEATS),
          row.<Double>getAs(CustomerSummary.REVENUE_PER_DAY_MEAN),
          row.<Long>getAs(CompressedHistories.CUSTOMERS));
    }
    BigDecimal net = BigDecimal.ZERO;
    long days = 0;
    for (Row row : Segments.rowsOf(revenue, segment)) {
      net = net.add(row.<BigDecimal>getAs(CustomerSummary.NET_REVENUE));
      days += row.<Long>getAs(CustomerSummary.PURCHASE_DAYS);
    }
    SpendHistories histories = builder.build();
    String path = Segments.path(segment);
    List<Row> rows = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    try {
      rows.add(RegistryRows.of(SpendFits.fit(histories), histories, path, Build.revision()));
    } catch (InfeasibleDataException e) {
      warnings.add(e.getMessage());
    }
    double mean = days == 0 ? 0 : net.doubleValue() / days;
    rows.add(RegistryRows.ofMeanSpend(mean, histories, path, warnings, Build.revision()));
    return rows;
  }
}
