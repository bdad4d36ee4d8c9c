package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.to_utc_timestamp;
import static org.apache.spark.sql.functions.xxhash64;

import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Contract.Kind;
import io.cohortclv.transforms.table.Csat;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;

/** Which version of each thing was known at a time. */
public final class Versions {
  private static final String RANK = "version_rank";

  /** Before the name of a key's column where keys are joined. */
  private static final String KEY_OF = "key_of_";

  private Versions() {}

  /**
   * Keeps, per key of the contract, the newest version known before that moment, if it speaks of
   * something that had happened by then. One row a key.
   *
   * <p>Periods of a history end where the next one begins, and of answers to one survey within a
   * day the last counts.
   *
   * <p>A version counts as known from its {@code updated_ts} on, whenever its file came: a late
   * file with an old {@code updated_ts} changes the old days' results, a cancellation in March does
   * not change January's. A row without {@code updated_ts} or event time was always known. Versions
   * of one moment are ordered by the contract's further version columns, then by the batch that
   * brought them (a source without {@code updated_ts} says no better), and within a batch by the
   * hash of their content, so that the choice does not depend on the order of files.
   *
   * @param shared keys with more than one version, each at least once, if they are few: the rest is
   *     then neither shuffled nor sorted
   * @param zone where the days of a contract that speaks of days begin
   */
  public static Dataset<Row> newestBefore(
      Dataset<Row> versions,
      Optional<Dataset<Row>> shared,
      Contract contract,
      Instant moment,
      ZoneId zone) {
    Dataset<Row> then = versions.filter(unknownOrBefore(col(Contract.UPDATED_TS), moment));
    Dataset<Row> known =
        shared
            .map(keys -> newest(then, keys, contract))
            .orElseGet(() -> newest(then, contract))
            .filter(unknownOrBefore(instant(contract, contract.eventTime(), zone), moment));
    if (contract.isHistory()) {
      return Histories.closed(known, contract);
    }
    return contract.equals(Csat.CONTRACT) ? Answers.last(known) : known;
  }

  private static Dataset<Row> newest(
      Dataset<Row> versions, Dataset<Row> shared, Contract contract) {
    Dataset<Row> keys = broadcast(shared);
    return byKeys(versions, keys, contract, "left_anti")
        .union(newest(byKeys(versions, keys, contract, "left_semi"), contract));
  }

  /**
   * The rows whose key is among those keys, or is not.
   *
   * @param join {@code left_semi} or {@code left_anti}
   */
  static Dataset<Row> byKeys(Dataset<Row> rows, Dataset<Row> keys, Contract contract, String join) {
    // A program's default terms have no affiliate: where a key's column may be null, null is null.
    Column isSame =
        contract.key().stream()
            .map(
                name -> {
                  Column other = col(KEY_OF + name);
                  return isNeverNull(name, contract)
                      ? col(name).equalTo(other)
                      : col(name).eqNullSafe(other);
                })
            .reduce(Column::and)
            .orElseThrow();
    Column[] named =
        contract.key().stream().map(name -> col(name).as(KEY_OF + name)).toArray(Column[]::new);
    return rows.join(keys.select(named), isSame, join);
  }

  private static boolean isNeverNull(String name, Contract contract) {
    return name.equals(CleanColumns.SOURCE_SYSTEM)
        || contract.columns().stream().anyMatch(c -> c.name().equals(name) && c.required());
  }

  /** The newest version of each key. */
  static Dataset<Row> newest(Dataset<Row> versions, Contract contract) {
    Column[] key = contract.key().stream().map(c -> col(c)).toArray(Column[]::new);
    // Rows are sorted by their first eight bytes while these differ: by a hash, not by a system.
    Column[] byHash =
        Stream.concat(Stream.of(xxhash64(key)), Arrays.stream(key)).toArray(Column[]::new);
    Column[] newestFirst =
        Stream.concat(
                contract.version().stream(),
                Stream.of(CleanColumns.INGEST_TS, CleanColumns.ROW_HASH))
            .map(c -> col(c).desc_nulls_last())
            .toArray(Column[]::new);
    return versions
        .withColumn(RANK, row_number().over(Window.partitionBy(byHash).orderBy(newestFirst)))
        .filter(col(RANK).equalTo(1))
        .drop(RANK);
  }

  private static Column unknownOrBefore(Column time, Instant moment) {
    return time.isNull().or(time.lt(lit(moment)));
  }

  /** The column's instant: of a day, its beginning in that zone. */
  static Column instant(Contract contract, String column, ZoneId zone) {
    return contract.column(column).kind() == Kind.DAY
        ? to_utc_timestamp(col(column).cast(DataTypes.TimestampType), zone.getId())
        : col(column);
  }
}
