package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.StoppingLogStore;
import io.cohortclv.jobs.lake.TestLakes;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Operations;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Refunds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ingests that die at every commit they make, and the one rerun that must mend it. */
class KillsIT {
  @TempDir static Path folder;
  private static List<String> expected;
  private static long commits;

  @BeforeAll
  static void ingestUndisturbed() throws IOException {
    Path orders = Files.createDirectories(folder.resolve("raw/orders"));
    Files.writeString(
        orders.resolve("a.json"),
        order("1", "10") + order("2", "x") + "{broken\n" + order("1", "10") + order("3", "30"));
    Files.writeString(orders.resolve("b.json"), order("3", "30") + order("4", "40"));
    Path refunds = Files.createDirectories(folder.resolve("raw/refunds"));
    Files.writeString(
        refunds.resolve("r.json"),
        "{\"id\": \"r1\", \"ord\": \"1\", \"at\": \"2024-01-03\", \"amount\": \"5\"}\n");
    TestLakes.config(folder); // the session
    ClvConfig config = config("undisturbed");
    long before = StoppingLogStore.commits();
    try (Lake lake = TestLakes.open(config)) {
      assertThat(IngestJob.run(lake, config)).hasSize(2);
      commits = StoppingLogStore.commits() - before;
      expected = content(lake);
    }
    assertThat(expected).isNotEmpty();
  }

  private static String order(String id, String total) {
    return "{\"id\": \"%s\", \"customer\": \"c\", \"at\": \"2024-01-02\", \"total\": \"%s\"}\n"
        .formatted(id, total);
  }

  private static Path conf(String name) throws IOException {
    return Files.writeString(
        folder.resolve(name + ".conf"),
        """
        lake.root = "lakes/%s"
        inputs.orders = [{
          path = "raw/orders", format = json, zone = UTC
          schema = "id STRING, customer STRING, at STRING, total STRING"
          columns { order_id = id, customer_ref = customer, order_ts = at, subtotal = total }
        }]
        inputs.refunds = [{
          path = "raw/refunds", format = json, zone = UTC
          schema = "id STRING, ord STRING, at STRING, amount STRING"
          columns { refund_id = id, order_id = ord, refund_ts = at, amount = amount }
        }]
        """
            .formatted(name));
  }

  private static ClvConfig config(String name) throws IOException {
    return ClvConfigs.load(conf(name)).withIdentifiers("a key of these tests");
  }

  /** All that an ingest leaves behind, but for clocks and random identities. */
  private static List<String> content(Lake lake) {
    List<String> rows = new ArrayList<>();
    for (Contract contract : List.of(Orders.CONTRACT, Refunds.CONTRACT)) {
      rows.addAll(
          texts(
              lake.clean(contract),
              col(CleanColumns.OUTCOME),
              col(contract.key().get(1)),
              array_join(col(CleanColumns.REASONS), ";")));
    }
    rows.addAll(
        texts(lake.ops(Operations.DQ_QUARANTINE), col(Operations.INPUT), col(Operations.RAW_ROW)));
    rows.addAll(
        texts(
            lake.ops(Operations.RECON),
            col(Operations.INPUT),
            col(Operations.CHECK),
            col(Operations.REASON),
            col(Operations.LEFT),
            col(Operations.RIGHT)));
    rows.addAll(
        texts(lake.ops(Operations.INGEST_BATCH), col(Operations.INPUT), col(Operations.STATE)));
    return rows;
  }

  private static List<String> texts(Dataset<Row> rows, Column... columns) {
    return rows.select(columns).collectAsList().stream().map(Row::toString).sorted().toList();
  }

  @AfterEach
  void powerOn() {
    StoppingLogStore.powerOn();
  }

  /** One rerun finishes the work; another finds nothing to do. */
  private static void assertMended(String name) throws IOException {
    ClvConfig config = config(name);
    try (Lake lake = TestLakes.open(config)) {
      IngestJob.run(lake, config);
      assertThat(content(lake)).as(name).isEqualTo(expected);
      assertThat(IngestJob.run(lake, config)).as(name).isEmpty();
    }
  }

  /** Every third commit, from the first on; the long form takes each. */
  @Test
  void ingest_thatDiesAtACommitIsMendedByOneRerun() throws IOException {
    dieAtCommits(3);
  }

  @Test
  @Tag("long")
  void ingest_thatDiesAtAnyCommitIsMendedByOneRerun() throws IOException {
    dieAtCommits(1);
  }

  private static void dieAtCommits(int step) throws IOException {
    assertThat(commits).isGreaterThan(8);
    for (long at = 1; at <= commits; at += step) {
      String name = "power-" + step + "-" + at;
      ClvConfig config = config(name);
      StoppingLogStore.powerOffAt(at);
      try (Lake lake = TestLakes.open(config)) {
        assertThatThrownBy(() -> IngestJob.run(lake, config)).as(name).isNotNull();
      }
      StoppingLogStore.powerOn();
      assertMended(name);
    }
  }

  /** The same by SIGKILL, in the middle and right before its end; RecoveryIT kills many more. */
  @Test
  void ingest_thatIsKilledIsMendedByOneRerun() throws Exception {
    // The lease is made, taken and given back, four commits around those of the ingest.
    for (String point : List.of(commits / 2 + 2 + ":before", commits + 1 + ":after")) {
      String name = "killed-" + point.replace(':', '-');
      ClvProcess clv =
          ClvProcess.start(
              folder,
              Map.of(
                  "clv.test.stop",
                  point,
                  "spark.delta.logStore.file.impl",
                  StoppingLogStore.class.getName()),
              Map.of("CLV_ID_KEY", "a key of these tests"),
              "ingest",
              "--conf",
              conf(name).toString());
      assertThat(clv.awaitOutput("stopped " + point)).as(name + clv.err()).isTrue();
      clv.kill();
      assertMended(name);
    }
  }

  /** Two at once, really: each row once, and who could not work says why. */
  @Test
  void twoIngestsAtOnce_doubleNothing() throws Exception {
    String[] command = {"ingest", "--conf", conf("both").toString()};
    Map<String, String> key = Map.of("CLV_ID_KEY", "a key of these tests");
    List<ClvProcess> both =
        List.of(
            ClvProcess.start(folder, Map.of(), key, command),
            ClvProcess.start(folder, Map.of(), key, command));
    List<Integer> codes = new ArrayList<>();
    for (ClvProcess clv : both) {
      int code = clv.await();
      codes.add(code);
      if (code != 0) {
        assertThat(clv.err()).contains("busy");
        assertThat(code).isEqualTo(1);
      }
    }
    assertThat(codes).contains(0);
    assertMended("both");
  }
}
