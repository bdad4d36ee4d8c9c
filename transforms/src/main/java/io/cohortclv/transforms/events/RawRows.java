package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The first half of a mapping, in one pass: which raw rows, exact copies, groups, and the raw value
 * of each contract column.
 *
 * <p>Rows that are not selected stay, emptied, so that one scan both reads and counts; where rows
 * are grouped anyway they collapse to one a file.
 */
public final class RawRows {
  /** The text of a raw row that could not be parsed; null otherwise. */
  public static final String CORRUPT = "clv_corrupt";

  /** The file a raw row was read from. */
  public static final String FILE = "clv_file";

  static final String SELECTED = "clv_selected";

  /** Raw rows behind a row, its exact copies not among them. */
  static final String ROWS = "clv_rows";

  /** Exact copies of the rows behind a row. */
  static final String COPIES = "clv_copies";

  static final String RAW = "clv_raw";

  private static final String PREFIX = "clv_value_";
  private static final String UNSELECTED_FILE = "clv_unselected_file";

  private RawRows() {}

  /** Where the raw value of a contract column stands. */
  static String value(String contractColumn) {
    return PREFIX + contractColumn;
  }

  /**
   * Selects, drops copies and groups. One row a raw row, or a distinct one, or a group.
   *
   * @param raw the raw columns, {@link #CORRUPT} and {@link #FILE}
   */
  static Dataset<Row> shape(Dataset<Row> raw, Mapping mapping) {
    List<Column> rawColumns = rawColumns(raw);
    Dataset<Row> marked = raw;
    if (mapping.where().isPresent()) {
      // A corrupt row is judged, not selected: its columns are not to be trusted.
      Column selected =
          col(CORRUPT).isNotNull().or(coalesce(expr(mapping.where().get()), lit(false)));
      List<String> names = rawNames(raw);
      marked =
          raw.withColumn(SELECTED, selected)
              .select(
                  Stream.concat(
                          Stream.of(col(SELECTED), col(CORRUPT), col(FILE)),
                          names.stream().map(n -> when(col(SELECTED), col(quote(n))).as(n)))
                      .toArray(Column[]::new));
    } else {
      marked = raw.withColumn(SELECTED, lit(true));
    }
    marked =
        marked
            .withColumn(UNSELECTED_FILE, when(col(SELECTED), lit(null)).otherwise(col(FILE)))
            .withColumn(ROWS, lit(1L))
            .withColumn(COPIES, lit(0L));
    if (mapping.dropExactCopies()) {
      Column[] alike = keys(rawColumns);
      marked =
          marked
              .groupBy(alike)
              .agg(min(FILE).as(FILE), count(lit(1)).as(ROWS))
              .withColumn(COPIES, when(col(SELECTED), col(ROWS).minus(1)).otherwise(0L))
              .withColumn(ROWS, when(col(SELECTED), lit(1L)).otherwise(col(ROWS)));
    }
    return mapping.groupBy().isEmpty()
        ? withValues(marked, mapping, rawColumns)
        : grouped(marked, mapping);
  }

  private static Dataset<Row> withValues(
      Dataset<Row> marked, Mapping mapping, List<Column> rawColumns) {
    List<Column> kept = new ArrayList<>(List.of(col(SELECTED), col(CORRUPT), col(FILE)));
    kept.addAll(List.of(col(ROWS), col(COPIES)));
    kept.add(to_json(struct(rawColumns.toArray(Column[]::new))).as(RAW));
    mapping.columns().forEach((name, sql) -> kept.add(expr(sql).as(value(name))));
    return marked.select(kept.toArray(Column[]::new));
  }

  private static Dataset<Row> grouped(Dataset<Row> marked, Mapping mapping) {
    List<Column> groups = mapping.groupBy().stream().map(name -> col(quote(name))).toList();
    List<Column> aggregates = new ArrayList<>();
    mapping.columns().forEach((name, sql) -> aggregates.add(expr(sql).as(value(name))));
    aggregates.add(min(FILE).as(FILE));
    aggregates.add(sum(ROWS).as(ROWS));
    aggregates.add(sum(COPIES).as(COPIES));
    // What was read of the group; its raw rows lie in the file.
    Column seen =
        to_json(
            struct(
                Stream.concat(
                        groups.stream(),
                        mapping.columns().keySet().stream()
                            .map(name -> col(value(name)).as("mapped_" + name)))
                    .toArray(Column[]::new)));
    return marked
        .groupBy(keys(groups))
        .agg(aggregates.get(0), aggregates.stream().skip(1).toArray(Column[]::new))
        .withColumn(RAW, seen);
  }

  private static Column[] keys(List<Column> columns) {
    return Stream.concat(
            Stream.of(col(SELECTED), col(CORRUPT), col(UNSELECTED_FILE)), columns.stream())
        .toArray(Column[]::new);
  }

  private static List<String> rawNames(Dataset<Row> raw) {
    return Arrays.stream(raw.columns()).filter(n -> !n.equals(CORRUPT) && !n.equals(FILE)).toList();
  }

  private static List<Column> rawColumns(Dataset<Row> raw) {
    return rawNames(raw).stream().map(name -> col(quote(name))).toList();
  }

  /** A raw name as SQL knows it, whatever signs are in it. */
  private static String quote(String name) {
    return "`" + name.replace("`", "``") + "`";
  }
}
