package io.cohortclv.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Contract.InputColumn;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Refunds;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Reads the sources of an input and holds them against its contract. */
final class Sources {
  private static final Set<String> FORMATS = Set.of("json", "csv", "parquet", "delta");

  /** Their files carry the schema. */
  private static final Set<String> TYPED = Set.of("parquet", "delta");

  private static final Set<String> EPOCHS = Set.of("epoch-seconds", "epoch-millis");

  private Sources() {}

  /** Refuses an input that no contract describes. */
  static void requireContracts(ConfigObject inputs) {
    List<String> names = Contract.all().stream().map(Contract::name).toList();
    for (Map.Entry<String, ConfigValue> input : inputs.entrySet()) {
      if (!names.contains(input.getKey())) {
        throw CommandException.usage(
            "There is no input "
                + input.getKey()
                + " ("
                + Settings.place(input.getValue())
                + "); the nearest is "
                + KnownKeys.nearest(input.getKey(), names)
                + ". The inputs are "
                + String.join(", ", names)
                + ".");
      }
    }
  }

  /**
   * One source.
   *
   * @param position in the input's list, from 0
   * @param defaults what it has unless it says otherwise; also says which keys there are
   * @param withSchema whether files that carry no schema need one
   */
  static SourceConfig read(
      Contract contract,
      int position,
      ConfigObject given,
      ConfigObject defaults,
      Path file,
      boolean withSchema) {
    String place = "inputs." + contract.name() + "[" + position + "]";
    new KnownKeys(defaults).requireKnown(place, given);
    Config config = given.withFallback(defaults).toConfig();
    Settings settings = new Settings(config, file, place + ".");

    String sourceSystem = settings.text("source-system");
    String format = settings.oneOf("format", FORMATS);
    Optional<String> schema = settings.optionalText("schema");
    if (withSchema && schema.isEmpty() && !TYPED.contains(format)) {
      throw CommandException.usage(
          place
              + ".schema is not set, and "
              + format
              + " files do not carry one: name the raw columns and their types, such as \"id"
              + " STRING, total_cents BIGINT\". clv check --propose reads a sample and writes it.");
    }
    if (!TYPED.contains(format)) {
      schema.ifPresent(ddl -> requireSchema(settings, ddl));
    }
    Optional<String> where = settings.optionalText("where");
    where.ifPresent(condition -> Expressions.requirePlain(place + ".where", condition));
    Optional<String> explode = settings.optionalText("explode");
    explode.ifPresent(list -> Expressions.requirePlain(place + ".explode", list));
    List<String> groupBy = settings.texts("group-by");
    Map<String, String> columns = columns(contract, place, config.getObject("columns"), file);
    boolean goesOn = !groupBy.isEmpty() && columns.containsKey(Contract.UPDATED_TS);
    if (given.containsKey("group-within") && !goesOn) {
      throw CommandException.usage(
          place
              + ".group-within says that groups go on in later files, which takes group-by and a"
              + " column "
              + Contract.UPDATED_TS
              + " that tells the group as it is now from the group as it was: map it to the time of"
              + " the newest line, such as \"max(InvoiceDate)\".");
    }
    Duration groupWithin = goesOn ? settings.span("group-within") : Duration.ZERO;
    return new SourceConfig(
        contract.name(),
        contract.name() + "[" + position + "] " + sourceSystem,
        sourceSystem,
        settings.location("path"),
        format,
        schema,
        texts(config.getObject("options")),
        settings.optionalZone("zone"),
        timeFormats(settings),
        settings.positive("money-scale"),
        Optional.of(settings.currency("currency")),
        where,
        settings.oneOf("exact-copies", Set.of("keep", "drop")).equals("drop"),
        groupBy,
        columns,
        explode,
        groupWithin,
        settings.span("wait-for-order"),
        new SourceConfig.Gates(
            settings.optionalNumber("gates.max-rejected-share", 0, 1),
            settings.optionalNumber("gates.min-rows", 0, Long.MAX_VALUE),
            settings.optionalNumber("gates.max-volume-change", 1, Double.MAX_VALUE),
            settings.optionalDuration("gates.max-age")));
  }

  /**
   * Refuses refunds and lines of a system that no orders come from: nothing would ever link them.
   */
  static void requireOrdersOf(Map<String, List<SourceConfig>> inputs) {
    List<String> systems =
        inputs.getOrDefault(Orders.CONTRACT.name(), List.of()).stream()
            .map(SourceConfig::sourceSystem)
            .distinct()
            .toList();
    for (Contract contract : List.of(Refunds.CONTRACT, OrderItems.CONTRACT)) {
      for (SourceConfig source : inputs.getOrDefault(contract.name(), List.of())) {
        if (!systems.contains(source.sourceSystem())) {
          throw CommandException.usage(
              source.name()
                  + " has the source-system "
                  + source.sourceSystem()
                  + ", and no source of orders has it, so that its rows could belong to no order."
                  + " Give both the same source-system; orders have "
                  + String.join(", ", systems)
                  + ".");
        }
      }
    }
  }

  private static void requireSchema(Settings settings, String ddl) {
    try {
      for (StructField column : StructType.fromDDL(ddl).fields()) {
        if (column.dataType().equals(DataTypes.TimestampType)) {
          // Spark would read a naive time as UTC, whatever the source's zone.
          throw settings.wrong(
              "schema", "times as STRING, which zone and time-formats then read, not TIMESTAMP");
        }
      }
    } catch (Exception e) { // Scala declares no checked exceptions
      if (e instanceof SparkThrowable) {
        throw settings.wrong("schema", "columns and types as in CREATE TABLE");
      }
      throw e;
    }
  }

  private static List<String> timeFormats(Settings settings) {
    List<String> formats = settings.texts("time-formats");
    for (String format : formats) {
      try {
        if (!EPOCHS.contains(format)) {
          var unused = DateTimeFormatter.ofPattern(format);
        }
      } catch (IllegalArgumentException e) {
        throw settings.wrong("time-formats", "patterns such as \"dd.MM.yyyy HH:mm\"");
      }
    }
    return formats;
  }

  /** The mapping in the order of the contract. */
  private static Map<String, String> columns(
      Contract contract, String place, ConfigObject given, Path file) {
    List<String> names = contract.columns().stream().map(InputColumn::name).toList();
    for (Map.Entry<String, ConfigValue> column : given.entrySet()) {
      if (!names.contains(column.getKey())) {
        throw CommandException.usage(
            place
                + ".columns maps "
                + column.getKey()
                + " ("
                + Settings.place(column.getValue())
                + "), which "
                + contract.name()
                + " does not have; the nearest is "
                + KnownKeys.nearest(column.getKey(), names)
                + ".");
      }
    }
    Map<String, String> expressions = texts(given);
    List<String> missing =
        contract.columns().stream()
            .filter(InputColumn::mustBeMapped)
            .map(InputColumn::name)
            // The source's own `currency` stands in for the column.
            .filter(name -> !name.equals(Orders.CURRENCY) && !expressions.containsKey(name))
            .toList();
    if (!missing.isEmpty()) {
      throw CommandException.usage(
          place
              + ".columns maps nothing to "
              + String.join(", ", missing)
              + ", which every row of "
              + contract.name()
              + " needs. Give each a SQL expression over the raw columns in "
              + file
              + ".");
    }
    Map<String, String> mapping = new LinkedHashMap<>();
    for (String name : names) {
      String expression = expressions.get(name);
      if (expression != null) {
        Expressions.requirePlain(place + ".columns." + name, expression);
        mapping.put(name, expression);
      }
    }
    return mapping;
  }

  /** The values that are set, in the order of their names. */
  private static Map<String, String> texts(ConfigObject object) {
    Map<String, String> texts = new TreeMap<>();
    object.forEach(
        (name, value) -> {
          if (value.unwrapped() != null) {
            texts.put(name, value.unwrapped().toString());
          }
        });
    return texts;
  }
}
