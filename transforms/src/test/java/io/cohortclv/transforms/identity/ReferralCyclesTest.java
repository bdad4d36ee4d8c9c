package io.cohortclv.transforms.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.SharedSession;
import io.cohortclv.transforms.table.ReferralEvents;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class ReferralCyclesTest {
  private static final StructType EVENTS =
      new StructType()
          .add(ReferralEvents.EVENT_ID, "string")
          .add(ReferralEvents.EVENT_TS, "timestamp")
          .add(ReferralEvents.EVENT_TYPE, "string")
          .add(ReferralEvents.REFERRER_ID, "string")
          .add(ReferralEvents.REFEREE_ID, "string");

  private final List<Row> events = new ArrayList<>();

  private void event(String type, String referrer, String referee) {
    events.add(
        RowFactory.create(
            "e" + events.size(),
            Timestamp.from(Instant.ofEpochSecond(events.size())),
            type,
            referrer,
            referee));
  }

  private Set<String> found() {
    Dataset<Row> rows = SharedSession.SPARK.createDataFrame(events, EVENTS).repartition(2);
    return ReferralCycles.of(rows).collectAsList().stream()
        .map(row -> row.<String>getAs(ReferralEvents.EVENT_ID))
        .collect(Collectors.toSet());
  }

  @Test
  void treesHaveNone() {
    event("signup", "a", "b");
    event("signup", "b", "c");
    event("signup", "a", "d");
    event("invite", "d", "a");
    event("click", "b", "a");
    assertThat(found()).isEmpty();
    events.clear();
    assertThat(found()).isEmpty();
  }

  /**
   * a > b > c > a: the last sign-up closes it, and all that c did for a goes; what a and b did
   * before stands, and so does d below.
   */
  @Test
  void whatClosesACircleIsRefused_andWhatWasBeforeStands() {
    event("signup", "a", "b");
    event("signup", "b", "c");
    event("qualify", "b", "c");
    event("signup", "c", "d");
    event("signup", "c", "a");
    event("reward", "c", "a");
    assertThat(found()).containsExactlyInAnyOrder("e4", "e5");
  }

  @Test
  void onlyTheFirstReferrerCounts() {
    event("signup", "x", "a");
    event("signup", "a", "b");
    event("signup", "b", "a");
    assertThat(found()).isEmpty();
  }

  @Test
  void aChainOfAThousandIsNone_andOneReferralMakesItACircle() {
    for (int i = 0; i < 1000; i++) {
      event("signup", "n" + i, "n" + (i + 1));
    }
    Collections.shuffle(events, new Random(1));
    assertThat(found()).isEmpty();
    event("signup", "n1000", "n0");
    assertThat(found()).containsExactly("e1000");
  }

  /**
   * Against walking round from every customer, over random referrals; without what is found there
   * is no circle.
   */
  @Test
  void isWhatWalkingRoundFinds() {
    for (int seed = 0; seed < 8; seed++) {
      Random random = new Random(seed);
      events.clear();
      Map<String, Row> up = new HashMap<>();
      int customers = 2 + random.nextInt(40);
      for (int i = 0; i < customers; i++) {
        String one = "c" + random.nextInt(customers);
        String other = "c" + random.nextInt(customers);
        if (!one.equals(other)) {
          event("signup", one, other);
          up.putIfAbsent(other, events.get(events.size() - 1));
        }
      }
      Set<List<String>> closing = new HashSet<>();
      for (String start : up.keySet()) {
        Row newest = up.get(start);
        String at = newest.getString(3);
        for (int step = 0; up.containsKey(at) && !at.equals(start) && step < customers; step++) {
          Row next = up.get(at);
          newest = next.getTimestamp(1).after(newest.getTimestamp(1)) ? next : newest;
          at = next.getString(3);
        }
        if (at.equals(start)) {
          closing.add(List.of(newest.getString(3), newest.getString(4)));
        }
      }
      Set<String> expected =
          events.stream()
              .filter(e -> closing.contains(List.of(e.getString(3), e.getString(4))))
              .map(e -> e.getString(0))
              .collect(Collectors.toSet());
      assertThat(found()).as("seed %d", seed).isEqualTo(expected);
    }
  }
}
