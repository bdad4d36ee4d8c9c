package io.cohortclv.jobs.lake;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;

/**
 * What made a run visible.
 *
 * @param tableVersions Delta version by plain table name, of the tables the run wrote; a table that
 *     is absent was not written, for lack of its input
 * @param isBackfill an older date than the newest published: its ledgers stayed out
 */
public record Publication(
    LocalDate asOf, String runId, Instant at, Map<String, Long> tableVersions, boolean isBackfill) {
  public Publication {
    tableVersions = Map.copyOf(tableVersions);
  }
}
