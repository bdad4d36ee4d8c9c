package io.cohortclv.transforms.attribution;

import io.cohortclv.models.attribution.MarkovChain;
import io.cohortclv.transforms.attribution.Journey.Touch;
import java.io.Serializable;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Row;

/**
 * How many conversions would be lost without each source, from the passages of all paths.
 *
 * <p>An affiliate on many paths is a state of its own; the rest share the state of their type and
 * channel, so that a chain of thousands of affiliates stays small and its counts are not of one or
 * two paths each.
 *
 * @param effects removal effect by state
 * @param conversion share of paths that converted, as the chain gives it
 */
public record RemovalEffects(Map<String, Double> effects, double conversion)
    implements Serializable {
  public RemovalEffects {
    effects = Map.copyOf(effects);
  }

  /** Of no path: the Markov model then credits every source alike. */
  public static final RemovalEffects NONE = new RemovalEffects(Map.of(), 0);

  /**
   * Solves the chain.
   *
   * @param passages rows of {@link PathSteps#countPassages}
   * @param leastPaths an affiliate on fewer paths is pooled
   * @param mostAffiliates at most so many affiliates are states of their own, those on most paths
   */
  public static RemovalEffects of(List<Row> passages, long leastPaths, int mostAffiliates) {
    Set<String> own = new HashSet<>();
    passages.stream()
        .filter(row -> row.getAs(PathSteps.FROM_POOL).equals(PathSteps.PATHS))
        .filter(row -> row.<Long>getAs(PathSteps.TIMES) >= leastPaths)
        .sorted(
            Comparator.<Row>comparingLong(row -> row.<Long>getAs(PathSteps.TIMES))
                .reversed()
                .thenComparing(row -> row.<String>getAs(PathSteps.TO_AFFILIATE)))
        .limit(mostAffiliates)
        .forEach(row -> own.add(row.getAs(PathSteps.TO_AFFILIATE)));
    // Numbered by name, so that the same counts give the same bits.
    Set<String> names = new TreeSet<>();
    for (Row row : passages) {
      if (isStep(row) && !row.getAs(PathSteps.FROM_POOL).equals(PathSteps.START)) {
        names.add(from(row, own));
      }
    }
    if (names.isEmpty()) {
      return NONE;
    }
    Map<String, Integer> states = new HashMap<>();
    names.forEach(name -> states.put(name, states.size()));
    MarkovChain.Builder builder = MarkovChain.builder(states.size());
    for (Row row : passages) {
      if (!isStep(row)) {
        continue;
      }
      double times = (double) row.<Long>getAs(PathSteps.TIMES);
      String to = row.getAs(PathSteps.TO_POOL);
      if (row.getAs(PathSteps.FROM_POOL).equals(PathSteps.START)) {
        builder.start(states.get(to(row, own)), times);
      } else if (to.equals(PathSteps.CONVERSION)) {
        builder.convert(states.get(from(row, own)), times);
      } else if (to.equals(PathSteps.END)) {
        builder.end(states.get(from(row, own)), times);
      } else {
        builder.pass(states.get(from(row, own)), states.get(to(row, own)), times);
      }
    }
    MarkovChain chain = builder.build();
    Map<String, Double> effects = new HashMap<>();
    states.forEach((state, number) -> effects.put(state, chain.removalEffect(number)));
    return new RemovalEffects(effects, chain.conversion());
  }

  private static boolean isStep(Row row) {
    return !row.getAs(PathSteps.FROM_POOL).equals(PathSteps.PATHS);
  }

  private static String from(Row row, Set<String> own) {
    return state(row.getAs(PathSteps.FROM_POOL), row.getAs(PathSteps.FROM_AFFILIATE), own);
  }

  private static String to(Row row, Set<String> own) {
    return state(row.getAs(PathSteps.TO_POOL), row.getAs(PathSteps.TO_AFFILIATE), own);
  }

  private static String state(String pool, String affiliate, Set<String> own) {
    return affiliate != null && own.contains(affiliate) ? ofAffiliate(affiliate) : pool;
  }

  private static String ofAffiliate(String affiliate) {
    return "(affiliate) " + affiliate;
  }

  /** The state a touch is in. */
  String state(Touch touch) {
    String own = touch.affiliate() == null ? null : ofAffiliate(touch.affiliate());
    return own != null && effects.containsKey(own) ? own : touch.pool();
  }

  /** The removal effect of a touch's source. */
  double of(Touch touch) {
    return effects.getOrDefault(state(touch), 0.0);
  }
}
