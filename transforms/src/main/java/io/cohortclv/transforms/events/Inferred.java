package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;

import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Rows for ids that other logs name and their own log does not have. */
public final class Inferred {
  /** Before anything a log may hold. */
  private static final Instant EVER = Instant.parse("1990-01-01T00:00:00Z");

  private Inferred() {}

  /**
   * Adds a stub for each id that is named and not known: a row with the id and nothing else, that
   * has always held.
   *
   * @param rows of the contract
   * @param id the column that names its things
   * @param named rows of other logs that have a column of that name
   */
  public static Dataset<Row> added(
      Dataset<Row> rows, Contract contract, String id, List<Dataset<Row>> named) {
    Optional<Dataset<Row>> ids =
        named.stream()
            .map(log -> log.select(col(id), col(CleanColumns.SOURCE_SYSTEM)))
            .reduce(Dataset::unionAll);
    if (ids.isEmpty()) {
      return rows;
    }
    Dataset<Row> stubs =
        ids.get()
            .filter(col(id).isNotNull())
            .groupBy(id)
            .agg(min(CleanColumns.SOURCE_SYSTEM).as(CleanColumns.SOURCE_SYSTEM))
            .join(rows.select(id).distinct(), new String[] {id}, "left_anti")
            .withColumn(Affiliates.IS_INFERRED, lit(true))
            .withColumn(Contract.UPDATED_TS, lit(EVER));
    if (contract.isHistory()) {
      stubs = stubs.withColumn(Contract.VALID_FROM, lit(EVER));
    }
    return rows.unionByName(stubs, true);
  }
}
