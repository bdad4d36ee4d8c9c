package io.cohortclv.transforms.table;

import java.util.List;
import org.apache.spark.sql.types.DataTypes;

/**
 * What every row of the clean zone carries beside its contract's columns. All outcomes of one
 * ingest lie in one table, partitioned by outcome, so that a batch is one atomic commit and its
 * counts come from what was committed.
 */
public final class CleanColumns {
  public static final String OUTCOME = "outcome";
  public static final String SOURCE_SYSTEM = "source_system";
  public static final String SOURCE_FILE = "source_file";
  public static final String BATCH_ID = "batch_id";
  public static final String INGEST_TS = "ingest_ts";
  public static final String ROW_HASH = "row_hash";
  public static final String SOURCE_ROWS = "source_rows";
  public static final String SUPERSEDED = "superseded";
  public static final String SHARES_KEY = "shares_key";
  public static final String REASONS = "reasons";
  public static final String RAW_ROW = "raw_row";

  /** A valid row that no other row of the same content precedes. */
  public static final String ACCEPTED = "accepted";

  /** An exact copy of an accepted row: same key, same version, same content. */
  public static final String DUPLICATE = "duplicate";

  /** A row that broke at least one rule; it is also in ops.dq_quarantine. */
  public static final String REJECTED = "rejected";

  /** Raw rows the source's {@code where} left out, counted in one row a file. */
  public static final String NOT_SELECTED = "not_selected";

  static final List<Field> FIELDS =
      List.of(
          Table.text(OUTCOME, "accepted, duplicate, rejected or not_selected"),
          Table.text(SOURCE_SYSTEM, "System the row came from, as the source's config names it"),
          Table.text(SOURCE_FILE, "File the row was read from; of a group, its least file name"),
          Table.text(BATCH_ID, "Ingest batch that brought the row"),
          Table.instant(INGEST_TS, "When the batch was planned"),
          Table.whole(ROW_HASH, "64-bit hash of the contract columns; breaks ties of versions"),
          Table.whole(SOURCE_ROWS, "Raw rows behind this row: 1, or the size of its group"),
          Table.flag(
              SUPERSEDED,
              "An accepted row was older than a version known when it came; it is kept for its days"),
          Table.flag(
              SHARES_KEY,
              "An accepted or duplicate row of whose key other content was known, or came with it"),
          Table.of(
              REASONS,
              DataTypes.createArrayType(DataTypes.StringType),
              "Every rule a rejected row broke; empty otherwise"),
          Table.text(RAW_ROW, "The raw row as JSON, of rejected rows only"));

  /** Names of all of them; every row has them. */
  public static final List<String> NAMES = FIELDS.stream().map(Field::name).toList();

  private CleanColumns() {}
}
