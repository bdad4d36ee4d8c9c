package io.cohortclv.jobs.lake;

import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.RawFiles.RawFile;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.delta.Snapshot;
import org.apache.spark.sql.delta.actions.AddFile;
import scala.Option;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A Delta table as a raw log: its live files are what is taken, each once. A file is known by its
 * path, so that one its owner compacts away is still read for the batch it was planned in, as long
 * as the table keeps it.
 */
final class RawDelta {
  /** Versions looked back for a file that was replaced since its batch was planned. */
  private static final int VERSIONS_BACK = 100;

  private final DeltaLog log;

  RawDelta(SparkSession spark, String path) {
    this.log = DeltaLog.forTable(spark, new Path(path));
  }

  /** The live files; none when the folder holds no Delta table. */
  List<RawFile> files() {
    List<RawFile> files = new ArrayList<>();
    Snapshot now = now();
    if (now.version() >= 0) {
      live(now)
          .forEach(
              (path, file) -> files.add(new RawFile(path, file.size(), file.modificationTime())));
    }
    return files;
  }

  boolean exists() {
    return now().version() >= 0;
  }

  /** The rows of exactly these files, less those the table has deleted from them. */
  Dataset<Row> read(List<RawFile> files) {
    Snapshot now = now();
    Map<String, AddFile> wanted = new HashMap<>();
    List<String> missing = new ArrayList<>(files.stream().map(RawFile::path).toList());
    for (long v = now.version(); v >= 0 && v > now.version() - VERSIONS_BACK; v--) {
      Snapshot then =
          v == now.version() ? now : log.getSnapshotAt(v, Option.empty(), Option.empty(), false);
      Map<String, AddFile> live = live(then);
      missing.stream().filter(live::containsKey).forEach(path -> wanted.put(path, live.get(path)));
      missing.removeAll(wanted.keySet());
      if (missing.isEmpty()) {
        return log.createDataFrame(
            now,
            CollectionConverters.asScala(List.copyOf(wanted.values())).toSeq(),
            false,
            Option.empty());
      }
    }
    throw CommandException.failed(
        "The Delta table "
            + log.dataPath()
            + " has no trace of "
            + missing.size()
            + " of its files any more that a batch was planned with. Restore the table to the version"
            + " it had then, and run clv ingest again; nothing of the batch was taken yet.",
        null);
  }

  private Snapshot now() {
    return log.update(false, Option.empty(), Option.empty());
  }

  private Map<String, AddFile> live(Snapshot snapshot) {
    Map<String, AddFile> files = new HashMap<>();
    for (AddFile file : snapshot.allFiles().collectAsList()) {
      files.put(file.absolutePath(log).toString(), file);
    }
    return files;
  }
}
