package io.cohortclv.jobs.lake;

import static org.apache.spark.sql.functions.col;

import io.cohortclv.jobs.config.SourceConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.IngestRecon.Committed;
import io.cohortclv.jobs.lake.IngestRecon.Counts;
import io.cohortclv.jobs.lake.RawFiles.RawFile;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Operations;
import java.nio.charset.StandardCharsets;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
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
 *
 * <p>Files that were taken are taken again in two cases: those with rejected rows, once the mapping
 * is corrected (what was accepted before is then a duplicate), and all of them when the clean
 * tables are rebuilt.
 */
public final class IngestBatches {
  private static final String PLANS = "ingest plans";

  private final Lake lake;
  private final IngestRecon recon;
  private final Map<String, Batch> unfinished = new LinkedHashMap<>();

  /** Every batch since the clean tables were last rebuilt, in order, but abandoned ones. */
  private final List<Batch> batches = new ArrayList<>();

  /** The newest batch of each source name and file identity. */
  private final Map<List<String>, Batch> taken = new HashMap<>();

  private long planned;

  private IngestBatches(Lake lake) {
    this.lake = lake;
    this.recon = new IngestRecon(lake);
  }

  /** Why files are taken. */
  public enum Kind {
    NEW,
    /** Files with rejected rows, under another mapping. */
    REPLAY,
    /** The first batch of an input when all is taken again: it replaces the clean table. */
    REBUILD,
    /** A further batch of such an input. */
    REBUILD_MORE;

    String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Kind of(String id) {
      return valueOf(id.toUpperCase(Locale.ROOT));
    }

    boolean rebuilds() {
      return this == REBUILD || this == REBUILD_MORE;
    }
  }

  /**
   * Files of one source that are taken together.
   *
   * @param source name of the source in the config
   * @param plannedAt the batch's ingest time, also when an interrupted batch is done again
   */
  public record Batch(
      String id, String input, String source, Kind kind, List<RawFile> files, Instant plannedAt) {
    public long bytes() {
      return files.stream().mapToLong(RawFile::length).sum();
    }
  }

  /** The batches of the lake as they stand. */
  public static IngestBatches of(Lake lake) {
    IngestBatches batches = new IngestBatches(lake);
    List<Row> states = lake.ops(Operations.INGEST_BATCH).orderBy(Operations.AT).collectAsList();
    Map<String, String> ends = new HashMap<>();
    Instant rebuilt = Instant.MIN;
    for (Row state : states) {
      if (!isPlan(state)) {
        ends.put(state.getAs(Operations.BATCH_ID), state.getAs(Operations.STATE));
      } else if (Kind.of(state.getAs(Operations.KIND)).rebuilds()) {
        rebuilt = state.<Timestamp>getAs(Operations.AT).toInstant();
      }
    }
    for (Row state : states) {
      if (isPlan(state)) {
        batches.planned++;
        boolean replaced = state.<Timestamp>getAs(Operations.AT).toInstant().isBefore(rebuilt);
        String end = ends.get(state.<String>getAs(Operations.BATCH_ID));
        if (!replaced && !Operations.ABANDONED.equals(end)) {
          batches.add(state, end != null);
        }
      }
    }
    return batches;
  }

  private static boolean isPlan(Row state) {
    return state.<String>getAs(Operations.STATE).equals(Operations.PLANNED);
  }

  private void add(Row plan, boolean done) {
    List<String> identities = plan.getList(plan.fieldIndex(Operations.FILES));
    Batch batch =
        new Batch(
            plan.getAs(Operations.BATCH_ID),
            plan.getAs(Operations.INPUT),
            plan.getAs(Operations.SOURCE),
            Kind.of(plan.getAs(Operations.KIND)),
            identities.stream().map(RawFile::parse).toList(),
            plan.<Timestamp>getAs(Operations.AT).toInstant());
    add(batch);
    if (!done) {
      unfinished.put(batch.id(), batch);
    }
  }

  private void add(Batch batch) {
    batches.add(batch);
    batch.files().forEach(file -> taken.put(List.of(batch.source(), file.identity()), batch));
  }

  /** Whether the newest batch of one of its files is this one: nothing took all its place. */
  boolean isLive(String batchId) {
    return taken.values().stream().anyMatch(batch -> batch.id().equals(batchId));
  }

  /** The batches of that source before this one, or all of them if this one is not planned yet. */
  List<Batch> before(Batch batch) {
    return batches.stream()
        .takeWhile(other -> !other.id().equals(batch.id()))
        .filter(other -> other.source().equals(batch.source()))
        .toList();
  }

  /**
   * Files of earlier batches whose groups may go on in this one: changed at most so long before the
   * oldest of its own.
   */
  public List<RawFile> seen(Batch batch, Duration within) {
    long since =
        batch.files().stream().mapToLong(RawFile::modified).min().orElse(0) - within.toMillis();
    return before(batch).stream()
        .flatMap(other -> other.files().stream())
        .distinct()
        .filter(file -> file.modified() >= since && !batch.files().contains(file))
        .toList();
  }

  /** Paths of that source that batches have taken. */
  public Set<String> pathsOf(SourceConfig source) {
    return batches.stream()
        .filter(batch -> batch.source().equals(source.name()))
        .flatMap(batch -> batch.files().stream())
        .map(RawFile::path)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * Files whose newest batch rejected rows of them. Of a grouped source it is all files of such a
   * batch, since a group may lie in several.
   */
  public List<RawFile> withRejects(SourceConfig source) {
    Set<List<String>> rejects = new HashSet<>();
    Set<String> batchIds = new HashSet<>();
    for (Row row :
        lake.ops(Operations.DQ_QUARANTINE)
            .filter(col(Operations.SOURCE).equalTo(source.name()))
            .select(Operations.BATCH_ID, Operations.SOURCE_FILE)
            .distinct()
            .collectAsList()) {
      rejects.add(List.of(row.getString(0), RawFile.plain(row.getString(1))));
      batchIds.add(row.getString(0));
    }
    return batches.stream()
        .filter(batch -> batch.source().equals(source.name()))
        .flatMap(
            batch ->
                batch.files().stream()
                    .filter(
                        file -> batch.equals(taken.get(List.of(source.name(), file.identity()))))
                    .filter(
                        file ->
                            source.groupBy().isEmpty()
                                ? rejects.contains(List.of(batch.id(), RawFile.plain(file.path())))
                                : batchIds.contains(batch.id())))
        .toList();
  }

  /**
   * Leaves a planned batch of which nothing was written, so that its files can be planned anew.
   *
   * @return whether it was left; false when its rows are in the clean table already
   */
  public boolean abandon(Batch batch, Contract contract) {
    if (!lake.clean(contract).filter(col(CleanColumns.BATCH_ID).equalTo(batch.id())).isEmpty()) {
      return false;
    }
    recon.append(
        Operations.INGEST_BATCH,
        "abandoned " + batch.id(),
        batch.id(),
        List.of(state(batch, Operations.ABANDONED, Instant.now())));
    unfinished.remove(batch.id());
    batches.remove(batch);
    taken.values().removeIf(other -> other.id().equals(batch.id()));
    return true;
  }

  /** Batches that an earlier process planned and did not finish, the oldest first. */
  public List<Batch> unfinished() {
    return List.copyOf(unfinished.values());
  }

  /** Those of the source's files that are in no batch. */
  public List<RawFile> newOf(SourceConfig source, List<RawFile> found) {
    return found.stream()
        .filter(file -> !taken.containsKey(List.of(source.name(), file.identity())))
        .toList();
  }

  /**
   * Writes ahead what is going to be taken.
   *
   * @throws CommandException when another process planned at the same moment
   */
  public List<Batch> plan(Map<SourceConfig, List<RawFile>> files, Kind kind) {
    // Delta keeps microseconds; a batch that is done again must have the same time.
    Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
    List<Batch> fresh = new ArrayList<>();
    Set<String> inputs = new HashSet<>();
    files.forEach(
        (source, sourceFiles) -> {
          boolean more = !inputs.add(source.input()) && kind == Kind.REBUILD;
          fresh.add(
              new Batch(
                  UUID.randomUUID().toString(),
                  source.input(),
                  source.name(),
                  more ? Kind.REBUILD_MORE : kind,
                  List.copyOf(sourceFiles),
                  now));
        });
    List<Row> plans = fresh.stream().map(batch -> state(batch, Operations.PLANNED, now)).toList();
    if (lake.appendNext(Operations.INGEST_BATCH, PLANS, planned + 1, plans).isEmpty()) {
      throw CommandException.failed(
          "Another clv ingest began on this lake at the same moment and took the new files. Nothing"
              + " was written here; run again when it is done.",
          null);
    }
    planned += fresh.size();
    if (kind == Kind.REBUILD) {
      batches.clear();
      taken.clear();
      unfinished.clear();
    }
    fresh.forEach(this::add);
    return fresh;
  }

  private static Row state(Batch batch, String state, Instant at) {
    return RowFactory.create(
        batch.id(),
        batch.input(),
        batch.source(),
        state,
        batch.kind().id(),
        batch.files().stream().map(RawFile::identity).toArray(String[]::new),
        batch.bytes(),
        Timestamp.from(at));
  }

  /**
   * Writes the batch's rows to the clean table in one commit, unless they are there. The first
   * batch of a rebuild replaces all rows; a second time that would take the later batches' too.
   *
   * @return rows written now; nothing when they were there
   */
  public OptionalLong commit(Batch batch, Contract contract, Dataset<Row> cleanRows) {
    String id = "ingest " + batch.id();
    Optional<Written> written =
        batch.kind() == Kind.REBUILD
            ? lake.rewriteOnce(contract.clean(), id, batch.id(), cleanRows)
            : lake.appendOnce(contract.clean(), id, batch.id(), cleanRows);
    return written.stream().mapToLong(Written::rows).findFirst();
  }

  /**
   * Notes what became of batches that are committed, all that were not noted yet: their rejects in
   * ops.dq_quarantine, their counts in ops.recon, and that they are done. Each is one append, which
   * the same batches make once: so they are noted together, or not at all and then again together.
   *
   * @return counts by batch id
   */
  public Map<String, Counts> finish(List<Committed> committed) {
    if (committed.isEmpty()) {
      return Map.of();
    }
    String ids = committed.stream().map(c -> c.batch().id()).sorted().collect(Collectors.joining());
    String set = UUID.nameUUIDFromBytes(ids.getBytes(StandardCharsets.UTF_8)).toString();
    Map<String, Counts> counts = recon.note(committed, set, this::before);
    Instant now = Instant.now();
    recon.append(
        Operations.INGEST_BATCH,
        "done " + set,
        set,
        committed.stream().map(c -> state(c.batch(), Operations.DONE, now)).toList());
    return counts;
  }

  /** Says of rows that have waited too long for their order that they are orphans. */
  public void endWaiting(SourceConfig source, Contract contract, Instant now) {
    recon.endWaiting(
        source,
        contract,
        batches.stream().filter(b -> b.source().equals(source.name())).toList(),
        now);
  }

  /** What keeps the next run from publishing. */
  public List<IngestRecon.Problem> open() {
    return recon.problems().stream().filter(problem -> isLive(problem.batchId())).toList();
  }

  /** Lets a batch be published although it broke a gate or does not reconcile. */
  public void accept(String batchId) {
    Batch accepted =
        batches.stream()
            .filter(batch -> batch.id().equals(batchId))
            .findFirst()
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "There is no batch "
                            + batchId
                            + ", or its files were taken again since. clv show ops.recon has the"
                            + " batches."));
    recon.accept(accepted);
  }
}
