package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.btrim;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.split;
import static org.apache.spark.sql.functions.timestamp_micros;
import static org.apache.spark.sql.functions.timestamp_millis;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.to_utc_timestamp;
import static org.apache.spark.sql.functions.transform;
import static org.apache.spark.sql.functions.try_to_timestamp;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.Contract.Kind;
import io.cohortclv.transforms.table.Table;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;

/**
 * Reads raw values of any type as a contract's kinds. What cannot be read is null, never an error:
 * a garbage cell costs its row, not the job.
 */
final class RawValues {
  /** A date alone, or with a time, without a zone; Spark alone would also take "2024" or "12". */
  private static final String NAIVE_TIME =
      "^\\d{4}-\\d{1,2}-\\d{1,2}([T ]\\d{1,2}:\\d{2}(:\\d{2}([.]\\d{1,9})?)?)?$";

  private static final String ZONED_TIME =
      "^\\d{4}-\\d{1,2}-\\d{1,2}[T ]\\d{1,2}:\\d{2}(:\\d{2}([.]\\d{1,9})?)? ?(Z|[+-]\\d{2}(:?\\d{2})?)$";

  private static final String DATE = "^\\d{4}-\\d{1,2}-\\d{1,2}$";

  /** Spaces that stand around values in exports: also no-break space and byte-order mark. */
  private static final String SPACES = " \t\r\n\u00a0\ufeff";

  /** Wide enough for any amount in its smallest unit; what is wider is no amount. */
  private static final DecimalType EXACT = DataTypes.createDecimalType(38, 10);

  private final Optional<ZoneId> zone;
  private final List<String> timeFormats;
  private final long moneyScale;

  RawValues(Optional<ZoneId> zone, List<String> timeFormats, long moneyScale) {
    this.zone = zone;
    this.timeFormats = timeFormats;
    this.moneyScale = moneyScale;
  }

  /**
   * A value as read.
   *
   * @param value of the kind's type, null when missing or not readable
   * @param missing whether nothing was given: null or blank
   * @param lacksZone of a value that is neither missing nor readable: that it is a time but for its
   *     zone
   */
  record Reading(Column value, Column missing, Column lacksZone) {}

  /**
   * Reads a value.
   *
   * @param raw the raw value
   * @param text {@link #text} of it
   */
  Reading read(Kind kind, Column raw, Column text, DataType type) {
    Column missing = type instanceof ArrayType || isTyped(type) ? raw.isNull() : text.isNull();
    return switch (kind) {
      case TEXT -> new Reading(text, missing, lit(false));
      case MONEY -> new Reading(money(exact(raw, text, type)), missing, lit(false));
      case WHOLE -> new Reading(whole(exact(raw, text, type)), missing, lit(false));
      case NUMBER -> new Reading(number(text), missing, lit(false));
      case FLAG -> new Reading(flag(raw, text, type), missing, lit(false));
      case INSTANT -> instant(raw, text, type, missing);
      case DAY -> new Reading(day(raw, text, type), missing, lit(false));
      case TEXTS -> new Reading(texts(raw, text, type), missing, lit(false));
    };
  }

  /** The text that a raw value is, without the spaces around it; null for a blank one. */
  static Column text(Column raw, DataType type) {
    if (isTyped(type)) {
      return raw.cast(DataTypes.StringType);
    }
    boolean nested =
        type instanceof StructType || type instanceof MapType || type instanceof ArrayType;
    Column text = btrim(nested ? to_json(raw) : raw.cast(DataTypes.StringType), lit(SPACES));
    return when(text.notEqual(""), text);
  }

  /** Types whose text has no spaces around it and is never blank. */
  private static boolean isTyped(DataType type) {
    return type instanceof NumericType
        || type instanceof BooleanType
        || type instanceof DateType
        || type instanceof TimestampType
        || type instanceof TimestampNTZType;
  }

  private static Column exact(Column raw, Column text, DataType type) {
    boolean isExact = type instanceof IntegralType || type instanceof DecimalType;
    return (isExact ? raw : text).try_cast(EXACT);
  }

  /** Exact decimal arithmetic; half up to the clean zone's scale. */
  private Column money(Column units) {
    Column major =
        moneyScale == 1
            ? units
            : units.divide(lit(moneyScale).cast(DataTypes.createDecimalType(19, 0)));
    return major.try_cast(Table.MONEY);
  }

  /** 3 and 3.0, not 3.5. */
  private static Column whole(Column exact) {
    return when(exact.equalTo(floor(exact)), exact).try_cast(DataTypes.LongType);
  }

  private static Column number(Column text) {
    Column number = text.try_cast(DataTypes.DoubleType);
    Column infinite =
        number.equalTo(lit(Double.POSITIVE_INFINITY)).or(number.equalTo(Double.NEGATIVE_INFINITY));
    return when(isnan(number).or(infinite), lit(null)).otherwise(number);
  }

  private static Column flag(Column raw, Column text, DataType type) {
    return type instanceof BooleanType ? raw : text.try_cast(DataTypes.BooleanType);
  }

  private Reading instant(Column raw, Column text, DataType type, Column missing) {
    if (type instanceof TimestampType) {
      return new Reading(raw, missing, lit(false));
    }
    if (type instanceof TimestampNTZType || type instanceof DateType) {
      Column naive = raw.cast(DataTypes.TimestampType);
      return new Reading(inZone(naive), missing, lacksZone(naive));
    }
    List<Column> readings = new ArrayList<>();
    List<Column> naiveReadings = new ArrayList<>();
    for (String format : timeFormats) {
      if (format.equals("epoch-seconds")) {
        Column micros =
            text.try_cast(DataTypes.createDecimalType(20, 6))
                .multiply(lit(1_000_000))
                .try_cast(DataTypes.LongType);
        readings.add(timestamp_micros(micros));
      } else if (format.equals("epoch-millis")) {
        Column millis = text.try_cast(DataTypes.createDecimalType(15, 0));
        readings.add(timestamp_millis(millis.cast(DataTypes.LongType)));
      } else {
        Column parsed = try_to_timestamp(text, lit(format));
        if (namesZone(format)) {
          readings.add(parsed);
        } else {
          readings.add(inZone(parsed));
          naiveReadings.add(parsed);
        }
      }
    }
    if (!(type instanceof NumericType)) {
      Column iso = text.try_cast(DataTypes.TimestampType);
      Column naiveIso = when(text.rlike(NAIVE_TIME), iso);
      readings.add(when(text.rlike(ZONED_TIME), iso));
      readings.add(inZone(naiveIso));
      naiveReadings.add(naiveIso);
    }
    return new Reading(firstOf(readings), missing, lacksZone(firstOf(naiveReadings)));
  }

  private static Column firstOf(List<Column> readings) {
    return readings.isEmpty()
        ? lit(null).cast(DataTypes.TimestampType)
        : coalesce(readings.toArray(Column[]::new));
  }

  /**
   * A naive time in the declared zone. Of an hour that happens twice when clocks go back it is the
   * first; one that is skipped when they go forward is moved by the gap.
   */
  private Column inZone(Column naive) {
    return zone.map(z -> to_utc_timestamp(naive, z.getId()))
        .orElse(lit(null).cast(DataTypes.TimestampType));
  }

  private Column lacksZone(Column naive) {
    return zone.isPresent() ? lit(false) : naive.isNotNull();
  }

  /** Whether a pattern reads a zone or offset; letters in quotes are literal. */
  private static boolean namesZone(String pattern) {
    return pattern.replaceAll("'[^']*'", "").matches(".*[XxZzOV].*");
  }

  private Column day(Column raw, Column text, DataType type) {
    if (type instanceof DateType) {
      return raw;
    }
    if (type instanceof TimestampType || type instanceof TimestampNTZType) {
      return raw.cast(DataTypes.DateType);
    }
    List<Column> readings = new ArrayList<>();
    for (String format : timeFormats) {
      if (!format.startsWith("epoch-")) {
        readings.add(try_to_timestamp(text, lit(format)).cast(DataTypes.DateType));
      }
    }
    readings.add(when(text.rlike(DATE), text.try_cast(DataTypes.DateType)));
    return coalesce(readings.toArray(Column[]::new));
  }

  /** A list, or one text with commas, semicolons or bars between; none for an empty one. */
  private static Column texts(Column raw, Column text, DataType type) {
    Column elements =
        type instanceof ArrayType array
            ? transform(raw, element -> text(element, array.elementType()))
            : transform(split(text, "[,;|]"), element -> text(element, DataTypes.StringType));
    Column given = array_compact(elements);
    return when(size(given).gt(0), given);
  }
}
