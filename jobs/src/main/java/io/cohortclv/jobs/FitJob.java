package io.cohortclv.jobs;

import io.cohortclv.jobs.config.Build;
import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.fit.InfeasibleDataException;
import io.cohortclv.transforms.fitting.RegistryRows;
import io.cohortclv.transforms.fitting.SegmentTree;
import io.cohortclv.transforms.summary.CompressedHistories;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import io.cohortclv.transforms.table.ModelValidation;
import io.cohortclv.transforms.table.OrderValue;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Customer histories to fitted models, of all customers and of every segment, and to a judgement of
 * how such models forecast the last days of the log.
 */
final class FitJob implements Stage {
  @Override
  public long run(Lake lake, ClvConfig config, Run run) {
    ClvConfig.Fit settings = config.fit();
    Dataset<Row> fittable =
        CompressedHistories.fittable(
            lake.read(CustomerSummary.TABLE, run), lake.read(CustomerAcquisition.TABLE, run));
    ModelFamily family = ModelFamily.of(settings.model());
    List<Row> ownFits = new ArrayList<>(spendModels(lake, settings, fittable));
    ownFits.add(pooled(lake, config, run, family, fittable));
    Dataset<Row> registry =
        lake.spark()
            .createDataFrame(ownFits, ModelRegistry.TABLE.ownSchema())
            .unionByName(
                SegmentTree.fitSegments(
                    fittable, family, settings.minSegmentCustomers(), Build.revision()))
            .coalesce(1);
    return lake.write(ModelRegistry.TABLE, run, registry).rows() + validate(lake, config, run);
  }

  /** The purchase model of all customers, tested against one in which nobody drops out. */
  private static Row pooled(
      Lake lake, ClvConfig config, Run run, ModelFamily family, Dataset<Row> fittable) {
    try (PurchaseTable table =
        PurchaseTable.of(
            lake, CompressedHistories.ofPurchases(fittable), config.fit().maxDistinctHistories())) {
      return RegistryRows.ofPooled(
          table.fit(family),
          family == ModelFamily.NBD ? null : table.fit(ModelFamily.NBD),
          table.fingerprint(),
          List.of(),
          Build.revision());
    } catch (InfeasibleDataException e) {
      throw CommandException.data(
          "The purchase model of "
              + run.asOf()
              + " cannot be fitted, and nothing was published. "
              + e.getMessage());
    }
  }

  /** The spend models of all customers and of each source type. */
  private static List<Row> spendModels(Lake lake, ClvConfig.Fit settings, Dataset<Row> fittable) {
    List<Row> revenue =
        lake.collectSmall(
            CompressedHistories.ofRevenue(fittable),
            CustomerAcquisition.SOURCE_TYPES.size(),
            "source types");
    try (SpendTable table =
        SpendTable.of(
            lake, CompressedHistories.ofSpend(fittable), settings.maxDistinctHistories())) {
      List<Row> rows = new ArrayList<>(table.registryRows(ModelRegistry.POOLED, revenue));
      for (Row source : revenue) {
        rows.addAll(table.registryRows(source.getAs(CompressedHistories.SEGMENT), revenue));
      }
      return rows;
    }
  }

  /** Refits without the last days and writes how the forecasts did; nothing of too short a log. */
  private static long validate(Lake lake, ClvConfig config, Run run) {
    ClvConfig.Fit settings = config.fit();
    Holdout holdout =
        Holdout.read(
            lake,
            lake.read(OrderValue.TABLE, run),
            lake.read(CustomerAcquisition.TABLE, run),
            run.asOf().minusDays(settings.holdoutDays()),
            run.asOf(),
            settings.midpoint(),
            settings.maxDistinctHistories());
    if (!holdout.isLongEnough()) {
      return 0;
    }
    List<Row> outcomes = new ArrayList<>();
    for (String segment : holdout.segments(settings.minSegmentCustomers())) {
      holdout
          .judge(ModelFamily.of(settings.model()), segment)
          .ifPresent(outcome -> outcomes.add(outcome.toRow()));
    }
    Dataset<Row> rows =
        lake.spark().createDataFrame(outcomes, ModelValidation.TABLE.ownSchema()).coalesce(1);
    return lake.write(ModelValidation.TABLE, run, rows).rows();
  }
}
