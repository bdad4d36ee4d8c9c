package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;

import io.cohortclv.transforms.attribution.Journey.Touch;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** The steps of all paths of touches, counted: what a Markov chain is estimated from. */
public final class PathSteps {
  /** Type and channel of the source left; {@link #START} or {@link #PATHS} instead of one. */
  public static final String FROM_POOL = "from_pool";

  /** Affiliate left, null for a source that is none. */
  public static final String FROM_AFFILIATE = "from_affiliate";

  /** Type and channel of the source reached; {@link #CONVERSION} or {@link #END} instead of one. */
  public static final String TO_POOL = "to_pool";

  /** Affiliate reached. */
  public static final String TO_AFFILIATE = "to_affiliate";

  public static final String TIMES = "times";

  /** Begins a path. */
  public static final String START = "(start)";

  /** Ends a path in an order. */
  public static final String CONVERSION = "(conversion)";

  /** Ends a path without one. */
  public static final String END = "(end)";

  /** Marks the rows that count the paths an affiliate is on. */
  public static final String PATHS = "(paths)";

  static final StructType SCHEMA =
      new StructType()
          .add(FROM_POOL, "string")
          .add(FROM_AFFILIATE, "string")
          .add(TO_POOL, "string")
          .add(TO_AFFILIATE, "string")
          .add(TIMES, "bigint");

  private PathSteps() {}

  /**
   * One row a step from source to source with the times it was taken, and one an affiliate with the
   * paths it is on.
   *
   * <p>The eligible touches before an order are a path that converts; touches of a person that no
   * order came of are one that does not.
   */
  static Dataset<Row> countPassages(JourneyLogs logs, AttributionRules rules) {
    return Journeys.walk(logs, rules, SCHEMA, Steps::new)
        .groupBy(FROM_POOL, FROM_AFFILIATE, TO_POOL, TO_AFFILIATE)
        .agg(sum(col(TIMES)).as(TIMES));
  }

  private static final class Steps implements JourneyMerge.Sink {
    @Override
    public void order(Journey journey, List<Row> rows) {
      if (!journey.touches().isEmpty()) {
        walk(journey.touches(), CONVERSION, rows);
      }
    }

    @Override
    public void noOrder(List<Touch> touches, List<Row> rows) {
      walk(touches, END, rows);
    }

    @Override
    public boolean needsNoOrder() {
      return true;
    }

    private static void walk(List<Touch> path, String end, List<Row> rows) {
      String pool = START;
      String affiliate = null;
      Set<String> affiliates = new HashSet<>();
      for (Touch touch : path) {
        rows.add(RowFactory.create(pool, affiliate, touch.pool(), touch.affiliate(), 1L));
        pool = touch.pool();
        affiliate = touch.affiliate();
        if (affiliate != null && affiliates.add(affiliate)) {
          rows.add(RowFactory.create(PATHS, null, null, affiliate, 1L));
        }
      }
      rows.add(RowFactory.create(pool, affiliate, end, null, 1L));
    }
  }
}
