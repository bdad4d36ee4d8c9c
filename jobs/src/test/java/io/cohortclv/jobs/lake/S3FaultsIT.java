package io.cohortclv.jobs.lake;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.lake.FaultProxy.Fault;
import io.cohortclv.transforms.table.Operations;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Appends through a network that loses replies, breaks off, is slow or fails. */
@Tag("long")
class S3FaultsIT {
  private static final int APPENDS = 12;

  /** A command that failed is run again so often at most. */
  private static final int RUNS = 5;

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

  @ParameterizedTest
  @CsvSource({
    "LOST_REPLY, 0.01", "LOST_REPLY, 0.05", "LOST_REPLY, 0.2",
    "RESET, 0.01", "RESET, 0.05", "RESET, 0.2",
    "ERROR_500, 0.01", "ERROR_500, 0.05", "ERROR_500, 0.2",
    "ERROR_503, 0.01", "ERROR_503, 0.05", "ERROR_503, 0.2",
    "SLOW, 0.01", "SLOW, 0.05", "SLOW, 0.2",
  })
  void appends_areThereOnce(Fault fault, double rate) throws Exception {
    String bucket =
        (fault + "-" + Math.round(100 * rate)).toLowerCase(Locale.ROOT).replace('_', '-');
    Files.createDirectories(folder.resolve("data").resolve(bucket));
    TestLakes.config(folder); // the session
    ClvConfig config =
        ClvConfigs.load(
            Files.writeString(
                folder.resolve("clv.conf"), "lake.root = \"s3a://" + bucket + "/clv\"\n"));
    try (FaultProxy proxy = FaultProxy.start(server.port(), fault, rate)) {
      S3Settings.into(hadoop(), bucket, proxy.port());
      List<String> expected = new ArrayList<>();
      try (Lake lake = TestLakes.open(config)) {
        for (int i = 0; i < APPENDS; i++) {
          String setting = "append-" + i;
          expected.add(setting);
          append(lake, setting);
        }
      }
      assertThat(proxy.faults()).as("faults of " + bucket).isPositive();
      S3Settings.into(hadoop(), bucket, server.port());
      try (Lake lake = TestLakes.open(config)) {
        assertThat(
                lake
                    .ops(Operations.LAKE_SETTING)
                    .orderBy(col(Operations.SETTING))
                    .collectAsList()
                    .stream()
                    .map(row -> row.<String>getAs(Operations.SETTING)))
            .as(bucket)
            .containsExactlyInAnyOrderElementsOf(expected);
      }
    }
  }

  /** As a scheduler does: a failed command is run again. */
  private static void append(Lake lake, String setting) {
    Dataset<Row> row =
        lake.spark()
            .createDataFrame(
                List.of(RowFactory.create(setting, "value", Lake.now())),
                Operations.LAKE_SETTING.schema())
            .coalesce(1);
    for (int run = 1; ; run++) {
      try {
        Optional<Written> written = lake.appendOnce(Operations.LAKE_SETTING, setting, "", row);
        assertThat(written.isPresent() || run > 1).isTrue();
        return;
      } catch (Exception e) { // Spark's own are checked, and Scala does not declare them
        if (run == RUNS) {
          throw e;
        }
      }
    }
  }

  private static Configuration hadoop() {
    Configuration hadoop = SparkSession.active().sparkContext().hadoopConfiguration();
    // One bucket is reached at two ports.
    hadoop.set("fs.s3a.impl.disable.cache", "true");
    return hadoop;
  }
}
