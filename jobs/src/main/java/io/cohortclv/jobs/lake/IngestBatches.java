package io.cohortclv.jobs.lake;

import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;

import io.cohortclv.jobs.config.SourceConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.RawFiles.RawFile;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Operations;
import io.cohortclv.transforms.table.Table;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Takes each file into the clean zone exactly once.
 *
 * <p>A batch is planned, with its list of files, before anything of it is written; its rows, of
 * every outcome, are one Delta commit; then follow its rejects, its counts and the word {@code
 * done}. Each of these is an append that Delta makes once for a batch, so a batch that was
 * interrupted anywhere is done again from its plan and only what is missing is added. Two processes
 * cannot plan the same files: plans are numbered, and Delta takes each number once.
 */
public final class IngestBatches {
  private static final String PLANS = "ingest plans";

  private final Lake lake;
  private final Map<String, Batch> unfinished = new LinkedHashMap<>();

  /** Source name and file identity. */
  private final Set<List<String>> taken = new HashSet<>();

  private long planned;

  private IngestBatches(Lake lake) {
    this.lake = lake;
  }

  /**
   * Files of one source that are taken together.
   *
   * @param source name of the source in the config
   * @param plannedAt the batch's ingest time, of a replay too
   */
  public record Batch(
      String id, String input, String source, List<RawFile> files, Instant plannedAt) {
    long bytes() {
      return files.stream().mapToLong(RawFile::length).sum();
    }
  }

  /**
   * Raw rows of a batch by outcome.
   *
   * @param records what the files hold, counted apart
   */
  public record Counts(
      long records,
      long accepted,
      long duplicate,
      long rejected,
      long notSelected,
      Map<String, Long> rejectedByReasons) {
    public boolean reconcile() {
      return records == accepted + duplicate + rejected + notSelected;
    }
  }

  /** The batches of the lake as they stand. */
  public static IngestBatches of(Lake lake) {
    IngestBatches batches = new IngestBatches(lake);
    List<Row> states = lake.ops(Operations.INGEST_BATCH).orderBy(Operations.AT).collectAsList();
    Set<String> done = new HashSet<>();
    for (Row state : states) {
      if (state.<String>getAs(Operations.STATE).equals(Operations.DONE)) {
        done.add(state.getAs(Operations.BATCH_ID));
      }
    }
    for (Row state : states) {
      if (state.<String>getAs(Operations.STATE).equals(Operations.PLANNED)) {
        batches.add(state, done);
      }
    }
    return batches;
  }

  private void add(Row plan, Set<String> done) {
    List<String> identities = plan.getList(plan.fieldIndex(Operations.FILES));
    String source = plan.getAs(Operations.SOURCE);
    identities.forEach(identity -> taken.add(List.of(source, identity)));
    planned++;
    String id = plan.getAs(Operations.BATCH_ID);
    if (!done.contains(id)) {
      unfinished.put(
          id,
          new Batch(
              id,
              plan.getAs(Operations.INPUT),
              source,
              identities.stream().map(RawFile::parse).toList(),
              plan.<Timestamp>getAs(Operations.AT).toInstant()));
    }
  }

  /** Batches that an earlier process planned and did not finish, the oldest first. */
  public List<Batch> unfinished() {
    return List.copyOf(unfinished.values());
  }

  /** Those of the source's files that are in no batch. */
  public List<RawFile> newOf(SourceConfig source, List<RawFile> found) {
    return found.stream()
        .filter(file -> !taken.contains(List.of(source.name(), file.identity())))
        .toList();
  }

  /**
   * Writes ahead what is going to be taken.
   *
   * @throws CommandException when another process planned at the same moment
   */
  public List<Batch> plan(Map<SourceConfig, List<RawFile>> files) {
    // Delta keeps microseconds; a replay must have the same time.
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    List<Batch> batches = new ArrayList<>();
    files.forEach(
        (source, sourceFiles) ->
            batches.add(
                new Batch(
                    UUID.randomUUID().toString(),
                    source.input(),
                    source.name(),
                    List.copyOf(sourceFiles),
                    now)));
    List<Row> plans = batches.stream().map(batch -> state(batch, Operations.PLANNED, now)).toList();
    if (lake.appendNext(Operations.INGEST_BATCH, PLANS, planned + 1, plans).isEmpty()) {
      throw CommandException.failed(
          "Another clv ingest began on this lake at the same moment and took the new files. Nothing"
              + " was written here; run again when it is done.",
          null);
    }
    return batches;
  }

  private static Row state(Batch batch, String state, Instant at) {
    return RowFactory.create(
        batch.id(),
        batch.input(),
        batch.source(),
        state,
        batch.files().stream().map(RawFile::identity).toArray(String[]::new),
        batch.bytes(),
        Timestamp.from(at));
  }

  /**
   * Writes the batch's rows to the clean table in one commit, unless they are there.
   *
   * @return whether they were written now
   */
  public boolean commit(Batch batch, Contract contract, Dataset<Row> cleanRows) {
    return lake.appendOnce(contract.clean(), "ingest " + batch.id(), batch.id(), cleanRows)
        .isPresent();
  }

  /**
   * Notes what became of a committed batch: its rejects in ops.dq_quarantine, its counts in
   * ops.recon, and that it is done.
   *
   * @param records records of the files, counted apart from their mapping
   */
  public Counts finish(Batch batch, Contract contract, long records) {
    Dataset<Row> rows = lake.clean(contract).filter(col(CleanColumns.BATCH_ID).equalTo(batch.id()));
    Counts counts = count(rows, records);
    Instant now = Instant.now();
    if (counts.rejected() > 0) {
      lake.appendOnce(
          Operations.DQ_QUARANTINE,
          "rejects of " + batch.id(),
          batch.id(),
          rejects(rows, batch, now));
    }
    append(Operations.RECON, "counts of ", batch, recon(batch, counts, now));
    append(Operations.INGEST_BATCH, "done ", batch, List.of(state(batch, Operations.DONE, now)));
    return counts;
  }

  private void append(Table table, String what, Batch batch, List<Row> rows) {
    lake.appendOnce(
        table,
        what + batch.id(),
        batch.id(),
        lake.spark().createDataFrame(rows, table.schema()).coalesce(1));
  }

  /** From the committed rows; each set of reasons counts its rows once, so that they sum. */
  private static Counts count(Dataset<Row> rows, long records) {
    Map<String, Long> outcomes = new LinkedHashMap<>();
    Map<String, Long> reasons = new LinkedHashMap<>();
    List<Row> sums =
        rows.groupBy(
                col(CleanColumns.OUTCOME),
                array_join(col(CleanColumns.REASONS), "; ").as("reasons"))
            .agg(sum(CleanColumns.SOURCE_ROWS).as(CleanColumns.SOURCE_ROWS))
            .orderBy(CleanColumns.OUTCOME, "reasons")
            .collectAsList();
    for (Row sum : sums) {
      String outcome = sum.getAs(CleanColumns.OUTCOME);
      long sourceRows = sum.<Long>getAs(CleanColumns.SOURCE_ROWS);
      outcomes.merge(outcome, sourceRows, Long::sum);
      if (outcome.equals(CleanColumns.REJECTED)) {
        reasons.merge(sum.getAs("reasons"), sourceRows, Long::sum);
      }
    }
    return new Counts(
        records,
        outcomes.getOrDefault(CleanColumns.ACCEPTED, 0L),
        outcomes.getOrDefault(CleanColumns.DUPLICATE, 0L),
        outcomes.getOrDefault(CleanColumns.REJECTED, 0L),
        outcomes.getOrDefault(CleanColumns.NOT_SELECTED, 0L),
        reasons);
  }

  private static Dataset<Row> rejects(Dataset<Row> rows, Batch batch, Instant now) {
    return rows.filter(col(CleanColumns.OUTCOME).equalTo(CleanColumns.REJECTED))
        .select(
            new Column[] {
              col(CleanColumns.BATCH_ID).as(Operations.BATCH_ID),
              lit(batch.input()).as(Operations.INPUT),
              lit(batch.source()).as(Operations.SOURCE),
              col(CleanColumns.SOURCE_FILE).as(Operations.SOURCE_FILE),
              col(CleanColumns.SOURCE_ROWS).as(Operations.SOURCE_ROWS),
              col(CleanColumns.REASONS).as(Operations.REASONS),
              col(CleanColumns.RAW_ROW).as(Operations.RAW_ROW),
              lit(now).as(Operations.AT)
            });
  }

  private static List<Row> recon(Batch batch, Counts counts, Instant now) {
    List<Row> rows = new ArrayList<>();
    long accountedFor =
        counts.accepted() + counts.duplicate() + counts.rejected() + counts.notSelected();
    rows.add(check(batch, now, "rows in", null, counts.records(), accountedFor));
    rows.add(check(batch, now, "rows accepted", null, null, counts.accepted()));
    rows.add(check(batch, now, "rows duplicate", null, null, counts.duplicate()));
    rows.add(check(batch, now, "rows not selected", null, null, counts.notSelected()));
    if (counts.rejected() == 0) {
      rows.add(check(batch, now, "rows rejected", null, null, 0));
    }
    counts
        .rejectedByReasons()
        .forEach(
            (reasons, rejected) ->
                rows.add(check(batch, now, "rows rejected", reasons, null, rejected)));
    return rows;
  }

  private static Row check(
      Batch batch, Instant now, String check, String reason, Long left, long right) {
    return RowFactory.create(
        Timestamp.from(now),
        batch.id(),
        null,
        batch.input(),
        batch.source(),
        check,
        reason,
        left == null ? null : BigDecimal.valueOf(left),
        BigDecimal.valueOf(right),
        left == null ? null : BigDecimal.valueOf(left - right));
  }
}
