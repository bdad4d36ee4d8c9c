package io.cohortclv.jobs.estimate;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.split;
import static org.apache.spark.sql.functions.trim;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortclv.jobs.failure.CommandException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * One file of orders, or a folder of such files. What it is shows in its first bytes; values are
 * read as text and given their types later, so that what cannot be read can be named.
 */
public final class OrderFile {
  static final String CUSTOMER = "customer";
  static final String TIME = "time";
  static final String AMOUNT = "amount";
  static final String SEGMENT = "segment";

  private static final int SAMPLE_BYTES = 64 * 1024;
  private static final int SAMPLE_LINES = 50;

  /** Below, one task is faster than a shuffle. */
  private static final long ONE_TASK_BYTES = 16L * 1024 * 1024;

  private enum Format {
    TEXT,
    JSON_LINES,
    PARQUET
  }

  private final Path path;
  private final Format format;
  private final Delimiter delimiter;
  private final List<String> lines;
  private final long bytes;

  private OrderFile(Path path, Format format, Delimiter delimiter, List<String> lines, long bytes) {
    this.path = path;
    this.format = format;
    this.delimiter = delimiter;
    this.lines = lines;
    this.bytes = bytes;
  }

  /**
   * Looks at the beginning of a file.
   *
   * @param delimiter of text files; empty finds it out
   * @throws CommandException when there is no such file, or nothing in it
   */
  public static OrderFile open(Path path, Optional<Delimiter> delimiter) {
    if (!Files.isReadable(path)) {
      throw CommandException.usage(
          "There is no file "
              + path
              + " that can be read. Name a CSV, white-space, JSON-lines or Parquet file of orders.");
    }
    try {
      List<Path> files = files(path);
      if (files.isEmpty()) {
        throw CommandException.data(path + " is empty: there are no rows to estimate from.");
      }
      long bytes = 0;
      for (Path file : files) {
        bytes += Files.size(file);
      }
      String text = beginning(files.get(0));
      if (text.startsWith("PAR1")) {
        return new OrderFile(path, Format.PARQUET, null, List.of(), bytes);
      }
      List<String> lines = text.lines().filter(l -> !l.isBlank()).limit(SAMPLE_LINES).toList();
      if (lines.isEmpty()) {
        throw CommandException.data(path + " is empty: there are no rows to estimate from.");
      }
      if (lines.get(0).stripLeading().startsWith("{")) {
        return new OrderFile(path, Format.JSON_LINES, null, lines, bytes);
      }
      return new OrderFile(
          path, Format.TEXT, delimiter.orElseGet(() -> Delimiter.detect(lines)), lines, bytes);
    } catch (IOException e) {
      throw CommandException.failed(path + " cannot be read: " + e.getMessage() + ".", e);
    }
  }

  /** The data files: the file itself, or those of a folder that Spark would read. */
  private static List<Path> files(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries
          .filter(Files::isRegularFile)
          .filter(p -> !p.getFileName().toString().matches("[._].*"))
          .sorted()
          .toList();
    }
  }

  /** The first whole lines, as far as they are text. */
  private static String beginning(Path file) throws IOException {
    try (InputStream raw = Files.newInputStream(file);
        InputStream in = isGzip(file) ? new GZIPInputStream(raw) : raw) {
      byte[] sample = in.readNBytes(SAMPLE_BYTES);
      String text = new String(sample, StandardCharsets.UTF_8);
      int lastLine = text.lastIndexOf('\n');
      return sample.length == SAMPLE_BYTES && lastLine > 0 ? text.substring(0, lastLine) : text;
    }
  }

  private static boolean isGzip(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".gz");
  }

  /**
   * Refuses a column the file does not have, before a session is opened for it.
   *
   * @throws CommandException listing the columns there are
   */
  public void requireColumns(OrderColumns columns) {
    if (format != Format.PARQUET) {
      requireColumns(columns, names());
    }
  }

  private List<String> names() {
    if (format == Format.JSON_LINES) {
      return List.copyOf(jsonFields());
    }
    return List.of(delimiter.split(lines.get(0).replace("\ufeff", "")));
  }

  private Set<String> jsonFields() {
    ObjectMapper json = new ObjectMapper();
    Set<String> names = new LinkedHashSet<>();
    for (String line : lines) {
      try {
        JsonNode node = json.readTree(line);
        node.fieldNames().forEachRemaining(names::add);
      } catch (JsonProcessingException e) {
        throw CommandException.usage(
            path
                + " begins like JSON lines, but a line is no JSON object. Write one whole object a"
                + " line.");
      }
    }
    return names;
  }

  private void requireColumns(OrderColumns columns, List<String> names) {
    if (!hasHeader(columns, names)) {
      return;
    }
    requireColumn("--customer", columns.customer(), names);
    requireColumn("--time", columns.time(), names);
    columns.amount().ifPresent(c -> requireColumn("--amount", c, names));
    columns.segment().ifPresent(c -> requireColumn("--segment", c, names));
  }

  private void requireColumn(String option, String column, List<String> names) {
    if (!names.contains(column)) {
      String found = String.join(", ", names).replaceAll("\\P{Print}", "?");
      throw CommandException.usage(
          path
              + " has no column "
              + column
              + " ("
              + option
              + "). Its columns are: "
              + (found.length() > 300 ? found.substring(0, 300) + " …" : found)
              + ". A file without a header is read by position: --customer 1.");
    }
  }

  /** Columns given as positions, and not as names of the first line: there is no header. */
  private boolean hasHeader(OrderColumns columns, List<String> names) {
    List<String> asked =
        Stream.of(
                Optional.of(columns.customer()),
                Optional.of(columns.time()),
                columns.amount(),
                columns.segment())
            .flatMap(Optional::stream)
            .toList();
    return format != Format.TEXT
        || names.containsAll(asked)
        || !asked.stream()
            .allMatch(c -> c.matches("[1-9][0-9]{0,3}") && Integer.parseInt(c) <= names.size());
  }

  /** The orders: customer, time, amount and segment as the file holds them. */
  Dataset<Row> read(SparkSession session, OrderColumns columns) {
    Dataset<Row> orders =
        switch (format) {
          case PARQUET -> readParquet(session, columns);
          case JSON_LINES -> readJson(session, columns);
          case TEXT ->
              delimiter == Delimiter.SPACE
                  ? readWords(session, columns)
                  : readCsv(session, columns);
        };
    return isSmall() ? orders.coalesce(1) : orders;
  }

  /** Whether the work is so little that it should not be prepared for. */
  boolean isSmall() {
    return bytes < ONE_TASK_BYTES;
  }

  private Dataset<Row> readParquet(SparkSession session, OrderColumns columns) {
    Dataset<Row> raw = session.read().parquet(uri());
    requireColumns(columns, List.of(raw.columns()));
    return select(raw, columns, name -> raw.col("`" + name.replace("`", "``") + "`"));
  }

  private Dataset<Row> readJson(SparkSession session, OrderColumns columns) {
    StructType schema = new StructType();
    for (String name : jsonFields()) {
      schema = schema.add(name, DataTypes.StringType);
    }
    Dataset<Row> raw = session.read().schema(schema).json(uri());
    return select(raw, columns, name -> col("`" + name.replace("`", "``") + "`"));
  }

  private Dataset<Row> readCsv(SparkSession session, OrderColumns columns) {
    List<String> names = names();
    boolean header = hasHeader(columns, names);
    StructType schema = new StructType();
    // By position: names in a header may repeat or be empty.
    for (int i = 0; i < names.size(); i++) {
      schema = schema.add("_" + i, DataTypes.StringType);
    }
    Dataset<Row> raw =
        session
            .read()
            .schema(schema)
            .option("sep", delimiter.character())
            .option("header", header)
            .option("escape", "\"")
            .option("ignoreLeadingWhiteSpace", true)
            .option("ignoreTrailingWhiteSpace", true)
            .csv(uri());
    return select(raw, columns, name -> col("_" + position(name, names, header)));
  }

  private Dataset<Row> readWords(SparkSession session, OrderColumns columns) {
    List<String> names = names();
    boolean header = hasHeader(columns, names);
    Column line = trim(col("value"));
    Dataset<Row> raw =
        session
            .read()
            .text(uri())
            .where(line.notEqual("").and(lit(!header).or(col("value").notEqual(lines.get(0)))));
    Column words = split(line, "\\s+");
    return select(raw, columns, name -> get(words, lit(position(name, names, header))));
  }

  /** Spark would look for a bare path in the cluster's storage. */
  private String uri() {
    return "file:" + path.toAbsolutePath();
  }

  private static int position(String column, List<String> names, boolean header) {
    return header ? names.indexOf(column) : Integer.parseInt(column) - 1;
  }

  private static Dataset<Row> select(
      Dataset<Row> raw, OrderColumns columns, Function<String, Column> column) {
    Column none = lit(null).cast(DataTypes.StringType);
    return raw.select(
        column.apply(columns.customer()).as(CUSTOMER),
        column.apply(columns.time()).as(TIME),
        columns.amount().map(column).orElse(none).as(AMOUNT),
        columns.segment().map(column).orElse(none).as(SEGMENT));
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
