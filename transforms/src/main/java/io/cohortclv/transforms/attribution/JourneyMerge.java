package io.cohortclv.transforms.attribution;

import io.cohortclv.transforms.attribution.Journey.Touch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Row;

/**
 * One person's touches and counted orders, both in time, walked through side by side: an order
 * meets the touches since the order before. Rows are made one order at a time, so that a person's
 * history is never held: at most {@code maxTouches} touches wait for an order, and as many click
 * ids and repeated touches are remembered.
 */
final class JourneyMerge implements Iterator<Row> {
  /** Two touches of one visitor, affiliate, page and kind so near are one. */
  static final long REPEAT_MICROS = TimeUnit.SECONDS.toMicros(10);

  /** What becomes of the journeys of one person. */
  interface Sink {
    /** The rows of an order. */
    void order(Journey journey, List<Row> rows);

    /** The rows of touches that led to no order. */
    void noOrder(List<Touch> touches, List<Row> rows);

    /** Whether such touches make rows; otherwise those after the last order are not even read. */
    boolean needsNoOrder();
  }

  private final Iterator<Row> touches;
  private final Iterator<Row> orders;
  private final AttributionRules rules;
  private final long firstTouchWindow;
  private final Sink sink;

  private final Deque<Touch> waiting = new ArrayDeque<>();

  /** Touches that an order was credited with while they keep waiting for another. */
  private final Set<Touch> used = Collections.newSetFromMap(new IdentityHashMap<>());

  private final Map<String, Boolean> clicks;
  private final Map<Long, Long> repeats;
  private final Map<String, Long> firstOrders = new HashMap<>();
  private final List<Row> rows = new ArrayList<>();
  private Touch next;
  private boolean isCut;
  private boolean begun;
  private boolean ended;
  private int given;

  JourneyMerge(Iterator<Row> touches, Iterator<Row> orders, AttributionRules rules, Sink sink) {
    this.touches = touches;
    this.orders = orders;
    this.rules = rules;
    this.firstTouchWindow = Journeys.micros(rules.windows().firstTouch());
    this.sink = sink;
    this.clicks = latest(rules.maxTouches());
    this.repeats = latest(rules.maxTouches());
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
  public boolean hasNext() {
    while (given == rows.size() && !ended) {
      rows.clear();
      given = 0;
      if (orders.hasNext()) {
        begin();
        meet(orders.next());
      } else {
        ended = true;
        if (sink.needsNoOrder()) {
          begin();
          end();
        }
      }
    }
    return given < rows.size();
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return rows.get(given++);
  }

  private void begin() {
    if (!begun) {
      begun = true;
      advance();
    }
  }

  /** An order at the moment of a touch is its. */
  private void meet(Row order) {
    long at = order.getLong(Journeys.ORDER_AT);
    while (next != null && next.at() <= at) {
      await(next);
      advance();
    }
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
    String customer = order.getString(Journeys.ORDER_CUSTOMER);
    boolean isFirst = customer != null && firstOrders.putIfAbsent(customer, at) == null;
    sink.order(
        new Journey(order, isFirst, firstOrders.get(customer), held, earliest, signUp, isCut),
        rows);
    if (rules.resetAfterOrder()) {
      if (!missed.isEmpty()) {
        sink.noOrder(missed, rows);
      }
      waiting.clear();
      isCut = false;
    } else {
      used.addAll(held);
    }
  }

  private void end() {
    while (next != null) {
      await(next);
      advance();
    }
    List<Touch> missed =
        waiting.stream().filter(t -> t.referrer() == null && !used.contains(t)).toList();
    if (!missed.isEmpty()) {
      sink.noOrder(missed, rows);
    }
  }

  private void await(Touch touch) {
    waiting.addLast(touch);
    if (waiting.size() > rules.maxTouches()) {
      used.remove(waiting.removeFirst());
      isCut = true;
    }
  }

  /** To the next touch that does not repeat an earlier one. */
  private void advance() {
    next = null;
    while (next == null && touches.hasNext()) {
      Touch touch = Journeys.touch(touches.next());
      boolean known = touch.clickId() != null && clicks.put(touch.clickId(), true) != null;
      Long before = repeats.get(touch.repeatKey());
      boolean repeated = before != null && touch.at() - before <= REPEAT_MICROS;
      if (!known && !repeated) {
        next = touch;
        repeats.remove(touch.repeatKey());
        repeats.put(touch.repeatKey(), touch.at());
      }
    }
  }
}
