package io.cohortclv.transforms.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.attribution.Journey.Touch;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;

class JourneyMergeTest {
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

  /** A robot's clicks, a millisecond apart, each with an id of its own. */
  private static Row click(int number) {
    return RowFactory.create(
        "robot",
        number * 1_000L,
        3,
        null,
        "t" + number,
        "log",
        "k" + number,
        (long) number,
        "affiliate",
        "A",
        null,
        "affiliate",
        null,
        null,
        null,
        Long.MAX_VALUE / 2,
        false);
  }

  private static Row order(int number, long at) {
    return RowFactory.create(
        "robot",
        at,
        "shop",
        "o" + number,
        "c",
        0,
        100L,
        null,
        null,
        null,
        false,
        null,
        null,
        null,
        100L);
  }

  /** Rows that would fill the heap of the tests if they were kept: 3,000,000 of half a kilobyte. */
  @Test
  void touchesOfARobot_areNotKept() {
    Iterator<Row> clicks =
        IntStream.range(0, 3_000_000).mapToObj(JourneyMergeTest::click).iterator();
    Iterator<Row> orders = List.of(order(1, 2_000_000_000L), order(2, 3_000_000_000L)).iterator();
    int[] eligible = new int[2];
    JourneyMerge merge =
        new JourneyMerge(
            clicks,
            orders,
            RULES,
            new JourneyMerge.Sink() {
              private int orders;

              @Override
              public void order(Journey journey, List<Row> rows) {
                assertThat(journey.isCut()).isTrue();
                assertThat(journey.touches().get(MAX_TOUCHES - 1).at())
                    .isLessThanOrEqualTo(journey.order().getLong(Journeys.ORDER_AT));
                eligible[orders++] = journey.touches().size();
              }

              @Override
              public void noOrder(List<Touch> touches, List<Row> rows) {}
            });
    assertThat(merge.hasNext()).isFalse();
    assertThat(eligible).containsOnly(MAX_TOUCHES);
  }
}
