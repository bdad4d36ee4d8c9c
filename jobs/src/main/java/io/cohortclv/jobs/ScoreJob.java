package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import io.cohortclv.transforms.fitting.SegmentTree;
import io.cohortclv.transforms.scoring.CustomerRanks;
import io.cohortclv.transforms.scoring.CustomerScores;
import io.cohortclv.transforms.scoring.SegmentModel;
import io.cohortclv.transforms.summary.MarginCells;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.jdk.javaapi.CollectionConverters;

/** Customer histories and the run's models to what each customer is worth. */
final class ScoreJob implements Stage {
  static final int MAX_MODELS = 10_000;

  /** All customers and source types: deeper segments describe, but do not score. */
  static final Column IS_SCORED_WITH = not(col(ModelRegistry.SEGMENT_PATH).contains("/"));

  @Override
  public long run(Lake lake, ClvConfig config, Run run) {
    List<Row> registry =
        lake.collectSmall(
            lake.read(ModelRegistry.TABLE, run).filter(IS_SCORED_WITH), MAX_MODELS, "models");
    Dataset<Row> scored =
        lake.keep(
            CustomerScores.scoreCustomers(
                withExpectedMargin(lake, run),
                lake.read(CustomerAcquisition.TABLE, run),
                segmentModels(registry, config.fit().minSegmentCustomers()),
                config.reporting().horizonDays(),
                config.reporting().discountRatePerYear()));
    try {
      return lake.write(CustomerClv.TABLE, run, CustomerRanks.rank(scored)).rows();
    } finally {
      scored.unpersist();
    }
  }

  /** Summaries with the margin rate to be expected in place of the customer's own. */
  private static Dataset<Row> withExpectedMargin(Lake lake, Run run) {
    Dataset<Row> summaries = lake.read(CustomerSummary.TABLE, run);
    Dataset<Row> acquisitions = lake.read(CustomerAcquisition.TABLE, run);
    List<Row> cells =
        lake.collectSmall(
            MarginCells.addUp(summaries, acquisitions),
            MAX_MODELS,
            "sources and first categories of products");
    return MarginCells.withExpectedRate(
        summaries,
        acquisitions,
        lake.spark().createDataFrame(MarginRates.shrink(cells), MarginRates.SCHEMA));
  }

  /**
   * The models customers are scored with, by source type, the pooled one under its own name. A
   * source type without a spend model that enough customers stand behind takes the pooled one.
   */
  static Map<String, SegmentModel> segmentModels(List<Row> registry, int minCustomers) {
    Map<String, Map<String, Row>> byFamily = new HashMap<>();
    for (Row row : registry) {
      byFamily
          .computeIfAbsent(row.getAs(ModelRegistry.SEGMENT_PATH), path -> new HashMap<>())
          .put(row.getAs(ModelRegistry.FAMILY), row);
    }
    Map<String, Row> pooled = byFamily.get(ModelRegistry.POOLED);
    Map<String, SegmentModel> models = new HashMap<>();
    byFamily.forEach(
        (path, rows) ->
            purchaseModel(rows)
                .ifPresent(
                    purchases ->
                        models.put(
                            path.replace(SegmentTree.ofSourceType(""), ""),
                            model(path, purchases, hasSpend(rows, minCustomers) ? rows : pooled))));
    return models;
  }

  /** Whether the segment has a spend model of its own that enough customers stand behind. */
  private static boolean hasSpend(Map<String, Row> rows, int minCustomers) {
    Row spend = rows.get(ModelRegistry.GAMMA_GAMMA);
    return spend != null
        && spend.<Boolean>getAs(ModelRegistry.CONVERGED)
        && spend.<Long>getAs(ModelRegistry.CUSTOMERS) >= minCustomers
        && gammaGamma(spend).q() > 1;
  }

  private static Optional<Row> purchaseModel(Map<String, Row> rows) {
    return rows.entrySet().stream()
        .filter(
            e ->
                !e.getKey().equals(ModelRegistry.GAMMA_GAMMA)
                    && !e.getKey().equals(ModelRegistry.MEAN_SPEND))
        .map(Map.Entry::getValue)
        .findFirst();
  }

  private static SegmentModel model(String path, Row purchases, Map<String, Row> spendModels) {
    Row spend = spendModels.get(ModelRegistry.GAMMA_GAMMA);
    Row mean = spendModels.get(ModelRegistry.MEAN_SPEND);
    GammaGammaParameters gammaGamma = spend == null ? null : gammaGamma(spend);
    return new SegmentModel(
        purchases.getAs(ModelRegistry.MODEL_ID),
        path,
        ModelFamily.of(purchases.getAs(ModelRegistry.FAMILY)),
        parameters(purchases),
        covariance(purchases),
        gammaGamma,
        gammaGamma == null ? List.of() : covariance(spend),
        gammaGamma != null && gammaGamma.q() > 1
            ? GammaGamma.of(gammaGamma).populationMean()
            : parameters(mean).get(0));
  }

  private static GammaGammaParameters gammaGamma(Row spend) {
    List<Double> p = parameters(spend);
    return new GammaGammaParameters(p.get(0), p.get(1), p.get(2));
  }

  private static List<Double> parameters(Row model) {
    return model.getList(model.fieldIndex(ModelRegistry.PARAMETERS));
  }

  private static List<List<Double>> covariance(Row model) {
    return model
        .<scala.collection.Seq<Double>>getList(model.fieldIndex(ModelRegistry.COVARIANCE))
        .stream()
        .map(CollectionConverters::asJava)
        .toList();
  }
}
