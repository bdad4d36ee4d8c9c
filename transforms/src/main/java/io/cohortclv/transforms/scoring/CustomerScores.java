package io.cohortclv.transforms.scoring;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.exp;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;

import io.cohortclv.models.btyd.TimeUnit;
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
  private static final String SCORE = "score";
  private static final String NEXT = "next";
  private static final String NEXT_LOW = "next_low";
  private static final String NEXT_HIGH = "next_high";
  private static final String REST = "rest";
  private static final String REST_LOW = "rest_low";
  private static final String REST_HIGH = "rest_high";
  private static final String REST_SD = "rest_sd";

  private CustomerScores() {}

  /**
   * One row a customer with the columns of {@link CustomerClv} but the ranks, which {@link
   * CustomerRanks} adds. A customer is scored with the model of the source type that acquired it,
   * else with the pooled one; left-censored customers always with the pooled one, since their
   * source is not known.
   *
   * @param summaries {@link CustomerSummary} rows whose {@code margin_rate} is the one to expect
   * @param acquisitions {@link CustomerAcquisition} rows of the same run
   * @param models by source type, with the pooled model under {@link ModelRegistry#POOLED}
   * @param horizonDays H: how far the expectation reaches, in days
   * @param discountRatePerYear yearly rate d, applied continuously as ln(1 + d)
   */
  public static Dataset<Row> scoreCustomers(
      Dataset<Row> summaries,
      Dataset<Row> acquisitions,
      Map<String, SegmentModel> models,
      int horizonDays,
      double discountRatePerYear) {
    double ratePerDay = TimeUnit.DAYS.continuousRate(discountRatePerYear);
    Dataset<Row> segments =
        CustomerAcquisition.principalOwners(acquisitions, CustomerAcquisition.SOURCE_TYPE);
    Column[] history =
        Stream.of(CustomerSummary.REPEATS, CustomerSummary.RECENCY_DAYS, CustomerSummary.AGE_DAYS)
            .map(c -> col(c))
            .toArray(Column[]::new);
    Column predict =
        udf(new Prediction(models, horizonDays, ratePerDay), PREDICTION)
            .apply(
                coalesce(col(CustomerAcquisition.SOURCE_TYPE), lit(ModelRegistry.POOLED)),
                col(CustomerSummary.REPEATS),
                col(CustomerSummary.RECENCY_DAYS),
                col(CustomerSummary.AGE_DAYS),
                col(CustomerSummary.REVENUE_PER_DAY_MEAN));
    Column discount = exp(col(CustomerSummary.AGE_DAYS).multiply(lit(-ratePerDay)));
    return summaries
        .join(segments, new String[] {CustomerSummary.CUSTOMER_ID}, "left")
        // Customers who share a history side by side: what follows from it is worked out once.
        .repartition(history)
        .sortWithinPartitions(history)
        .withColumn(SCORE, predict)
        .select(Stream.of("*", SCORE + ".*").map(c -> col(c)).toArray(Column[]::new))
        .withColumn(
            CustomerClv.REPEAT_MARGIN,
            col(CustomerSummary.HIST_MARGIN).minus(col(CustomerSummary.FIRST_MARGIN)))
        .withColumn(CustomerClv.RESIDUAL_H, margin(NEXT).cast(Table.PUBLISHED_MONEY))
        .withColumn(
            CustomerClv.CLV_H, col(CustomerSummary.HIST_MARGIN).plus(col(CustomerClv.RESIDUAL_H)))
        .withColumn(CustomerClv.CLV_H_LO80, col(CustomerSummary.HIST_MARGIN).plus(margin(NEXT_LOW)))
        .withColumn(
            CustomerClv.CLV_H_HI80, col(CustomerSummary.HIST_MARGIN).plus(margin(NEXT_HIGH)))
        .withColumn(
            CustomerClv.ACQUISITION_CLV,
            acquisition(margin(REST), discount).cast(Table.PUBLISHED_MONEY))
        .withColumn(CustomerClv.ACQUISITION_CLV_LO80, acquisition(margin(REST_LOW), discount))
        .withColumn(CustomerClv.ACQUISITION_CLV_HI80, acquisition(margin(REST_HIGH), discount))
        .withColumn(CustomerClv.ACQUISITION_CLV_SD, discount.multiply(margin(REST_SD)));
  }

  private static Column margin(String revenue) {
    return col(revenue).multiply(col(CustomerClv.MARGIN_RATE));
  }

  /** What was observed since acquisition, and what is still to come, discounted to acquisition. */
  private static Column acquisition(Column rest, Column discount) {
    return col(CustomerSummary.ACQUISITION_MARGIN).plus(rest.multiply(discount));
  }

  private static final StructType PREDICTION =
      new StructType()
          .add(CustomerClv.P_ALIVE, DataTypes.DoubleType)
          .add(CustomerClv.EXP_ORDERS_H, DataTypes.DoubleType)
          .add(CustomerClv.EXP_REVENUE, DataTypes.DoubleType)
          .add(NEXT, DataTypes.DoubleType)
          .add(NEXT_LOW, DataTypes.DoubleType)
          .add(NEXT_HIGH, DataTypes.DoubleType)
          .add(REST, DataTypes.DoubleType)
          .add(REST_LOW, DataTypes.DoubleType)
          .add(REST_HIGH, DataTypes.DoubleType)
          .add(REST_SD, DataTypes.DoubleType)
          .add(CustomerClv.MODEL_ID, DataTypes.StringType)
          .add(CustomerClv.SEGMENT_PATH, DataTypes.StringType);

  /** All predictions of one history; Spark has no function that could take its place. */
  private static final class Prediction implements UDF5<String, Long, Double, Double, Double, Row> {
    @Serial private static final long serialVersionUID = 1L;

    private final HashMap<String, SegmentModel> models;
    private final double horizonDays;
    private final double ratePerDay;
    private transient Map<String, Valuation> valuations;

    Prediction(Map<String, SegmentModel> models, double horizonDays, double ratePerDay) {
      this.models = new HashMap<>(models);
      this.horizonDays = horizonDays;
      this.ratePerDay = ratePerDay;
    }

    @Override
    public Row call(String segment, Long repeats, Double recency, Double age, Double mean) {
      SegmentModel fitted = models.getOrDefault(segment, models.get(ModelRegistry.POOLED));
      Valuation.Value value = valuation(fitted).of(Math.toIntExact(repeats), recency, age, mean);
      return RowFactory.create(
          value.aliveProbability(),
          value.expectedPurchases(),
          value.expectedSpend(),
          value.next().mean(),
          known(value.next().low()),
          known(value.next().high()),
          value.rest().mean(),
          known(value.rest().low()),
          known(value.rest().high()),
          known(value.rest().sd()),
          fitted.modelId(),
          fitted.segmentPath());
    }

    private static Double known(double value) {
      return Double.isNaN(value) ? null : value;
    }

    /** A task has a function of its own, and so valuations of its own. */
    private Valuation valuation(SegmentModel fitted) {
      if (valuations == null) {
        valuations = new HashMap<>();
      }
      return valuations.computeIfAbsent(
          fitted.modelId(), id -> new Valuation(fitted, horizonDays, ratePerDay));
    }
  }
}
