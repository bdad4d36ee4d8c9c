package io.cohortclv.transforms;

import com.holdenkarau.spark.testing.JavaDataFrameSuiteBase;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Whole datasets compared by spark-testing-base, which was made for another test framework. */
public final class DatasetAssertions extends JavaDataFrameSuiteBase {
  private static final long serialVersionUID = 1L;
  private static final DatasetAssertions SUITE = new DatasetAssertions();

  private DatasetAssertions() {}

  /** Fails unless both hold the same rows, in whatever order, under the same schema. */
  public static void assertSameRows(Dataset<Row> expected, Dataset<Row> actual) {
    SUITE.assertDataFrameNoOrderEquals(expected, actual);
  }
}
