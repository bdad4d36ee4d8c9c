package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.rank;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.AttributionComparison;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderAttribution;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/** What each affiliate is worth under each model. */
public final class ModelComparisons {
  /** Sums of shares: the same in any order. */
  private static final DecimalType EXACT = DataTypes.createDecimalType(28, 12);

  private ModelComparisons() {}

  /**
   * One {@link AttributionComparison} row an affiliate and model, for every affiliate that any of
   * the models credits: nobody vanishes where a model gives nothing.
   *
   * @param orderAttribution credits of orders
   * @param acquisitions credits of customers
   */
  public static Dataset<Row> compare(
      Dataset<Row> orderAttribution, Dataset<Row> acquisitions, AttributionRules rules) {
    Dataset<Row> credited =
        orderAttribution
            .filter(col(OrderAttribution.AFFILIATE_ID).isNotNull())
            .select(
                col(OrderAttribution.AFFILIATE_ID),
                col(OrderAttribution.MODEL),
                col(OrderAttribution.CREDITED_NET),
                lit(0).cast(EXACT).as(AttributionComparison.N_CUSTOMERS));
    Dataset<Row> acquired =
        acquisitions
            .filter(
                col(CustomerAcquisition.AFFILIATE_ID)
                    .isNotNull()
                    .and(not(col(CustomerAcquisition.IS_LEFT_CENSORED))))
            .select(
                col(CustomerAcquisition.AFFILIATE_ID),
                col(CustomerAcquisition.MODEL),
                lit(0).as(OrderAttribution.CREDITED_NET),
                col(CustomerAcquisition.ACQUISITION_SHARE)
                    .cast(EXACT)
                    .as(AttributionComparison.N_CUSTOMERS));
    List<Column> sums = new ArrayList<>();
    List<Column> models = new ArrayList<>();
    for (String model : rules.models()) {
      Column isModel = col(AttributionComparison.MODEL).equalTo(model);
      sums.add(sum(when(isModel, col(AttributionComparison.CREDITED_NET))).as("net_" + model));
      sums.add(sum(when(isModel, col(AttributionComparison.N_CUSTOMERS))).as("customers_" + model));
      models.add(
          struct(
              lit(model).as(AttributionComparison.MODEL),
              lit(model.equals(rules.contractModel())).as(AttributionComparison.IS_CONTRACT_MODEL),
              coalesce(col("net_" + model), lit(0)).as(AttributionComparison.CREDITED_NET),
              coalesce(col("customers_" + model), lit(0)).as(AttributionComparison.N_CUSTOMERS)));
    }
    Column byNet = col(AttributionComparison.CREDITED_NET).desc();
    Column contractRank =
        max(when(col(AttributionComparison.IS_CONTRACT_MODEL), col(AttributionComparison.RANK)))
            .over(Window.partitionBy(AttributionComparison.AFFILIATE_ID));
    return credited
        .union(acquired)
        .groupBy(AttributionComparison.AFFILIATE_ID)
        .agg(sums.get(0), sums.stream().skip(1).toArray(Column[]::new))
        .select(
            Stream.of(
                    col(AttributionComparison.AFFILIATE_ID),
                    inline(array(models.toArray(Column[]::new))))
                .toArray(Column[]::new))
        .withColumn(
            AttributionComparison.RANK,
            rank().over(Window.partitionBy(AttributionComparison.MODEL).orderBy(byNet)))
        .withColumn(
            AttributionComparison.RANK_CHANGE, contractRank.minus(col(AttributionComparison.RANK)))
        .transform(AttributionComparison.TABLE::conform);
  }
}
