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
 * @param eventTime the instant the row speaks of; {@code updated_ts} defaults to it
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
   * @param pseudonym the clean column that holds the keyed hash of this identifier, or null when it
   *     identifies nobody
   */
  public record InputColumn(
      String name,
      Kind kind,
      boolean required,
      String fallback,
      Set<String> allowed,
      String pseudonym,
      String meaning) {
    public InputColumn orElse(String value) {
      return new InputColumn(name, kind, required, value, allowed, pseudonym, meaning);
    }

    public InputColumn oneOf(String... values) {
      return new InputColumn(
          name, kind, required, fallback, new TreeSet<>(List.of(values)), pseudonym, meaning);
    }

    public InputColumn identifies(String column) {
      return new InputColumn(name, kind, required, fallback, allowed, column, meaning);
    }
  }

  public Contract {
    columns = List.copyOf(columns);
    key = List.copyOf(key);
    version = List.copyOf(version);
  }

  public static InputColumn required(String name, Kind kind, String meaning) {
    return new InputColumn(name, kind, true, null, Set.of(), null, meaning);
  }

  public static InputColumn optional(String name, Kind kind, String meaning) {
    return new InputColumn(name, kind, false, null, Set.of(), null, meaning);
  }

  /** The newest-version time every contract has; a log without one gets its event time. */
  static InputColumn updatedTs() {
    return optional(UPDATED_TS, Kind.INSTANT, "When this version came to be; else the event time");
  }

  /** The column of that name. */
  public InputColumn column(String columnName) {
    return columns.stream()
        .filter(c -> c.name().equals(columnName))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException(name + " has no contract column " + columnName));
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
            Commissions.CONTRACT)
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
