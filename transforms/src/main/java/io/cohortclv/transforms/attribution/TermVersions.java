package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.flatten;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sort_array;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.Terms;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Which terms an affiliate had at a time: its own before the program's default. */
final class TermVersions {
  private static final String OWN = "own_terms";
  private static final String DEFAULT = "default_terms";

  private TermVersions() {}

  /**
   * Adds a struct of some columns of the terms that held; null where none did, and for who is no
   * affiliate. Of an affiliate's own terms those for the campaign come first.
   *
   * @param rows with {@code affiliate_id} and {@code campaign_id}
   * @param terms commission terms with their history
   * @param at the moment asked for
   * @param name the column to add
   * @param columns of {@link Terms} that are wanted
   */
  static Dataset<Row> withTerm(
      Dataset<Row> rows, Dataset<Row> terms, Column at, String name, String... columns) {
    Dataset<Row> versions = versions(terms, columns);
    return rows.join(
            broadcast(versions.filter(col(Terms.AFFILIATE_ID).isNotNull())),
            new String[] {Terms.AFFILIATE_ID},
            "left")
        .join(
            broadcast(
                versions.filter(col(Terms.AFFILIATE_ID).isNull()).select(col(OWN).as(DEFAULT))),
            lit(true),
            "left")
        .withColumn(name, termAt(at))
        .drop(OWN, DEFAULT);
  }

  /** All versions of the terms of one affiliate, or of the default (null), most specific first. */
  private static Dataset<Row> versions(Dataset<Row> terms, String... columns) {
    Column[] version =
        Stream.concat(
                Stream.of(
                    col(Terms.CAMPAIGN_ID).isNotNull().as("is_for_campaign"),
                    col(Terms.VALID_FROM),
                    col(Terms.PROGRAM_ID),
                    col(Terms.CAMPAIGN_ID),
                    col(Terms.VALID_TO)),
                Arrays.stream(columns).map(c -> col(c)))
            .toArray(Column[]::new);
    return terms
        .groupBy(Terms.AFFILIATE_ID)
        .agg(sort_array(collect_list(struct(version)), false).as(OWN));
  }

  private static Column termAt(Column at) {
    Column campaign = col(Terms.CAMPAIGN_ID);
    Column all =
        when(
            col(Terms.AFFILIATE_ID).isNotNull(),
            flatten(filter(array(col(OWN), col(DEFAULT)), Column::isNotNull)));
    return get(
        filter(
            all,
            t ->
                t.getField(Terms.VALID_FROM)
                    .leq(at)
                    .and(coalesce(at.lt(t.getField(Terms.VALID_TO)), lit(true)))
                    .and(
                        coalesce(
                            t.getField(Terms.CAMPAIGN_ID).equalTo(campaign),
                            t.getField(Terms.CAMPAIGN_ID).isNull()))),
        lit(0));
  }
}
