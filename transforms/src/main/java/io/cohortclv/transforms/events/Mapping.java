package io.cohortclv.transforms.events;

import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Contract.InputColumn;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.apache.spark.sql.Column;

/**
 * How the rows of one raw log become events of a contract, in one batch.
 *
 * @param ingestTs when the batch was planned; a replay has the same
 * @param onlyCurrency the one currency that is accepted; none when there are rates to convert
 *     others
 * @param businessZone where a day begins
 * @param currency what a row without a currency is in
 * @param zone of times without one
 * @param timeFormats patterns of times beside ISO 8601, {@code epoch-seconds}, {@code epoch-millis}
 * @param moneyScale raw units in a major unit
 * @param explode SQL expression of a list; each element is a row, as the column {@code element}
 * @param where condition on the raw row; others are counted, not read
 * @param dropExactCopies raw rows alike in every column count once
 * @param groupBy raw columns to group by; the expressions are then aggregates
 * @param columns SQL expression over the raw row by contract column
 * @param pseudonym the keyed hash of an identifying column's value
 */
public record Mapping(
    Contract contract,
    String sourceSystem,
    String batchId,
    Instant ingestTs,
    Optional<String> onlyCurrency,
    ZoneId businessZone,
    String currency,
    Optional<ZoneId> zone,
    List<String> timeFormats,
    long moneyScale,
    Optional<String> explode,
    Optional<String> where,
    boolean dropExactCopies,
    List<String> groupBy,
    Map<String, String> columns,
    BiFunction<InputColumn, Column, Column> pseudonym) {}
