package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lead;
import static org.apache.spark.sql.functions.least;

import io.cohortclv.transforms.table.Contract;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** Periods of things with a history: affiliates, terms, products, identities. */
public final class Histories {
  private static final String NEXT = "clv_next_from";

  private Histories() {}

  /**
   * Ends each period where the next one of the same thing begins, whether or not the log said so:
   * at any moment at most one row of a thing holds.
   *
   * @param rows one row a key
   */
  static Dataset<Row> closed(Dataset<Row> rows, Contract contract) {
    return withNext(rows, contract)
        .withColumn(Contract.VALID_TO, least(col(Contract.VALID_TO), col(NEXT)))
        .drop(NEXT);
  }

  /**
   * The rows that say they hold on after the next one of the same thing has begun. An open end says
   * nothing.
   *
   * @param versions every version
   */
  public static Dataset<Row> overlaps(Dataset<Row> versions, Contract contract) {
    return withNext(Versions.newest(versions, contract), contract)
        .filter(col(Contract.VALID_TO).gt(col(NEXT)))
        .drop(NEXT);
  }

  private static Dataset<Row> withNext(Dataset<Row> rows, Contract contract) {
    Column[] thing =
        contract.key().stream()
            .filter(name -> !name.equals(Contract.VALID_FROM))
            .map(name -> col(name))
            .toArray(Column[]::new);
    return rows.withColumn(
        NEXT,
        lead(Contract.VALID_FROM, 1).over(Window.partitionBy(thing).orderBy(Contract.VALID_FROM)));
  }
}
