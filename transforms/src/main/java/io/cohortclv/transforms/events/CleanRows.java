package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.md5;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.substring;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.upper;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.cohortclv.transforms.events.RawValues.Reading;
import io.cohortclv.transforms.events.Rules.Rule;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Contract.InputColumn;
import io.cohortclv.transforms.table.Contract.Kind;
import io.cohortclv.transforms.table.IdentityMap;
import io.cohortclv.transforms.table.Orders;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * Makes the rows of a contract's clean table from raw ones: reads each column as its kind, collects
 * every rule a row breaks, names people by pseudonyms and tells duplicates.
 */
public final class CleanRows {
  /** The only reason of a row whose columns cannot be trusted. */
  public static final String UNPARSEABLE = "unparseable";

  /** Longest raw row kept of a rejected one. */
  private static final int RAW_ROW_CHARACTERS = 65_536;

  private static final String IS_COPY = "clv_is_copy";

  private static final Column NO_REASONS =
      array().cast(DataTypes.createArrayType(DataTypes.StringType));

  /** Before the name of a raw value: its text. */
  private static final String TEXT = "clv_text_";

  private CleanRows() {}

  /**
   * Rows of the clean table: every raw row is behind exactly one, counted by {@code source_rows}.
   *
   * @param raw the raw columns, {@link RawRows#CORRUPT} and {@link RawRows#FILE}
   * @param accepted accepted rows the clean table holds already
   */
  public static Dataset<Row> of(Dataset<Row> raw, Mapping mapping, Dataset<Row> accepted) {
    return of(raw, mapping, accepted, OptionalInt.empty());
  }

  /**
   * The same.
   *
   * @param partitions into how many the rows are divided to be compared, and so files written; as
   *     Spark is set where it is empty
   */
  public static Dataset<Row> of(
      Dataset<Row> raw, Mapping mapping, Dataset<Row> accepted, OptionalInt partitions) {
    Contract contract = mapping.contract();
    Dataset<Row> judged = judged(raw, mapping);
    boolean collapse =
        mapping.where().isPresent() && mapping.groupBy().isEmpty() && !mapping.dropExactCopies();
    // What is the same in every row is added when the rows stand together, not moved with them.
    Set<String> absent = absent(mapping);
    Map<String, Column> same =
        new HashMap<>(
            Map.of(
                CleanColumns.BATCH_ID, lit(mapping.batchId()),
                CleanColumns.INGEST_TS, lit(mapping.ingestTs())));
    absent.forEach(name -> same.put(name, lit(null).cast(contract.column(name).kind().type())));
    return Duplicates.tell(
            judged.drop(absent.toArray(String[]::new)), contract, accepted, collapse, partitions)
        .select(
            Stream.of(contract.clean().schema().fieldNames())
                .map(name -> same.containsKey(name) ? same.get(name).as(name) : col(name))
                .toArray(Column[]::new));
  }

  /**
   * Of accepted rows those that raw ones may repeat or follow: those of their keys.
   *
   * @param raw as {@link #of} takes them
   */
  public static Dataset<Row> knownOf(Dataset<Row> raw, Mapping mapping, Dataset<Row> accepted) {
    return Versions.byKeys(accepted, judged(raw, mapping), mapping.contract(), "left_semi");
  }

  private static Dataset<Row> judged(Dataset<Row> raw, Mapping mapping) {
    return RawRows.shape(raw, mapping)
        .transform(shaped -> read(shaped, mapping))
        .transform(rows -> withIds(rows, mapping))
        .transform(rows -> withReasons(rows, mapping))
        .transform(rows -> named(rows, mapping))
        .transform(rows -> withOutcome(rows, mapping));
  }

  /** Columns of the contract that the mapping leaves null in every row. */
  public static Set<String> absent(Mapping mapping) {
    Contract contract = mapping.contract();
    return contract.columns().stream()
        .filter(column -> column.madeFrom().isEmpty() && fallback(column, mapping) == null)
        .map(InputColumn::name)
        .filter(name -> !mapping.columns().containsKey(name))
        .filter(name -> !contract.key().contains(name) && !contract.version().contains(name))
        .collect(Collectors.toSet());
  }

  /** Adds the contract's columns, typed, and the reasons that come of reading them. */
  private static Dataset<Row> read(Dataset<Row> shaped, Mapping mapping) {
    RawValues values = new RawValues(mapping.zone(), mapping.timeFormats(), mapping.moneyScale());
    RawValues plain = new RawValues(mapping.zone(), List.of(), 1);
    List<Column> texts = new ArrayList<>(List.of(col("*")));
    List<Column> columns = new ArrayList<>(List.of(col("*")));
    List<Rule> rules = new ArrayList<>();
    Column trusted = col(RawRows.SELECTED).and(col(RawRows.CORRUPT).isNull());
    for (InputColumn column : mapping.contract().columns()) {
      DataType type = column.kind().type();
      String fallback = fallback(column, mapping);
      Column text = lit(fallback);
      Column ifMissing =
          fallback == null
              ? lit(null).cast(type)
              : plain.read(column.kind(), text, text, DataTypes.StringType).value();
      boolean mustBe = column.required() && fallback == null && column.madeFrom().isEmpty();
      Column value;
      if (mapping.columns().containsKey(column.name())) {
        String raw = RawRows.value(column.name());
        DataType rawType = shaped.schema().apply(raw).dataType();
        texts.add(RawValues.text(col(raw), rawType).as(TEXT + raw));
        Reading reading = values.read(column.kind(), col(raw), col(TEXT + raw), rawType);
        value = when(reading.missing(), ifMissing).otherwise(canonical(column, reading.value()));
        // What is not missing and is null all the same could not be read.
        Column unread = not(reading.missing()).and(col(column.name()).isNull());
        if (column.kind() != Kind.TEXTS) { // an empty list is no list
          rules.add(
              new Rule(
                  column.name() + ": not " + description(column.kind()),
                  unread.and(not(reading.lacksZone()))));
        }
        if (column.kind() == Kind.INSTANT) {
          rules.add(
              new Rule(column.name() + ": time without zone", unread.and(reading.lacksZone())));
        }
        if (mustBe) {
          rules.add(new Rule(column.name() + ": missing", reading.missing()));
        }
      } else {
        value = ifMissing;
        if (mustBe) {
          rules.add(new Rule(column.name() + ": missing", lit(true)));
        }
      }
      columns.add(when(trusted, value).as(column.name()));
    }
    Column happened =
        Versions.instant(
            mapping.contract(), mapping.contract().eventTime(), mapping.businessZone());
    // Each step's columns are read by more than one of the next, which so finds them made.
    return shaped
        .select(texts.toArray(Column[]::new))
        .select(columns.toArray(Column[]::new))
        .withColumn(CleanColumns.REASONS, broken(rules))
        .withColumn(Contract.UPDATED_TS, coalesce(col(Contract.UPDATED_TS), happened));
  }

  /** The reasons of the rules a row breaks: looked for one by one only where there are any. */
  private static Column broken(List<Rule> rules) {
    Column any = rules.stream().map(Rule::broken).reduce(Column::or).orElse(lit(false));
    Column[] reasons =
        rules.stream().map(rule -> when(rule.broken(), rule.reason())).toArray(Column[]::new);
    return when(any, array_compact(array(reasons))).otherwise(NO_REASONS);
  }

  private static String fallback(InputColumn column, Mapping mapping) {
    return column.name().equals(Orders.CURRENCY) ? mapping.currency() : column.fallback();
  }

  /** Of a thing without an id: rows alike in these columns are one. */
  private static Dataset<Row> withIds(Dataset<Row> rows, Mapping mapping) {
    Dataset<Row> named = rows;
    for (InputColumn column : mapping.contract().columns()) {
      if (!column.madeFrom().isEmpty()) {
        Column content =
            to_json(struct(column.madeFrom().stream().map(c -> col(c)).toArray(Column[]::new)));
        Column trusted = col(RawRows.SELECTED).and(col(RawRows.CORRUPT).isNull());
        named =
            named.withColumn(
                column.name(), coalesce(col(column.name()), when(trusted, md5(content))));
      }
    }
    return named;
  }

  /** Codes compare alike however a system writes them. */
  private static Column canonical(InputColumn column, Column value) {
    if (column.name().endsWith(Orders.CURRENCY)) {
      return upper(value);
    }
    return column.allowed().isEmpty() ? value : lower(value);
  }

  private static String description(Kind kind) {
    return switch (kind) {
      case TEXT, TEXTS -> "a text";
      case MONEY -> "an amount";
      case WHOLE -> "a whole number";
      case NUMBER -> "a number";
      case FLAG -> "true or false";
      case INSTANT -> "a time";
      case DAY -> "a date";
    };
  }

  /** Adds the reasons that the read values give. */
  private static Dataset<Row> withReasons(Dataset<Row> rows, Mapping mapping) {
    List<Rule> rules = new ArrayList<>();
    for (InputColumn column : mapping.contract().columns()) {
      if (!column.allowed().isEmpty()) {
        rules.add(
            new Rule(
                column.name() + ": not an allowed value",
                not(col(column.name()).isin(column.allowed().toArray()))));
      }
    }
    rules.addAll(Rules.of(mapping.contract(), mapping.ingestTs(), mapping.onlyCurrency()));
    return rows.withColumn(
        CleanColumns.REASONS,
        when(not(col(RawRows.SELECTED)), NO_REASONS)
            .when(col(RawRows.CORRUPT).isNotNull(), array(lit(UNPARSEABLE)))
            .otherwise(concat(col(CleanColumns.REASONS), broken(rules))));
  }

  /** Adds the keyed hashes of identifiers. */
  private static Dataset<Row> named(Dataset<Row> rows, Mapping mapping) {
    Dataset<Row> named = rows;
    for (InputColumn column : mapping.contract().columns()) {
      if (column.pseudonym() != null) {
        named =
            named.withColumn(
                column.pseudonym(), mapping.pseudonym().apply(column, col(column.name())));
      }
    }
    if (mapping.contract().equals(Orders.CONTRACT)) {
      // A guest is known by the e-mail; with neither, the order is nobody's: counted, not modelled.
      named =
          named.withColumn(
              Orders.CUSTOMER_ID, coalesce(col(Orders.CUSTOMER_ID), col(Orders.EMAIL_ID)));
    }
    if (mapping.contract().equals(IdentityMap.CONTRACT)) {
      Column type = col(IdentityMap.ID_TYPE);
      Column id = col(IdentityMap.ID_HASH);
      named =
          named.withColumn(
              IdentityMap.ENTITY_ID,
              when(type.equalTo(IdentityMap.CUSTOMER), hashed(mapping, Orders.CUSTOMER_REF, id))
                  .when(type.equalTo(IdentityMap.EMAIL), hashed(mapping, Orders.EMAIL_HASH, id))
                  .otherwise(id));
    }
    return named;
  }

  /** The name that identifier has in orders. */
  private static Column hashed(Mapping mapping, String column, Column id) {
    return mapping.pseudonym().apply(Orders.CONTRACT.column(column), id);
  }

  /** Adds the bookkeeping of the clean zone; duplicates beyond exact copies are told later. */
  private static Dataset<Row> withOutcome(Dataset<Row> rows, Mapping mapping) {
    Column rejected = size(col(CleanColumns.REASONS)).gt(0);
    // A hash skips nulls; the flags keep (a, null) and (null, a) apart.
    Column[] content =
        mapping.contract().columns().stream()
            .flatMap(c -> Stream.of(col(c.name()), col(c.name()).isNull()))
            .toArray(Column[]::new);
    Column copies = col(RawRows.COPIES);
    Dataset<Row> parts = rows.withColumn(IS_COPY, lit(false));
    if (mapping.dropExactCopies()) {
      // A valid row and its copies are two rows of the clean table; what is refused is one.
      Column both = when(copies.gt(0).and(not(rejected)), array(lit(false), lit(true)));
      parts = rows.withColumn(IS_COPY, explode(coalesce(both, array(lit(false)))));
    }
    return parts
        .withColumn(
            CleanColumns.OUTCOME,
            when(not(col(RawRows.SELECTED)), CleanColumns.NOT_SELECTED)
                .when(rejected, CleanColumns.REJECTED)
                .when(col(IS_COPY), CleanColumns.DUPLICATE)
                .otherwise(CleanColumns.ACCEPTED))
        .withColumn(
            CleanColumns.SOURCE_ROWS,
            when(col(IS_COPY), copies)
                .when(rejected, col(RawRows.ROWS).plus(copies))
                .otherwise(col(RawRows.ROWS)))
        .withColumn(CleanColumns.SOURCE_SYSTEM, lit(mapping.sourceSystem()))
        .withColumn(CleanColumns.SOURCE_FILE, col(RawRows.FILE))
        .withColumn(CleanColumns.ROW_HASH, xxhash64(content))
        .withColumn(
            CleanColumns.RAW_ROW,
            when(
                rejected,
                substring(
                    coalesce(col(RawRows.CORRUPT), to_json(col(RawRows.RAW))),
                    1,
                    RAW_ROW_CHARACTERS)));
  }
}
