package io.cohortclv.transforms.ml;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import java.io.Serial;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF4;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * All predictions of one history, each what the plain Java API answers; Spark has no function that
 * could take its place. Carries numbers to the executors, and makes the models there.
 */
final class Prediction implements UDF4<Double, Double, Double, Double, Row> {
  @Serial private static final long serialVersionUID = 1L;

  static final StructType SCHEMA =
      new StructType()
          .add("alive", DataTypes.DoubleType)
          .add("expected_purchases", DataTypes.DoubleType)
          .add("discounted_purchases", DataTypes.DoubleType)
          .add("expected_spend", DataTypes.DoubleType)
          .add("value", DataTypes.DoubleType);

  private final ModelFamily family;
  private final double[] parameters;
  private final GammaGammaParameters spendParameters;
  private final Double unknownSpend;
  private final double horizon;
  private final double discountRate;
  private transient PurchaseModel purchases;
  private transient GammaGamma spend;

  /**
   * @param spend Gamma-Gamma parameters, or null without
   * @param unknownSpend expected of a customer of whom no amount is known; null without spend model
   * @param horizon in the unit of the parameters
   * @param discountRate continuous, per that unit
   */
  Prediction(
      ModelFamily family,
      double[] parameters,
      GammaGammaParameters spend,
      Double unknownSpend,
      double horizon,
      double discountRate) {
    this.family = family;
    this.parameters = parameters.clone();
    this.spendParameters = spend;
    this.unknownSpend = unknownSpend;
    this.horizon = horizon;
    this.discountRate = discountRate;
  }

  @Override
  public Row call(Double repeats, Double recency, Double age, Double mean) {
    if (purchases == null) {
      spend = spendParameters == null ? null : GammaGamma.of(spendParameters);
      purchases = family.model(parameters);
    }
    int x = repeats.intValue();
    double discounted = purchases.discountedPurchases(horizon, discountRate, x, recency, age);
    Double amount =
        spend != null && x > 0 && mean != null
            ? Double.valueOf(spend.expectedSpend(x, mean))
            : unknownSpend;
    return RowFactory.create(
        purchases.aliveProbability(x, recency, age),
        purchases.expectedPurchases(horizon, x, recency, age),
        discounted,
        amount,
        amount == null ? null : Double.valueOf(discounted * amount));
  }
}
