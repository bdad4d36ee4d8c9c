package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.expr;

import io.cohortclv.jobs.config.SourceConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.transforms.events.RawRows;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Says in the user's words what Spark has against a source: its expressions, or its files. */
final class SourceChecks {
  private SourceChecks() {}

  /** Names the expression that Spark cannot resolve, before anything is written. */
  static void require(SourceConfig source, Dataset<Row> raw) {
    Dataset<Row> rows = raw;
    if (source.explode().isPresent()) {
      String list = source.explode().get();
      require(source, "explode", list, names(raw), () -> RawRows.exploded(raw, source.explode()));
      rows = RawRows.exploded(raw, source.explode());
    }
    requireExpressions(source, rows);
  }

  private static List<String> names(Dataset<Row> raw) {
    return Arrays.stream(raw.columns())
        .filter(name -> !name.equals(RawRows.CORRUPT) && !name.equals(RawRows.FILE))
        .toList();
  }

  private static void requireExpressions(SourceConfig source, Dataset<Row> raw) {
    List<String> names = names(raw);
    source.where().ifPresent(sql -> require(source, "where", sql, names, () -> raw.filter(sql)));
    for (String name : source.groupBy()) {
      if (!names.contains(name)) {
        throw unknown(source, "group-by", name, names, null);
      }
    }
    Column[] groups =
        source.groupBy().stream()
            .map(name -> raw.col("`" + name.replace("`", "``") + "`"))
            .toArray(Column[]::new);
    try {
      // All at once is one analysis; one by one only to say which of them it is.
      var unused =
          selected(raw, groups, source.columns().values().stream().map(sql -> expr(sql)).toList());
    } catch (Exception e) { // Scala declares no checked exceptions
      if (!(e instanceof SparkThrowable)) {
        throw e;
      }
      source
          .columns()
          .forEach(
              (name, sql) ->
                  require(
                      source,
                      "columns." + name,
                      sql,
                      names,
                      () -> selected(raw, groups, List.of(expr(sql)))));
      throw e;
    }
  }

  private static Dataset<Row> selected(Dataset<Row> raw, Column[] groups, List<Column> values) {
    return groups.length == 0
        ? raw.select(values.toArray(Column[]::new))
        : raw.groupBy(groups).agg(values.get(0), values.stream().skip(1).toArray(Column[]::new));
  }

  private static void require(
      SourceConfig source,
      String setting,
      String sql,
      List<String> names,
      Supplier<Dataset<Row>> analysis) {
    try {
      var unused = analysis.get();
    } catch (Exception e) { // Scala declares no checked exceptions
      if (e instanceof SparkThrowable unresolved) {
        throw unknown(source, setting, sql, names, unresolved.getCondition());
      }
      throw e;
    }
  }

  private static CommandException unknown(
      SourceConfig source, String setting, String sql, List<String> names, String condition) {
    return CommandException.usage(
        setting
            + " of "
            + source.name()
            + " does not fit the raw rows: "
            + sql
            + (condition == null ? "" : " (" + condition + ")")
            + ". The raw columns are "
            + String.join(", ", names)
            + "; names with other signs than letters, digits and _ stand in back-ticks.");
  }

  static CommandException explained(SourceConfig source, Exception failure) {
    if (failure instanceof CommandException told) {
      return told;
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).startsWith("CSV header does not conform")) {
        return CommandException.data(
            "A CSV file of "
                + source.name()
                + " has another header than the schema in the configuration, so nothing of the"
                + " batch was taken. Name the columns in the order of the file: "
                + source.path()
                + ".");
      }
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String condition =
          Optional.of(cause)
              .filter(SparkThrowable.class::isInstance)
              .map(c -> ((SparkThrowable) c).getCondition())
              .orElse("");
      if (condition.startsWith("CAST_")
          || condition.startsWith("DIVIDE_BY_ZERO")
          || condition.startsWith("ARITHMETIC_OVERFLOW")
          || condition.startsWith("NUMERIC_VALUE_OUT_OF_RANGE")) {
        return CommandException.data(
            "An expression of "
                + source.name()
                + " fails on a row ("
                + condition
                + "), so nothing of the batch was taken. Expressions only select the raw value, the"
                + " types are the program's business: leave casts out, or use try_cast, try_divide"
                + " and their like, and the row is rejected alone.");
      }
      if (condition.equals("COLUMN_ALREADY_EXISTS")) {
        return CommandException.usage(
            "Two columns of "
                + source.name()
                + " have one name, small and capital letters being the same. Give each a name of its"
                + " own, in the schema and in the files.");
      }
      if (condition.startsWith("FAILED_READ_FILE")) {
        return unreadable(source, (SparkThrowable) cause, condition, failure);
      }
    }
    return CommandException.failed(
        "The files of "
            + source.name()
            + " could not be read or written ("
            + failure.getClass().getSimpleName()
            + "). Nothing of the batch was taken by half; run clv ingest again, with --stacktrace if"
            + " it fails again.",
        failure);
  }

  /** A file that is torn, of another format or of another schema; or one that is gone. */
  private static CommandException unreadable(
      SourceConfig source, SparkThrowable cause, String condition, Exception failure) {
    String file = cause.getMessageParameters().getOrDefault("path", source.path());
    if (condition.endsWith("FILE_NOT_EXIST")) {
      return CommandException.failed(
          "The file "
              + file
              + " of "
              + source.name()
              + " went away while it was read. Nothing of the batch was taken; run clv ingest again,"
              + " and it takes what is there then.",
          failure);
    }
    return CommandException.data(
        "The file "
            + file
            + " of "
            + source.name()
            + " cannot be read as "
            + source.format()
            + " with the schema it should have ("
            + condition
            + rootOf(failure)
            + "): it is torn, of another format, or its columns are of other types. Nothing of the"
            + " batch was taken. Replace the file by a whole one or move it away, then run clv ingest"
            + " again.");
  }

  private static String rootOf(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return ", " + root.getClass().getSimpleName();
  }
}
