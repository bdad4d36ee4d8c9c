package io.cohortclv.transforms.scoring;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.exp;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;

import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import io.cohortclv.transforms.table.Table;
import java.io.Serial;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF5;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Histories and fitted models to what each customer is worth. */
public final class CustomerScores {
  private static final double DAYS_PER_YEAR = 365;
  private static final String SCORE = "score";
  private static final String DISCOUNTED_H = "discounted_h";
  private static final String DISCOUNTED_REST = "discounted_rest";

  private CustomerScores() {}

  /**
   * One row a customer with the columns of {@link CustomerClv} but the ranks, which {@link
   * CustomerRanks} adds. A customer is scored with the model of the source type that acquired it,
   * else with the pooled one; left-censored customers always with the pooled one, since their
   * source is not known.
   *
   * @param summaries {@link CustomerSummary} rows
   * @param acquisitions {@link CustomerAcquisition} rows of the same run
   * @param models by source type, with the pooled model under {@link ModelRegistry#POOLED}
   * @param horizonDays H: how far the expectation reaches, in days
   * @param discountRatePerYear yearly rate d, applied continuously as ln(1 + d)
   * @param marginRate margin expected as a fraction of net revenue
   */
  public static Dataset<Row> scoreCustomers(
      Dataset<Row> summaries,
      Dataset<Row> acquisitions,
      Map<String, SegmentModel> models,
      int horizonDays,
      double discountRatePerYear,
      double marginRate) {
    double ratePerDay = Math.log1p(discountRatePerYear) / DAYS_PER_YEAR;
    Dataset<Row> segments =
        CustomerAcquisition.principalOwners(acquisitions, CustomerAcquisition.SOURCE_TYPE);
    Column predict =
        udf(new Prediction(models, horizonDays, ratePerDay), PREDICTION)
            .apply(
                coalesce(col(CustomerAcquisition.SOURCE_TYPE), lit(ModelRegistry.POOLED)),
                col(CustomerSummary.REPEATS),
                col(CustomerSummary.RECENCY_DAYS),
                col(CustomerSummary.AGE_DAYS),
                col(CustomerSummary.REVENUE_PER_DAY_MEAN));
    Column marginPerOrder = col(CustomerClv.EXP_REVENUE).multiply(lit(marginRate));
    Column rest =
        col(DISCOUNTED_REST)
            .multiply(exp(col(CustomerSummary.AGE_DAYS).multiply(lit(-ratePerDay))));
    return summaries
        .join(segments, new String[] {CustomerSummary.CUSTOMER_ID}, "left")
        .withColumn(SCORE, predict)
        .select(Stream.of("*", SCORE + ".*").map(c -> col(c)).toArray(Column[]::new))
        .drop(CustomerSummary.MARGIN_RATE)
        .withColumn(CustomerClv.MARGIN_RATE, lit(marginRate))
        .withColumn(
            CustomerClv.REPEAT_MARGIN,
            col(CustomerSummary.HIST_MARGIN).minus(col(CustomerSummary.FIRST_MARGIN)))
        .withColumn(
            CustomerClv.RESIDUAL_H,
            col(DISCOUNTED_H).multiply(marginPerOrder).cast(Table.PUBLISHED_MONEY))
        .withColumn(
            CustomerClv.CLV_H, col(CustomerSummary.HIST_MARGIN).plus(col(CustomerClv.RESIDUAL_H)))
        .withColumn(
            CustomerClv.ACQUISITION_CLV,
            col(CustomerSummary.ACQUISITION_MARGIN)
                .plus(rest.multiply(marginPerOrder))
                .cast(Table.PUBLISHED_MONEY));
  }

  private static final StructType PREDICTION =
      new StructType()
          .add(CustomerClv.P_ALIVE, DataTypes.DoubleType)
          .add(CustomerClv.EXP_ORDERS_H, DataTypes.DoubleType)
          .add(DISCOUNTED_H, DataTypes.DoubleType)
          .add(DISCOUNTED_REST, DataTypes.DoubleType)
          .add(CustomerClv.EXP_REVENUE, DataTypes.DoubleType)
          .add(CustomerClv.MODEL_ID, DataTypes.StringType)
          .add(CustomerClv.SEGMENT_PATH, DataTypes.StringType);

  /** All predictions of one history; Spark has no function that could take its place. */
  private static final class Prediction implements UDF5<String, Long, Double, Double, Double, Row> {
    @Serial private static final long serialVersionUID = 1L;

    private final HashMap<String, SegmentModel> models;
    private final double horizonDays;
    private final double ratePerDay;
    private transient Map<String, PurchaseModel> purchases;

    Prediction(Map<String, SegmentModel> models, double horizonDays, double ratePerDay) {
      this.models = new HashMap<>(models);
      this.horizonDays = horizonDays;
      this.ratePerDay = ratePerDay;
    }

    @Override
    public Row call(String segment, Long repeats, Double recency, Double age, Double mean) {
      SegmentModel fitted = models.getOrDefault(segment, models.get(ModelRegistry.POOLED));
      PurchaseModel model = purchaseModel(fitted);
      int x = Math.toIntExact(repeats);
      double rest = Math.max(0, horizonDays - age);
      double spend = fitted.newcomerSpend();
      if (x > 0 && mean != null && fitted.spend() != null) {
        double own = GammaGamma.of(fitted.spend()).expectedSpend(x, mean);
        // With p x + q <= 1 the posterior has no mean either.
        spend = Double.isFinite(own) ? own : spend;
      }
      return RowFactory.create(
          model.aliveProbability(x, recency, age),
          model.expectedPurchases(horizonDays, x, recency, age),
          model.discountedPurchases(horizonDays, ratePerDay, x, recency, age),
          rest == 0 ? 0.0 : model.discountedPurchases(rest, ratePerDay, x, recency, age),
          spend,
          fitted.modelId(),
          fitted.segmentPath());
    }

    private PurchaseModel purchaseModel(SegmentModel fitted) {
      if (purchases == null) {
        purchases = new HashMap<>();
      }
      return purchases.computeIfAbsent(
          fitted.modelId(),
          id ->
              fitted
                  .family()
                  .model(fitted.parameters().stream().mapToDouble(Double::doubleValue).toArray()));
    }
  }
}
