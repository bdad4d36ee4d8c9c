package io.cohortclv.bench;

import org.apache.spark.sql.SparkSession;

/** What ingesting is compared with: reads log files and writes their rows to Delta, unchecked. */
public final class Copy {
  private Copy() {}

  /** Copies the orders and clicks of the first folder into tables of the second. */
  public static void main(String... folders) {
    SparkSession spark =
        SparkSession.builder()
            .appName("copy")
            .master("local[*]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "localhost")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.session.timeZone", "UTC")
            .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
            .config(
                "spark.sql.catalog.spark_catalog",
                "org.apache.spark.sql.delta.catalog.DeltaCatalog")
            .getOrCreate();
    spark.sparkContext().setLogLevel("ERROR");
    for (String log : new String[] {"orders", "clicks"}) {
      spark
          .read()
          .parquet(folders[0] + "/" + log + "*.parquet")
          .write()
          .format("delta")
          .mode("overwrite")
          .save(folders[1] + "/" + log);
    }
    spark.stop();
  }
}
