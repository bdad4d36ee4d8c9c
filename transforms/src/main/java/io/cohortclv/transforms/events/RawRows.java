package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode_outer;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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

  /**
   * Whether a row was taken by an earlier batch and is here only because its group may go on; null
   * or absent for no.
   */
  public static final String SEEN = "clv_seen";

  /** One element of the list that {@code explode} names. */
  public static final String ELEMENT = "element";

  static final String SELECTED = "clv_selected";

  /** Raw rows behind a row, its exact copies not among them. */
  static final String ROWS = "clv_rows";

  /** Exact copies of the rows behind a row. */
  static final String COPIES = "clv_copies";

  /** What was read, as a struct: few rows are ever written down. */
  static final String RAW = "clv_raw";

  private static final String PREFIX = "clv_value_";
  private static final String TOTAL = "clv_total";
  private static final String FIRST = "clv_first";
  private static final String UNSELECTED_FILE = "clv_unselected_file";

  private RawRows() {}

  /** Where the raw value of a contract column stands. */
  static String value(String contractColumn) {
    return PREFIX + contractColumn;
  }

  /**
   * Raw rows as the mapping counts them: with {@code explode}, one an element; a list without
   * elements is one row too.
   */
  public static Dataset<Row> exploded(Dataset<Row> raw, Optional<String> explode) {
    return explode
        .map(list -> raw.select(col("*"), explode_outer(expr(list)).as(ELEMENT)))
        .orElse(raw);
  }

  /**
   * Selects, drops copies and groups. One row a raw row, or a distinct one, or a group.
   *
   * @param raw the raw columns, {@link #CORRUPT}, {@link #FILE} and possibly {@link #SEEN}
   */
  static Dataset<Row> shape(Dataset<Row> raw, Mapping mapping) {
    Dataset<Row> counted = exploded(raw, mapping.explode());
    List<Column> rawColumns = rawColumns(counted);
    Column selected = selected(mapping);
    List<Column> marked = new ArrayList<>(List.of(selected.as(SELECTED), col(CORRUPT), col(FILE)));
    rawNames(counted)
        .forEach(
            n ->
                marked.add(selects(mapping) ? when(selected, col(quote(n))).as(n) : col(quote(n))));
    marked.add(when(selected, lit(null)).otherwise(col(FILE)).as(UNSELECTED_FILE));
    boolean hasSeen = Arrays.asList(raw.columns()).contains(SEEN);
    Column seen = hasSeen ? coalesce(col(SEEN), lit(false)) : lit(false);
    marked.add(when(seen, 0L).otherwise(1L).as(ROWS));
    marked.add(lit(0L).as(COPIES));
    if (hasSeen) {
      // Of rows taken before, only those that may belong to a group are of interest.
      counted = counted.filter(not(seen).or(selected.and(col(CORRUPT).isNull())));
    }
    Dataset<Row> rows = counted.select(marked.toArray(Column[]::new));
    if (mapping.dropExactCopies()) {
      // A row taken before is the first of its copies; no new one is.
      Column first = when(min(ROWS).equalTo(0), 0L).otherwise(1L);
      rows =
          rows.groupBy(keys(rawColumns))
              .agg(min(FILE).as(FILE), sum(ROWS).as(TOTAL), first.as(FIRST))
              .withColumn(ROWS, when(col(SELECTED), col(FIRST)).otherwise(col(TOTAL)))
              .withColumn(COPIES, col(TOTAL).minus(col(ROWS)));
    }
    return mapping.groupBy().isEmpty()
        ? withValues(rows, mapping, rawColumns)
        : grouped(rows, mapping).filter(col(ROWS).plus(col(COPIES)).gt(0));
  }

  private static boolean selects(Mapping mapping) {
    return mapping.where().isPresent() || mapping.explode().isPresent();
  }

  /** A corrupt row is judged, not selected: its columns are not to be trusted. */
  private static Column selected(Mapping mapping) {
    if (!selects(mapping)) {
      return lit(true);
    }
    Column chosen = mapping.where().map(sql -> coalesce(expr(sql), lit(false))).orElse(lit(true));
    if (mapping.explode().isPresent()) {
      chosen = col(ELEMENT).isNotNull().and(chosen);
    }
    return col(CORRUPT).isNotNull().or(chosen);
  }

  private static Dataset<Row> withValues(
      Dataset<Row> marked, Mapping mapping, List<Column> rawColumns) {
    List<Column> kept = new ArrayList<>(List.of(col(SELECTED), col(CORRUPT), col(FILE)));
    kept.addAll(List.of(col(ROWS), col(COPIES)));
    kept.add(struct(rawColumns.toArray(Column[]::new)).as(RAW));
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
        struct(
            Stream.concat(
                    groups.stream(),
                    mapping.columns().keySet().stream()
                        .map(name -> col(value(name)).as("mapped_" + name)))
                .toArray(Column[]::new));
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
    return Arrays.stream(raw.columns())
        .filter(n -> !Set.of(CORRUPT, FILE, SEEN).contains(n))
        .toList();
  }

  private static List<Column> rawColumns(Dataset<Row> raw) {
    return rawNames(raw).stream().map(name -> col(quote(name))).toList();
  }

  /** A raw name as SQL knows it, whatever signs are in it. */
  private static String quote(String name) {
    return "`" + name.replace("`", "``") + "`";
  }
}
