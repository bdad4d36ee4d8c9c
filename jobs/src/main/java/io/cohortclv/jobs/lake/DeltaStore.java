package io.cohortclv.jobs.lake;

import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Table;
import io.delta.tables.DeltaTable;
import io.delta.tables.DeltaTableBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.types.StructType;
import scala.Option;

/**
 * Delta tables by folder: creates, reads, commits.
 *
 * <p>Every commit carries a token of its own in its {@code userMetadata}. It tells this commit from
 * others of the same moment when its row count is read back, and it tells that Delta silently
 * skipped a transaction it had seen before.
 */
final class DeltaStore {
  /** A commit that lost a race is tried again from a fresh snapshot, so often. */
  private static final int ATTEMPTS = 4;

  /**
   * What Delta says of a log folder without a commit, by whether the table is made or looked for.
   */
  private static final Set<String> BEGUN_ELSEWHERE =
      Set.of("DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION", "DELTA_TABLE_NOT_FOUND");

  private static final int CREATIONS = 6;
  private static final long CREATION_PAUSE_MILLIS = 500;

  private final SparkSession spark;
  private final Path root;
  private final CommitLog commits;

  DeltaStore(SparkSession spark, String root) {
    this.spark = spark;
    this.commits = new CommitLog(spark.sessionState().newHadoopConf());
    try {
      Path given = new Path(root);
      this.root = given.getFileSystem(spark.sessionState().newHadoopConf()).makeQualified(given);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String path(String relative) {
    return new Path(root, relative).toString();
  }

  boolean isThere() {
    try {
      return root.getFileSystem(spark.sessionState().newHadoopConf()).exists(root);
    } catch (IOException e) {
      throw CommandException.failed(
          "The lake "
              + root
              + " cannot be reached: "
              + e.getMessage()
              + " See to lake.root, the network and the credentials, then try again.",
          e);
    }
  }

  boolean exists(String relative) {
    // A process that died while it created the table leaves a log without a commit.
    return DeltaTable.isDeltaTable(spark, path(relative)) && version(relative) >= 0;
  }

  /** The table's current rows; none when it was never written. */
  Dataset<Row> read(String relative, StructType schema) {
    return exists(relative)
        ? spark.read().format("delta").load(path(relative))
        : spark.createDataFrame(List.of(), schema);
  }

  Dataset<Row> readVersion(String relative, long version) {
    return spark.read().format("delta").option("versionAsOf", version).load(path(relative));
  }

  /** The newest version of a table that exists; -1 when it does not. */
  long version(String relative) {
    return DeltaLog.forTable(spark, path(relative))
        .update(false, Option.empty(), Option.empty())
        .version();
  }

  /** Bytes of the table's files; none when it does not exist. */
  long bytes(String relative) {
    return exists(relative)
        ? DeltaLog.forTable(spark, path(relative))
            .update(false, Option.empty(), Option.empty())
            .sizeInBytes()
        : 0;
  }

  /** The version of the newest commit of that run, if it committed to the table. */
  Optional<Long> versionOf(String relative, String runId) {
    return commits
        .newest(path(relative), -1, version(relative), Provenance.ofRun(runId))
        .map(Written::version);
  }

  /** Appends; returns nothing when the transaction had been committed before. */
  Optional<Written> append(
      String relative, Table table, Dataset<Row> rows, Transaction transaction, Provenance by) {
    return write(relative, table, rows, transaction, by, writer -> writer.mode("append"));
  }

  /** Replaces the rows that match the condition; none outside it may be among the new ones. */
  Written replace(
      String relative, Table table, Dataset<Row> rows, String condition, Provenance by) {
    return write(relative, table, rows, null, by, replacing(condition)).orElseThrow();
  }

  /** Replaces all rows; returns nothing when the transaction had been committed before. */
  Optional<Written> replaceOnce(
      String relative, Table table, Dataset<Row> rows, Transaction transaction, Provenance by) {
    return write(relative, table, rows, transaction, by, replacing("true"));
  }

  private static UnaryOperator<DataFrameWriter<Row>> replacing(String condition) {
    return writer -> writer.mode("overwrite").option("replaceWhere", condition);
  }

  /**
   * @param transaction null for a write that may be made any number of times
   */
  private Optional<Written> write(
      String relative,
      Table table,
      Dataset<Row> rows,
      Transaction transaction,
      Provenance by,
      UnaryOperator<DataFrameWriter<Row>> mode) {
    create(relative, table);
    Dataset<Row> ordered = inOrder(table, rows);
    return committing(
        table.displayName(),
        () -> {
          String token = UUID.randomUUID().toString();
          long before = version(relative);
          DataFrameWriter<Row> writer =
              mode.apply(ordered.write().format("delta")).option("userMetadata", by.json(token));
          if (transaction != null) {
            writer
                .option("txnAppId", transaction.appId())
                .option("txnVersion", transaction.version());
          }
          writer.save(path(relative));
          return commits.newest(path(relative), before, version(relative), token);
        });
  }

  void remove(String relative) {
    try {
      Path path = new Path(root, relative);
      FileSystem files = path.getFileSystem(spark.sessionState().newHadoopConf());
      files.delete(path, true);
    } catch (IOException e) {
      throw CommandException.failed(
          "The scratch folder "
              + path(relative)
              + " could not be removed: "
              + e.getMessage()
              + " What was published stands; remove the folder by hand.",
          e);
    }
  }

  /**
   * All columns of the table. Of a clean table rows may lack some of the contract's, which then are
   * not in their files either and read as null.
   */
  private static Dataset<Row> inOrder(Table table, Dataset<Row> rows) {
    List<String> present = Arrays.asList(rows.columns());
    Predicate<String> mayLack =
        name -> table.layout() == Table.Layout.CLEAN && !CleanColumns.NAMES.contains(name);
    return rows.select(
        Arrays.stream(table.schema().fieldNames())
            .filter(name -> present.contains(name) || !mayLack.test(name))
            .map(name -> rows.col(name))
            .toArray(Column[]::new));
  }

  /** Creates the table unless it is there: before the first write, never during it. */
  private void create(String relative, Table table) {
    if (exists(relative)) {
      requireSameColumns(relative, table);
      return;
    }
    DeltaTableBuilder builder =
        DeltaTable.createIfNotExists(spark)
            .location(path(relative))
            .addColumns(table.schema())
            .comment(table.grain());
    // Every common reader knows reader version 1, and no feature beyond it.
    Map<String, String> properties =
        Map.of(
            "delta.minReaderVersion", "1",
            "delta.minWriterVersion", "2",
            "delta.enableDeletionVectors", "false",
            // Where keys begin, or what a row came with. Rows lie in no order by which the range of
            // another column could tell files apart, and noting those takes long (ADR 15).
            "delta.dataSkippingNumIndexedCols", "4",
            "delta.logRetentionDuration", "interval 30 days");
    properties.forEach(builder::property);
    if (!table.partitionColumns().isEmpty()) {
      builder.partitionedBy(table.partitionColumns().toArray(String[]::new));
    }
    committing(table.displayName(), () -> createUnlessBegun(relative, builder));
  }

  /** Delta refuses to create where another process has begun to: what that makes will do. */
  private DeltaTable createUnlessBegun(String relative, DeltaTableBuilder builder) {
    for (int attempt = 1; ; attempt++) {
      try {
        return builder.execute();
      } catch (Exception e) { // Scala declares no checked exceptions
        if (!(e instanceof SparkThrowable begun)
            || !BEGUN_ELSEWHERE.contains(begun.getCondition())
            || attempt > CREATIONS) {
          throw e;
        }
        if (attempt == CREATIONS) {
          removeUnbegun(relative);
        } else {
          sleep();
        }
      }
    }
  }

  /** Removes what a process that died before the first commit left: a log folder, nothing else. */
  private void removeUnbegun(String relative) {
    Path folder = new Path(root, relative);
    try {
      FileSystem files = folder.getFileSystem(spark.sessionState().newHadoopConf());
      boolean holdsRows =
          Arrays.stream(files.listStatus(folder))
              .anyMatch(child -> !child.getPath().getName().equals("_delta_log"));
      if (!holdsRows && !exists(relative)) {
        files.delete(folder, true);
      }
    } catch (IOException e) {
      throw CommandException.failed(
          "The folder "
              + folder
              + " of a table that was never begun could not be removed: "
              + e.getMessage()
              + " Remove it by hand and run the command again.",
          e);
    }
  }

  private static void sleep() {
    try {
      // Another process is between making the folder and its first commit, and storage tells of no
      // end.
      Thread.sleep(CREATION_PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while another process creates a table", e);
    }
  }

  /**
   * Does nothing where the table does not exist.
   *
   * @throws CommandException of kind usage when another version of the program made it
   */
  void requireSameColumns(String relative, Table table) {
    if (!exists(relative)) {
      return;
    }
    Map<String, String> present = types(spark.read().format("delta").load(path(relative)).schema());
    Map<String, String> needed = types(table.schema());
    if (!present.equals(needed)) {
      Map<String, String> missing = new HashMap<>(needed);
      missing.entrySet().removeAll(present.entrySet());
      Map<String, String> surplus = new HashMap<>(present);
      surplus.entrySet().removeAll(needed.entrySet());
      throw CommandException.usage(
          table.displayName()
              + " in "
              + root
              + " was written by another version of the program: it lacks "
              + missing
              + " and has "
              + surplus
              + " instead. Use that version, or a new lake.root and ingest again.");
    }
  }

  private static Map<String, String> types(StructType schema) {
    Map<String, String> types = new HashMap<>();
    for (var field : schema.fields()) {
      types.put(field.name(), field.dataType().simpleString());
    }
    return types;
  }

  private <T> T committing(String table, Supplier<T> commit) {
    for (int attempt = 1; ; attempt++) {
      try {
        return commit.get();
      } catch (ConcurrentModificationException e) {
        if (attempt == ATTEMPTS) {
          throw CommandException.failed(
              "Another process kept writing "
                  + table
                  + " in "
                  + root
                  + " at the same moment, and this one gave way "
                  + ATTEMPTS
                  + " times. Nothing is half written; run the command again when the other is done.",
              e);
        }
      }
    }
  }

  /**
   * Identity of an append: Delta commits one application's versions once each and in rising order,
   * and two at the same time conflict.
   *
   * @param appId one sequence of versions; a lower version than the last is skipped, so ids are
   *     made to never need one
   */
  record Transaction(String appId, long version) {
    static Transaction once(String id) {
      return new Transaction(id, 1);
    }
  }
}
