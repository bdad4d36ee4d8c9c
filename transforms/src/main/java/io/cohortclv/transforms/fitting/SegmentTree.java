package io.cohortclv.transforms.fitting;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.date_format;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.InfeasibleDataException;
import io.cohortclv.models.fit.PurchaseFits;
import io.cohortclv.models.fit.SegmentFits;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.function.FlatMapGroupsFunction;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * A purchase model for each segment of two trees, network → source type → affiliate type →
 * affiliate and network → source type → cohort month. The children of a parent partition its
 * customers; they are fitted together, shrunk toward what they share, one task a parent.
 */
public final class SegmentTree {
  private static final String SOURCE = CustomerAcquisition.SOURCE_TYPE + "=";
  private static final String PARENT = "parent";
  private static final String SPLIT = "split";
  private static final String SEGMENT = "segment";
  private static final String CUSTOMERS = "customers";

  private SegmentTree() {}

  /** The path of a source type. */
  public static String ofSourceType(String sourceType) {
    return SOURCE + sourceType;
  }

  /**
   * Rows of {@link ModelRegistry}, own columns: one a segment that has customers. A parent whose
   * customers do not identify the model has no rows of children; their model is the next one up.
   *
   * @param customers {@link CustomerSummary} rows with the source type, affiliate, its type and the
   *     cohort month that acquired each
   * @param minimumCustomers smaller segments are shrunk like the others but teach nothing about how
   *     segments differ
   */
  public static Dataset<Row> fitSegments(
      Dataset<Row> customers, ModelFamily family, long minimumCustomers, String codeRevision) {
    return customers
        .transform(SegmentTree::compress)
        .groupByKey(
            (MapFunction<Row, String>)
                row -> row.<String>getAs(PARENT) + "\n" + row.<String>getAs(SPLIT),
            Encoders.STRING())
        .flatMapGroups(
            (FlatMapGroupsFunction<String, Row, Row>)
                (key, rows) -> fitChildren(rows, family, minimumCustomers, codeRevision).iterator(),
            Encoders.row(ModelRegistry.TABLE.ownSchema()));
  }

  /** One row a parent, child and distinct history. */
  private static Dataset<Row> compress(Dataset<Row> customers) {
    Column source = concat(lit(SOURCE), col(CustomerAcquisition.SOURCE_TYPE));
    Column type =
        concat(
            source,
            lit("/" + CustomerAcquisition.AFFILIATE_TYPE + "="),
            col(CustomerAcquisition.AFFILIATE_TYPE));
    Column affiliate =
        concat(
            type,
            lit("/" + CustomerAcquisition.AFFILIATE_ID + "="),
            col(CustomerAcquisition.AFFILIATE_ID));
    Column cohort =
        concat(
            source,
            lit("/" + CustomerAcquisition.COHORT_MONTH + "="),
            date_format(col(CustomerAcquisition.COHORT_MONTH), "yyyy-MM"));
    return customers
        .select(
            col(CustomerSummary.REPEATS),
            col(CustomerSummary.RECENCY_DAYS),
            col(CustomerSummary.AGE_DAYS),
            inline(
                array_compact(
                    array(
                        child(lit(ModelRegistry.POOLED), CustomerAcquisition.SOURCE_TYPE, source),
                        child(source, CustomerAcquisition.AFFILIATE_TYPE, type),
                        child(type, CustomerAcquisition.AFFILIATE_ID, affiliate),
                        child(source, CustomerAcquisition.COHORT_MONTH, cohort)))))
        .groupBy(
            PARENT,
            SPLIT,
            SEGMENT,
            CustomerSummary.REPEATS,
            CustomerSummary.RECENCY_DAYS,
            CustomerSummary.AGE_DAYS)
        .agg(count(lit(1)).as(CUSTOMERS));
  }

  /**
   * A place in a tree, or null where the customer has none: a path with an unknown part is null.
   */
  private static Column child(Column parent, String split, Column segment) {
    return when(
        segment.isNotNull(), struct(parent.as(PARENT), lit(split).as(SPLIT), segment.as(SEGMENT)));
  }

  private static List<Row> fitChildren(
      Iterator<Row> rows, ModelFamily family, long minimumCustomers, String codeRevision) {
    Histories.Builder all = Histories.builder();
    Map<String, Histories.Builder> bySegment = new TreeMap<>();
    String parent = null;
    while (rows.hasNext()) {
      Row row = rows.next();
      parent = row.getAs(PARENT);
      add(all, row);
      add(bySegment.computeIfAbsent(row.getAs(SEGMENT), s -> Histories.builder()), row);
    }
    List<Histories> children = bySegment.values().stream().map(Histories.Builder::build).toList();
    SegmentFits fits;
    try {
      fits = SegmentFits.fit(PurchaseFits.fit(family, all.build()), children, minimumCustomers);
    } catch (InfeasibleDataException e) {
      return List.of();
    }
    List<Row> registry = new ArrayList<>();
    int child = 0;
    for (String path : bySegment.keySet()) {
      registry.add(
          RegistryRows.of(
              fits.segments().get(child), children.get(child), path, parent, codeRevision));
      child++;
    }
    return registry;
  }

  private static void add(Histories.Builder histories, Row row) {
    histories.add(
        Math.toIntExact(row.getAs(CustomerSummary.REPEATS)),
        row.<Double>getAs(CustomerSummary.RECENCY_DAYS),
        row.<Double>getAs(CustomerSummary.AGE_DAYS),
        row.<Long>getAs(CUSTOMERS));
  }
}
