package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.jobs.config.Build;
import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.fit.InfeasibleDataException;
import io.cohortclv.models.fit.ModelChoice;
import io.cohortclv.models.fit.PurchaseFit;
import io.cohortclv.transforms.fitting.RegistryRows;
import io.cohortclv.transforms.fitting.SegmentTree;
import io.cohortclv.transforms.summary.CompressedHistories;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import io.cohortclv.transforms.table.ModelValidation;
import io.cohortclv.transforms.table.OrderValue;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Customer histories to fitted models, of all customers and of every segment, and to a judgement of
 * how such models forecast the last days of the log.
 */
final class FitJob implements Stage {
  private static final String REMARKS = "remarks";

  @Override
  public long run(Lake lake, ClvConfig config, Run run) {
    ClvConfig.Fit settings = config.fit();
    Dataset<Row> fittable =
        CompressedHistories.fittable(
            lake.read(CustomerSummary.TABLE, run), lake.read(CustomerAcquisition.TABLE, run));
    Holdout holdout =
        Holdout.read(
            lake,
            lake.read(OrderValue.TABLE, run),
            lake.read(CustomerAcquisition.TABLE, run),
            run.asOf().minusDays(settings.holdoutDays()),
            run.asOf(),
            settings.midpoint(),
            settings.maxDistinctHistories());
    List<Holdout.Outcome> outcomes = judge(holdout, settings);
    List<Row> ownFits = new ArrayList<>(spendModels(lake, settings, fittable));
    Optional<ModelFamily> family = Optional.empty();
    try (PurchaseTable table =
        PurchaseTable.of(
            lake, CompressedHistories.ofPurchases(fittable), settings.maxDistinctHistories())) {
      Set<String> reasons = new LinkedHashSet<>();
      Map<ModelFamily, PurchaseFit> fits = fit(table, settings.families(), reasons);
      PurchaseFit fit;
      PurchaseFit withoutDropout = null;
      if (fits.isEmpty()) {
        fit = table.fitOneRate(String.join("; ", reasons));
        reasons.clear(); // the fit has them
      } else {
        family = Optional.of(choose(holdout, outcomes, fits, reasons));
        fit = fits.get(family.get());
        if (family.get() != ModelFamily.NBD) {
          withoutDropout = fits.computeIfAbsent(ModelFamily.NBD, table::fit);
        }
      }
      ownFits.add(
          RegistryRows.ofPooled(
              fit, withoutDropout, table.fingerprint(), List.copyOf(reasons), Build.revision()));
    } catch (InfeasibleDataException e) {
      throw CommandException.data(
          "The purchase model of "
              + run.asOf()
              + " cannot be fitted, and nothing was published. "
              + e.getMessage());
    }
    Dataset<Row> pooled = lake.spark().createDataFrame(ownFits, ModelRegistry.TABLE.ownSchema());
    Dataset<Row> registry =
        family
            .map(
                f ->
                    pooled.unionByName(
                        SegmentTree.fitSegments(
                            fittable, f, settings.minSegmentCustomers(), Build.revision())))
            .orElse(pooled)
            .transform(rows -> withRemarks(lake, rows, outcomes))
            // Not coalesced: that would leave all segments to one task.
            .repartition(1);
    return lake.write(ModelRegistry.TABLE, run, registry).rows() + validate(lake, run, outcomes);
  }

  /** The families that the data can tell; of the others the reasons why not. */
  private static Map<ModelFamily, PurchaseFit> fit(
      PurchaseTable table, List<ModelFamily> families, Set<String> reasons) {
    Map<ModelFamily, PurchaseFit> fits = new EnumMap<>(ModelFamily.class);
    for (ModelFamily family : families) {
      try {
        fits.put(family, table.fit(family));
      } catch (InfeasibleDataException e) {
        reasons.add(e.getMessage());
      }
    }
    return fits;
  }

  /** How each family, refitted without the last days, forecast them; nothing of too short a log. */
  private static List<Holdout.Outcome> judge(Holdout holdout, ClvConfig.Fit settings) {
    List<Holdout.Outcome> outcomes = new ArrayList<>();
    if (holdout.isLongEnough()) {
      for (String segment : holdout.segments(settings.minSegmentCustomers())) {
        for (ModelFamily family : settings.families()) {
          holdout.judge(family, segment).ifPresent(outcomes::add);
        }
      }
    }
    return outcomes;
  }

  private static ModelFamily choose(
      Holdout holdout,
      List<Holdout.Outcome> outcomes,
      Map<ModelFamily, PurchaseFit> fits,
      Set<String> reasons) {
    List<PurchaseFit> candidates = List.copyOf(fits.values());
    if (candidates.size() == 1) {
      return candidates.get(0).model().family();
    }
    ModelChoice choice = holdout.choose(candidates, outcomes);
    reasons.add(choice.reason());
    return choice.fit().model().family();
  }

  /** Adds what the holdout has to say of the forecasts of a family and segment. */
  private static Dataset<Row> withRemarks(
      Lake lake, Dataset<Row> registry, List<Holdout.Outcome> outcomes) {
    List<Row> remarks =
        outcomes.stream()
            .filter(outcome -> !outcome.remarks().isEmpty())
            .map(
                outcome ->
                    RowFactory.create(
                        outcome.fit().model().family().id(),
                        outcome.segmentPath(),
                        outcome.remarks().toArray()))
            .toList();
    StructType schema =
        new StructType()
            .add(ModelRegistry.FAMILY, DataTypes.StringType)
            .add(ModelRegistry.SEGMENT_PATH, DataTypes.StringType)
            .add(REMARKS, DataTypes.createArrayType(DataTypes.StringType));
    return registry
        .join(
            broadcast(lake.spark().createDataFrame(remarks, schema)),
            new String[] {ModelRegistry.FAMILY, ModelRegistry.SEGMENT_PATH},
            "left")
        .withColumn(
            ModelRegistry.WARNINGS,
            when(col(REMARKS).isNotNull(), concat(col(ModelRegistry.WARNINGS), col(REMARKS)))
                .otherwise(col(ModelRegistry.WARNINGS)))
        .transform(ModelRegistry.TABLE::conform);
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

  private static long validate(Lake lake, Run run, List<Holdout.Outcome> outcomes) {
    if (outcomes.isEmpty()) {
      return 0;
    }
    Dataset<Row> rows =
        lake.spark()
            .createDataFrame(
                outcomes.stream().map(Holdout.Outcome::toRow).toList(),
                ModelValidation.TABLE.ownSchema())
            .coalesce(1);
    return lake.write(ModelValidation.TABLE, run, rows).rows();
  }
}
