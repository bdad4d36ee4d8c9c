package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.IngestBatches;
import io.cohortclv.jobs.lake.IngestRecon.Problem;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Publication;
import io.cohortclv.jobs.lake.Runs;
import io.cohortclv.transforms.events.Orphans;
import io.cohortclv.transforms.table.Catalog;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Operations;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Table;
import java.sql.Timestamp;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * How a lake stands. Times are ISO 8601 in UTC; what is null did not happen.
 *
 * @param busy what works on it now, or null
 * @param published newest days first
 * @param runs newest first
 * @param rejected most rows first
 * @param gates what stops the next publication, until it is replayed or accepted
 * @param off what is not known or not written, and for lack of which input
 */
record Status(
    String lake,
    Busy busy,
    List<Published> published,
    List<RunState> runs,
    List<Input> inputs,
    List<Rejected> rejected,
    List<Gate> gates,
    List<Off> off) {
  private static final int DAYS = 14;
  private static final int RUNS = 10;
  private static final int REASONS = 50;

  /** What is missing or coarser without an input. */
  private static final Map<String, String> WITHOUT =
      Map.ofEntries(
          Map.entry("orders", "nothing can be computed"),
          Map.entry("order_items", "what orders consist of is not known"),
          Map.entry("refunds", "revenue counts as if nothing came back"),
          Map.entry("touchpoints", "no click or view credits anybody"),
          Map.entry("referral_events", "nobody is acquired by a friend"),
          Map.entry("campaigns", "campaigns have no name and no budget"),
          Map.entry("affiliates", "affiliates have no name, type or parent"),
          Map.entry("terms", "windows come from the attribution settings alone"),
          Map.entry("commissions", "what affiliates were paid is not known"),
          Map.entry("costs", "acquisition costs hold commissions alone"),
          Map.entry("products", "products have no category and no cost"),
          Map.entry("identity_map", "people are known by their customer numbers alone"),
          Map.entry("fx_rates", "rows in other currencies than the reporting one are rejected"));

  /** Who holds the lease. */
  record Busy(String owner, String host, long process, String since, String expiresAt) {}

  record Published(
      String asOfDate, String runId, String at, boolean isBackfill, List<String> tables) {}

  /**
   * A run.
   *
   * @param status published, failed, or unfinished: then it runs, or died
   * @param stage the last it began or ended
   */
  record RunState(
      String runId,
      String asOfDate,
      String begun,
      String last,
      String status,
      String stage,
      String message) {}

  /**
   * An input's rows by outcome, in raw rows.
   *
   * @param newestEvent newest event time of an accepted row
   * @param accepted every version, superseded and waiting ones among them
   * @param superseded older than another version that was known when they were taken
   * @param waiting of an order that is not there
   */
  record Input(
      String input,
      boolean isConfigured,
      String lastIngested,
      String newestEvent,
      long accepted,
      long superseded,
      long waiting,
      long duplicate,
      long rejected,
      long notSelected) {}

  record Rejected(String input, String reasons, long rows) {}

  /**
   * A gate that a batch broke.
   *
   * @param gate its name in the configuration; {@code rows in} where a batch does not add up
   */
  record Gate(String batchId, String source, String gate, double limit, double found) {}

  record Off(String what, String because) {}

  static Status of(Lake lake, ClvConfig config) {
    List<Published> published = published(lake);
    List<Input> inputs = new ArrayList<>();
    List<Rejected> rejected = new ArrayList<>();
    Map<String, String> ingested = lastIngested(lake);
    for (Contract contract : Contract.all()) {
      boolean isConfigured = config.inputs().containsKey(contract.name());
      if (isConfigured || ingested.containsKey(contract.name())) {
        Dataset<Row> rows = lake.clean(contract);
        inputs.add(input(lake, contract, rows, isConfigured, ingested.get(contract.name())));
        rejected.addAll(rejected(lake, contract, rows));
      }
    }
    rejected.sort((a, b) -> Long.compare(b.rows(), a.rows()));
    return new Status(
        config.lake().root(),
        busy(lake),
        published,
        runs(lake, published),
        inputs,
        rejected,
        IngestBatches.of(lake).open().stream().map(Status::gate).toList(),
        off(lake, inputs));
  }

  private static Gate gate(Problem problem) {
    return new Gate(
        problem.batchId(),
        problem.source(),
        problem.isGate() ? problem.gate() : problem.check(),
        problem.limit().doubleValue(),
        problem.found().doubleValue());
  }

  private static Busy busy(Lake lake) {
    return lake.holder()
        .map(
            row ->
                new Busy(
                    row.getAs(Operations.OWNER),
                    row.getAs(Operations.HOST),
                    row.<Long>getAs(Operations.PROCESS_ID),
                    time(row.getAs(Operations.SINCE)),
                    time(row.getAs(Operations.EXPIRES_AT))))
        .orElse(null);
  }

  private static List<Published> published(Lake lake) {
    Dataset<Row> days =
        lake.ops(Operations.PUBLICATION)
            .groupBy(Operations.AS_OF_DATE)
            .agg(
                max_by(
                        struct(
                            col(Operations.RUN_ID),
                            col(Operations.AT),
                            col(Operations.IS_BACKFILL),
                            col(Operations.TABLE_VERSIONS)),
                        struct(col(Operations.AT), col(Operations.RUN_ID)))
                    .as("newest"))
            .select(col(Operations.AS_OF_DATE), col("newest.*"))
            .orderBy(col(Operations.AS_OF_DATE).desc())
            .limit(DAYS);
    return lake.collectSmall(days, DAYS, "published days").stream()
        .map(
            row ->
                new Published(
                    row.getAs(Operations.AS_OF_DATE).toString(),
                    row.getAs(Operations.RUN_ID),
                    time(row.getAs(Operations.AT)),
                    row.<Boolean>getAs(Operations.IS_BACKFILL),
                    row
                        .<String, Long>getJavaMap(row.fieldIndex(Operations.TABLE_VERSIONS))
                        .keySet()
                        .stream()
                        .sorted()
                        .toList()))
        .toList();
  }

  private static List<RunState> runs(Lake lake, List<Published> published) {
    Set<String> visible = published.stream().map(Published::runId).collect(Collectors.toSet());
    Dataset<Row> runs =
        lake.ops(Operations.RUN_AUDIT)
            .groupBy(Operations.RUN_ID, Operations.AS_OF_DATE)
            .agg(
                min(Operations.AT).as("begun"),
                max_by(
                        struct(
                            col(Operations.AT).as("last"),
                            col(Operations.STAGE),
                            col(Operations.STATUS),
                            col(Operations.MESSAGE)),
                        col(Operations.AT))
                    .as("newest"))
            .select(
                col(Operations.RUN_ID), col(Operations.AS_OF_DATE), col("begun"), col("newest.*"))
            .orderBy(col("begun").desc())
            .limit(RUNS);
    return lake.collectSmall(runs, RUNS, "runs").stream()
        .map(
            row -> {
              String runId = row.getAs(Operations.RUN_ID);
              boolean failed = row.<String>getAs(Operations.STATUS).equals(Runs.FAILED);
              return new RunState(
                  runId,
                  row.getAs(Operations.AS_OF_DATE).toString(),
                  time(row.getAs("begun")),
                  time(row.getAs("last")),
                  visible.contains(runId) ? "published" : failed ? "failed" : "unfinished",
                  row.getAs(Operations.STAGE),
                  row.getAs(Operations.MESSAGE));
            })
        .toList();
  }

  private static Map<String, String> lastIngested(Lake lake) {
    Map<String, String> last = new HashMap<>();
    lake.collectSmall(
            lake.ops(Operations.INGEST_BATCH)
                .filter(col(Operations.STATE).equalTo(Operations.DONE))
                .groupBy(Operations.INPUT)
                .agg(max(Operations.AT).as(Operations.AT)),
            Contract.all().size(),
            "inputs")
        .forEach(
            row ->
                last.put(row.getAs(Operations.INPUT), time(row.<Timestamp>getAs(Operations.AT))));
    return last;
  }

  private static Input input(
      Lake lake, Contract contract, Dataset<Row> rows, boolean isConfigured, String ingested) {
    Map<String, Long> outcomes = new HashMap<>();
    long superseded = 0;
    String newest = null;
    for (Row row :
        lake.collectSmall(
            rows.groupBy(CleanColumns.OUTCOME)
                .agg(
                    sum(when(col(CleanColumns.SUPERSEDED), col(CleanColumns.SOURCE_ROWS)))
                        .as(CleanColumns.SUPERSEDED),
                    sum(CleanColumns.SOURCE_ROWS).as(CleanColumns.SOURCE_ROWS),
                    // Of a day, its midnight.
                    max(col(contract.eventTime()).cast("timestamp")).as("newest")),
            REASONS,
            "outcomes of rows")) {
      String outcome = row.getAs(CleanColumns.OUTCOME);
      outcomes.put(outcome, row.getAs(CleanColumns.SOURCE_ROWS));
      if (outcome.equals(CleanColumns.ACCEPTED)) {
        newest = time(row.getAs("newest"));
        superseded = Optional.ofNullable(row.<Long>getAs(CleanColumns.SUPERSEDED)).orElse(0L);
      }
    }
    return new Input(
        contract.name(),
        isConfigured,
        ingested,
        newest,
        outcomes.getOrDefault(CleanColumns.ACCEPTED, 0L),
        superseded,
        waiting(lake, contract),
        outcomes.getOrDefault(CleanColumns.DUPLICATE, 0L),
        outcomes.getOrDefault(CleanColumns.REJECTED, 0L),
        outcomes.getOrDefault(CleanColumns.NOT_SELECTED, 0L));
  }

  private static long waiting(Lake lake, Contract contract) {
    return Orphans.mayBe(contract)
        ? lake.collectSmall(
                Orphans.of(lake.versions(contract), lake.versions(Orders.CONTRACT))
                    .agg(coalesce(sum(CleanColumns.SOURCE_ROWS), lit(0L))),
                1,
                "sums")
            .get(0)
            .getLong(0)
        : 0;
  }

  private static List<Rejected> rejected(Lake lake, Contract contract, Dataset<Row> rows) {
    Dataset<Row> reasons =
        rows.filter(col(CleanColumns.OUTCOME).equalTo(CleanColumns.REJECTED))
            .groupBy(array_join(col(CleanColumns.REASONS), "; ").as("reasons"))
            .agg(sum(CleanColumns.SOURCE_ROWS).as(CleanColumns.SOURCE_ROWS))
            .orderBy(col(CleanColumns.SOURCE_ROWS).desc(), col("reasons"))
            .limit(REASONS);
    return lake.collectSmall(reasons, REASONS, "reasons of rejections").stream()
        .map(
            row ->
                new Rejected(
                    contract.name(),
                    row.getAs("reasons"),
                    row.<Long>getAs(CleanColumns.SOURCE_ROWS)))
        .toList();
  }

  private static List<Off> off(Lake lake, List<Input> inputs) {
    Map<String, Input> known = new HashMap<>();
    inputs.forEach(input -> known.put(input.input(), input));
    List<Off> off = new ArrayList<>();
    List<String> missing = new ArrayList<>();
    for (Contract contract : Contract.all()) {
      Input input = known.get(contract.name());
      if (input == null || input.accepted() == 0) {
        missing.add(contract.name());
        off.add(
            new Off(
                WITHOUT.getOrDefault(contract.name(), "what needs it is not written"),
                "inputs."
                    + contract.name()
                    + (input == null || !input.isConfigured()
                        ? " is not configured"
                        : " has brought no rows yet")));
      }
    }
    Optional<Publication> latest = lake.latest();
    for (Table table : Catalog.PUBLISHED) {
      if (latest.isPresent() && !latest.get().tableVersions().containsKey(table.name())) {
        off.add(
            new Off(
                table.displayName() + " is not written",
                latest.get().isBackfill() || missing.isEmpty()
                    ? "the newest run left it out"
                    : "for lack of " + String.join(", ", missing)));
      }
    }
    return off;
  }

  private static String time(Timestamp at) {
    return at == null ? null : at.toInstant().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
