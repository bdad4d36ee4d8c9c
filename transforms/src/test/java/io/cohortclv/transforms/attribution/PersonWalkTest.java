package io.cohortclv.transforms.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.attribution.Journey.Order;
import io.cohortclv.transforms.attribution.Journey.Touch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class PersonWalkTest {
  private static final int MAX_TOUCHES = 1_000;
  private static final AttributionRules RULES =
      new AttributionRules(
          List.of("last_touch"),
          "last_touch",
          JourneyRows.WINDOWS,
          Duration.ofDays(7),
          true,
          MAX_TOUCHES,
          JourneyRows.FRIENDS_FIRST);

  private static final long LONG = Long.MAX_VALUE / 2;

  /** A robot's clicks, a millisecond apart, each with an id of its own. */
  private static Touch click(int number) {
    return new Touch(
        number * 1_000L,
        "t" + number,
        "k" + number,
        number,
        "affiliate",
        "A",
        null,
        "affiliate",
        null,
        null,
        null,
        LONG,
        false);
  }

  private static Order order(int number, long at) {
    return new Order(
        at, "shop", "o" + number, "c", 0, 100L, null, null, null, false, null, null, null, 100L);
  }

  private static final class Watching implements PersonWalk.Sink {
    private final List<Journey> journeys = new ArrayList<>();
    private int missed;

    @Override
    public void order(Journey journey, Consumer<Row> made) {
      journeys.add(journey);
    }

    @Override
    public void noOrder(List<Touch> touches, Consumer<Row> made) {
      missed += touches.size();
    }
  }

  /** Rows that would fill the heap of the tests if they were kept: 3,000,000 of half a kilobyte. */
  @Test
  void touchesOfARobot_areNotKept() {
    Watching sink = new Watching();
    PersonWalk person = new PersonWalk(RULES, sink, row -> {});
    for (int i = 0; i < 3_000_000; i++) {
      if (i == 2_000_000) {
        person.meet(order(1, i * 1_000L));
      }
      person.await(click(i));
    }
    person.meet(order(2, 3_000_000_000L));
    person.end();
    assertThat(sink.journeys)
        .hasSize(2)
        .allSatisfy(
            journey -> {
              assertThat(journey.isCut()).isTrue();
              assertThat(journey.touches()).hasSize(MAX_TOUCHES);
              assertThat(journey.touches().get(MAX_TOUCHES - 1).at())
                  .isEqualTo(journey.order().at() - 1_000);
            });
    assertThat(sink.missed).isZero();
  }

  @Test
  void touchesAfterTheLastOrder_ledToNone() {
    Watching sink = new Watching();
    PersonWalk person = new PersonWalk(RULES, sink, row -> {});
    for (int i = 0; i < 5; i++) {
      person.await(click(i));
    }
    person.meet(order(1, 4_000));
    for (int i = 5; i < 10; i++) {
      person.await(click(i));
    }
    assertThat(sink.missed).isZero();
    person.end();
    assertThat(sink.journeys).singleElement().satisfies(j -> assertThat(j.touches()).hasSize(5));
    assertThat(sink.missed).isEqualTo(5);
  }
}
