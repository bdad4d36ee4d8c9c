package io.cohortclv.jobs.lake;

import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/**
 * What was made of each partition of some rows, kept on the executors in memory or on disk: for
 * work that goes over the same data several times and takes home only a little.
 */
public final class Parts<T> implements AutoCloseable {
  private final JavaRDD<T> parts;

  private Parts(JavaRDD<T> parts) {
    this.parts = parts;
  }

  static <T> Parts<T> of(Dataset<Row> rows, FlatMapFunction<Iterator<Row>, T> make) {
    return new Parts<>(
        rows.toJavaRDD().mapPartitions(make).persist(StorageLevel.MEMORY_AND_DISK()));
  }

  /** What the function says of each part, in the order of the partitions. */
  public <R> List<R> map(Function<T, R> function) {
    return parts.map(function).collect();
  }

  /** Releases what is kept. */
  @Override
  public void close() {
    parts.unpersist();
  }
}
