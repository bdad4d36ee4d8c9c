package io.cohortclv.jobs.config;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where one raw log lies and how its columns map to a contract.
 *
 * @param input the contract it feeds
 * @param name {@code orders[0] shop}: position and system, for messages and tables
 * @param sourceSystem system the rows come from; part of every key
 * @param path folder or file, glob patterns allowed
 * @param format json (lines), csv, parquet or delta
 * @param schema DDL of the raw columns; empty only for parquet and delta, which carry their own
 * @param options reader options of the format: header, delimiter, quote, escape, encoding
 * @param zone of times without one; without it such rows are rejected
 * @param timeFormats patterns of times beside ISO 8601; epoch-seconds and epoch-millis are formats
 *     too
 * @param moneyScale raw units in a major unit: 100 for cents
 * @param currency what the contract's currency column defaults to
 * @param where SQL condition on the raw row: which rows are this input's
 * @param dropExactCopies raw rows alike in every column count once
 * @param groupBy raw columns to group by; the column expressions are then aggregates
 * @param columns SQL expression over the raw row by contract column
 * @param explode SQL expression of a list whose elements become rows
 * @param groupWithin files so much older than new ones are read again for the groups that go on
 * @param waitForOrder how long refunds and lines wait for their order
 * @param gates what a batch must keep for anything to be published
 */
public record SourceConfig(
    String input,
    String name,
    String sourceSystem,
    String path,
    String format,
    Optional<String> schema,
    Map<String, String> options,
    Optional<ZoneId> zone,
    List<String> timeFormats,
    long moneyScale,
    Optional<String> currency,
    Optional<String> where,
    boolean dropExactCopies,
    List<String> groupBy,
    Map<String, String> columns,
    Optional<String> explode,
    Duration groupWithin,
    Duration waitForOrder,
    Gates gates) {

  /**
   * Limits of quality; what is not set is not checked.
   *
   * @param maxRejectedShare most rejected rows of a batch, a fraction
   * @param minRows fewest rows of a batch
   * @param maxVolumeChange how many times more or fewer rows than the batches before usually had
   * @param maxAge how old the newest event of the input may be
   */
  public record Gates(
      Optional<Double> maxRejectedShare,
      Optional<Double> minRows,
      Optional<Double> maxVolumeChange,
      Optional<Duration> maxAge) {
    public static final Gates NONE =
        new Gates(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** A source without lists, gates and groups that go on. */
  public SourceConfig(
      String input,
      String name,
      String sourceSystem,
      String path,
      String format,
      Optional<String> schema,
      Map<String, String> options,
      Optional<ZoneId> zone,
      List<String> timeFormats,
      long moneyScale,
      Optional<String> currency,
      Optional<String> where,
      boolean dropExactCopies,
      List<String> groupBy,
      Map<String, String> columns) {
    this(
        input,
        name,
        sourceSystem,
        path,
        format,
        schema,
        options,
        zone,
        timeFormats,
        moneyScale,
        currency,
        where,
        dropExactCopies,
        groupBy,
        columns,
        Optional.empty(),
        Duration.ZERO,
        Duration.ofDays(30),
        Gates.NONE);
  }
}
