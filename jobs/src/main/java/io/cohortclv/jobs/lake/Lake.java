package io.cohortclv.jobs.lake;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.trunc;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.DeltaStore.Transaction;
import io.cohortclv.transforms.events.Inferred;
import io.cohortclv.transforms.events.Versions;
import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.Campaigns;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Costs;
import io.cohortclv.transforms.table.Operations;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Table;
import io.cohortclv.transforms.table.Touchpoints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * The tables under one root, and the session that reads and writes them.
 *
 * <p>Snapshot tables are written to the run's own partition and ledgers to the run's scratch
 * folder; nothing a run writes is seen before {@link #publish} appends its row to ops.publication.
 */
public final class Lake implements AutoCloseable {
  /** The keys, of about 100 bytes, of so many marked rows are sent to every process. */
  private static final long MOST_SHARED = 200_000;

  private final SparkSession spark;
  private final boolean ownsSession;
  private final ClvConfig config;
  private final String job;
  private final DeltaStore store;
  private final Publications publications;

  /** Rows that share their key, by clean table and version. */
  private final Map<String, Long> sharing = new ConcurrentHashMap<>();

  /** Of a lake that is written. */
  private Optional<Lease> lease = Optional.empty();

  private Lake(SparkSession spark, boolean ownsSession, ClvConfig config, String job) {
    this.spark = spark;
    this.ownsSession = ownsSession;
    this.config = config;
    this.job = job;
    this.store = new DeltaStore(spark, config.lake().root());
    this.publications = new Publications(spark, store, config.lake().database());
  }

  /** Opens the lake; uses the session of this thread when there is one and then leaves it open. */
  public static Lake open(ClvConfig config, String job) {
    boolean ownsSession = SparkSession.getActiveSession().isEmpty();
    SparkSession spark = Sessions.open("clv " + job, Sessions.Work.LAKE, config.lake().storage());
    return new Lake(spark, ownsSession, config, job);
  }

  /**
   * The same for a command that writes: no other may at the same time.
   *
   * @throws CommandException of kind failed when another does
   */
  public static Lake openToWrite(ClvConfig config, String job) {
    Lake lake = open(config, job);
    try {
      lake.lease = Optional.of(Lease.take(lake, job, config.lake().lease()));
      return lake;
    } catch (Exception e) { // Spark's own are checked, and Scala does not declare them
      lake.close();
      throw e;
    }
  }

  /** The row of ops.lease of the command that writes this lake now, if one does. */
  public Optional<Row> holder() {
    return Lease.holder(this);
  }

  public SparkSession spark() {
    return spark;
  }

  // --- the clean zone

  /** Whether the clean table exists and holds accepted rows. */
  public boolean has(Contract contract) {
    return !versions(contract).isEmpty();
  }

  /** Accepted rows, every version; none when nothing was ingested. */
  public Dataset<Row> versions(Contract contract) {
    return accepted(store.read(contract.clean().path(), contract.clean().schema()));
  }

  /** Bytes of the clean table, whatever became of its rows. */
  public long bytes(Contract contract) {
    return store.bytes(contract.clean().path());
  }

  /** No rows of the contract, as those of {@link #versions}. */
  public Dataset<Row> noVersions(Contract contract) {
    return spark.createDataFrame(List.of(), contract.clean().schema());
  }

  /**
   * What was known at the end of the run's business day: one row a key. Affiliates and campaigns
   * that only other logs name have a row too.
   */
  public Dataset<Row> asOf(Contract contract, Run run) {
    Dataset<Row> known =
        Versions.newestBefore(
            atVersion(contract, run),
            sharesMuch(contract, run) ? Optional.empty() : Optional.of(sharedKeys(contract, run)),
            contract,
            run.endOfDay(),
            config.reporting().timezone());
    if (contract.equals(Affiliates.CONTRACT)) {
      return withInferred(known, contract, Affiliates.AFFILIATE_ID, run);
    }
    return contract.equals(Campaigns.CONTRACT)
        ? withInferred(known, contract, Campaigns.CAMPAIGN_ID, run)
        : known;
  }

  /** Accepted rows of the version of the clean table that all stages of the run read. */
  private Dataset<Row> atVersion(Contract contract, Run run) {
    return accepted(cleanAtVersion(contract, run));
  }

  private Dataset<Row> cleanAtVersion(Contract contract, Run run) {
    Long version = run.inputVersions().get(contract.name());
    return version == null
        ? noVersions(contract)
        : store.readVersion(contract.clean().path(), version);
  }

  /**
   * Whether so many rows share their key that {@link #asOf} shuffles and sorts the whole log;
   * counted once for all stages.
   */
  public boolean sharesMuch(Contract contract, Run run) {
    return sharing(contract, run) > MOST_SHARED;
  }

  private long sharing(Contract contract, Run run) {
    return sharing.computeIfAbsent(
        contract.name() + "@" + run.inputVersions().get(contract.name()),
        version -> {
          store.requireSameColumns(contract.clean().path(), contract.clean());
          return keysThatShare(contract, run).count();
        });
  }

  private Dataset<Row> sharedKeys(Contract contract, Run run) {
    Dataset<Row> keys = keysThatShare(contract, run);
    // Of an empty plan Spark leaves out all that would come of it.
    return sharing(contract, run) == 0 ? spark.createDataFrame(List.of(), keys.schema()) : keys;
  }

  private Dataset<Row> keysThatShare(Contract contract, Run run) {
    return cleanAtVersion(contract, run)
        .filter(col(CleanColumns.SHARES_KEY))
        .select(contract.key().stream().map(c -> col(c)).toArray(Column[]::new));
  }

  private Dataset<Row> withInferred(Dataset<Row> known, Contract contract, String id, Run run) {
    List<Dataset<Row>> named =
        Stream.of(Touchpoints.CONTRACT, Commissions.CONTRACT, Costs.CONTRACT)
            .filter(log -> run.inputVersions().containsKey(log.name()))
            .filter(log -> log.columns().stream().anyMatch(c -> c.name().equals(id)))
            .map(
                log -> atVersion(log, run).filter(col(Contract.UPDATED_TS).lt(lit(run.endOfDay()))))
            .toList();
    return Inferred.added(known, contract, id, named);
  }

  /** Delta version by contract of the clean tables as they are now. */
  Map<String, Long> cleanVersions() {
    Map<String, Long> versions = new LinkedHashMap<>();
    for (Contract contract : Contract.all()) {
      if (store.exists(contract.clean().path())) {
        versions.put(contract.name(), store.version(contract.clean().path()));
      }
    }
    return versions;
  }

  String root() {
    return config.lake().root();
  }

  private static Dataset<Row> accepted(Dataset<Row> clean) {
    return clean.filter(col(CleanColumns.OUTCOME).equalTo(CleanColumns.ACCEPTED));
  }

  /** All rows of the clean zone, whatever their outcome. */
  public Dataset<Row> clean(Contract contract) {
    return store.read(contract.clean().path(), contract.clean().schema());
  }

  /**
   * Whether there is anything at the lake's root.
   *
   * @throws CommandException of kind failed when the storage does not tell
   */
  public boolean isThere() {
    return store.isThere();
  }

  /** The raw logs' files. */
  public RawFiles rawFiles() {
    return new RawFiles(spark);
  }

  /**
   * Holds a setting to what it was when the lake's first rows were written, for rows of two
   * settings do not belong together.
   *
   * @param value of a secret, something that tells it from others without telling it
   * @throws CommandException of usage when it has changed
   */
  public void requireUnchanged(String setting, String value) {
    List<Row> known =
        ops(Operations.LAKE_SETTING)
            .filter(col(Operations.SETTING).equalTo(setting))
            .orderBy(Operations.AT)
            .limit(1)
            .collectAsList();
    if (known.isEmpty()) {
      append(Operations.LAKE_SETTING, List.of(RowFactory.create(setting, value, now())));
    } else if (!value.equals(known.get(0).getAs(Operations.VALUE))) {
      throw CommandException.usage(
          "The lake "
              + root()
              + " was begun with another "
              + setting
              + ", and rows of both would not belong together. Set it back, or name a new"
              + " lake.root and ingest everything again.");
    }
  }

  /** The runs of this lake, and what ops.run_audit knows of them. */
  public Runs runs() {
    return new Runs(this, config.reporting());
  }

  // --- what a run writes

  /**
   * Writes what the run says of a published table: a snapshot to the run's own partition, a ledger
   * to the run's scratch folder. Writing again replaces it. Of a ledger's bookkeeping, {@code
   * order_month} is taken from {@code order_ts} unless the rows bring it.
   */
  public Written write(Table table, Run run, Dataset<Row> rows) {
    Provenance by = provenance(run);
    Dataset<Row> booked = rows.withColumn(Table.REPORTING_CURRENCY, lit(run.currency()));
    return switch (table.layout()) {
      case SNAPSHOT ->
          store.replace(
              table.path(),
              table,
              booked
                  .withColumn(Table.AS_OF_DATE, lit(run.asOf()))
                  .withColumn(Table.RUN_ID, lit(run.runId()))
                  .withColumn(Table.DATA_THROUGH_TS, lit(run.dataThrough())),
              Publications.partition(run),
              by);
      case LEDGER ->
          store.replace(
              Publications.scratch(table, run), table, withOrderMonth(booked), "true", by);
      case CLEAN, OPS -> throw new IllegalArgumentException(table.displayName() + " is no result");
    };
  }

  private Dataset<Row> withOrderMonth(Dataset<Row> rows) {
    if (Arrays.asList(rows.columns()).contains(Table.ORDER_MONTH)) {
      return rows;
    }
    Column local = from_utc_timestamp(col(Orders.ORDER_TS), config.reporting().timezone().getId());
    return rows.withColumn(Table.ORDER_MONTH, trunc(local, "MM"));
  }

  /** What this run wrote to the table; of a ledger, until it is published. */
  public Dataset<Row> read(Table table, Run run) {
    return publications.read(table, run);
  }

  // --- publication

  /** What readers see of that day. */
  public Optional<Publication> published(LocalDate asOf) {
    return publications.of(asOf);
  }

  /** The publication of the newest as-of date. */
  public Optional<Publication> latest() {
    return publications.latest();
  }

  /**
   * The table as published for that day; ledgers as the newest day left them.
   *
   * @throws CommandException when the day is not published, or its run did not write the table
   */
  public Dataset<Row> published(Table table, LocalDate asOf) {
    return publications.table(table, asOf);
  }

  /**
   * Makes a run visible: its ledgers replace the months that differ, then one row is appended to
   * ops.publication, then the {@code current_*} views are made and the run's scratch is removed. A
   * backfill, that is an older date than the newest published, leaves the ledgers alone. Publishing
   * a published run again changes nothing.
   *
   * @param tables every table the product publishes; those the run did not write stay out
   */
  public Publication publish(Run run, List<Table> tables) {
    lease.ifPresent(Lease::requireHeld);
    return publications.publish(run, tables, config.hash(), provenance(run));
  }

  /** Removes the ledgers of a run that is not going to be published. */
  public void removeScratch(Run run) {
    publications.removeScratch(run);
  }

  // --- what the jobs say about themselves

  public void append(Table opsTable, List<Row> rows) {
    if (!rows.isEmpty()) {
      store.append(
          opsTable.path(),
          opsTable,
          spark.createDataFrame(rows, opsTable.schema()).coalesce(1),
          null,
          new Provenance(job, "", Map.of()));
    }
  }

  /**
   * Copies accepted rows that others contradict to ops.dq_quarantine, unless they stand there for
   * that reason already.
   *
   * @param rows clean rows of the contract
   */
  public void quarantine(Run run, Contract contract, Dataset<Row> rows, String reason) {
    IngestRecon.quarantine(this, run, contract, rows, reason);
  }

  public Dataset<Row> ops(Table opsTable) {
    return store.read(opsTable.path(), opsTable.schema());
  }

  /**
   * Appends under an identity of its own: the second time nothing is written and nothing returned.
   */
  Optional<Written> appendOnce(Table table, String id, String batchId, Dataset<Row> rows) {
    return store.append(
        table.path(), table, rows, Transaction.once(id), new Provenance(job, batchId, Map.of()));
  }

  /** Replaces all rows of a table in one commit, once under that identity. */
  Optional<Written> rewriteOnce(Table table, String id, String batchId, Dataset<Row> rows) {
    return store.replaceOnce(
        table.path(), table, rows, Transaction.once(id), new Provenance(job, batchId, Map.of()));
  }

  /**
   * Appends the next of a numbered sequence: of two processes that append the same number one
   * writes, and the other gets nothing.
   */
  Optional<Written> appendNext(Table table, String sequence, long number, List<Row> rows) {
    return store.append(
        table.path(),
        table,
        spark.createDataFrame(rows, table.schema()).coalesce(1),
        new Transaction(sequence, number),
        new Provenance(job, "", Map.of()));
  }

  // --- the driver

  /**
   * Collects what is known to be small.
   *
   * @param what the rows and the setting that bounds them, for the message
   * @throws CommandException when there are more than {@code maxRows}
   */
  public List<Row> collectSmall(Dataset<Row> rows, int maxRows, String what) {
    return collectUpTo(rows, maxRows)
        .orElseThrow(
            () ->
                CommandException.usage(
                    "There are more than "
                        + maxRows
                        + " "
                        + what
                        + ", the most this program takes into the memory of one process. Raise that"
                        + " cap and the driver's memory, or let it look at less."));
  }

  /** Collects what may be too much for one process; empty when there are more rows than that. */
  public Optional<List<Row>> collectUpTo(Dataset<Row> rows, int maxRows) {
    List<Row> collected = rows.limit(Math.addExact(maxRows, 1)).collectAsList();
    return collected.size() > maxRows ? Optional.empty() : Optional.of(collected);
  }

  /** What the function makes of each partition, kept on the executors until it is closed. */
  public <T> Parts<T> parts(Dataset<Row> rows, FlatMapFunction<Iterator<Row>, T> make) {
    return Parts.of(rows, make);
  }

  /**
   * Rows that are read more than once and cost much to make, kept where they were made, in memory
   * or on disk, until they are unpersisted.
   */
  public Dataset<Row> keep(Dataset<Row> rows) {
    return rows.persist(StorageLevel.MEMORY_AND_DISK());
  }

  @Override
  public void close() {
    lease.ifPresent(Lease::close);
    if (ownsSession) {
      try {
        spark.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static Timestamp now() {
    return Timestamp.from(Instant.now());
  }

  private Provenance provenance(Run run) {
    return new Provenance(job, run.runId(), run.inputVersions());
  }
}
