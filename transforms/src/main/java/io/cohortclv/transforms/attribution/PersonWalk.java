package io.cohortclv.transforms.attribution;

import io.cohortclv.transforms.attribution.Journey.Order;
import io.cohortclv.transforms.attribution.Journey.Touch;
import io.cohortclv.transforms.table.CustomerWalk;
import io.cohortclv.transforms.table.Step;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.sql.Row;

/**
 * One person's touches and counted orders in time: an order meets the touches since the order
 * before. A person's history is never held: at most {@code maxTouches} touches wait for an order,
 * and as many click ids and repeated touches are remembered.
 */
final class PersonWalk implements CustomerWalk.History {
  /** Two touches of one visitor, affiliate, page and kind so near are one. */
  static final long REPEAT_MICROS = TimeUnit.SECONDS.toMicros(10);

  /** What becomes of the journeys of a partition. */
  interface Sink {
    /** Makes the rows of an order. */
    void order(Journey journey, Consumer<Row> made);

    /** What becomes of touches that led to no order. */
    default void noOrder(List<Touch> touches, Consumer<Row> made) {}

    /** Makes the rows of all journeys together. */
    default void end(Consumer<Row> made) {}
  }

  private final AttributionRules rules;
  private final long firstTouchWindow;
  private final Sink sink;
  private final Consumer<Row> made;

  private final Deque<Touch> waiting = new ArrayDeque<>();

  /** Touches that an order was credited with while they keep waiting for another. */
  private final Set<Touch> used = Collections.newSetFromMap(new IdentityHashMap<>());

  private final Map<String, Boolean> clicks;
  private final Map<Long, Long> repeats;
  private final Map<String, Long> firstOrders = new HashMap<>();
  private boolean isCut;

  PersonWalk(AttributionRules rules, Sink sink, Consumer<Row> made) {
    this.rules = rules;
    this.firstTouchWindow = Journeys.micros(rules.windows().firstTouch());
    this.sink = sink;
    this.made = made;
    this.clicks = latest(rules.maxTouches());
    this.repeats = latest(rules.maxTouches());
  }

  static CustomerWalk.Walk ofPartition(AttributionRules rules, Sink sink, Consumer<Row> made) {
    return new CustomerWalk.Walk() {
      @Override
      public CustomerWalk.History of(String person) {
        return new PersonWalk(rules, sink, made);
      }

      @Override
      public void end() {
        sink.end(made);
      }
    };
  }

  /** A map that forgets what was put first once it holds that many. */
  private static <K, V> Map<K, V> latest(int most) {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > most;
      }
    };
  }

  @Override
  public void next(long moment, Step step) {
    if (Journeys.isOrder(step)) {
      meet(Journeys.order(step));
    } else {
      await(Journeys.touch(step));
    }
  }

  /** A touch that repeats an earlier one is none. */
  void await(Touch touch) {
    boolean known = touch.clickId() != null && clicks.put(touch.clickId(), true) != null;
    Long before = repeats.get(touch.repeatKey());
    boolean repeated = before != null && touch.at() - before <= REPEAT_MICROS;
    if (known || repeated) {
      return;
    }
    repeats.remove(touch.repeatKey());
    repeats.put(touch.repeatKey(), touch.at());
    waiting.addLast(touch);
    if (waiting.size() > rules.maxTouches()) {
      used.remove(waiting.removeFirst());
      isCut = true;
    }
  }

  /** An order meets the touches that wait for one. */
  void meet(Order order) {
    long at = order.at();
    List<Touch> held = new ArrayList<>();
    List<Touch> missed = new ArrayList<>();
    Touch earliest = null;
    Touch signUp = null;
    for (Touch touch : waiting) {
      boolean holds = touch.holdsAt(at);
      if (touch.referrer() != null) {
        signUp = signUp == null && holds ? touch : signUp;
        continue;
      }
      if (earliest == null && (holds || at - touch.at() <= firstTouchWindow)) {
        earliest = touch;
      }
      (holds ? held : missed).add(touch);
    }
    String customer = order.customer();
    boolean isFirst = customer != null && firstOrders.putIfAbsent(customer, at) == null;
    sink.order(
        new Journey(order, isFirst, firstOrders.get(customer), held, earliest, signUp, isCut),
        made);
    if (rules.resetAfterOrder()) {
      if (!missed.isEmpty()) {
        sink.noOrder(missed, made);
      }
      waiting.clear();
      isCut = false;
    } else {
      used.addAll(held);
    }
  }

  @Override
  public void end() {
    List<Touch> missed =
        waiting.stream().filter(t -> t.referrer() == null && !used.contains(t)).toList();
    if (!missed.isEmpty()) {
      sink.noOrder(missed, made);
    }
  }
}
