package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.SourceConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.IngestBatches;
import io.cohortclv.jobs.lake.IngestBatches.Batch;
import io.cohortclv.jobs.lake.IngestBatches.Kind;
import io.cohortclv.jobs.lake.IngestRecon.Committed;
import io.cohortclv.jobs.lake.IngestRecon.Counts;
import io.cohortclv.jobs.lake.IngestRecon.Problem;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.RawFiles;
import io.cohortclv.jobs.lake.RawFiles.RawFile;
import io.cohortclv.transforms.events.CleanRows;
import io.cohortclv.transforms.events.Histories;
import io.cohortclv.transforms.events.Mapping;
import io.cohortclv.transforms.events.Orphans;
import io.cohortclv.transforms.events.RawRows;
import io.cohortclv.transforms.identity.Pseudonyms;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Contract.InputColumn;
import io.cohortclv.transforms.table.FxRates;
import io.cohortclv.transforms.table.Terms;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/** Takes the raw files that are new into the clean zone, each exactly once. */
final class IngestJob {
  /** Inputs that are taken at once. */
  private static final int SIDE_BY_SIDE = 2;

  /**
   * A batch so many times smaller than what is known is read for its keys first, and compared only
   * with what is known of these. Its keys may be sent to every process, so it is small by itself;
   * and of little that is known, comparing all costs less than another query.
   */
  private static final long FAR_LESS = 10;

  private static final long MOST_BYTES_OF_FEW = 16L << 20;
  private static final long LEAST_BYTES_KNOWN = 4L << 20;

  /** Of raw files, which are compressed for the most part: some three million clicks. */
  private static final long MOST_BYTES_OF_TASK = 32L << 20;

  private static final int MOST_PARTITIONS = 10_000;

  private final Lake lake;
  private final ClvConfig config;

  private IngestJob(Lake lake, ClvConfig config) {
    this.lake = lake;
    this.config = config;
  }

  /** One batch taken. */
  record Taken(Batch batch, Counts counts) {}

  /**
   * What is to be taken.
   *
   * @param replay also files with rejected rows, under the mapping as it is now
   * @param full everything again, into new clean tables
   * @param since only files changed on that business day or later
   * @param until only files changed on that business day or earlier
   */
  record Request(
      boolean replay, boolean full, Optional<LocalDate> since, Optional<LocalDate> until) {
    static final Request NEW = new Request(false, false, Optional.empty(), Optional.empty());
  }

  /**
   * Finishes what an earlier process began, then takes what is new.
   *
   * @return the batches taken, none when nothing was new
   * @throws CommandException of kind data when the counts of a batch do not reconcile or a gate is
   *     broken, now or earlier
   */
  static List<Taken> run(Lake lake, ClvConfig config) {
    return run(lake, config, Request.NEW);
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
      var unused = job.pseudonyms(source, contract);
      SourceChecks.require(source, raw);
      Batch batch =
          new Batch("check", source.input(), source.name(), Kind.NEW, files, Instant.now());
      return CleanRows.of(
          raw.limit(rows), job.mapping(batch, source, contract), lake.noVersions(contract));
    } catch (Exception e) { // Spark's own are checked, and Scala does not declare them
      throw SourceChecks.explained(source, e);
    }
  }

  static List<Taken> run(Lake lake, ClvConfig config, Request request) {
    return new IngestJob(lake, config).run(request);
  }

  private List<Taken> run(Request request) {
    lake.requireUnchanged("reporting.currency", config.reporting().currency());
    config
        .identifiers()
        .key()
        .ifPresent(key -> lake.requireUnchanged("CLV_ID_KEY", Pseudonyms.fingerprint(key)));
    IngestBatches batches = IngestBatches.of(lake);
    List<Taken> taken = new ArrayList<>();
    if (!request.full()) {
      take(
          batches,
          batches.unfinished().stream()
              .filter(
                  batch ->
                      isWhole(source(batch), batch)
                          || !batches.abandon(batch, Contract.of(batch.input())))
              .toList(),
          taken);
    }
    Map<SourceConfig, List<RawFile>> found = new LinkedHashMap<>();
    for (List<SourceConfig> sources : config.inputs().values()) {
      for (SourceConfig source : sources) {
        found.put(source, listed(source, request));
      }
    }
    if (request.full()) {
      found.forEach((source, files) -> requireAll(batches, source, files));
      take(batches, found, Kind.REBUILD, taken);
    } else {
      Map<SourceConfig, List<RawFile>> fresh = new LinkedHashMap<>();
      found.forEach((source, files) -> fresh.put(source, batches.newOf(source, files)));
      take(batches, fresh, Kind.NEW, taken);
    }
    if (request.replay()) {
      Map<SourceConfig, List<RawFile>> rejected = new LinkedHashMap<>();
      found.keySet().forEach(source -> rejected.put(source, withRejects(batches, source)));
      take(batches, rejected, Kind.REPLAY, taken);
    }
    endWaiting(batches, found.keySet());
    requireSound(batches, found.keySet());
    return taken;
  }

  private List<RawFile> listed(SourceConfig source, Request request) {
    ZoneId zone = config.reporting().timezone();
    long since = request.since().map(day -> millis(day, zone)).orElse(Long.MIN_VALUE);
    long before = request.until().map(day -> millis(day.plusDays(1), zone)).orElse(Long.MAX_VALUE);
    return lake.rawFiles().list(source).stream()
        .filter(file -> file.modified() >= since && file.modified() < before)
        .toList();
  }

  private static long millis(LocalDate day, ZoneId zone) {
    return day.atStartOfDay(zone).toInstant().toEpochMilli();
  }

  /** A rebuild from fewer files than the clean table came from would lose rows. */
  private static void requireAll(IngestBatches batches, SourceConfig source, List<RawFile> files) {
    Set<String> gone = new TreeSet<>(batches.pathsOf(source));
    files.forEach(file -> gone.remove(file.path()));
    if (!gone.isEmpty() && !source.format().equals("delta")) {
      throw CommandException.usage(
          source.name()
              + " once had "
              + gone.size()
              + " files more than now, such as "
              + gone.iterator().next()
              + ". Built anew, the clean tables would lose their rows, so nothing was done. Put the"
              + " files back, or run clv ingest without --full.");
    }
  }

  private List<RawFile> withRejects(IngestBatches batches, SourceConfig source) {
    List<RawFile> files = batches.withRejects(source);
    for (RawFile file : files) {
      if (!lake.rawFiles().isUnchanged(source, file)) {
        throw CommandException.usage(
            "Rows of "
                + source.name()
                + " were rejected that --replay-quarantine would take again, but their file is gone or"
                + " changed: "
                + file.path()
                + ". Put it back; the rows themselves stand in ops.dq_quarantine.");
      }
    }
    return files;
  }

  private boolean isWhole(SourceConfig source, Batch batch) {
    return batch.files().stream().allMatch(file -> lake.rawFiles().isUnchanged(source, file));
  }

  /** Plans and takes; sources without files have no batch. */
  private void take(
      IngestBatches batches, Map<SourceConfig, List<RawFile>> files, Kind kind, List<Taken> taken) {
    Map<SourceConfig, List<RawFile>> some = new LinkedHashMap<>(files);
    some.values().removeIf(List::isEmpty);
    if (some.isEmpty()) {
      return;
    }
    some.forEach(
        (source, sourceFiles) -> {
          var unused = pseudonyms(source, Contract.of(source.input()));
          try {
            SourceChecks.require(source, lake.rawFiles().read(source, sourceFiles));
          } catch (Exception e) { // Spark's own are checked, and Scala does not declare them
            throw SourceChecks.explained(source, e);
          }
        });
    take(batches, batches.plan(some, kind), taken);
  }

  private void take(IngestBatches batches, List<Batch> planned, List<Taken> taken) {
    Map<String, Counts> counts = batches.finish(commit(batches, planned));
    planned.forEach(batch -> taken.add(new Taken(batch, counts.get(batch.id()))));
  }

  /**
   * Inputs side by side, since of small files the plan takes longer than the work; batches of one
   * input one after the other, since each is compared with the rows there are.
   */
  private List<Committed> commit(IngestBatches batches, List<Batch> planned) {
    Map<String, List<Batch>> inputs =
        planned.stream()
            .collect(Collectors.groupingBy(Batch::input, LinkedHashMap::new, Collectors.toList()));
    ExecutorService threads =
        Executors.newFixedThreadPool(Math.max(1, Math.min(SIDE_BY_SIDE, inputs.size())));
    List<Future<List<Committed>>> work = new ArrayList<>();
    try {
      for (List<Batch> ofInput : inputs.values()) {
        work.add(
            threads.submit(
                () ->
                    ofInput.stream().map(batch -> commit(batches, batch, source(batch))).toList()));
      }
      List<Committed> committed = new ArrayList<>();
      for (Future<List<Committed>> ofInput : work) {
        committed.addAll(ofInput.get());
      }
      return committed;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while files were taken", e);
    } finally {
      work.forEach(ofInput -> ofInput.cancel(false));
      end(threads);
    }
  }

  /** Waits for what has begun, so that nothing writes when this one has given up. */
  private static void end(ExecutorService threads) {
    threads.shutdown();
    try {
      while (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
        // A large file takes its time.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void endWaiting(IngestBatches batches, Set<SourceConfig> sources) {
    for (SourceConfig source : sources) {
      Contract contract = Contract.of(source.input());
      if (Orphans.mayBe(contract)) {
        batches.endWaiting(source, contract, Instant.now());
      }
    }
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

  private Committed commit(IngestBatches batches, Batch batch, SourceConfig source) {
    lake.spark().sparkContext().setJobDescription("ingest " + source.name());
    Contract contract = Contract.of(source.input());
    try {
      Mapping mapping = mapping(batch, source, contract);
      Dataset<Row> read = lake.rawFiles().read(source, batch.files());
      Dataset<Row> accepted =
          batch.kind() == Kind.REBUILD ? lake.noVersions(contract) : lake.versions(contract);
      if (isFew(batch, lake.bytes(contract))) {
        accepted = CleanRows.knownOf(raw(batches, batch, source, read), mapping, accepted);
      }
      Observation observation = new Observation();
      Dataset<Row> counted = RawFiles.counted(source, read, observation);
      Dataset<Row> rows =
          CleanRows.of(raw(batches, batch, source, counted), mapping, accepted, partitions(batch));
      // A column of nulls would be written row by row all the same, and read again.
      Dataset<Row> written = rows.drop(CleanRows.absent(mapping).toArray(String[]::new));
      boolean observed = batches.commit(batch, contract, written).orElse(0) > 0;
      return new Committed(
          source,
          batch,
          contract,
          lake.rawFiles()
              .records(
                  source, batch.files(), observed ? Optional.of(observation) : Optional.empty()));
    } catch (Exception e) { // Spark's own are checked, and Scala does not declare them
      throw SourceChecks.explained(source, e);
    } finally {
      lake.spark().sparkContext().setJobDescription(null);
    }
  }

  /** More than Spark is set to where a task would have so many rows that it sorts them on disk. */
  private OptionalInt partitions(Batch batch) {
    int set = lake.spark().sessionState().conf().numShufflePartitions();
    int needed = (int) Math.min(batch.bytes() / MOST_BYTES_OF_TASK, MOST_PARTITIONS);
    return needed > set ? OptionalInt.of(needed) : OptionalInt.empty();
  }

  private static boolean isFew(Batch batch, long bytesKnown) {
    return batch.bytes() <= MOST_BYTES_OF_FEW
        && bytesKnown >= LEAST_BYTES_KNOWN
        && batch.bytes() * FAR_LESS < bytesKnown;
  }

  /** The batch's rows; of groups that may have begun in earlier files, those files' too. */
  private Dataset<Row> raw(
      IngestBatches batches, Batch batch, SourceConfig source, Dataset<Row> raw) {
    if (source.groupWithin().isZero()) {
      return raw;
    }
    List<RawFile> seen =
        batches.seen(batch, source.groupWithin()).stream()
            .filter(file -> lake.rawFiles().isUnchanged(source, file))
            .toList();
    return seen.isEmpty()
        ? raw
        : raw.withColumn(RawRows.SEEN, lit(false))
            .unionByName(lake.rawFiles().read(source, seen).withColumn(RawRows.SEEN, lit(true)));
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
        source.explode(),
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

  /** Stops while a batch does not reconcile or a gate is broken, whichever run brought it. */
  private void requireSound(IngestBatches batches, Set<SourceConfig> sources) {
    List<String> problems = new ArrayList<>();
    Set<String> batchIds = new TreeSet<>();
    for (Problem problem : batches.open()) {
      batchIds.add(problem.batchId());
      problems.add(text(problem));
    }
    if (!problems.isEmpty()) {
      throw CommandException.data(
          String.join("; ", problems)
              + ". Nothing was or will be published until that is settled. clv show ops.recon and"
              + " clv show ops.dq_quarantine have the rows; correct the mapping and run clv ingest"
              + " --replay-quarantine, or take them as they are with clv ingest --accept "
              + String.join(",", batchIds)
              + ".");
    }
    if (config.inputs().containsKey(Terms.CONTRACT.name())) {
      requireOneRateAtATime();
    }
    for (SourceConfig source : sources) {
      source.gates().maxAge().ifPresent(limit -> requireFresh(source, limit));
    }
  }

  private static String text(Problem problem) {
    if (problem.isGate()) {
      return String.format(
          Locale.ROOT,
          "Batch %s of %s broke the gate %s: the limit is %s, and it has %s",
          problem.batchId(),
          problem.source(),
          problem.gate(),
          problem.limit().stripTrailingZeros().toPlainString(),
          problem.found().stripTrailingZeros().toPlainString());
    }
    return String.format(
        Locale.ROOT,
        "Batch %s of %s does not add up: its files have %s records, and %s are accounted for",
        problem.batchId(),
        problem.source(),
        problem.limit().stripTrailingZeros().toPlainString(),
        problem.found().stripTrailingZeros().toPlainString());
  }

  private void requireOneRateAtATime() {
    long overlapping =
        lake.collectSmall(
                Histories.overlaps(lake.versions(Terms.CONTRACT), Terms.CONTRACT)
                    .agg(count(lit(1))),
                1,
                "counts")
            .get(0)
            .getLong(0);
    if (overlapping > 0) {
      throw CommandException.data(
          overlapping
              + " rows of terms hold on after the next terms of the same program, campaign and"
              + " affiliate have begun, so that two rates would hold at once. Nothing was published."
              + " Correct valid_to in the source and deliver the rows again; clv show clean.terms has"
              + " what is known.");
    }
  }

  private void requireFresh(SourceConfig source, Duration limit) {
    Contract contract = Contract.of(source.input());
    Timestamp newest =
        lake.collectSmall(
                lake.versions(contract)
                    .filter(col(CleanColumns.SOURCE_SYSTEM).equalTo(source.sourceSystem()))
                    .agg(max(col(contract.eventTime()).cast(DataTypes.TimestampType))),
                1,
                "times")
            .get(0)
            .getAs(0);
    if (newest == null || newest.toInstant().plus(limit).isBefore(Instant.now())) {
      throw CommandException.data(
          source.name()
              + " broke the gate max-age: its newest event is of "
              + (newest == null ? "no time at all" : newest.toInstant())
              + ", and the gate allows "
              + limit.toHours()
              + " hours. Nothing was published. See that the log is delivered, then run again; to"
              + " publish without it, raise or drop gates.max-age of this source.");
    }
  }
}
