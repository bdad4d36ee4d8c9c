package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.spark_partition_id;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * Tells a row that was there before from a new one: same key and same content, version included.
 * Which of several like rows is accepted shows in no contract column, so the clean table says the
 * same however the files are split, ordered or read again.
 */
final class Duplicates {
  private static final String BUCKET = "clv_bucket";
  private static final String RANK = "clv_rank";
  private static final String TOTAL = "clv_total";
  private static final String KNOWN = "clv_known";

  private Duplicates() {}

  /**
   * Turns all but the first of like accepted rows into duplicates, and the first too when {@code
   * accepted} holds it.
   *
   * @param collapse whether rows that were not selected come one by one; they become one a file and
   *     task
   */
  static Dataset<Row> tell(
      Dataset<Row> rows, Contract contract, Dataset<Row> accepted, boolean collapse) {
    Column outcome = col(CleanColumns.OUTCOME);
    Column notSelected = outcome.equalTo(CleanColumns.NOT_SELECTED);
    // Rows without content to compare are spread, or one task would hold all of them.
    Dataset<Row> bucketed =
        rows.withColumn(
            BUCKET,
            when(notSelected, xxhash64(col(CleanColumns.SOURCE_FILE), spark_partition_id()))
                .when(outcome.equalTo(CleanColumns.REJECTED), xxhash64(col(CleanColumns.RAW_ROW)))
                .otherwise(col(CleanColumns.ROW_HASH)));
    List<Column> alike = new ArrayList<>(List.of(notSelected, col(BUCKET)));
    contract.key().forEach(key -> alike.add(col(key)));
    WindowSpec like = Window.partitionBy(alike.toArray(Column[]::new));
    Dataset<Row> ranked =
        bucketed.withColumn(
            RANK, row_number().over(like.orderBy(outcome, col(CleanColumns.SOURCE_FILE))));
    if (collapse) {
      ranked =
          ranked
              .withColumn(TOTAL, sum(CleanColumns.SOURCE_ROWS).over(like))
              .filter(not(notSelected).or(col(RANK).equalTo(1)))
              .withColumn(
                  CleanColumns.SOURCE_ROWS,
                  when(notSelected, col(TOTAL)).otherwise(col(CleanColumns.SOURCE_ROWS)));
    }
    Column isAccepted = outcome.equalTo(CleanColumns.ACCEPTED);
    Dataset<Row> known = accepted.select(known(contract)).distinct().withColumn(KNOWN, lit(true));
    Column same = ranked.col(CleanColumns.ROW_HASH).equalTo(known.col(KNOWN + "_hash"));
    for (String key : contract.key()) {
      same = same.and(ranked.col(key).eqNullSafe(known.col(KNOWN + "_" + key)));
    }
    return ranked
        .join(known, same, "left")
        .withColumn(
            CleanColumns.OUTCOME,
            when(isAccepted.and(col(RANK).gt(1).or(col(KNOWN).isNotNull())), CleanColumns.DUPLICATE)
                .otherwise(outcome));
  }

  private static Column[] known(Contract contract) {
    List<Column> columns = new ArrayList<>();
    columns.add(col(CleanColumns.ROW_HASH).as(KNOWN + "_hash"));
    contract.key().forEach(key -> columns.add(col(key).as(KNOWN + "_" + key)));
    return columns.toArray(Column[]::new);
  }
}
