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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

              @Override
              public boolean needsNoOrder() {
                return true;
              }
            });
    assertThat(merge.hasNext()).isFalse();
    assertThat(eligible).containsOnly(MAX_TOUCHES);
  }

  /** Five clicks before the order and the one that is seen to come after it. */
  @ParameterizedTest
  @CsvSource({"true, 10, 5", "false, 6, 0"})
  void touchesAfterTheLastOrder_areReadWhereTheyAreAskedFor(
      boolean areAsked, int expectedRead, int expectedMissed) {
    int[] read = {0};
    int[] missed = {0};
    Iterator<Row> clicks =
        IntStream.range(0, 10).peek(i -> read[0]++).mapToObj(JourneyMergeTest::click).iterator();
    JourneyMerge merge =
        new JourneyMerge(
            clicks,
            List.of(order(1, 4_000L)).iterator(),
            RULES,
            new JourneyMerge.Sink() {
              @Override
              public void order(Journey journey, List<Row> rows) {
                assertThat(journey.touches()).hasSize(5);
              }

              @Override
              public void noOrder(List<Touch> touches, List<Row> rows) {
                missed[0] += touches.size();
              }

              @Override
              public boolean needsNoOrder() {
                return areAsked;
              }
            });
    assertThat(merge.hasNext()).isFalse();
    assertThat(read[0]).isEqualTo(expectedRead);
    assertThat(missed[0]).isEqualTo(expectedMissed);
  }
}
