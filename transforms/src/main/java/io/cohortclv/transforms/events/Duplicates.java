package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.first;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.lead;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.spark_partition_id;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * Tells a row that was there before from a new one: same key and same content, version included;
 * and an old version from the newest. Which of several like rows is accepted shows in no contract
 * column, so the clean table says the same however the files are split, ordered or read again.
 *
 * <p>One shuffle and one sort do all of it: the rows of a key stand together, the newest version
 * first and like rows beside each other, those known already before those that came. Every window
 * function looks back from the row at hand or one row ahead, so that a key of very many rows is
 * streamed.
 */
final class Duplicates {
  private static final String BUCKET = "clv_bucket";
  private static final String REFUSED = "clv_refused";
  private static final String ALIKE = "clv_alike";
  private static final String KNOWN = "clv_known";
  private static final String BEFORE = "clv_before";
  private static final String AFTER = "clv_after";
  private static final String NEWEST = "clv_newest";
  private static final String TOTAL = "clv_total";
  private static final String IS_LAST = "clv_is_last";

  private Duplicates() {}

  /**
   * Turns all but the first of like accepted rows into duplicates, and the first too when {@code
   * accepted} holds it; marks accepted rows that are older than another version of their key, and
   * rows whose key has other content too, known or beside them.
   *
   * @param collapse whether rows that were not selected come one by one; they become one a file and
   *     task
   * @param partitions how many to compare rows in; as Spark is set where it is empty
   */
  static Dataset<Row> tell(
      Dataset<Row> rows,
      Contract contract,
      Dataset<Row> accepted,
      boolean collapse,
      OptionalInt partitions) {
    Column outcome = col(CleanColumns.OUTCOME);
    Column isAccepted = outcome.equalTo(CleanColumns.ACCEPTED);
    Column notSelected = outcome.equalTo(CleanColumns.NOT_SELECTED);
    // Rows without content to compare are spread, or one task would hold all of them.
    Dataset<Row> bucketed =
        rows.withColumn(
                BUCKET,
                when(notSelected, xxhash64(col(CleanColumns.SOURCE_FILE), spark_partition_id()))
                    .when(
                        outcome.equalTo(CleanColumns.REJECTED), xxhash64(col(CleanColumns.RAW_ROW)))
                    .otherwise(lit(0L)))
            .withColumn(KNOWN, lit(false));
    Dataset<Row> together =
        bucketed.unionByName(
            accepted
                .select(known(contract))
                .withColumn(CleanColumns.OUTCOME, lit(CleanColumns.ACCEPTED))
                .withColumn(BUCKET, lit(0L))
                .withColumn(KNOWN, lit(true)),
            true);

    Column version =
        struct(contract.version().stream().map(name -> col(name)).toArray(Column[]::new));
    Column refused = not(isAccepted.or(isDuplicate()));
    List<Column> alike = new ArrayList<>(List.of(col(BUCKET), refused));
    contract.key().forEach(key -> alike.add(col(key)));
    List<Column> order = new ArrayList<>();
    contract.version().forEach(name -> order.add(col(name).desc_nulls_last()));
    order.addAll(
        List.of(
            col(CleanColumns.ROW_HASH), col(KNOWN).desc(), outcome, col(CleanColumns.SOURCE_FILE)));
    // Rows are sorted by their first eight bytes while these differ; those of a hash do, where a
    // bucket, a system and the beginning of an id are the same in most rows. Both are columns, and
    // the window functions are added at once: of an expression, or in turn, each shuffles anew.
    List<Column> parts = new ArrayList<>(List.of(col(ALIKE), col(BUCKET), col(REFUSED)));
    contract.key().forEach(key -> parts.add(col(key)));
    WindowSpec window =
        Window.partitionBy(parts.toArray(Column[]::new)).orderBy(order.toArray(Column[]::new));
    WindowSpec soFar = window.rowsBetween(Window.unboundedPreceding(), Window.currentRow());
    Map<String, Column> beside = new LinkedHashMap<>();
    beside.put(BEFORE, lag(CleanColumns.ROW_HASH, 1).over(window));
    beside.put(AFTER, lead(CleanColumns.ROW_HASH, 1).over(window));
    beside.put(NEWEST, first(version).over(soFar));
    if (collapse) {
      beside.put(TOTAL, sum(CleanColumns.SOURCE_ROWS).over(soFar));
      beside.put(IS_LAST, lead(BUCKET, 1).over(window).isNull());
    }
    Dataset<Row> marked =
        together.withColumns(
            Map.of(ALIKE, xxhash64(alike.toArray(Column[]::new)), REFUSED, refused));
    if (partitions.isPresent()) {
      marked = marked.repartition(partitions.getAsInt(), col(ALIKE));
    }
    Dataset<Row> told = marked.withColumns(beside).filter(not(col(KNOWN)));
    if (collapse) {
      told =
          told.filter(not(notSelected).or(col(IS_LAST)))
              .withColumn(
                  CleanColumns.SOURCE_ROWS,
                  when(notSelected, col(TOTAL)).otherwise(col(CleanColumns.SOURCE_ROWS)));
    }
    // Where the content changes within a key, one of the two rows came now or the key was marked
    // before; of those that came, a duplicate may be the only one beside what was known.
    Column isOther =
        coalesce(col(BEFORE).notEqual(col(CleanColumns.ROW_HASH)), lit(false))
            .or(coalesce(col(AFTER).notEqual(col(CleanColumns.ROW_HASH)), lit(false)));
    Column seen = isAccepted.and(col(BEFORE).eqNullSafe(col(CleanColumns.ROW_HASH)));
    return told.withColumn(
            CleanColumns.OUTCOME, when(seen, CleanColumns.DUPLICATE).otherwise(outcome))
        .withColumn(
            CleanColumns.SUPERSEDED,
            outcome.equalTo(CleanColumns.ACCEPTED).and(not(version.eqNullSafe(col(NEWEST)))))
        .withColumn(CleanColumns.SHARES_KEY, isAccepted.or(isDuplicate()).and(isOther));
  }

  private static Column isDuplicate() {
    return col(CleanColumns.OUTCOME).equalTo(CleanColumns.DUPLICATE);
  }

  private static Column[] known(Contract contract) {
    List<Column> columns = new ArrayList<>();
    columns.add(col(CleanColumns.ROW_HASH));
    contract.key().forEach(key -> columns.add(col(key)));
    contract.version().stream()
        .filter(name -> !contract.key().contains(name))
        .forEach(name -> columns.add(col(name)));
    return columns.toArray(Column[]::new);
  }
}
