package io.cohortclv.jobs.lake;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static scala.jdk.javaapi.CollectionConverters.asScala;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Operations;
import io.cohortclv.transforms.table.Orders;
import java.security.SecureRandom;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.RowFactory;

/** Begins the runs of a lake, finds them again, and notes in ops.run_audit how they stand. */
public final class Runs {
  /** Stage name of the audit row that begins a run. */
  public static final String BEGIN = "begin";

  public static final String STARTED = "started";
  public static final String DONE = "done";
  public static final String FAILED = "failed";

  private final Lake lake;
  private final ClvConfig.Reporting reporting;

  Runs(Lake lake, ClvConfig.Reporting reporting) {
    this.lake = lake;
    this.reporting = reporting;
  }

  /**
   * Begins a run of that day over the clean tables as they are now, and says so in ops.run_audit.
   *
   * @throws CommandException when no order is known by that day
   */
  public Run begin(LocalDate asOf) {
    LocalDate today = LocalDate.now(reporting.timezone());
    if (asOf.isAfter(today)) {
      // It would stay the newest published day, and everybody older than they are.
      throw CommandException.usage(
          "--as-of "
              + asOf
              + " lies in the future; today is "
              + today
              + ". Name a day that ended.");
    }
    Map<String, Long> inputVersions = lake.cleanVersions();
    Instant endOfDay = endOfDay(asOf);
    Timestamp newest =
        lake.versions(Orders.CONTRACT)
            .filter(col(Orders.ORDER_TS).lt(lit(endOfDay)))
            .filter(col(Contract.UPDATED_TS).lt(lit(endOfDay)))
            .agg(max(Orders.ORDER_TS))
            .first()
            .getAs(0);
    if (newest == null) {
      throw CommandException.data(
          "The lake "
              + lake.root()
              + " holds no order known by the end of "
              + asOf
              + ". Run clv ingest first, or choose a later --as-of.");
    }
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    String runId =
        DateTimeFormatter.BASIC_ISO_DATE.format(asOf) + "-" + HexFormat.of().formatHex(random);
    Run run =
        new Run(asOf, runId, endOfDay, newest.toInstant(), reporting.currency(), inputVersions);
    lake.append(
        Operations.RUN_AUDIT,
        List.of(
            RowFactory.create(
                runId,
                Date.valueOf(asOf),
                BEGIN,
                STARTED,
                null,
                null,
                null,
                Lake.now(),
                newest,
                asScala(inputVersions))));
    return run;
  }

  /** The newest run of that day, for a stage in a process of its own. */
  public Optional<Run> resume(LocalDate asOf) {
    return lake
        .ops(Operations.RUN_AUDIT)
        .filter(col(Operations.AS_OF_DATE).equalTo(lit(asOf)))
        .filter(col(Operations.STAGE).equalTo(BEGIN))
        .orderBy(col(Operations.AT).desc(), col(Operations.RUN_ID).desc())
        .limit(1)
        .collectAsList()
        .stream()
        .findFirst()
        .map(
            begun ->
                new Run(
                    asOf,
                    begun.getAs(Operations.RUN_ID),
                    endOfDay(asOf),
                    begun.<Timestamp>getAs(Operations.DATA_THROUGH_TS).toInstant(),
                    reporting.currency(),
                    begun.getJavaMap(begun.fieldIndex(Operations.INPUT_VERSIONS))));
  }

  /**
   * Notes in ops.run_audit how a stage stands.
   *
   * @param rows rows written, or 0
   * @param message why it failed or what it left out, or null
   */
  public void audit(
      Run run, String stage, String status, long rows, Duration took, String message) {
    lake.append(
        Operations.RUN_AUDIT,
        List.of(
            RowFactory.create(
                run.runId(),
                Date.valueOf(run.asOf()),
                stage,
                status,
                rows,
                took.toMillis(),
                message,
                Lake.now(),
                null,
                null)));
  }

  /** The stages of the run that ended well. */
  public Set<String> stagesDone(Run run) {
    return lake
        .ops(Operations.RUN_AUDIT)
        .filter(col(Operations.RUN_ID).equalTo(run.runId()))
        .filter(col(Operations.STATUS).equalTo(DONE))
        .select(Operations.STAGE)
        .distinct()
        .collectAsList()
        .stream()
        .map(row -> row.getString(0))
        .collect(Collectors.toSet());
  }

  private Instant endOfDay(LocalDate asOf) {
    return asOf.plusDays(1).atStartOfDay(reporting.timezone()).toInstant();
  }
}
