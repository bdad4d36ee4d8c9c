package io.cohortclv.jobs.lake;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sum;

import io.cohortclv.jobs.config.SourceConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.transforms.events.RawRows;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.concurrent.Await;
import scala.concurrent.duration.FiniteDuration;

/** Lists and reads the files of a raw log. */
public final class RawFiles {
  private static final String PARQUET = "parquet";
  private static final String CSV = "csv";
  private static final String DELTA = "delta";

  private static final String RECORDS = "records";
  private static final FiniteDuration TOLD_WITHIN = FiniteDuration.create(10, TimeUnit.SECONDS);

  private final SparkSession spark;

  RawFiles(SparkSession spark) {
    this.spark = spark;
  }

  /**
   * A file as it was when listed. A file of the same path that was written anew is another one.
   *
   * @param modified milliseconds since 1970
   */
  public record RawFile(String path, long length, long modified) {
    private static final char SEPARATOR = '#';

    /** The path alone, however its scheme and signs are written: Spark encodes, Hadoop does not. */
    static String plain(String path) {
      try {
        return new Path(new URI(path)).toUri().getPath();
      } catch (URISyntaxException e) {
        return new Path(path).toUri().getPath();
      }
    }

    String identity() {
      return path + SEPARATOR + length + SEPARATOR + modified;
    }

    static RawFile parse(String identity) {
      int last = identity.lastIndexOf(SEPARATOR);
      int first = identity.lastIndexOf(SEPARATOR, last - 1);
      return new RawFile(
          identity.substring(0, first),
          Long.parseLong(identity.substring(first + 1, last)),
          Long.parseLong(identity.substring(last + 1)));
    }
  }

  /**
   * The files of a source, by path: of a folder all below it, but hidden ones.
   *
   * @throws CommandException when the path does not exist
   */
  public List<RawFile> list(SourceConfig source) {
    Path path = new Path(source.path());
    List<RawFile> found = new ArrayList<>();
    try {
      if (source.format().equals(DELTA)) {
        return delta(source);
      }
      FileSystem files = path.getFileSystem(spark.sessionState().newHadoopConf());
      FileStatus[] matches = files.globStatus(path);
      if (matches == null || matches.length == 0) {
        throw CommandException.usage(
            "The path of "
                + source.name()
                + " does not exist, or no file matches it: "
                + source.path()
                + ". Correct inputs."
                + source.input()
                + " in the configuration, or put the files there.");
      }
      for (FileStatus match : matches) {
        if (match.isFile()) {
          found.add(rawFile(match));
        } else {
          addBelow(files, match.getPath(), found);
        }
      }
    } catch (IOException e) {
      throw CommandException.failed(
          "The files of "
              + source.name()
              + " in "
              + source.path()
              + " could not be listed: "
              + e.getMessage(),
          e);
    }
    found.sort(Comparator.comparing(RawFile::path));
    return found;
  }

  private List<RawFile> delta(SourceConfig source) {
    RawDelta table = new RawDelta(spark, source.path());
    if (!table.exists()) {
      throw CommandException.usage(
          "The path of "
              + source.name()
              + " holds no Delta table: "
              + source.path()
              + ". Correct inputs."
              + source.input()
              + " in the configuration; the path is the table's folder, without a pattern.");
    }
    return table.files().stream().sorted(Comparator.comparing(RawFile::path)).toList();
  }

  private static void addBelow(FileSystem files, Path folder, List<RawFile> found)
      throws IOException {
    RemoteIterator<LocatedFileStatus> below = files.listFiles(folder, true);
    int prefix = folder.toUri().getPath().length();
    while (below.hasNext()) {
      LocatedFileStatus file = below.next();
      String relative = file.getPath().toUri().getPath().substring(prefix);
      // Spark, too, takes names with _ and . in front for what jobs leave behind: _SUCCESS, .tmp.
      if (!relative.contains("/_") && !relative.contains("/.")) {
        found.add(rawFile(file));
      }
    }
  }

  private static RawFile rawFile(FileStatus status) {
    return new RawFile(status.getPath().toString(), status.getLen(), status.getModificationTime());
  }

  /**
   * Exactly these files' rows: the raw columns, the text of what could not be parsed, the file.
   *
   * @throws CommandException when one of them is gone
   */
  public Dataset<Row> read(SourceConfig source, List<RawFile> files) {
    return load(source, files)
        .select(col("*"), col("_metadata.file_path").as(RawRows.FILE))
        .transform(
            rows ->
                isTyped(source)
                    ? rows.withColumn(RawRows.CORRUPT, lit(null).cast(DataTypes.StringType))
                    : rows);
  }

  private Dataset<Row> load(SourceConfig source, List<RawFile> files) {
    if (source.format().equals(DELTA)) {
      return new RawDelta(spark, source.path()).read(files);
    }
    requirePresent(source, files);
    DataFrameReader reader = reader(source);
    if (source.schema().isPresent()) {
      StructType schema = StructType.fromDDL(source.schema().get());
      reader =
          reader.schema(
              isTyped(source) ? schema : schema.add(RawRows.CORRUPT, DataTypes.StringType));
    }
    return reader.load(paths(files));
  }

  /** Whether the files carry their schema, and no row of them can be unparseable. */
  private static boolean isTyped(SourceConfig source) {
    return source.format().equals(PARQUET) || source.format().equals(DELTA);
  }

  /**
   * A schema that fits the first rows of these files, as DDL. CSV has no types, so its columns are
   * text; in JSON, broken numbers are decimals, for money is.
   *
   * @param rows lines looked at
   */
  public String proposeSchema(SourceConfig source, List<RawFile> files, int rows) {
    requirePresent(source, files);
    if (source.format().equals(PARQUET)) {
      return reader(source).load(paths(files)).schema().toDDL();
    }
    Dataset<String> lines = spark.read().textFile(paths(files)).limit(rows);
    DataFrameReader reader =
        spark.read().options(source.options()).option("prefersDecimal", "true");
    return (source.format().equals(CSV) ? reader.csv(lines) : reader.json(lines)).schema().toDDL();
  }

  private DataFrameReader reader(SourceConfig source) {
    DataFrameReader reader = spark.read().format(source.format()).options(source.options());
    if (source.format().equals(PARQUET)) {
      return reader;
    }
    reader =
        reader.option("mode", "PERMISSIVE").option("columnNameOfCorruptRecord", RawRows.CORRUPT);
    if (source.format().equals(CSV)) {
      // A header that moved is an error, not a column in another's place; and a row is judged the
      // same whichever columns are asked for.
      reader = reader.option("enforceSchema", "false").option("columnPruning", "false");
    }
    return reader;
  }

  /** The same rows, counted while something else reads them: see {@link #records}. */
  public static Dataset<Row> counted(
      SourceConfig source, Dataset<Row> rows, Observation observation) {
    return rows.observe(observation, records(source).as(RECORDS));
  }

  /**
   * How many records the files hold, before the mapping sees them: the left side of the
   * reconciliation. Of lists whose elements are rows it is the elements.
   *
   * @param observed of a commit of all rows of {@link #counted}; records that no commit of this
   *     process read are read for it
   */
  public long records(SourceConfig source, List<RawFile> files, Optional<Observation> observed) {
    // Spark leaves out of the plan what had no rows, and tells nothing of it.
    return observed
        .flatMap(RawFiles::told)
        .orElseGet(() -> read(source, files).agg(records(source)).first().getLong(0));
  }

  private static Column records(SourceConfig source) {
    Column each =
        source
            .explode()
            .map(list -> greatest(coalesce(size(expr(list)), lit(0)), lit(1)))
            .orElse(lit(1));
    return coalesce(sum(each), lit(0L));
  }

  /** Spark tells it after the commit, from another thread. */
  private static Optional<Long> told(Observation observed) {
    try {
      Row row = Await.result(observed.future(), TOLD_WITHIN);
      return Optional.of(row.<Long>getAs(RECORDS));
    } catch (TimeoutException e) {
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while records were counted", e);
    }
  }

  /** Whether the file is there as it was when it was listed. */
  public boolean isUnchanged(SourceConfig source, RawFile file) {
    if (source.format().equals(DELTA)) {
      return true; // the table's log keeps it
    }
    Path path = new Path(file.path());
    try {
      return rawFile(path.getFileSystem(spark.sessionState().newHadoopConf()).getFileStatus(path))
          .equals(file);
    } catch (FileNotFoundException e) {
      return false;
    } catch (IOException e) {
      throw CommandException.failed(
          "The files of " + source.name() + " could not be reached: " + e.getMessage(), e);
    }
  }

  private void requirePresent(SourceConfig source, List<RawFile> files) {
    try {
      for (RawFile file : files) {
        Path path = new Path(file.path());
        path.getFileSystem(spark.sessionState().newHadoopConf()).getFileStatus(path);
      }
    } catch (FileNotFoundException e) {
      throw CommandException.failed(
          "A file of "
              + source.name()
              + " is gone since its batch was planned: "
              + e.getMessage()
              + ". Put it back and run clv ingest again; nothing of the batch was taken yet.",
          e);
    } catch (IOException e) {
      throw CommandException.failed(
          "The files of " + source.name() + " could not be reached: " + e.getMessage(), e);
    }
  }

  private static String[] paths(List<RawFile> files) {
    return files.stream().map(RawFile::path).toArray(String[]::new);
  }
}
