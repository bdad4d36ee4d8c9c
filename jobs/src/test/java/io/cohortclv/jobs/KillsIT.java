package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.jobs.IngestJob.Request;
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
import java.util.Optional;
import java.util.Random;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Ingests that die at every commit they make, each time one commit further, and the one rerun that
 * must mend it. RecoveryIT kills whole runs. With -Dclv.test.kills=N the long form kills so often.
 */
class KillsIT {
  /** Each of these copies of a lake whose ingest died is mended by one rerun. */
  private static final int MENDED_EVERY = 5;

  /** Of the long form. */
  private static final int KILLS = Integer.getInteger("clv.test.kills", 100);

  private static final String AS_DELIVERED = "total";
  private static final String CORRECTED = "replace(total, 'x', '20')";

  @TempDir static Path folder;
  private static Undisturbed first;

  /** What an ingest that nobody stopped made of a lake, and in how many commits. */
  private record Undisturbed(String lake, List<String> content, long commits) {}

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
    first = undisturbed("first", AS_DELIVERED, Request.NEW);
  }

  private static Undisturbed undisturbed(String name, String amount, Request request)
      throws IOException {
    ClvConfig config = config(name, amount);
    long before = StoppingLogStore.commits();
    try (Lake lake = TestLakes.open(config)) {
      assertThat(IngestJob.run(lake, config, request)).isNotEmpty();
      return new Undisturbed(name, content(lake), StoppingLogStore.commits() - before);
    }
  }

  private static String order(String id, String total) {
    return "{\"id\": \"%s\", \"customer\": \"c\", \"at\": \"2024-01-02\", \"total\": \"%s\"}\n"
        .formatted(id, total);
  }

  private static Path conf(String name, String amount) throws IOException {
    return Files.writeString(
        folder.resolve(name + ".conf"),
        """
        lake.root = "lakes/%s"
        orders {
          source-system = shop, format = json, zone = UTC
          schema = "id STRING, customer STRING, at STRING, total STRING"
          columns { order_id = id, customer_ref = customer, order_ts = at, subtotal = "%s" }
        }
        inputs.orders = [
          ${orders} { path = "raw/orders/a.json" }
          ${orders} { path = "raw/orders/b.json" }
        ]
        inputs.refunds = [{
          source-system = shop, path = "raw/refunds", format = json, zone = UTC
          schema = "id STRING, ord STRING, at STRING, amount STRING"
          columns { refund_id = id, order_id = ord, refund_ts = at, amount = amount }
        }]
        """
            .formatted(name, amount));
  }

  private static ClvConfig config(String name, String amount) throws IOException {
    return ClvConfigs.load(conf(name, amount)).withIdentifiers("a key of these tests");
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

  /** One rerun finishes the work; another finds nothing to do. */
  private static void assertMended(String name, String amount, List<String> expected)
      throws IOException {
    ClvConfig config = config(name, amount);
    try (Lake lake = TestLakes.open(config)) {
      IngestJob.run(lake, config);
      assertThat(content(lake)).as(name).isEqualTo(expected);
      assertThat(IngestJob.run(lake, config)).as(name).isEmpty();
    }
  }

  private static void copy(String from, String to) throws IOException {
    Path lakes = folder.resolve("lakes");
    FileUtils.copyDirectory(lakes.resolve(from).toFile(), lakes.resolve(to).toFile());
  }

  @Test
  void ingest_thatDiesAtEveryCommitLosesAndDoublesNothing() throws IOException {
    assertThat(first.commits()).isGreaterThan(12);
    dieAtEveryCommit("new", AS_DELIVERED, Request.NEW, first);
  }

  /** Over a lake that holds the logs already: rejected rows come back, and all is built anew. */
  @ParameterizedTest
  @CsvSource({"replayed, true, false", "rebuilt, false, true"})
  void ingestAgain_thatDiesAtEveryCommitLosesAndDoublesNothing(
      String name, boolean replay, boolean full) throws IOException {
    Request request = new Request(replay, full, Optional.empty(), Optional.empty());
    copy(first.lake(), name + "-undisturbed");
    Undisturbed again = undisturbed(name + "-undisturbed", CORRECTED, request);
    assertThat(again.commits()).isGreaterThan(4);
    copy(first.lake(), name);
    dieAtEveryCommit(name, CORRECTED, request, again);
  }

  /**
   * First the power is off at the first commit, then, over what that left, at the second one made,
   * and so on until an ingest lives: so one dies before each commit there is and after the one
   * before. What is asked for is asked until it is planned; any ingest finishes it.
   */
  private static void dieAtEveryCommit(
      String name, String amount, Request request, Undisturbed undisturbed) throws IOException {
    int deaths = 0;
    while (diesAtCommit(
        config(name, amount), deaths < 2 ? request : Request.NEW, deaths == 0 ? 1 : 2)) {
      deaths++;
      if (deaths % MENDED_EVERY == 0) {
        String copy = name + "-after-" + deaths;
        copy(name, copy);
        assertMended(copy, amount, undisturbed.content());
      }
    }
    assertThat(deaths).as("each commit was one to die at").isEqualTo((int) undisturbed.commits());
    assertMended(name, amount, undisturbed.content());
  }

  private static boolean diesAtCommit(ClvConfig config, Request request, long at) {
    StoppingLogStore.powerOffAt(at);
    try (Lake lake = TestLakes.open(config)) {
      IngestJob.run(lake, config, request);
      return false;
    } catch (Exception e) { // Scala declares no checked exceptions
      assertThat(e).hasStackTraceContaining(StoppingLogStore.NO_POWER);
      return true;
    } finally {
      StoppingLogStore.powerOn();
    }
  }

  /** The same by SIGKILL, in the middle and right before its end. */
  @Test
  void ingest_thatIsKilledIsMendedByOneRerun() throws Exception {
    // The lease is made, taken and given back, four commits around those of the ingest.
    for (String point :
        List.of(first.commits() / 2 + 2 + ":before", first.commits() + 1 + ":after")) {
      String name = "killed-" + point.replace(':', '-');
      ClvProcess clv = stopping(name, point);
      assertThat(clv.awaitOutput("stopped " + point)).as(name + clv.err()).isTrue();
      clv.kill();
      assertMended(name, AS_DELIVERED, first.content());
    }
  }

  /** Kills each lake's ingests at commits and at any time between until one gets to its end. */
  @Test
  @Tag("long")
  void ingest_thatIsKilledAgainAndAgainLosesAndDoublesNothing() throws Exception {
    Random random = new Random(20260101);
    int kills = 0;
    int lakes = 0;
    while (kills < KILLS) {
      String name = "killed-often-" + lakes++;
      boolean lives = false;
      while (!lives) {
        boolean atCommit = random.nextInt(3) > 0;
        String point = 2 + random.nextInt(5) + (random.nextBoolean() ? ":before" : ":after");
        ClvProcess clv = stopping(name, atCommit ? point : "never");
        if (atCommit) {
          lives = !clv.awaitOutput("stopped");
          if (!lives) {
            clv.kill();
          }
        } else {
          lives = !clv.killAfter(2_000 + random.nextInt(10_000));
        }
        kills += lives ? 0 : 1;
        assertThat(lives ? clv.await() : 0).as(name + clv.err()).isZero();
      }
      assertMended(name, AS_DELIVERED, first.content());
      // The figure of a proof that takes long, for whoever runs it.
      System.out.println(kills + " kills, " + lakes + " lakes as they should be");
    }
  }

  /** An ingest that stops at that commit, and waits to be killed. */
  private static ClvProcess stopping(String name, String point) throws IOException {
    return ClvProcess.start(
        folder,
        Map.of(
            "clv.test.stop",
            point,
            "spark.delta.logStore.file.impl",
            StoppingLogStore.class.getName()),
        Map.of("CLV_ID_KEY", "a key of these tests"),
        "ingest",
        "--conf",
        conf(name, AS_DELIVERED).toString());
  }

  /** Two at once, really: each row once, and who could not work says why. */
  @Test
  void twoIngestsAtOnce_doubleNothing() throws Exception {
    String[] command = {"ingest", "--conf", conf("both", AS_DELIVERED).toString()};
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
    assertMended("both", AS_DELIVERED, first.content());
  }
}
