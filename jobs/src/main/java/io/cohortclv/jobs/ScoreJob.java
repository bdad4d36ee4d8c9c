package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import io.cohortclv.transforms.scoring.CustomerScores;
import io.cohortclv.transforms.scoring.SegmentModel;
import io.cohortclv.transforms.summary.CompressedHistories;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;

/** Customer histories and the run's models to what each customer is worth. */
final class ScoreJob implements Stage {
  static final int MAX_MODELS = 10_000;

  @Override
  public long run(Lake lake, ClvConfig config, Run run) {
    List<Row> registry =
        lake.collectSmall(lake.read(ModelRegistry.TABLE, run), MAX_MODELS, "models");
    return lake.write(
            CustomerClv.TABLE,
            run,
            CustomerScores.scoreCustomers(
                lake.read(CustomerSummary.TABLE, run),
                lake.read(CustomerAcquisition.TABLE, run),
                segmentModels(registry),
                config.reporting().horizonDays(),
                config.reporting().discountRatePerYear(),
                config.margin().defaultRate()))
        .rows();
  }

  /** The models by source type, the pooled one under its own name. */
  static Map<String, SegmentModel> segmentModels(List<Row> registry) {
    Map<String, Map<String, Row>> byFamily = new HashMap<>();
    for (Row row : registry) {
      String path = row.getAs(ModelRegistry.SEGMENT_PATH);
      byFamily
          .computeIfAbsent(path, p -> new HashMap<>())
          .put(row.getAs(ModelRegistry.FAMILY), row);
    }
    Map<String, SegmentModel> models = new HashMap<>();
    byFamily.forEach(
        (path, rows) -> {
          Row spend = rows.remove(ModelRegistry.GAMMA_GAMMA);
          Row mean = rows.remove(ModelRegistry.MEAN_SPEND);
          Row purchases = rows.values().iterator().next();
          GammaGammaParameters gammaGamma = spend == null ? null : gammaGamma(spend);
          double meanSpend = parameters(mean).get(0);
          models.put(
              path.replace(CompressedHistories.SEGMENT + "=", ""),
              new SegmentModel(
                  purchases.getAs(ModelRegistry.MODEL_ID),
                  path,
                  ModelFamily.of(purchases.getAs(ModelRegistry.FAMILY)),
                  parameters(purchases),
                  gammaGamma,
                  gammaGamma != null && gammaGamma.q() > 1
                      ? GammaGamma.of(gammaGamma).populationMean()
                      : meanSpend));
        });
    return models;
  }

  private static GammaGammaParameters gammaGamma(Row spend) {
    List<Double> p = parameters(spend);
    return new GammaGammaParameters(p.get(0), p.get(1), p.get(2));
  }

  private static List<Double> parameters(Row model) {
    return model.getList(model.fieldIndex(ModelRegistry.PARAMETERS));
  }
}
