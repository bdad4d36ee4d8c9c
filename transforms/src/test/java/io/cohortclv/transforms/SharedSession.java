package io.cohortclv.transforms;

import org.apache.spark.sql.SparkSession;

/** The one local session of this module's tests. */
public final class SharedSession {
  public static final SparkSession SPARK =
      SparkSession.builder()
          .master("local[2]")
          .appName("transforms-tests")
          .config("spark.ui.enabled", "false")
          .config("spark.sql.shuffle.partitions", "2")
          .config("spark.sql.session.timeZone", "UTC")
          .config("spark.sql.warehouse.dir", "target/warehouse")
          .getOrCreate();

  private SharedSession() {}
}
