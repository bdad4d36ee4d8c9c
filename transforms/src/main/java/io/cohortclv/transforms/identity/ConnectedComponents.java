package io.cohortclv.transforms.identity;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.xxhash64;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * Which nodes of a graph hang together, in rounds that each halve the ways or better.
 *
 * <p>A round is a large-star and a small-star step (Kiveris, Lattanzi, Mirrokni, Rastogi and
 * Vassilvitskii 2014, "Connected components in MapReduce and beyond"): every node hands its larger
 * neighbours to its least one, then its smaller neighbours and itself. The graph keeps its
 * components and ends as stars around their least nodes. Each round is cut from its past, or plans
 * would grow with every round.
 */
public final class ConnectedComponents {
  /** One end of an edge; in the result, any node but the least of its component. */
  static final String NODE = "node";

  /** The other end; in the result, the least node of the component. */
  static final String OTHER = "other";

  /** A chain of a million nodes takes about a dozen. */
  private static final int MOST_ROUNDS = 60;

  private ConnectedComponents() {}

  /**
   * One row a node that is not the least of its component: the node and that least one.
   *
   * @param edges rows of two nodes as text, each edge once and in whatever direction
   */
  static Dataset<Row> label(Dataset<Row> edges) {
    return label(edges, MOST_ROUNDS);
  }

  /**
   * The same in at most so many rounds; the last of them finds nothing to do.
   *
   * @throws IllegalStateException when there is still something to do then
   */
  static Dataset<Row> label(Dataset<Row> edges, int mostRounds) {
    Dataset<Row> stars = edges;
    Row before = null;
    for (int round = 0; round < mostRounds; round++) {
      stars =
          stars
              .transform(ConnectedComponents::largeStar)
              .transform(ConnectedComponents::smallStar)
              .localCheckpoint(true);
      Row now =
          stars
              .agg(count(lit(1)), sum(xxhash64(col(NODE), col(OTHER)).cast("decimal(20,0)")))
              .head();
      if (now.equals(before)) {
        return stars;
      }
      before = now;
    }
    throw new IllegalStateException(
        "The links between identifiers did not come to rest in " + mostRounds + " rounds");
  }

  private static Dataset<Row> largeStar(Dataset<Row> edges) {
    Dataset<Row> both = edges.union(edges.select(col(OTHER).as(NODE), col(NODE).as(OTHER)));
    return both.withColumn("least", least(min(OTHER).over(Window.partitionBy(NODE)), col(NODE)))
        .filter(col(OTHER).gt(col(NODE)))
        .select(col(OTHER).as(NODE), col("least").as(OTHER))
        .distinct();
  }

  private static Dataset<Row> smallStar(Dataset<Row> edges) {
    // After a large star every edge leads from the larger node to the smaller.
    Dataset<Row> withLeast = edges.withColumn("least", min(OTHER).over(Window.partitionBy(NODE)));
    return withLeast
        .filter(col(OTHER).notEqual(col("least")))
        .select(col(OTHER).as(NODE), col("least").as(OTHER))
        .union(withLeast.select(col(NODE), col("least").as(OTHER)))
        .distinct();
  }
}
