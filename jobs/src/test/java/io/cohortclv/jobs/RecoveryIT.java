package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Publication;
import io.cohortclv.jobs.lake.StoppingLogStore;
import io.cohortclv.jobs.lake.TestLakes;
import io.cohortclv.jobs.simulate.ShopOptions;
import io.cohortclv.jobs.simulate.ShopSimulation;
import io.cohortclv.jobs.simulate.ShopTruth;
import io.cohortclv.transforms.table.Catalog;
import io.cohortclv.transforms.table.Operations;
import io.cohortclv.transforms.table.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.Column;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole runs that are killed, made out of order, or lack room, and what readers see meanwhile. With
 * -Dclv.test.kills=N so many kills.
 */
@Tag("long")
class RecoveryIT {
  private static final int KILLS = Integer.getInteger("clv.test.kills", 100);
  private static final String KEY = "a key of these tests";

  @TempDir static Path folder;
  private static Path shop;
  private static ShopTruth truth;
  private static LocalDate day;
  private static Map<String, List<String>> expected;
  private static long commits;

  @BeforeAll
  static void runUndisturbed() throws IOException {
    shop = folder.resolve("shop");
    truth = ShopSimulation.of(new ShopOptions(shop, 150, 5, 150, 7, 0.02)).run();
    day = truth.lastDay();
    TestLakes.config(folder); // the session
    long before = StoppingLogStore.commits();
    everything("undisturbed", day);
    commits = StoppingLogStore.commits() - before;
    expected = published("undisturbed", day).orElseThrow();
  }

  private static Path conf(String name) throws IOException {
    String text = Files.readString(shop.resolve("clv.conf"));
    return Files.writeString(
        folder.resolve(name + ".conf"),
        text + "\nlake.root = \"" + folder.resolve("lakes").resolve(name) + "\"\n");
  }

  private static ClvConfig config(String name) throws IOException {
    return ClvConfigs.load(conf(name)).withIdentifiers(KEY);
  }

  private static void everything(String name, LocalDate asOf) throws IOException {
    ClvConfig config = config(name);
    try (Lake lake = TestLakes.open(config)) {
      RunCommand.everything(
          lake, config, asOf, Progress.onTerminalOnly(new PrintWriter(Writer.nullWriter())));
    }
  }

  /** The published rows of a day by table, without run ids and clocks. */
  private static Optional<Map<String, List<String>>> published(String name, LocalDate asOf)
      throws IOException {
    try (Lake lake = TestLakes.open(config(name))) {
      Optional<Publication> publication = lake.published(asOf);
      if (publication.isEmpty()) {
        return Optional.empty();
      }
      Map<String, List<String>> rows = new TreeMap<>();
      for (Table table : Catalog.PUBLISHED) {
        if (publication.get().tableVersions().containsKey(table.name())) {
          Column own =
              to_json(struct(table.columns().stream().map(c -> col(c)).toArray(Column[]::new)));
          rows.put(
              table.name(),
              lake.published(table, asOf).select(own).collectAsList().stream()
                  .map(row -> row.getString(0))
                  .sorted()
                  .toList());
        }
      }
      return Optional.of(rows);
    }
  }

  private static void assertReconciled(String name) throws IOException {
    try (Lake lake = TestLakes.open(config(name))) {
      assertThat(
              lake.ops(Operations.RECON).filter(abs(col(Operations.DIFFERENCE)).gt(0.0005)).count())
          .as(name)
          .isZero();
      assertThat(
              lake.ops(Operations.INGEST_BATCH)
                  .filter(col(Operations.STATE).equalTo(Operations.DONE))
                  .count())
          .as(name)
          .isEqualTo(
              lake.ops(Operations.INGEST_BATCH)
                  .filter(col(Operations.STATE).equalTo(Operations.PLANNED))
                  .count());
    }
  }

  /**
   * Kills at commits, before and after each, and at any time between. Half of the lakes are empty
   * before and half have the day published, so that a run replaces it.
   */
  @Test
  void run_thatIsKilledLeavesNothingTornAndIsMendedByOneRerun() throws Exception {
    Random random = new Random(20260101);
    Map<String, Integer> points = new TreeMap<>();
    long longest = Duration.ofSeconds(20).toMillis();
    int landed = 0;
    for (int round = 0; landed < KILLS; round++) {
      String name = "killed-" + round;
      boolean isPublished = round % 2 == 1;
      Path lake = folder.resolve("lakes").resolve(name);
      if (isPublished) {
        FileUtils.copyDirectory(folder.resolve("lakes/undisturbed").toFile(), lake.toFile());
      }
      boolean atCommit = round % 3 != 2;
      // Two commits make and take the lease; a run over a lake that has it all makes fewer.
      String point =
          (1 + random.nextInt((int) (isPublished ? commits / 2 : commits + 2)))
              + (random.nextBoolean() ? ":before" : ":after");
      Instant start = Instant.now();
      ClvProcess clv =
          ClvProcess.start(
              folder,
              Map.of(
                  "clv.test.stop",
                  atCommit ? point : "never",
                  "spark.sql.shuffle.partitions",
                  "2",
                  "spark.delta.logStore.file.impl",
                  StoppingLogStore.class.getName()),
              Map.of("CLV_ID_KEY", KEY),
              "run",
              "--conf",
              conf(name).toString(),
              "--as-of",
              day.toString());
      String what;
      if (atCommit) {
        if (!clv.awaitOutput("stopped")) {
          assertThat(clv.await()).as(clv.err()).isZero();
          continue; // it made fewer commits than that
        }
        clv.kill();
        what =
            clv.out()
                .strip()
                .replaceAll("(?s).*stopped \\d+:(\\w+) .*/(\\S+)/_delta_log/.*", "$1 $2");
      } else {
        long millis = 4_000 + (long) (random.nextDouble() * longest);
        if (!clv.killAfter(millis)) {
          longest = Duration.between(start, Instant.now()).toMillis();
          continue;
        }
        what = "in " + lastStage(clv);
      }
      landed++;
      points.merge(what, 1, Integer::sum);
      var seen = published(name, day);
      if (isPublished || seen.isPresent()) {
        assertThat(seen.orElseThrow()).as(name + " " + what).isEqualTo(expected);
      }
      everything(name, day);
      assertThat(published(name, day).orElseThrow()).as(name + " " + what).isEqualTo(expected);
      assertReconciled(name);
      FileUtils.deleteDirectory(lake.toFile());
      // The figures of a proof that takes long, for whoever runs it.
      System.out.println("kill " + landed + ": " + what);
    }
    System.out.println("kills by place: " + points);
  }

  private static String lastStage(ClvProcess clv) throws IOException {
    List<String> stages = clv.err().lines().filter(l -> l.startsWith("clv: ")).toList();
    return stages.isEmpty() ? "start" : stages.get(stages.size() - 1).replaceAll(".*: ", "");
  }

  /** Backfills in any order publish what the days in order publish. */
  @Test
  void backfills_doNotDependOnTheirOrder() throws Exception {
    List<LocalDate> days = new ArrayList<>();
    for (int back = 0; back < 5; back++) {
      days.add(day.minusDays(20L * back));
    }
    Collections.reverse(days);
    List<Map<String, List<String>>> inOrder = new ArrayList<>();
    for (LocalDate asOf : days) {
      everything("in-order", asOf);
    }
    for (LocalDate asOf : days) {
      inOrder.add(snapshots(published("in-order", asOf).orElseThrow()));
    }
    Random random = new Random(7);
    for (int order = 0; order < 4; order++) {
      List<LocalDate> shuffled = new ArrayList<>(days);
      Collections.shuffle(shuffled, random);
      String name = "order-" + order;
      for (LocalDate asOf : shuffled) {
        everything(name, asOf);
      }
      for (int i = 0; i < days.size(); i++) {
        assertThat(snapshots(published(name, days.get(i)).orElseThrow()))
            .as(shuffled + " " + days.get(i))
            .isEqualTo(inOrder.get(i));
      }
    }
  }

  /** Ledgers are current state, of the newest day alone. */
  private static Map<String, List<String>> snapshots(Map<String, List<String>> rows) {
    Map<String, List<String>> snapshots = new TreeMap<>(rows);
    Catalog.PUBLISHED.stream()
        .filter(table -> table.layout() == Table.Layout.LEDGER)
        .forEach(table -> snapshots.remove(table.name()));
    return snapshots;
  }

  /** A file system of its own that gets full and then read-only; needs user namespaces. */
  @Test
  void run_withoutRoomFailsAndIsMendedByARerun() throws Exception {
    Path lake = Files.createDirectories(folder.resolve("small"));
    String conf = conf("small").toString();
    Files.writeString(
        Path.of(conf), Files.readString(Path.of(conf)) + "\nlake.root = \"" + lake + "\"\n");
    String clv =
        "%s @%s -Xmx1g -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '%s' %s"
            .formatted(
                ProcessHandle.current().info().command().orElseThrow(),
                ClvProcess.options(folder),
                ClvProcess.classPath(),
                Main.class.getName());
    String run = clv + " run --conf " + conf + " --as-of " + day + "\n";
    String script =
        """
        mount -t tmpfs -o size=64m tmpfs %1$s || exit 77
        %2$secho first $?
        %3$s show customer_clv --conf %4$s --format csv --limit 1000 > %5$s/before
        head -c 64m /dev/zero > %1$s/filler
        %2$secho full $?
        rm %1$s/filler
        %3$s show customer_clv --conf %4$s --format csv --limit 1000 > %5$s/after
        mount -o remount,ro %1$s
        %2$secho readonly $?
        mount -o remount,rw %1$s
        %2$secho mended $?
        """
            .formatted(lake, run, clv, conf, folder);
    Path out = folder.resolve("small.out");
    ProcessBuilder builder = new ProcessBuilder("unshare", "-rm", "sh", "-c", script);
    builder.environment().put("CLV_ID_KEY", KEY);
    int code;
    try {
      code =
          builder
              .redirectOutput(out.toFile())
              .redirectError(folder.resolve("small.err").toFile())
              .start()
              .waitFor();
    } catch (IOException e) {
      code = 77;
    }
    assumeTrue(code != 77, "no user namespaces here");
    assertThat(Files.readString(out).lines().filter(l -> l.matches("\\w+ \\d+")))
        .as(Files.readString(folder.resolve("small.err")))
        .containsExactly("first 0", "full 1", "readonly 1", "mended 0");
    assertThat(folder.resolve("after")).hasSameTextualContentAs(folder.resolve("before"));
  }
}
