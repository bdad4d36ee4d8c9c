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

  /** a > b > c > a with every event between two of them, and d below, who was won. */
  @Test
  void aCircleIsFound_andWhoHangsBelowItIsNotOnIt() {
    event("signup", "a", "b");
    event("signup", "b", "c");
    event("qualify", "b", "c");
    event("signup", "c", "d");
    event("signup", "c", "a");
    event("reward", "c", "a");
    assertThat(found()).containsExactlyInAnyOrder("e0", "e1", "e2", "e4", "e5");
  }

  @Test
  void onlyTheFirstReferrerCounts() {
    event("signup", "x", "a");
    event("signup", "a", "b");
    event("signup", "b", "a");
    assertThat(found()).isEmpty();
  }

  @Test
  void aChainOfAThousandIsNone_andAsACircleAllOfIt() {
    for (int i = 0; i < 1000; i++) {
      event("signup", "n" + i, "n" + (i + 1));
    }
    Collections.shuffle(events, new Random(1));
    assertThat(found()).isEmpty();
    event("signup", "n1000", "n0");
    assertThat(found()).hasSize(1001);
  }

  /** Against walking up from every customer, over random forests with circles. */
  @Test
  void isWhatWalkingUpFinds() {
    for (int seed = 0; seed < 8; seed++) {
      Random random = new Random(seed);
      events.clear();
      Map<String, String> up = new HashMap<>();
      int customers = 2 + random.nextInt(40);
      for (int i = 0; i < customers; i++) {
        String one = "c" + random.nextInt(customers);
        String other = "c" + random.nextInt(customers);
        if (!one.equals(other)) {
          event("signup", one, other);
          up.putIfAbsent(other, one);
        }
      }
      Set<String> expected = new HashSet<>();
      for (Row event : events) {
        String referee = event.getString(4);
        String at = up.get(referee);
        for (int step = 0; at != null && !at.equals(referee) && step < customers; step++) {
          at = up.get(at);
        }
        if (referee.equals(at) && event.getString(3).equals(up.get(referee))) {
          expected.add(event.getString(0));
        }
      }
      assertThat(found()).as("seed %d", seed).isEqualTo(expected);
    }
  }
}
