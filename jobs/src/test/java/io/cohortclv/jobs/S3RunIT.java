package io.cohortclv.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.S3Server;
import io.cohortclv.jobs.lake.S3Settings;
import io.cohortclv.jobs.lake.TestLakes;
import io.cohortclv.jobs.simulate.ShopOptions;
import io.cohortclv.jobs.simulate.ShopSimulation;
import io.cohortclv.jobs.simulate.ShopTruth;
import io.cohortclv.transforms.table.CustomerClv;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole run whose logs and lake lie on a real S3 server. */
class S3RunIT {
  private static final long CUSTOMERS = 100;

  /**
   * Of the short form: each input and each table of it costs seconds, and S3 is the same to all.
   */
  private static final Set<String> INPUTS = Set.of("orders", "refunds");

  private static final Map<String, String> CREDENTIALS =
      Map.of(
          "AWS_ACCESS_KEY_ID", S3Server.ACCESS_KEY,
          "AWS_SECRET_ACCESS_KEY", S3Server.SECRET_KEY,
          "CLV_ID_KEY", "a key of these tests");

  @TempDir static Path folder;
  private static S3Server server;
  private static ShopTruth truth;
  private static Path conf;
  private static Path confOfEveryLog;

  @BeforeAll
  static void putLogsIntoABucket() throws Exception {
    server = S3Server.start(Files.createDirectories(folder.resolve("s3")), "company");
    Path shop = folder.resolve("shop");
    truth = ShopSimulation.of(new ShopOptions(shop, CUSTOMERS, 5, 150, 7, 0)).run();
    TestLakes.config(folder); // the session
    Configuration hadoop = SparkSession.active().sparkContext().hadoopConfiguration();
    S3Settings.into(hadoop, "company", server.port());
    org.apache.hadoop.fs.Path bucket = new org.apache.hadoop.fs.Path("s3a://company/shop");
    FileSystem files = bucket.getFileSystem(hadoop); // the session's own, which is not to be closed
    files.copyFromLocalFile(new org.apache.hadoop.fs.Path(shop.toUri()), bucket);
    // The overlay as users take it in, and what this server needs.
    Files.copy(Path.of("../conf/s3.conf"), folder.resolve("s3.conf"));
    StringBuilder storage = new StringBuilder("include \"s3.conf\"\n");
    S3Server.hadoop(server.port())
        .forEach(
            (name, value) ->
                storage.append("lake.storage { \"%s\" = \"%s\" }%n".formatted(name, value)));
    Config all =
        ConfigFactory.parseString(
            Files.readString(shop.resolve("clv.conf"))
                .replace(shop.toString(), "s3a://company/shop"));
    Config some = all;
    for (String input : all.getObject("inputs").keySet()) {
      some = INPUTS.contains(input) ? some : some.withoutPath("inputs." + input);
    }
    conf = conf("clv", storage, some);
    confOfEveryLog = conf("every-log", storage, all);
  }

  private static Path conf(String name, CharSequence storage, Config config) throws IOException {
    return Files.writeString(
        folder.resolve(name + ".conf"),
        storage
            + config.root().render(ConfigRenderOptions.concise().setJson(false))
            + "\nlake.root = \"s3a://company/lakes/"
            + name
            + "\"\n");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void run_readsLogsFromS3AndPublishesThere() throws Exception {
    run(conf);
  }

  @Test
  @Tag("long")
  void run_readsEveryLogFromS3AndPublishesThere() throws Exception {
    run(confOfEveryLog);
  }

  private static void run(Path conf) throws Exception {
    ClvConfig config = ClvConfigs.load(conf).withIdentifiers("a key of these tests");
    try (Lake lake = Lake.openToWrite(config, "run")) {
      RunCommand.everything(
          lake,
          config,
          truth.lastDay(),
          Progress.onTerminalOnly(new PrintWriter(Writer.nullWriter())));
      assertThat(lake.published(CustomerClv.TABLE, truth.lastDay()).count()).isEqualTo(CUSTOMERS);
    }
    try (Lake lake = Lake.open(config, "test")) {
      assertThat(lake.holder()).as("the lease was given back").isEmpty();
    }
  }

  /** As users do it: the overlay, credentials in the environment, a process of its own. */
  @Test
  void check_reachesS3WithoutTellingCredentials() throws Exception {
    Path log = folder.resolve("clv.log");
    ClvProcess clv =
        ClvProcess.start(
            folder,
            Map.of("clv.log", log.toString(), "clv.log.level", "info"),
            CREDENTIALS,
            "check",
            "--conf",
            conf.toString());
    int code = clv.await();
    assertThat(code).as(clv.out() + clv.err()).isZero();
    assertThat(clv.out()).contains("accepted").doesNotContain("rejected");
    assertThat(log).isNotEmptyFile();
    assertThat(clv.out() + clv.err() + Files.readString(log))
        .doesNotContain(S3Server.SECRET_KEY)
        .doesNotContain(S3Server.ACCESS_KEY);
  }

  @Test
  void check_withWrongCredentialsSaysSoWithoutThem() throws Exception {
    ClvProcess clv =
        ClvProcess.start(
            folder,
            Map.of(),
            Map.of(
                "AWS_ACCESS_KEY_ID",
                S3Server.ACCESS_KEY,
                "AWS_SECRET_ACCESS_KEY",
                "another-canary"),
            "check",
            "--conf",
            conf.toString());
    int code = clv.await();
    assertThat(code).as(clv.out() + clv.err()).isEqualTo(1);
    assertThat(clv.err()).contains("cannot be reached").contains("credentials");
    assertThat(clv.out() + clv.err())
        .doesNotContain("another-canary")
        .doesNotContain(S3Server.ACCESS_KEY);
  }
}
