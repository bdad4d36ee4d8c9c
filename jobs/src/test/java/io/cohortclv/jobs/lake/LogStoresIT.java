package io.cohortclv.jobs.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.delta.storage.LogStore;
import io.delta.storage.S3SingleDriverLogStore;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two drivers that commit to one log, on a real S3 server and on a disk. */
class LogStoresIT {
  private static final int ROUNDS = 40;

  @TempDir static Path folder;
  private static S3Server server;

  @BeforeAll
  static void startServer() throws Exception {
    server = S3Server.start(folder, "lake");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  /** A process that commits. */
  private record Driver(Process process, PrintWriter to, BufferedReader from) {
    static Driver start(Class<? extends LogStore> store, String log, String name) throws Exception {
      List<String> command = new ArrayList<>();
      command.add(ProcessHandle.current().info().command().orElseThrow());
      command.addAll(
          List.of(
              "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dclv.log.level=off"));
      command.addAll(List.of("-cp", System.getProperty("java.class.path")));
      command.addAll(List.of(CommittingDriver.class.getName(), store.getName(), log, name));
      S3Server.hadoop(server.port()).forEach((key, value) -> command.add(key + "=" + value));
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().put("AWS_ACCESS_KEY_ID", S3Server.ACCESS_KEY);
      builder.environment().put("AWS_SECRET_ACCESS_KEY", S3Server.SECRET_KEY);
      builder.redirectError(folder.resolve(name + ".log").toFile());
      Process process = builder.start();
      return new Driver(
          process,
          new PrintWriter(process.getOutputStream(), true, StandardCharsets.UTF_8),
          process.inputReader(StandardCharsets.UTF_8));
    }

    String line() throws IOException {
      return from.readLine();
    }
  }

  /**
   * Two drivers commit one row each a round; returns the rows that can be read afterwards.
   *
   * @param root of the table's folder, as the drivers name it
   * @param on the same as a folder of this machine
   */
  private static Set<String> rowsLeft(Class<? extends LogStore> store, String root, Path on)
      throws Exception {
    String log = root + "/" + store.getSimpleName() + "/_delta_log";
    List<Driver> drivers =
        List.of(Driver.start(store, log, "one"), Driver.start(store, log, "two"));
    try {
      for (Driver driver : drivers) {
        assertThat(driver.line()).isEqualTo("ready");
      }
      long version = 0;
      for (int round = 0; round < ROUNDS; round++) {
        for (Driver driver : drivers) {
          driver.to().println(version);
        }
        for (Driver driver : drivers) {
          version = Math.max(version, Long.parseLong(driver.line()) + 1);
        }
      }
    } finally {
      drivers.forEach(driver -> driver.process().destroyForcibly());
    }
    Set<String> rows = new TreeSet<>();
    Path commits = on.resolve(store.getSimpleName()).resolve("_delta_log");
    try (Stream<Path> files = Files.list(commits)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
        rows.add(Files.readString(file).strip());
      }
    }
    return rows;
  }

  @Test
  void onS3_twoDriversLoseNothingWhereDeltasOwnStoreDoes() throws Exception {
    Path bucket = folder.resolve("data/lake");
    assertThat(rowsLeft(ConditionalPutLogStore.class, "s3a://lake", bucket)).hasSize(2 * ROUNDS);
    assertThat(rowsLeft(S3SingleDriverLogStore.class, "s3a://lake", bucket))
        .as("the race must have been run: the default store has to lose rows in it")
        .hasSizeLessThan(2 * ROUNDS);
  }

  /** Delta's own store for disks loses rows here only now and then, so it is not asserted. */
  @Test
  void onDisk_twoDriversLoseNothing() throws Exception {
    Path disk = folder.resolve("disk");
    assertThat(rowsLeft(HardLinkLogStore.class, disk.toUri().toString(), disk)).hasSize(2 * ROUNDS);
  }

  private static Configuration hadoop(Map<String, String> more) {
    Configuration hadoop = new Configuration();
    S3Server.hadoop(server.port()).forEach(hadoop::set);
    hadoop.set("fs.s3a.access.key", S3Server.ACCESS_KEY);
    hadoop.set("fs.s3a.secret.key", S3Server.SECRET_KEY);
    hadoop.set("fs.s3a.impl.disable.cache", "true");
    more.forEach(hadoop::set);
    return hadoop;
  }

  private static org.apache.hadoop.fs.Path commit(String table) {
    return new org.apache.hadoop.fs.Path("s3a://lake/" + table + "/_delta_log/0.json");
  }

  private static void write(Configuration hadoop, String table, String action) throws IOException {
    new ConditionalPutLogStore(hadoop)
        .write(commit(table), List.of(action).iterator(), false, hadoop);
  }

  @Test
  void write_tellsItsOwnCommitFromAnothers() throws IOException {
    Configuration hadoop = hadoop(Map.of());
    write(hadoop, "own", "mine");
    write(hadoop, "own", "mine"); // as after a lost reply
    assertThatThrownBy(() -> write(hadoop, "own", "other"))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(folder.resolve("data/lake/own/_delta_log/0.json")).hasContent("mine");
  }

  @Test
  void write_refusesAStorageWithoutConditions() {
    Configuration hadoop = hadoop(Map.of("fs.s3a.create.conditional.enabled", "false"));
    assertThatThrownBy(() -> write(hadoop, "refused", "mine")).isInstanceOf(Exception.class);
    assertThat(folder.resolve("data/lake/refused")).doesNotExist();
  }
}
