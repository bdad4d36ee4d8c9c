package io.cohortclv.transforms.table;

import static org.apache.spark.sql.types.DataTypes.DateType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.TimestampType;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * A table of the lake: where it lies, what a row is, and its columns in order.
 *
 * @param layout how it is stored and read
 * @param name the plain name, {@code customer_clv}
 * @param grain what one row stands for
 * @param fields the table's own columns; the layout adds its bookkeeping columns
 */
public record Table(Layout layout, String name, String grain, List<Field> fields) {
  /** The business day a snapshot describes, inclusive. */
  public static final String AS_OF_DATE = "as_of_date";

  /** The run that wrote the row. */
  public static final String RUN_ID = "run_id";

  /** The newest event the run had seen. */
  public static final String DATA_THROUGH_TS = "data_through_ts";

  /** ISO 4217 code of all money in the row. */
  public static final String REPORTING_CURRENCY = "reporting_currency";

  /** First day of the order's month in the business zone: the partition of the ledgers. */
  public static final String ORDER_MONTH = "order_month";

  /** Money inside a computation and in the clean zone: major units. */
  public static final DecimalType MONEY = DataTypes.createDecimalType(18, 4);

  /** Money in published tables: major units of the reporting currency. */
  public static final DecimalType PUBLISHED_MONEY = DataTypes.createDecimalType(18, 2);

  /** How a table is stored, and so which bookkeeping columns it carries. */
  public enum Layout {
    /** Append-only, every version kept, all outcomes of ingest side by side. */
    CLEAN("clean"),
    /** One partition a run, visible once published. */
    SNAPSHOT("published"),
    /** Current state by order month. */
    LEDGER("published"),
    /** What the jobs say about themselves. */
    OPS("ops");

    private final String folder;

    Layout(String folder) {
      this.folder = folder;
    }
  }

  private static final List<Field> SNAPSHOT_BOOKKEEPING =
      List.of(
          new Field(AS_OF_DATE, DateType, "Business day the row describes, inclusive"),
          new Field(RUN_ID, StringType, "Run that wrote the row; see ops.publication"),
          new Field(DATA_THROUGH_TS, TimestampType, "Newest order the run had seen, UTC"),
          new Field(REPORTING_CURRENCY, StringType, "ISO 4217 code of all money in the row"));

  private static final List<Field> LEDGER_BOOKKEEPING =
      List.of(
          new Field(ORDER_MONTH, DateType, "First day of the order's month, business zone"),
          new Field(REPORTING_CURRENCY, StringType, "ISO 4217 code of all money in the row"));

  public Table {
    fields = List.copyOf(fields);
    long distinct = fields.stream().map(Field::name).distinct().count();
    if (distinct != fields.size()) {
      throw new IllegalArgumentException("Table " + name + " names a column twice");
    }
  }

  public static Table snapshot(String name, String grain, Field... fields) {
    return new Table(Layout.SNAPSHOT, name, grain, List.of(fields));
  }

  public static Table ledger(String name, String grain, Field... fields) {
    return new Table(Layout.LEDGER, name, grain, List.of(fields));
  }

  public static Table ops(String name, String grain, Field... fields) {
    return new Table(Layout.OPS, name, grain, List.of(fields));
  }

  public static Field text(String name, String meaning) {
    return new Field(name, StringType, meaning);
  }

  public static Field whole(String name, String meaning) {
    return new Field(name, DataTypes.LongType, meaning);
  }

  public static Field real(String name, String meaning) {
    return new Field(name, DataTypes.DoubleType, meaning);
  }

  public static Field money(String name, String meaning) {
    return new Field(name, PUBLISHED_MONEY, meaning + "; major units of reporting_currency");
  }

  public static Field day(String name, String meaning) {
    return new Field(name, DateType, meaning);
  }

  public static Field instant(String name, String meaning) {
    return new Field(name, TimestampType, meaning + ", UTC");
  }

  public static Field flag(String name, String meaning) {
    return new Field(name, DataTypes.BooleanType, meaning);
  }

  public static Field of(String name, DataType type, String meaning) {
    return new Field(name, type, meaning);
  }

  /** The folder below the lake's root, {@code published/customer_clv}. */
  public String path() {
    return layout.folder + "/" + name;
  }

  /**
   * The name people use: plain for published tables, {@code ops.recon} and {@code clean.orders}.
   */
  public String displayName() {
    return layout == Layout.SNAPSHOT || layout == Layout.LEDGER ? name : layout.folder + "." + name;
  }

  /** Columns the table is partitioned by on disk; empty for none. */
  public List<String> partitionColumns() {
    return switch (layout) {
      case SNAPSHOT -> List.of(AS_OF_DATE, RUN_ID);
      case LEDGER -> List.of(ORDER_MONTH);
      case CLEAN -> List.of(CleanColumns.OUTCOME);
      case OPS -> List.of();
    };
  }

  /** Every column, bookkeeping included, with comments. */
  public StructType schema() {
    List<Field> bookkeeping =
        switch (layout) {
          case SNAPSHOT -> SNAPSHOT_BOOKKEEPING;
          case LEDGER -> LEDGER_BOOKKEEPING;
          case CLEAN -> CleanColumns.FIELDS;
          case OPS -> List.of();
        };
    return new StructType(
        Stream.concat(bookkeeping.stream(), fields.stream())
            .map(Field::toStructField)
            .toArray(StructField[]::new));
  }

  /** The table's own columns, without bookkeeping. */
  public StructType ownSchema() {
    return new StructType(fields.stream().map(Field::toStructField).toArray(StructField[]::new));
  }

  /** Names of the table's own columns, in order. */
  public List<String> columns() {
    return fields.stream().map(Field::name).toList();
  }

  /**
   * Selects the table's own columns in order, each cast to its type: the last step of a transform
   * that makes this table; of a ledger also its month, where the rows bring it. Money is rounded
   * half up to its published scale by the cast.
   *
   * @throws IllegalArgumentException naming the columns that {@code rows} lacks
   */
  public Dataset<Row> conform(Dataset<Row> rows) {
    List<String> present = Arrays.asList(rows.columns());
    List<String> missing = columns().stream().filter(c -> !present.contains(c)).toList();
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          displayName() + " needs the columns " + missing + "; it was given " + present);
    }
    Stream<Column> month =
        layout == Layout.LEDGER && present.contains(ORDER_MONTH)
            ? Stream.of(functions.col(ORDER_MONTH))
            : Stream.of();
    return rows.select(
        Stream.concat(
                month,
                fields.stream().map(f -> functions.col(f.name()).cast(f.type()).as(f.name())))
            .toArray(Column[]::new));
  }
}
