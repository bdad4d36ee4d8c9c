package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.expr;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.SourceConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.IngestBatches;
import io.cohortclv.jobs.lake.IngestBatches.Batch;
import io.cohortclv.jobs.lake.IngestBatches.Counts;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.RawFiles.RawFile;
import io.cohortclv.transforms.events.CleanRows;
import io.cohortclv.transforms.events.Mapping;
import io.cohortclv.transforms.events.RawRows;
import io.cohortclv.transforms.identity.Pseudonyms;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Contract.InputColumn;
import io.cohortclv.transforms.table.FxRates;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Takes the raw files that are new into the clean zone, each exactly once. */
final class IngestJob {
  private final Lake lake;
  private final ClvConfig config;

  private IngestJob(Lake lake, ClvConfig config) {
    this.lake = lake;
    this.config = config;
  }

  /** One batch taken. */
  record Taken(Batch batch, Counts counts) {}

  /**
   * Finishes what an earlier process began, then takes what is new.
   *
   * @return the batches taken, none when nothing was new
   * @throws CommandException of kind data when the counts of a batch do not reconcile
   */
  static List<Taken> run(Lake lake, ClvConfig config) {
    return new IngestJob(lake, config).run();
  }

  /**
   * What would become of the first rows of these files, were they the first of the lake; writes
   * nothing. Groups that the cut goes through are judged by the rows before it.
   *
   * @throws CommandException when they cannot be read or do not map
   */
  static Dataset<Row> preview(
      Lake lake, ClvConfig config, SourceConfig source, List<RawFile> files, int rows) {
    IngestJob job = new IngestJob(lake, config);
    Contract contract = Contract.of(source.input());
    try {
      Dataset<Row> raw = lake.rawFiles().read(source, files);
      job.requireColumns(source, raw);
      Batch batch = new Batch("check", source.input(), source.name(), files, Instant.now());
      return CleanRows.of(
          raw.limit(rows),
          job.mapping(batch, source, contract),
          lake.spark().createDataFrame(List.of(), contract.clean().schema()));
    } catch (Exception e) { // Spark's own are checked, and Scala does not declare them
      throw explained(source, e);
    }
  }

  private List<Taken> run() {
    lake.requireUnchanged("reporting.currency", config.reporting().currency());
    config
        .identifiers()
        .key()
        .ifPresent(key -> lake.requireUnchanged("CLV_ID_KEY", Pseudonyms.fingerprint(key)));
    IngestBatches batches = IngestBatches.of(lake);
    List<Taken> taken = new ArrayList<>();
    for (Batch batch : batches.unfinished()) {
      taken.add(take(batches, batch, source(batch)));
    }
    Map<SourceConfig, List<RawFile>> fresh = new LinkedHashMap<>();
    for (List<SourceConfig> sources : config.inputs().values()) {
      for (SourceConfig source : sources) {
        List<RawFile> files = batches.newOf(source, lake.rawFiles().list(source));
        if (!files.isEmpty()) {
          requireColumns(source, lake.rawFiles().read(source, files));
          fresh.put(source, files);
        }
      }
    }
    if (!fresh.isEmpty()) {
      for (Batch batch : batches.plan(fresh)) {
        taken.add(take(batches, batch, source(batch)));
      }
    }
    requireReconciled(taken);
    return taken;
  }

  private SourceConfig source(Batch batch) {
    return config.inputs().getOrDefault(batch.input(), List.of()).stream()
        .filter(source -> source.name().equals(batch.source()))
        .findFirst()
        .orElseThrow(
            () ->
                CommandException.usage(
                    "An earlier clv ingest was interrupted while it read "
                        + batch.source()
                        + ", which the configuration does not have any more. Put the source back at"
                        + " its place in inputs."
                        + batch.input()
                        + " until clv ingest has run once."));
  }

  private Taken take(IngestBatches batches, Batch batch, SourceConfig source) {
    lake.spark().sparkContext().setJobDescription("ingest " + source.name());
    Contract contract = Contract.of(source.input());
    try {
      Dataset<Row> raw = lake.rawFiles().read(source, batch.files());
      Dataset<Row> rows =
          CleanRows.of(raw, mapping(batch, source, contract), lake.versions(contract));
      batches.commit(batch, contract, rows);
      return new Taken(
          batch, batches.finish(batch, contract, lake.rawFiles().records(source, batch.files())));
    } catch (Exception e) { // Spark's own are checked, and Scala does not declare them
      throw explained(source, e);
    } finally {
      lake.spark().sparkContext().setJobDescription(null);
    }
  }

  private Mapping mapping(Batch batch, SourceConfig source, Contract contract) {
    return new Mapping(
        contract,
        source.sourceSystem(),
        batch.id(),
        batch.plannedAt(),
        onlyCurrency(),
        config.reporting().timezone(),
        source.currency().orElse(config.reporting().currency()),
        source.zone(),
        source.timeFormats(),
        source.moneyScale(),
        source.where(),
        source.dropExactCopies(),
        source.groupBy(),
        source.columns(),
        pseudonyms(source, contract));
  }

  /** Without rates nothing says what other money is worth. */
  private Optional<String> onlyCurrency() {
    return config.inputs().containsKey(FxRates.CONTRACT.name())
        ? Optional.empty()
        : Optional.of(config.reporting().currency());
  }

  private BiFunction<InputColumn, Column, Column> pseudonyms(
      SourceConfig source, Contract contract) {
    boolean identifies =
        contract.columns().stream()
            .anyMatch(c -> c.pseudonym() != null && source.columns().containsKey(c.name()));
    if (!identifies) {
      return (column, value) -> value; // nothing is mapped: null stays null
    }
    String key =
        config
            .identifiers()
            .key()
            .orElseThrow(
                () ->
                    CommandException.usage(
                        source.name()
                            + " brings identifiers of people, and there is no key to hash them"
                            + " with. Make one, keep it outside the lake and set it for every run:"
                            + " export CLV_ID_KEY=$(openssl rand -hex 32). Another key gives"
                            + " everybody another id."));
    return Pseudonyms.of(key)::of;
  }

  /** Names the expression that Spark cannot resolve, before anything is written. */
  private void requireColumns(SourceConfig source, Dataset<Row> raw) {
    var unused = pseudonyms(source, Contract.of(source.input()));
    List<String> names =
        Arrays.stream(raw.columns())
            .filter(name -> !name.equals(RawRows.CORRUPT) && !name.equals(RawRows.FILE))
            .toList();
    source.where().ifPresent(sql -> require(source, "where", sql, names, () -> raw.filter(sql)));
    for (String name : source.groupBy()) {
      if (!names.contains(name)) {
        throw unknown(source, "group-by", name, names, null);
      }
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
                    () ->
                        source.groupBy().isEmpty()
                            ? raw.select(expr(sql))
                            : raw.groupBy(
                                    source.groupBy().stream()
                                        .map(c -> raw.col("`" + c.replace("`", "``") + "`"))
                                        .toArray(Column[]::new))
                                .agg(expr(sql))));
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

  private static CommandException explained(SourceConfig source, Exception failure) {
    if (failure instanceof CommandException told) {
      return told;
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
    return CommandException.failed(
        "The files of "
            + source.name()
            + " could not be read or written ("
            + failure.getClass().getSimpleName()
            + "). Nothing of the batch was taken by half; run clv ingest again, with --stacktrace if"
            + " it fails again.",
        failure);
  }

  private static void requireReconciled(List<Taken> taken) {
    List<String> differing =
        taken.stream().filter(t -> !t.counts().reconcile()).map(t -> t.batch().source()).toList();
    if (!differing.isEmpty()) {
      throw CommandException.data(
          "The rows of "
              + String.join(", ", differing)
              + " do not add up to the records of the files. clv show ops.recon has the counts; the"
              + " rows are in the clean zone, and what was published stands.");
    }
  }
}
