package io.cohortclv.jobs.lake;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.shiftright;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.xxhash64;
import static scala.jdk.javaapi.CollectionConverters.asScala;

import io.cohortclv.jobs.config.Build;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.DeltaStore.Transaction;
import io.cohortclv.transforms.table.Operations;
import io.cohortclv.transforms.table.Table;
import io.cohortclv.transforms.table.Table.Layout;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/** Which run of a day is visible, and how a run becomes so. */
final class Publications {
  private static final String HASH = "hash";
  private static final long LOWER_HALF = (1L << Integer.SIZE) - 1;

  private final SparkSession spark;
  private final DeltaStore store;
  private final String database;

  Publications(SparkSession spark, DeltaStore store, String database) {
    this.spark = spark;
    this.store = store;
    this.database = database;
  }

  /** The condition of the one partition a run may write. */
  static String partition(Run run) {
    return Table.AS_OF_DATE
        + " = DATE'"
        + run.asOf()
        + "' AND "
        + Table.RUN_ID
        + " = '"
        + run.runId()
        + "'";
  }

  static String scratch(Table table, Run run) {
    return scratch(run) + "/" + table.name();
  }

  private static String scratch(Run run) {
    return "scratch/" + run.runId();
  }

  Dataset<Row> read(Table table, Run run) {
    if (table.layout() == Layout.LEDGER) {
      return store.read(scratch(table, run), table.schema());
    }
    return store.read(table.path(), table.schema()).filter(partition(run));
  }

  Optional<Publication> of(LocalDate asOf) {
    return newest(all().filter(col(Operations.AS_OF_DATE).equalTo(lit(asOf))));
  }

  Optional<Publication> latest() {
    return newest(all());
  }

  private Dataset<Row> all() {
    return store.read(Operations.PUBLICATION.path(), Operations.PUBLICATION.schema());
  }

  private static Optional<Publication> newest(Dataset<Row> publications) {
    return publications
        .orderBy(
            col(Operations.AS_OF_DATE).desc(),
            col(Operations.AT).desc(),
            col(Operations.RUN_ID).desc())
        .limit(1)
        .collectAsList()
        .stream()
        .findFirst()
        .map(Publications::read);
  }

  private static Publication read(Row row) {
    return new Publication(
        row.<Date>getAs(Operations.AS_OF_DATE).toLocalDate(),
        row.getAs(Operations.RUN_ID),
        row.<Timestamp>getAs(Operations.AT).toInstant(),
        row.getJavaMap(row.fieldIndex(Operations.TABLE_VERSIONS)),
        row.<Boolean>getAs(Operations.IS_BACKFILL));
  }

  Dataset<Row> table(Table table, LocalDate asOf) {
    Publication publication =
        of(asOf)
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "No run of "
                            + asOf
                            + " is published. clv show ops.publication lists the published dates; clv run"
                            + " --as-of "
                            + asOf
                            + " makes this one."));
    if (table.layout() == Layout.LEDGER) {
      return ledger(table);
    }
    if (!publication.tableVersions().containsKey(table.name())) {
      throw CommandException.usage(
          "The published run of "
              + asOf
              + " did not write "
              + table.displayName()
              + ": the inputs it needs were missing.");
    }
    return store
        .read(table.path(), table.schema())
        .filter(col(Table.AS_OF_DATE).equalTo(lit(asOf)))
        .filter(col(Table.RUN_ID).equalTo(publication.runId()));
  }

  /** As the newest day left it: a run that died right before its publication may have gone on. */
  private Dataset<Row> ledger(Table table) {
    return newest(all().filter(not(col(Operations.IS_BACKFILL))))
        .map(publication -> publication.tableVersions().get(table.name()))
        .map(version -> store.readVersion(table.path(), version))
        .orElseGet(() -> spark.createDataFrame(List.of(), table.schema()));
  }

  Publication publish(Run run, List<Table> tables, String configHash, Provenance by) {
    boolean isBackfill = latest().map(newest -> run.asOf().isBefore(newest.asOf())).orElse(false);
    Map<String, Long> versions = new LinkedHashMap<>();
    for (Table table : tables) {
      switch (table.layout()) {
        case SNAPSHOT ->
            store
                .versionOf(table.path(), run.runId())
                .ifPresent(version -> versions.put(table.name(), version));
        case LEDGER -> {
          if (!isBackfill && store.exists(scratch(table, run))) {
            versions.put(table.name(), replaceChangedMonths(table, run, by));
          }
        }
        case CLEAN, OPS ->
            throw new IllegalArgumentException(table.displayName() + " is not published");
      }
    }
    store.append(
        Operations.PUBLICATION.path(),
        Operations.PUBLICATION,
        spark
            .createDataFrame(
                List.of(
                    RowFactory.create(
                        Date.valueOf(run.asOf()),
                        run.runId(),
                        Lake.now(),
                        asScala(versions),
                        configHash,
                        Build.revision(),
                        isBackfill)),
                Operations.PUBLICATION.schema())
            .coalesce(1),
        Transaction.once("publication " + run.runId()),
        by);
    Publication publication = of(run.asOf()).orElseThrow();
    for (Table table : tables) {
      if (store.exists(table.path())) {
        replaceView(table);
      }
    }
    removeScratch(run);
    return publication;
  }

  void removeScratch(Run run) {
    store.remove(scratch(run));
  }

  /** One commit for all months that differ; none when none does. */
  private long replaceChangedMonths(Table ledger, Run run, Provenance by) {
    Dataset<Row> computed = store.read(scratch(ledger, run), ledger.schema());
    Dataset<Row> current = store.read(ledger.path(), ledger.schema());
    Map<LocalDate, Row> before = fingerprints(ledger, current);
    Map<LocalDate, Row> after = fingerprints(ledger, computed);
    List<LocalDate> changed =
        Stream.concat(before.keySet().stream(), after.keySet().stream())
            .distinct()
            .filter(month -> !Objects.equals(before.get(month), after.get(month)))
            .sorted()
            .toList();
    if (changed.isEmpty() && store.exists(ledger.path())) {
      return store.version(ledger.path());
    }
    if (changed.isEmpty()) {
      return store.replace(ledger.path(), ledger, computed, "true", by).version();
    }
    String months =
        changed.stream().map(month -> "DATE'" + month + "'").collect(Collectors.joining(", "));
    String condition = Table.ORDER_MONTH + " IN (" + months + ")";
    return store
        .replace(ledger.path(), ledger, computed.filter(condition), condition, by)
        .version();
  }

  /** By month of a ledger, how many rows it has and sums over their hashes. */
  private static Map<LocalDate, Row> fingerprints(Table ledger, Dataset<Row> rows) {
    // A hash skips nulls; the flags keep (a, null) and (null, a) apart.
    Column[] content =
        Stream.of(ledger.schema().fieldNames())
            .flatMap(name -> Stream.of(col(name), col(name).isNull()))
            .toArray(Column[]::new);
    // Halves of hashes add up as longs, without overflow of less than 2^31 rows a month, where
    // decimals of twenty digits are an object each.
    Dataset<Row> months =
        rows.select(col(Table.ORDER_MONTH), xxhash64(content).as(HASH))
            .groupBy(col(Table.ORDER_MONTH))
            .agg(
                count(lit(1)),
                sum(shiftright(col(HASH), Integer.SIZE)),
                sum(col(HASH).bitwiseAND(lit(LOWER_HALF))));
    // A year of months is 12 rows: a ledger's whole history fits the driver.
    Map<LocalDate, Row> fingerprints = new HashMap<>();
    for (Row month : months.collectAsList()) {
      fingerprints.put(month.<Date>getAs(Table.ORDER_MONTH).toLocalDate(), month);
    }
    return fingerprints;
  }

  private void replaceView(Table table) {
    String view = "`" + database + "`.`current_" + table.name() + "`";
    String rows = "delta.`" + escape(store.path(table.path())) + "`";
    String text =
        switch (table.layout()) {
          case SNAPSHOT ->
              """
              SELECT t.* FROM %s t JOIN (
                SELECT as_of_date, run_id FROM (
                  SELECT as_of_date, run_id,
                    row_number() OVER (ORDER BY as_of_date DESC, at DESC, run_id DESC) AS newest_first
                  FROM delta.`%s`)
                WHERE newest_first = 1) p
              ON t.as_of_date = p.as_of_date AND t.run_id = p.run_id"""
                  .formatted(rows, escape(store.path(Operations.PUBLICATION.path())));
          case LEDGER -> "SELECT * FROM " + rows;
          case CLEAN, OPS -> throw new IllegalArgumentException(table.displayName());
        };
    spark.sql("CREATE DATABASE IF NOT EXISTS `" + database + "`");
    spark.sql("CREATE OR REPLACE VIEW " + view + " AS " + text);
  }

  private static String escape(String path) {
    return path.replace("`", "``");
  }
}
