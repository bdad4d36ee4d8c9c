package io.cohortclv.jobs.lake;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/**
 * Opens Spark sessions: the cluster's under spark-submit, else an embedded one on all cores. What
 * the user's own Spark settings say stands.
 */
public final class Sessions {
  /** What a session works on. */
  public enum Work {
    /** Files alone; starts faster. */
    FILES,
    /** The lake's Delta tables. */
    LAKE
  }

  private Sessions() {}

  public static SparkSession open(String application, Work work) {
    SparkConf conf = new SparkConf().setAppName(application);
    // Days and instants must not depend on the machine.
    conf.set("spark.sql.session.timeZone", "UTC");
    if (work == Work.LAKE) {
      conf.setIfMissing("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension");
      conf.setIfMissing(
          "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog");
    }
    if (!conf.contains("spark.master")) {
      embed(conf);
    }
    return SparkSession.builder().config(conf).getOrCreate();
  }

  private static void embed(SparkConf conf) {
    conf.set("spark.master", "local[*]");
    // No port to clash on, and no name look-up that a laptop off the network cannot answer.
    conf.setIfMissing("spark.ui.enabled", "false");
    conf.setIfMissing("spark.driver.host", "localhost");
    conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
    int cores = Runtime.getRuntime().availableProcessors();
    conf.setIfMissing("spark.sql.shuffle.partitions", Integer.toString(cores));
    conf.setIfMissing("spark.default.parallelism", Integer.toString(cores));
    // Spark makes the folder when it starts; here it would lie in the user's.
    conf.setIfMissing("spark.sql.warehouse.dir", temporaryFolder().toUri().toString());
  }

  private static Path temporaryFolder() {
    try {
      Path folder = Files.createTempDirectory("clv-warehouse-");
      folder.toFile().deleteOnExit();
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
