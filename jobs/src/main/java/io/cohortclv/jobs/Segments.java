package io.cohortclv.jobs;

import io.cohortclv.transforms.fitting.SegmentTree;
import io.cohortclv.transforms.summary.CompressedHistories;
import io.cohortclv.transforms.table.ModelRegistry;
import java.util.List;
import org.apache.spark.sql.Row;

/** Source types as segments, and all customers as the one above them. */
final class Segments {
  private Segments() {}

  /** The segment as tables name it. */
  static String path(String segment) {
    return segment.equals(ModelRegistry.POOLED) ? segment : SegmentTree.ofSourceType(segment);
  }

  /** Rows of that source type, or all. */
  static List<Row> rowsOf(List<Row> rows, String segment) {
    return segment.equals(ModelRegistry.POOLED)
        ? rows
        : rows.stream()
            .filter(row -> segment.equals(row.getAs(CompressedHistories.SEGMENT)))
            .toList();
  }
}
