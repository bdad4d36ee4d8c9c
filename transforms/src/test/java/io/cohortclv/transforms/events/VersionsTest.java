package io.cohortclv.transforms.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.SharedSession;
import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Terms;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class VersionsTest {
  private static final StructType SCHEMA =
      new StructType()
          .add(CleanColumns.SOURCE_SYSTEM, DataTypes.StringType)
          .add(Orders.ORDER_ID, DataTypes.StringType)
          .add(Orders.ORDER_TS, DataTypes.TimestampType)
          .add(Contract.UPDATED_TS, DataTypes.TimestampType)
          .add(Orders.STATUS, DataTypes.StringType)
          .add(CleanColumns.INGEST_TS, DataTypes.TimestampType)
          .add(CleanColumns.ROW_HASH, DataTypes.LongType);

  /** One version of an order; times in hours after the first of January. */
  private record Version(
      String id, int ordered, Integer updated, String status, int ingested, long hash) {
    Row row() {
      return RowFactory.create(
          "shop",
          id,
          at(ordered),
          updated == null ? null : at(updated),
          status,
          at(ingested),
          hash);
    }
  }

  private static Instant hour(int hours) {
    return Instant.parse("2024-01-01T00:00:00Z").plusSeconds(3_600L * hours);
  }

  private static Timestamp at(int hours) {
    return Timestamp.from(hour(hours));
  }

  /** Statuses by order, as known before that hour, whether or not shared keys are told apart. */
  private static Map<String, String> known(List<Version> versions, int before) {
    Dataset<Row> rows =
        SharedSession.SPARK.createDataFrame(versions.stream().map(Version::row).toList(), SCHEMA);
    Map<String, String> statuses = statuses(rows, Optional.empty(), before);
    // Keys of one version among them, and one key twice.
    Dataset<Row> shared =
        rows.groupBy(CleanColumns.SOURCE_SYSTEM, Orders.ORDER_ID)
            .count()
            .filter("count > 1 OR order_id = 'order-3'")
            .drop("count");
    assertThat(statuses(rows, Optional.of(shared.union(shared)), before)).isEqualTo(statuses);
    return statuses;
  }

  private static Map<String, String> statuses(
      Dataset<Row> rows, Optional<Dataset<Row>> shared, int before) {
    Map<String, String> statuses = new TreeMap<>();
    for (Row row :
        Versions.newestBefore(rows, shared, Orders.CONTRACT, hour(before), ZoneOffset.UTC)
            .collectAsList()) {
      String id = row.getAs(Orders.ORDER_ID);
      assertThat(statuses.put(id, row.getAs(Orders.STATUS))).as("one row a key").isNull();
    }
    return statuses;
  }

  @Test
  void newestBefore_keepsACancellationFromTheDaysBeforeIt() {
    List<Version> versions =
        List.of(new Version("A", 1, 1, "paid", 2, 1), new Version("A", 1, 50, "cancelled", 51, 2));
    assertThat(known(versions, 50)).isEqualTo(Map.of("A", "paid"));
    assertThat(known(versions, 51)).isEqualTo(Map.of("A", "cancelled"));
  }

  /** The file came at hour 90; what it tells was so at hour 10. */
  @Test
  void newestBefore_letsALateFileChangeOldDays() {
    List<Version> versions =
        List.of(
            new Version("A", 1, 1, "open", 2, 1),
            new Version("A", 1, 20, "cancelled", 21, 2),
            new Version("A", 1, 10, "paid", 90, 3));
    assertThat(known(versions, 15)).isEqualTo(Map.of("A", "paid"));
    assertThat(known(versions, 30)).isEqualTo(Map.of("A", "cancelled"));
  }

  /** A shop may announce today an order of next week. */
  @Test
  void newestBefore_leavesOutWhatHasNotHappened() {
    List<Version> versions = List.of(new Version("A", 100, 1, "open", 2, 1));
    assertThat(known(versions, 50)).isEmpty();
    assertThat(known(versions, 101)).isEqualTo(Map.of("A", "open"));
  }

  /** A later version moves the order out of the day: an older one must not show instead. */
  @Test
  void newestBefore_takesTheNewestFirstAndItsTimeThen() {
    List<Version> versions =
        List.of(new Version("A", 1, 1, "open", 2, 1), new Version("A", 60, 5, "open", 6, 2));
    assertThat(known(versions, 50)).isEmpty();
  }

  @Test
  void newestBefore_ofOneMomentTakesTheLaterBatch() {
    List<Version> versions =
        List.of(new Version("A", 1, 1, "paid", 9, 1), new Version("A", 1, 1, "open", 2, 2));
    assertThat(known(versions, 50)).isEqualTo(Map.of("A", "paid"));
  }

  /** A program's default terms have neither affiliate nor campaign in their key. */
  @Test
  void newestBefore_tellsKeysWithNullsApart() {
    Dataset<Row> terms =
        TypedRows.of(Terms.CONTRACT.clean().schema())
            .defaults("source_system", "network", "program_id", "p", "outcome", "accepted")
            .defaults("valid_from", "2024-01-01T00:00:00Z", "ingest_ts", "2024-02-01T00:00:00Z")
            .row("rate", 0.10, "updated_ts", "2024-01-01T00:00:00Z", "row_hash", 1L)
            .row("rate", 0.08, "updated_ts", "2024-01-09T00:00:00Z", "row_hash", 2L)
            .row("rate", 0.20, "affiliate_id", "A", "updated_ts", "2024-01-01T00:00:00Z")
            .dataset();
    Dataset<Row> shared =
        terms
            .filter("row_hash = 2")
            .select("source_system", "program_id", "campaign_id", "affiliate_id", "valid_from");
    assertThat(
            Versions.newestBefore(
                    terms, Optional.of(shared), Terms.CONTRACT, hour(24 * 60), ZoneOffset.UTC)
                .collectAsList())
        .extracting(r -> r.<Double>getAs(Terms.RATE))
        .containsExactlyInAnyOrder(0.08, 0.20);
  }

  /** Against the rule said in Java, over random logs in random order. */
  @Test
  void newestBefore_isTheRuleOverRandomLogs() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      List<Version> versions = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        int ordered = random.nextInt(40);
        versions.add(
            new Version(
                "order-" + random.nextInt(12),
                ordered,
                random.nextInt(8) == 0 ? null : ordered + random.nextInt(30),
                "status-" + i,
                random.nextInt(100),
                i));
      }
      for (int before : List.of(5, 20, 35, 80)) {
        Collections.shuffle(versions, random);
        assertThat(known(versions, before))
            .as("seed " + seed + " before " + before)
            .isEqualTo(rule(versions, before));
      }
    }
  }

  private static Map<String, String> rule(List<Version> versions, int before) {
    Comparator<Version> oldestFirst =
        Comparator.comparing((Version v) -> Optional.ofNullable(v.updated()).orElse(-1))
            .thenComparing(Version::ingested)
            .thenComparing(Version::hash);
    Map<String, Version> newest = new TreeMap<>();
    for (Version version : versions) {
      if (version.updated() == null || version.updated() < before) {
        newest.merge(version.id(), version, (a, b) -> oldestFirst.compare(a, b) > 0 ? a : b);
      }
    }
    Map<String, String> statuses = new TreeMap<>();
    newest.forEach(
        (id, version) -> {
          if (version.ordered() < before) {
            statuses.put(id, version.status());
          }
        });
    return statuses;
  }
}
