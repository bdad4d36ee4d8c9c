package io.cohortclv.transforms.table;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * What one raw log must and may bring, and the clean table it becomes.
 *
 * @param name the input's name in the config, {@code orders}
 * @param grain what one clean row stands for
 * @param columns the columns a mapping may fill, in order
 * @param key columns that identify the thing a row is a version of, source system included
 * @param version columns that order the versions of one key, first the most significant; {@link
 *     #UPDATED_TS} leads
 * @param eventTime the instant or day the row speaks of; {@code updated_ts} defaults to it, and a
 *     log without one names {@code updated_ts} itself
 */
public record Contract(
    String name,
    String grain,
    List<InputColumn> columns,
    List<String> key,
    List<String> version,
    String eventTime) {
  /** When this version of the row came to be; a later version replaces an earlier one. */
  public static final String UPDATED_TS = "updated_ts";

  /** From when a version of a thing with a history holds. */
  public static final String VALID_FROM = "valid_from";

  /** Until before when it holds; null for open. */
  public static final String VALID_TO = "valid_to";

  /** How a raw value is read, and so the clean column's type. */
  public enum Kind {
    TEXT,
    /** Major units after the source's {@code money-scale}. */
    MONEY,
    WHOLE,
    NUMBER,
    FLAG,
    /** UTC; a naive raw time needs the source's {@code zone}. */
    INSTANT,
    DAY,
    TEXTS;

    public DataType type() {
      return switch (this) {
        case TEXT -> DataTypes.StringType;
        case MONEY -> Table.MONEY;
        case WHOLE -> DataTypes.LongType;
        case NUMBER -> DataTypes.DoubleType;
        case FLAG -> DataTypes.BooleanType;
        case INSTANT -> DataTypes.TimestampType;
        case DAY -> DataTypes.DateType;
        case TEXTS -> DataTypes.createArrayType(DataTypes.StringType);
      };
    }
  }

  /**
   * One column of a contract.
   *
   * @param required a row without a value is rejected
   * @param fallback text the value defaults to, or null for none; read like a raw value
   * @param allowed the only values accepted, or empty for any
   * @param bounds of a number, or null for any
   * @param madeFrom columns whose hash stands for a value that is missing, or empty for none
   * @param pseudonym the clean column that holds the keyed hash of this identifier, or null when it
   *     identifies nobody
   */
  public record InputColumn(
      String name,
      Kind kind,
      boolean required,
      String fallback,
      Set<String> allowed,
      Bounds bounds,
      List<String> madeFrom,
      String pseudonym,
      String meaning) {
    public InputColumn orElse(String value) {
      return new InputColumn(
          name, kind, required, value, allowed, bounds, madeFrom, pseudonym, meaning);
    }

    /** An id that the log may lack: rows alike in those columns are then one thing. */
    public InputColumn orElseHashOf(String... columns) {
      return new InputColumn(
          name, kind, required, fallback, allowed, bounds, List.of(columns), pseudonym, meaning);
    }

    public InputColumn oneOf(String... values) {
      return new InputColumn(
          name,
          kind,
          required,
          fallback,
          new TreeSet<>(List.of(values)),
          bounds,
          madeFrom,
          pseudonym,
          meaning);
    }

    public InputColumn notNegative() {
      return within(new Bounds(0, Double.POSITIVE_INFINITY, "negative", "at least 0"));
    }

    public InputColumn positive() {
      return within(
          new Bounds(Double.MIN_VALUE, Double.POSITIVE_INFINITY, "not above 0", "above 0"));
    }

    public InputColumn between(int least, int most) {
      return within(
          new Bounds(
              least, most, "not from " + least + " to " + most, "from " + least + " to " + most));
    }

    private InputColumn within(Bounds of) {
      return new InputColumn(
          name, kind, required, fallback, allowed, of, madeFrom, pseudonym, meaning);
    }

    public InputColumn identifies(String column) {
      return new InputColumn(
          name, kind, required, fallback, allowed, bounds, madeFrom, column, meaning);
    }

    /** Whether a mapping has to fill it: nothing else can. */
    public boolean mustBeMapped() {
      return required && fallback == null && madeFrom.isEmpty();
    }
  }

  /**
   * What numbers a column takes.
   *
   * @param broken what is wrong with a value outside, {@code negative}
   * @param text the bounds in words, for the data dictionary
   */
  public record Bounds(double least, double most, String broken, String text) {}

  public Contract {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    version = List.copyOf(version);
  }

  public static InputColumn required(String name, Kind kind, String meaning) {
    return new InputColumn(name, kind, true, null, Set.of(), null, List.of(), null, meaning);
  }

  public static InputColumn optional(String name, Kind kind, String meaning) {
    return new InputColumn(name, kind, false, null, Set.of(), null, List.of(), null, meaning);
  }

  /** The newest-version time every contract has; a log without one gets its event time. */
  static InputColumn updatedTs() {
    return optional(UPDATED_TS, Kind.INSTANT, "When this version came to be; else the event time");
  }

  static InputColumn validFrom() {
    return required(VALID_FROM, Kind.INSTANT, "From when this version holds");
  }

  static InputColumn validTo() {
    return optional(VALID_TO, Kind.INSTANT, "Until before when it holds; null for open");
  }

  /** The column of that name. */
  public InputColumn column(String columnName) {
    return columns.stream()
        .filter(c -> c.name().equals(columnName))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException(name + " has no contract column " + columnName));
  }

  /** Whether versions hold from {@code valid_from} to before {@code valid_to}. */
  public boolean isHistory() {
    return eventTime.equals(VALID_FROM);
  }

  /** The clean table: bookkeeping, contract columns, keyed hashes of identifiers. */
  public Table clean() {
    List<Field> fields = new ArrayList<>();
    for (InputColumn c : columns) {
      fields.add(new Field(c.name(), c.kind().type(), c.meaning()));
    }
    columns.stream()
        .filter(c -> c.pseudonym() != null)
        .map(c -> Table.text(c.pseudonym(), "Keyed hash of " + c.name()))
        .forEach(fields::add);
    return new Table(Table.Layout.CLEAN, name, grain, fields);
  }

  /** Every contract of the product. */
  public static List<Contract> all() {
    return Stream.of(
            Orders.CONTRACT,
            OrderItems.CONTRACT,
            Refunds.CONTRACT,
            Touchpoints.CONTRACT,
            ReferralEvents.CONTRACT,
            Affiliates.CONTRACT,
            Terms.CONTRACT,
            Coupons.CONTRACT,
            Campaigns.CONTRACT,
            Commissions.CONTRACT,
            Costs.CONTRACT,
            Products.CONTRACT,
            IdentityMap.CONTRACT,
            FxRates.CONTRACT,
            Csat.CONTRACT,
            Experiments.CONTRACT)
        .toList();
  }

  /**
   * The contract of that input.
   *
   * @throws IllegalArgumentException when there is none
   */
  public static Contract of(String input) {
    return all().stream()
        .filter(c -> c.name().equals(input))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("There is no input " + input));
  }
}
