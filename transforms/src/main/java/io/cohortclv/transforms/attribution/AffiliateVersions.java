package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.CustomerAcquisition;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What an affiliate was at a time: a customer stays that of a content site that later sold out. */
final class AffiliateVersions {
  private static final String VERSIONS = "affiliate_versions";
  private static final String UNKNOWN = "unknown";
  private static final String THEN = "affiliate_then";

  private AffiliateVersions() {}

  /**
   * Adds {@code affiliate_type}: null without an affiliate, {@code unknown} for one no log names.
   *
   * @param rows with {@code affiliate_id}
   * @param affiliates affiliates with their history
   * @param at the moment asked for
   */
  static Dataset<Row> withType(Dataset<Row> rows, Dataset<Row> affiliates, Column at) {
    Column type = col(THEN).getField(Affiliates.TYPE);
    return withVersion(rows, affiliates, at, THEN)
        .withColumn(
            CustomerAcquisition.AFFILIATE_TYPE,
            when(col(Affiliates.AFFILIATE_ID).isNotNull(), coalesce(type, lit(UNKNOWN))))
        .drop(THEN);
  }

  /** Adds the affiliate's version as a struct of that name; null for one no log names. */
  static Dataset<Row> withVersion(
      Dataset<Row> rows, Dataset<Row> affiliates, Column at, String name) {
    return rows.join(
            broadcast(versions(affiliates)), new String[] {Affiliates.AFFILIATE_ID}, "left")
        .withColumn(name, versionAt(col(VERSIONS), at))
        .drop(VERSIONS);
  }

  private static Dataset<Row> versions(Dataset<Row> affiliates) {
    return affiliates
        .groupBy(Affiliates.AFFILIATE_ID)
        .agg(
            sort_array(
                    collect_list(
                        struct(
                            col(Affiliates.VALID_FROM),
                            col(Affiliates.VALID_TO),
                            col(Affiliates.TYPE),
                            col(Affiliates.STATUS))))
                .as(VERSIONS));
  }

  /** The newest version begun by then, ended or not; before the first, the first. */
  private static Column versionAt(Column versions, Column at) {
    Column begun = filter(versions, v -> v.getField(Affiliates.VALID_FROM).leq(at));
    return coalesce(get(begun, size(begun).minus(1)), get(versions, lit(0)));
  }
}
