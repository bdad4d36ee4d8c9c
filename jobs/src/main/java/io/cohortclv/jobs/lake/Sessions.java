package io.cohortclv.jobs.lake;

import io.cohortclv.jobs.config.Secrets;
import java.io.File;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.commons.io.FileUtils;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * Opens Spark: the session that spark-submit configured, or one embedded in this process.
 *
 * <p>On a cluster only what correctness rests on is set here, since a value in code cannot be
 * overridden: Delta, UTC and ANSI. Sizes are set for the embedded session alone, each only where
 * nothing else set it.
 */
public final class Sessions {
  private static final String EXTENSIONS = "spark.sql.extensions";
  private static final String DELTA_EXTENSION = "io.delta.sql.DeltaSparkSessionExtension";

  /** What a session works on. */
  public enum Work {
    /** Files alone; starts faster. */
    FILES,
    /** The lake's Delta tables. */
    LAKE
  }

  private Sessions() {}

  /** Opens a session for files that need no settings of their storage. */
  public static SparkSession open(String appName, Work work) {
    return open(appName, work, Map.of());
  }

  /**
   * Opens a session.
   *
   * @param storage Hadoop's settings by name, taken where nothing else set them
   */
  public static SparkSession open(String appName, Work work, Map<String, String> storage) {
    SparkConf conf = new SparkConf();
    Secrets.refuseSettings(Arrays.stream(conf.getAll()).map(Tuple2::_1).toList());
    storage.forEach((name, value) -> conf.setIfMissing("spark.hadoop." + name, value));
    conf.setIfMissing("spark.app.name", appName);
    conf.set("spark.sql.session.timeZone", "UTC");
    conf.set("spark.sql.ansi.enabled", "true");
    if (work == Work.LAKE) {
      conf.set(EXTENSIONS, withDelta(conf.get(EXTENSIONS, "")));
      conf.setIfMissing(
          "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog");
      // A run that wrote no rows to a table wrote it all the same, and its commit says so.
      conf.set("spark.databricks.delta.skipRecordingEmptyCommits", "false");
      if (!conf.contains("spark.delta.logStore.class")) {
        conf.setIfMissing("spark.delta.logStore.s3a.impl", ConditionalPutLogStore.class.getName());
        conf.setIfMissing("spark.delta.logStore.file.impl", HardLinkLogStore.class.getName());
      }
      // Delta's default of ten million attempts is a hang.
      conf.setIfMissing("spark.databricks.delta.maxCommitAttempts", "50");
    }
    if (!conf.contains("spark.master")) {
      embed(conf);
    }
    return SparkSession.builder().config(conf).getOrCreate();
  }

  private static String withDelta(String extensions) {
    Set<String> all = new LinkedHashSet<>(Arrays.asList(extensions.split(",", -1)));
    all.remove("");
    all.add(DELTA_EXTENSION);
    return String.join(",", all);
  }

  /** One process, this machine, data that fits it; leaves nothing in the current folder. */
  private static void embed(SparkConf conf) {
    int cores = Runtime.getRuntime().availableProcessors();
    conf.setMaster("local[*]");
    conf.setIfMissing("spark.ui.enabled", "false");
    conf.setIfMissing("spark.driver.host", "localhost");
    conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
    conf.setIfMissing("spark.sql.shuffle.partitions", Integer.toString(Math.max(2, cores)));
    // Keeping a key's newest version would sort all rows before the shuffle too, to leave out few.
    conf.setIfMissing("spark.sql.optimizer.windowGroupLimitThreshold", "-1");
    // Rows go to a file an outcome as they come, or all would be sorted by it; files have buffers.
    conf.setIfMissing("spark.sql.maxConcurrentOutputFileWriters", "4");
    // The log of a local lake is small: its state needs one task, not 50.
    conf.setIfMissing("spark.databricks.delta.snapshotPartitions", "1");
    conf.setIfMissing("spark.hadoop.fs.file.impl", LocalFiles.class.getName());
    conf.setIfMissing(
        "spark.hadoop.fs.AbstractFileSystem.file.impl", LocalFiles.Context.class.getName());
    File warehouse =
        new File(
            System.getProperty("java.io.tmpdir"), "clv-warehouse-" + ProcessHandle.current().pid());
    conf.setIfMissing("spark.sql.warehouse.dir", warehouse.toURI().toString());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> FileUtils.deleteQuietly(warehouse)));
  }
}
