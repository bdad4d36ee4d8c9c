package io.cohortclv.transforms.attribution;

import io.cohortclv.models.attribution.LargestRemainder;
import io.cohortclv.models.attribution.TouchShares;
import io.cohortclv.transforms.attribution.Journey.Touch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one order gives one of its touches under one model.
 *
 * @param touch null when nobody is credited, or a code's owner who never touched
 * @param share of the order
 * @param cents of the order's net revenue
 */
record Credit(Touch touch, double share, long cents) {

  /** The order to that touch alone. */
  static List<Credit> whole(Touch touch, long cents) {
    return List.of(new Credit(touch, 1, cents));
  }

  /**
   * The credits of the touches under that model, in time; those of no share are left out.
   *
   * @param at the order's moment, microseconds
   * @param effects removal effects, for the Markov model only
   */
  static List<Credit> byTouches(
      String model,
      List<Touch> touches,
      long at,
      long cents,
      AttributionRules rules,
      RemovalEffects effects) {
    int n = touches.size();
    if (n == 1) {
      return whole(touches.get(0), cents);
    }
    double[] shares =
        switch (model) {
          case AttributionRules.FIRST_TOUCH -> TouchShares.single(n, 0);
          case AttributionRules.LAST_TOUCH -> TouchShares.single(n, n - 1);
          case AttributionRules.LAST_NON_DIRECT -> TouchShares.single(n, lastNonDirect(touches));
          case AttributionRules.LINEAR -> TouchShares.linear(n);
          case AttributionRules.POSITION -> TouchShares.position(n);
          case AttributionRules.TIME_DECAY ->
              TouchShares.timeDecay(
                  touches.stream().mapToDouble(t -> (double) (at - t.at())).toArray(),
                  (double) Journeys.micros(rules.timeDecayHalfLife()));
          case AttributionRules.SHAPLEY ->
              TouchShares.shapley(numbered(touches.stream().map(Touch::source).toList()));
          case AttributionRules.MARKOV ->
              TouchShares.bySource(
                  numbered(touches.stream().map(effects::state).toList()),
                  touches.stream().mapToDouble(effects::of).toArray());
          default -> throw new IllegalArgumentException("No rule for " + model);
        };
    long[] parts = LargestRemainder.split(cents, shares);
    List<Credit> credits = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      if (shares[i] > 0) {
        credits.add(new Credit(touches.get(i), shares[i], parts[i]));
      }
    }
    return credits;
  }

  private static int lastNonDirect(List<Touch> touches) {
    for (int i = touches.size() - 1; i >= 0; i--) {
      if (!touches.get(i).sourceType().equals(Touches.DIRECT)) {
        return i;
      }
    }
    return touches.size() - 1;
  }

  private static int[] numbered(List<String> sources) {
    Map<String, Integer> numbers = new HashMap<>();
    return sources.stream()
        .mapToInt(s -> numbers.computeIfAbsent(s, unused -> numbers.size()))
        .toArray();
  }
}
