package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;

import io.cohortclv.transforms.attribution.Journey.Touch;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
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

  /** Counts a partition's steps, and hands them on once there are many different ones. */
  private static final class Steps implements PersonWalk.Sink {
    private static final int MOST_STEPS = 100_000;

    private final Map<Step, Long> times = new HashMap<>();

    private record Step(String fromPool, String fromAffiliate, String toPool, String toAffiliate) {}

    @Override
    public void order(Journey journey, Consumer<Row> made) {
      if (!journey.touches().isEmpty()) {
        walk(journey.touches(), CONVERSION, made);
      }
    }

    @Override
    public void noOrder(List<Touch> touches, Consumer<Row> made) {
      walk(touches, END, made);
    }

    @Override
    public void end(Consumer<Row> made) {
      times.forEach(
          (step, n) ->
              made.accept(
                  RowFactory.create(
                      step.fromPool, step.fromAffiliate, step.toPool, step.toAffiliate, n)));
      times.clear();
    }

    private void walk(List<Touch> path, String end, Consumer<Row> made) {
      String pool = START;
      String affiliate = null;
      Set<String> affiliates = new HashSet<>();
      for (Touch touch : path) {
        count(pool, affiliate, touch.pool(), touch.affiliate());
        pool = touch.pool();
        affiliate = touch.affiliate();
        if (affiliate != null && affiliates.add(affiliate)) {
          count(PATHS, null, null, affiliate);
        }
      }
      count(pool, affiliate, end, null);
      if (times.size() > MOST_STEPS) {
        end(made);
      }
    }

    private void count(String fromPool, String fromAffiliate, String toPool, String toAffiliate) {
      times.merge(new Step(fromPool, fromAffiliate, toPool, toAffiliate), 1L, Long::sum);
    }
  }
}
