package io.cohortclv.transforms.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortclv.transforms.SharedSession;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class ConnectedComponentsTest {
  private static final StructType EDGES =
      new StructType()
          .add(ConnectedComponents.NODE, "string")
          .add(ConnectedComponents.OTHER, "string");

  private static Dataset<Row> edges(List<Row> edges) {
    return SharedSession.SPARK.createDataFrame(edges, EDGES).repartition(2);
  }

  private static List<Row> edges(int count, IntFunction<String> from, IntFunction<String> to) {
    return IntStream.range(0, count)
        .mapToObj(i -> RowFactory.create(from.apply(i), to.apply(i)))
        .toList();
  }

  private static Map<String, String> labels(List<Row> edges) {
    return ConnectedComponents.label(edges(edges)).collectAsList().stream()
        .collect(Collectors.toMap(r -> r.getString(0), r -> r.getString(1)));
  }

  /** In about as many rounds as the length has binary digits, and one to see the end. */
  @Test
  void chainAndStarOfTwoThousand_areOneComponentEach() {
    chainAndStar(2_000, 12);
  }

  @Test
  @Tag("long")
  void chainAndStarOfAHundredThousand_areOneComponentEach() {
    chainAndStar(100_000, 18);
  }

  private static void chainAndStar(int links, int mostRounds) {
    // In random order along the chain: the way of the least name is long to everybody.
    List<String> chain =
        IntStream.rangeClosed(0, links)
            .mapToObj(i -> String.format(Locale.ROOT, "chain%06d", i))
            .collect(Collectors.toCollection(ArrayList::new));
    Collections.shuffle(chain, new Random(7));
    List<Row> edges = new ArrayList<>(edges(links, chain::get, i -> chain.get(i + 1)));
    // The centre of the star has the greatest name: no leaf may keep it.
    edges.addAll(edges(links, i -> "starz", i -> String.format(Locale.ROOT, "star%06d", i)));

    assertThat(
            ConnectedComponents.label(edges(edges), mostRounds)
                .groupBy(ConnectedComponents.OTHER)
                .count()
                .collectAsList())
        .containsExactlyInAnyOrder(
            RowFactory.create("chain000000", (long) links),
            RowFactory.create("star000000", (long) links));
  }

  @Test
  void tooFewRounds_areSaid() {
    List<Row> chain = edges(9, i -> "n" + i, i -> "n" + (i + 1));
    assertThatThrownBy(() -> ConnectedComponents.label(edges(chain), 1))
        .hasMessageContaining("did not come to rest in 1 rounds");
  }

  @Test
  void componentsOfRandomGraphs_areThoseOfUnionFind() {
    // Graphs side by side in one dataset, told apart by their seed.
    List<Row> edges = new ArrayList<>();
    Map<String, String> expected = new TreeMap<>();
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      int nodes = 2 + random.nextInt(30);
      int[] parent = IntStream.range(0, nodes).toArray();
      for (int e = random.nextInt(2 * nodes); e >= 0; e--) {
        int a = random.nextInt(nodes);
        int b = random.nextInt(nodes);
        if (a != b) {
          edges.add(RowFactory.create(name(seed, a), name(seed, b)));
          int least = Math.min(root(parent, a), root(parent, b));
          parent[root(parent, a)] = least;
          parent[root(parent, b)] = least;
        }
      }
      for (int i = 0; i < nodes; i++) {
        if (root(parent, i) != i) {
          expected.put(name(seed, i), name(seed, root(parent, i)));
        }
      }
    }
    assertThat(labels(edges)).isEqualTo(expected);
  }

  private static String name(int graph, int node) {
    return String.format(Locale.ROOT, "%02d-%02d", graph, node);
  }

  private static int root(int[] parent, int node) {
    return parent[node] == node ? node : root(parent, parent[node]);
  }
}
