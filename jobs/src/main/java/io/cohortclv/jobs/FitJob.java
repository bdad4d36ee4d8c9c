package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.fit.InfeasibleDataException;
import io.cohortclv.transforms.summary.CompressedHistories;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import io.cohortclv.transforms.table.ModelValidation;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Table;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Customer histories to fitted models, one of all customers and one of each source type, and to a
 * judgement of how such models forecast the last days of the log.
 */
final class FitJob implements Stage {
  @Override
  public long run(Lake lake, ClvConfig config, Run run) {
    ClvConfig.Fit settings = config.fit();
    Dataset<Row> fittable =
        CompressedHistories.fittable(
            lake.read(CustomerSummary.TABLE, run), lake.read(CustomerAcquisition.TABLE, run));
    int cap = settings.maxDistinctHistories();
    List<Row> purchases =
        lake.collectSmall(
            CompressedHistories.ofPurchases(fittable),
            cap,
            "distinct histories (fit.max-distinct-histories)");
    List<Row> spend =
        lake.collectSmall(
            CompressedHistories.ofSpend(fittable),
            cap,
            "distinct mean spends (fit.max-distinct-histories)");
    List<Row> revenue =
        lake.collectSmall(
            CompressedHistories.ofRevenue(fittable),
            CustomerAcquisition.SOURCE_TYPES.size(),
            "source types");
    ModelFamily family = ModelFamily.of(settings.model());
    List<Row> registry = new ArrayList<>();
    try {
      registry.addAll(
          SegmentFit.of(ModelRegistry.POOLED, family, purchases, spend, revenue).registryRows());
    } catch (InfeasibleDataException e) {
      throw CommandException.data(
          "The purchase model of "
              + run.asOf()
              + " cannot be fitted, and nothing was published. "
              + e.getMessage());
    }
    for (String sourceType : CustomerAcquisition.SOURCE_TYPES) {
      SegmentFit.ofSourceType(
              sourceType, settings.minSegmentCustomers(), family, purchases, spend, revenue)
          .ifPresent(fit -> registry.addAll(fit.registryRows()));
    }
    return write(lake, run, ModelRegistry.TABLE, registry) + validate(lake, config, run);
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
    for (String segment :
        Holdout.segments(
            holdout, settings.minSegmentCustomers(), CustomerAcquisition.SOURCE_TYPES)) {
      holdout
          .judge(ModelFamily.of(settings.model()), segment)
          .ifPresent(outcome -> outcomes.add(outcome.toRow()));
    }
    return write(lake, run, ModelValidation.TABLE, outcomes);
  }

  private static long write(Lake lake, Run run, Table table, List<Row> rows) {
    return lake.write(
            table, run, lake.spark().createDataFrame(rows, table.ownSchema()).coalesce(1))
        .rows();
  }
}
