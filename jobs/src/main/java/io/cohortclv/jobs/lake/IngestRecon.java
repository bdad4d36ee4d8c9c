package io.cohortclv.jobs.lake;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_contains;
import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_json;

import io.cohortclv.jobs.config.SourceConfig;
import io.cohortclv.jobs.lake.IngestBatches.Batch;
import io.cohortclv.jobs.lake.IngestBatches.Kind;
import io.cohortclv.transforms.events.Orphans;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Operations;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Table;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * What became of the rows of each ingest batch, from what was committed: counts by outcome and
 * reason in ops.recon, rejected rows in ops.dq_quarantine, and the gates a batch broke.
 *
 * <p>That a version is older than another, or waits for its order, is told when the batch is taken
 * and changes nothing in the clean tables: they hold the same rows in whatever order files come.
 */
public final class IngestRecon {
  /** The check whose two sides must agree. */
  static final String ROWS_IN = "rows in";

  private static final String ROWS_REJECTED = "rows rejected";
  private static final String ROWS_WAITING = "rows waiting";
  private static final String WAITING_ENDED = "rows waiting ended";
  private static final String ACCEPTED = "accepted by hand";

  private final Lake lake;

  IngestRecon(Lake lake) {
    this.lake = lake;
  }

  /**
   * A batch whose rows are in the clean table.
   *
   * @param records records of its files, counted before their mapping
   */
  public record Committed(SourceConfig source, Batch batch, Contract contract, long records) {}

  /**
   * Raw rows of a batch by what became of them.
   *
   * @param records what the files hold, counted before their mapping
   * @param accepted the newest version of something, when the batch was taken
   * @param superseded an older version than another known then: kept for its days
   * @param waiting valid, of an order that was not there yet
   */
  public record Counts(
      long records,
      long accepted,
      long superseded,
      long duplicate,
      long rejected,
      long waiting,
      long notSelected,
      Map<String, Long> rejectedByReasons) {
    public boolean reconcile() {
      return records == accountedFor();
    }

    long accountedFor() {
      return accepted + superseded + duplicate + rejected + waiting + notSelected;
    }
  }

  /**
   * A check of a batch that failed.
   *
   * @param limit what was allowed, or the records of the files
   * @param found what there is instead
   */
  public record Problem(
      String batchId, String source, String check, BigDecimal limit, BigDecimal found) {
    /** Whether it is a gate of the config, by its name there. */
    public boolean isGate() {
      return check.startsWith(QualityGate.CHECK);
    }

    public String gate() {
      return check.substring(QualityGate.CHECK.length());
    }
  }

  /**
   * Writes the rejects and the counts of batches that were committed together, in one append each.
   *
   * @param set names the batches; the same ones are noted once
   * @param before the earlier batches of a batch's source
   * @return counts by batch id
   */
  Map<String, Counts> note(
      List<Committed> committed, String set, Function<Batch, List<Batch>> before) {
    Map<String, List<Row>> sums =
        committed.stream()
            .map(this::sums)
            .reduce(Dataset::unionAll)
            .orElseThrow()
            .collectAsList()
            .stream()
            .collect(Collectors.groupingBy(row -> row.getAs(CleanColumns.BATCH_ID)));
    Instant now = Instant.now();
    Map<String, Counts> counts = new LinkedHashMap<>();
    List<Row> checks = new ArrayList<>();
    for (Committed c : committed) {
      List<Row> outcomes = sums.getOrDefault(c.batch().id(), List.of());
      Counts of = count(outcomes, c.records(), waiting(c));
      if (!of.reconcile()) {
        // What Spark observed can be too much where it tried a task again: the files decide.
        long records = lake.rawFiles().records(c.source(), c.batch().files(), Optional.empty());
        of = count(outcomes, records, waiting(c));
      }
      counts.put(c.batch().id(), of);
      checks.addAll(recon(c.batch(), of, now));
      for (QualityGate gate :
          QualityGate.broken(
              c.source().gates(), of, () -> recordsBefore(c.batch(), before.apply(c.batch())))) {
        checks.add(
            check(
                c.batch(),
                now,
                QualityGate.CHECK + gate.name(),
                null,
                BigDecimal.valueOf(gate.limit()),
                BigDecimal.valueOf(gate.found())));
      }
    }
    committed.stream()
        .filter(c -> counts.get(c.batch().id()).rejected() > 0)
        .map(c -> rejects(rows(c), c.batch(), now))
        .reduce(Dataset::unionAll)
        .ifPresent(
            rejects ->
                lake.appendOnce(
                    Operations.DQ_QUARANTINE, "rejects of " + set, set, rejects.coalesce(1)));
    append(Operations.RECON, "counts of " + set, set, checks);
    return counts;
  }

  private Dataset<Row> rows(Committed committed) {
    return lake.clean(committed.contract())
        .filter(col(CleanColumns.BATCH_ID).equalTo(committed.batch().id()));
  }

  /** Appends what belongs to a batch, or to several of that name, once. */
  void append(Table table, String id, String batchId, List<Row> rows) {
    lake.appendOnce(
        table, id, batchId, lake.spark().createDataFrame(rows, table.schema()).coalesce(1));
  }

  /** Checks of batches that failed and that nobody has accepted. */
  List<Problem> problems() {
    List<Row> rows =
        lake.ops(Operations.RECON)
            .filter(col(Operations.BATCH_ID).isNotNull())
            .filter(
                col(Operations.CHECK).equalTo(ACCEPTED).or(col(Operations.DIFFERENCE).notEqual(0)))
            .orderBy(Operations.AT)
            .collectAsList();
    Set<String> accepted = new HashSet<>();
    List<Problem> problems = new ArrayList<>();
    for (Row row : rows) {
      if (row.<String>getAs(Operations.CHECK).equals(ACCEPTED)) {
        accepted.add(row.getAs(Operations.BATCH_ID));
      } else {
        problems.add(
            new Problem(
                row.getAs(Operations.BATCH_ID),
                row.getAs(Operations.SOURCE),
                row.getAs(Operations.CHECK),
                row.getAs(Operations.LEFT),
                row.getAs(Operations.RIGHT)));
      }
    }
    return problems.stream().filter(problem -> !accepted.contains(problem.batchId())).toList();
  }

  /** Notes that a batch is to be published whatever is wrong with it. */
  void accept(Batch batch) {
    append(
        Operations.RECON,
        "accepted " + batch.id(),
        batch.id(),
        List.of(check(batch, Instant.now(), ACCEPTED, null, null, whole(0))));
  }

  /** Records of the source's earlier batches of new files, the newest last. */
  private List<Long> recordsBefore(Batch batch, List<Batch> before) {
    Map<String, Long> records = new HashMap<>();
    lake.ops(Operations.RECON)
        .filter(col(Operations.SOURCE).equalTo(batch.source()))
        .filter(col(Operations.CHECK).equalTo(ROWS_IN))
        .select(Operations.BATCH_ID, Operations.LEFT)
        .collectAsList()
        .forEach(row -> records.put(row.getString(0), row.getDecimal(1).longValue()));
    return before.stream()
        .filter(other -> other.kind() == Kind.NEW && records.containsKey(other.id()))
        .map(other -> records.get(other.id()))
        .toList();
  }

  /** Of the batch's rows, those whose order is not there, by the version they are. */
  private Map<Boolean, Long> waiting(Committed committed) {
    Map<Boolean, Long> waiting = new HashMap<>();
    if (Orphans.mayBe(committed.contract())) {
      Orphans.of(
              rows(committed).filter(col(CleanColumns.OUTCOME).equalTo(CleanColumns.ACCEPTED)),
              lake.versions(Orders.CONTRACT))
          .groupBy(CleanColumns.SUPERSEDED)
          .agg(sum(CleanColumns.SOURCE_ROWS))
          .collectAsList()
          .forEach(row -> waiting.put(row.getBoolean(0), row.getLong(1)));
    }
    return waiting;
  }

  /**
   * Raw rows by outcome and reasons; each set of reasons counts its rows once, so that they sum.
   */
  private Dataset<Row> sums(Committed committed) {
    return rows(committed)
        .groupBy(
            col(CleanColumns.BATCH_ID),
            col(CleanColumns.OUTCOME),
            col(CleanColumns.SUPERSEDED),
            array_join(col(CleanColumns.REASONS), "; ").as(CleanColumns.REASONS))
        .agg(sum(CleanColumns.SOURCE_ROWS).as(CleanColumns.SOURCE_ROWS));
  }

  private static Counts count(List<Row> sums, long records, Map<Boolean, Long> waiting) {
    Map<String, Long> outcomes = new LinkedHashMap<>();
    Map<String, Long> reasons = new TreeMap<>();
    for (Row sum : sums) {
      String outcome = sum.getAs(CleanColumns.OUTCOME);
      boolean superseded = sum.<Boolean>getAs(CleanColumns.SUPERSEDED);
      long sourceRows = sum.<Long>getAs(CleanColumns.SOURCE_ROWS);
      outcomes.merge(superseded ? CleanColumns.SUPERSEDED : outcome, sourceRows, Long::sum);
      if (outcome.equals(CleanColumns.REJECTED)) {
        reasons.merge(sum.getAs(CleanColumns.REASONS), sourceRows, Long::sum);
      }
    }
    long newestWait = waiting.getOrDefault(false, 0L);
    long olderWait = waiting.getOrDefault(true, 0L);
    return new Counts(
        records,
        outcomes.getOrDefault(CleanColumns.ACCEPTED, 0L) - newestWait,
        outcomes.getOrDefault(CleanColumns.SUPERSEDED, 0L) - olderWait,
        outcomes.getOrDefault(CleanColumns.DUPLICATE, 0L),
        outcomes.getOrDefault(CleanColumns.REJECTED, 0L),
        newestWait + olderWait,
        outcomes.getOrDefault(CleanColumns.NOT_SELECTED, 0L),
        reasons);
  }

  private static Dataset<Row> rejects(Dataset<Row> rows, Batch batch, Instant now) {
    return quarantined(
        rows.filter(col(CleanColumns.OUTCOME).equalTo(CleanColumns.REJECTED))
            .withColumn(Operations.SOURCE, lit(batch.source())),
        batch.input(),
        col(CleanColumns.REASONS),
        col(CleanColumns.RAW_ROW),
        now);
  }

  /** Copies of clean rows, unless they stand there for that reason already. */
  static void quarantine(Lake lake, Run run, Contract contract, Dataset<Row> rows, String reason) {
    String[] row = {Operations.BATCH_ID, Operations.RAW_ROW};
    Dataset<Row> there =
        lake.ops(Operations.DQ_QUARANTINE)
            .filter(array_contains(col(Operations.REASONS), reason))
            .select(row[0], row[1]);
    Dataset<Row> sources =
        lake.ops(Operations.INGEST_BATCH).select(Operations.BATCH_ID, Operations.SOURCE).distinct();
    Dataset<Row> copies =
        quarantined(
                rows.join(sources, new String[] {Operations.BATCH_ID}, "left"),
                contract.name(),
                array(lit(reason)),
                content(contract),
                Instant.now())
            .join(there, row, "left_anti");
    lake.appendOnce(
        Operations.DQ_QUARANTINE,
        run.runId() + " quarantines " + contract.name() + ": " + reason,
        "",
        copies.coalesce(1));
  }

  /** The row as its contract has it. */
  private static Column content(Contract contract) {
    return to_json(
        struct(contract.columns().stream().map(c -> col(c.name())).toArray(Column[]::new)));
  }

  private static Dataset<Row> quarantined(
      Dataset<Row> rows, String input, Column reasons, Column raw, Instant now) {
    return rows.select(
        col(CleanColumns.BATCH_ID).as(Operations.BATCH_ID),
        lit(input).as(Operations.INPUT),
        col(Operations.SOURCE),
        col(CleanColumns.SOURCE_FILE).as(Operations.SOURCE_FILE),
        col(CleanColumns.SOURCE_ROWS).as(Operations.SOURCE_ROWS),
        reasons.as(Operations.REASONS),
        raw.as(Operations.RAW_ROW),
        lit(now).as(Operations.AT));
  }

  private static List<Row> recon(Batch batch, Counts counts, Instant now) {
    List<Row> rows = new ArrayList<>();
    rows.add(
        check(batch, now, ROWS_IN, null, whole(counts.records()), whole(counts.accountedFor())));
    rows.add(check(batch, now, "rows accepted", null, null, whole(counts.accepted())));
    rows.add(check(batch, now, "rows superseded", null, null, whole(counts.superseded())));
    rows.add(check(batch, now, "rows duplicate", null, null, whole(counts.duplicate())));
    rows.add(check(batch, now, ROWS_WAITING, null, null, whole(counts.waiting())));
    rows.add(check(batch, now, "rows not selected", null, null, whole(counts.notSelected())));
    if (counts.rejected() == 0) {
      rows.add(check(batch, now, ROWS_REJECTED, null, null, whole(0)));
    }
    counts
        .rejectedByReasons()
        .forEach(
            (reasons, rejected) ->
                rows.add(check(batch, now, ROWS_REJECTED, reasons, null, whole(rejected))));
    return rows;
  }

  private static BigDecimal whole(long count) {
    return BigDecimal.valueOf(count);
  }

  private static Row check(
      Batch batch, Instant now, String check, String reason, BigDecimal left, BigDecimal right) {
    return RowFactory.create(
        Timestamp.from(now),
        batch.id(),
        null,
        batch.input(),
        batch.source(),
        check,
        reason,
        left,
        right,
        left == null ? null : left.subtract(right));
  }

  /**
   * Says of the rows that have waited too long for their order that they are orphans: a copy of
   * each goes to ops.dq_quarantine. Once a batch.
   */
  void endWaiting(SourceConfig source, Contract contract, List<Batch> batches, Instant now) {
    Map<String, BigDecimal> waiting = new HashMap<>();
    Set<String> ended = new HashSet<>();
    for (Row row :
        lake.ops(Operations.RECON)
            .filter(col(Operations.SOURCE).equalTo(source.name()))
            .filter(col(Operations.CHECK).isin(ROWS_WAITING, WAITING_ENDED))
            .select(Operations.BATCH_ID, Operations.CHECK, Operations.RIGHT)
            .collectAsList()) {
      if (row.getString(1).equals(WAITING_ENDED)) {
        ended.add(row.getString(0));
      } else if (row.getDecimal(2).signum() > 0) {
        waiting.put(row.getString(0), row.getDecimal(2));
      }
    }
    for (Batch batch : batches) {
      if (waiting.containsKey(batch.id())
          && !ended.contains(batch.id())
          && batch.plannedAt().plus(source.waitForOrder()).isBefore(now)) {
        endWaiting(batch, contract, waiting.get(batch.id()), now);
      }
    }
  }

  private void endWaiting(Batch batch, Contract contract, BigDecimal waited, Instant now) {
    Dataset<Row> rows =
        lake.versions(contract).filter(col(CleanColumns.BATCH_ID).equalTo(batch.id()));
    Dataset<Row> orphans = Orphans.of(rows, lake.versions(Orders.CONTRACT));
    lake.appendOnce(
        Operations.DQ_QUARANTINE,
        "orphans of " + batch.id(),
        batch.id(),
        quarantined(
            orphans.withColumn(Operations.SOURCE, lit(batch.source())),
            batch.input(),
            array(lit("order_id: no such order came")),
            content(contract),
            now));
    long left = orphans.agg(coalesce(sum(CleanColumns.SOURCE_ROWS), lit(0L))).first().getLong(0);
    append(
        Operations.RECON,
        "end of waiting of " + batch.id(),
        batch.id(),
        List.of(
            check(batch, now, WAITING_ENDED, null, null, waited),
            check(batch, now, "rows orphaned", null, null, whole(left))));
  }
}
