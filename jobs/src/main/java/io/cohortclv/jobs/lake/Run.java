package io.cohortclv.jobs.lake;

import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;

/**
 * One computation of one business day; its stages may run in several processes.
 *
 * @param asOf business day described, inclusive
 * @param runId {@code yyyymmdd-8 hex digits}
 * @param endOfDay exclusive end of the business day
 * @param dataThrough newest order the run sees
 * @param currency ISO 4217 code of all published money
 * @param inputVersions Delta version by contract of the clean tables when the run began: every
 *     stage reads these, so an ingest between two stages does not tear the run
 */
public record Run(
    LocalDate asOf,
    String runId,
    Instant endOfDay,
    Instant dataThrough,
    String currency,
    Map<String, Long> inputVersions) {
  public Run {
    inputVersions = Map.copyOf(inputVersions);
  }
}
