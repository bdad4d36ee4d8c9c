package io.cohortclv.transforms.ml.example;

import io.cohortclv.transforms.ml.BuyTillYouDie;
import io.cohortclv.transforms.ml.BuyTillYouDieModel;
import java.io.IOException;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** An order log to customer values. Arguments: orders.csv, last day of orders, output folder. */
public final class CustomerValue {
  private CustomerValue() {}

  public static void main(String[] args) throws IOException {
    SparkSession spark = SparkSession.builder().appName("customer value").getOrCreate();
    Dataset<Row> orders =
        spark
            .read()
            .option("header", "true")
            .schema("customer_id STRING, ordered_on DATE, net_revenue DECIMAL(18,2)")
            .csv(args[0]);

    // Orders of one day are one purchase; the first purchase day starts the clock.
    SQLTransformer histories =
        new SQLTransformer()
            .setStatement(
                """
                SELECT customer_id,
                       count(*) - 1 AS repeats,
                       datediff(max(ordered_on), min(ordered_on)) AS recency_days,
                       datediff(DATE'%s', min(ordered_on)) AS age_days,
                       CASE WHEN sum(net) > min_by(net, ordered_on)
                            THEN (sum(net) - min_by(net, ordered_on)) / (count(*) - 1)
                       END AS mean_spend
                FROM (SELECT customer_id, ordered_on, sum(net_revenue) AS net
                      FROM __THIS__ GROUP BY customer_id, ordered_on)
                GROUP BY customer_id
                """
                    .formatted(args[1]));
    BuyTillYouDie purchases =
        new BuyTillYouDie()
            .setFamily("mbg-nbd")
            .setMeanSpendCol("mean_spend")
            .setHorizonDays(365)
            .setDiscountRatePerYear(0.10);

    PipelineModel fitted =
        new Pipeline().setStages(new PipelineStage[] {histories, purchases}).fit(orders);
    fitted.write().overwrite().save(args[2] + "/model");
    BuyTillYouDieModel model = (BuyTillYouDieModel) fitted.stages()[1];
    model.warnings().forEach(System.out::println);

    PipelineModel.load(args[2] + "/model")
        .transform(orders)
        .select("customer_id", "p_alive", "exp_orders_h", "exp_revenue", "residual_revenue_h")
        .write()
        .mode("overwrite")
        .parquet(args[2] + "/values");
  }
}
