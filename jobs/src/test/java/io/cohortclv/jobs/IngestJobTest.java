package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortclv.jobs.IngestJob.Taken;
import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.SourceConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.IngestBatches;
import io.cohortclv.jobs.lake.IngestBatches.Batch;
import io.cohortclv.jobs.lake.IngestBatches.Kind;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.TestLakes;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Operations;
import io.cohortclv.transforms.table.Orders;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IngestJobTest {
  @TempDir Path folder;
  private Path raw;
  private ClvConfig config;
  private Lake lake;

  @BeforeEach
  void openEmptyLake() throws IOException {
    raw = Files.createDirectory(folder.resolve("raw"));
    config = TestLakes.config(folder.resolve("lake"), json("total"));
    lake = Lake.open(config, "ingest");
  }

  private SourceConfig json(String amount) {
    return source(
        "json",
        "id STRING, customer STRING, at STRING, total STRING",
        Map.of(),
        Map.of("order_id", "id", "customer_ref", "customer", "order_ts", "at", "subtotal", amount));
  }

  private SourceConfig source(
      String format, String schema, Map<String, String> options, Map<String, String> columns) {
    return new SourceConfig(
        "orders",
        "orders[0] shop",
        "shop",
        raw.toUri().toString(),
        format,
        Optional.of(schema),
        options,
        Optional.of(ZoneId.of("Europe/Berlin")),
        List.of(),
        1,
        Optional.of("EUR"),
        Optional.empty(),
        false,
        List.of(),
        columns);
  }

  private void file(String name, String... lines) throws IOException {
    Files.writeString(raw.resolve(name), String.join("\n", lines) + "\n");
  }

  private static String order(String id, String total) {
    return "{\"id\": \"%s\", \"customer\": \"c\", \"at\": \"2024-01-02\", \"total\": \"%s\"}"
        .formatted(id, total);
  }

  private long outcomes(String outcome) {
    return lake.spark()
        .read()
        .format("delta")
        .load(folder.resolve("lake/clean/orders").toString())
        .filter(col(CleanColumns.OUTCOME).equalTo(outcome))
        .count();
  }

  private List<Taken> ingest() {
    return IngestJob.run(lake, config);
  }

  @Test
  void ingest_accountsForEveryRecord() throws IOException {
    file("a.json", order("1", "10"), "", order("2", "x"), "{broken", order("1", "10"));
    Taken taken = ingest().get(0);
    assertThat(taken.counts().records()).isEqualTo(4);
    assertThat(taken.counts().accepted()).isEqualTo(1);
    assertThat(taken.counts().duplicate()).isEqualTo(1);
    assertThat(taken.counts().rejectedByReasons())
        .isEqualTo(Map.of("subtotal: not an amount", 1L, "unparseable", 1L));
    assertThat(
            lake
                .ops(Operations.DQ_QUARANTINE)
                .orderBy(Operations.RAW_ROW)
                .select(Operations.RAW_ROW)
                .collectAsList()
                .stream()
                .map(r -> r.getString(0)))
        .contains("{broken")
        .hasSize(2);
    Row in = lake.ops(Operations.RECON).filter(col(Operations.CHECK).equalTo("rows in")).first();
    assertThat(in.<BigDecimal>getAs(Operations.LEFT)).isEqualByComparingTo("4");
    assertThat(in.<BigDecimal>getAs(Operations.DIFFERENCE)).isEqualByComparingTo("0");
  }

  @Test
  void ingest_takesEachFileOnce() throws IOException {
    file("a.json", order("1", "10"));
    assertThat(ingest()).hasSize(1);
    assertThat(ingest()).isEmpty();
    file("b.json", order("1", "10"), order("2", "20"));
    assertThat(ingest().get(0).counts().records()).isEqualTo(2);
    assertThat(outcomes(CleanColumns.ACCEPTED)).isEqualTo(2);
    assertThat(outcomes(CleanColumns.DUPLICATE)).isEqualTo(1);
  }

  @Test
  void ingest_writesNoColumnThatNothingIsMappedTo_andReadsItAsNull() throws IOException {
    file("a.json", order("1", "10"));
    ingest();
    String accepted = folder.resolve("lake/clean/orders/outcome=accepted").toString();
    assertThat(lake.spark().read().parquet(accepted).columns())
        .contains(Orders.CUSTOMER_ID)
        .doesNotContain(Orders.VISITOR_ID);
    config =
        TestLakes.config(
            folder.resolve("lake"),
            source(
                "json",
                "id STRING, customer STRING, at STRING, total STRING",
                Map.of(),
                Map.of(
                    "order_id",
                    "id",
                    "visitor_id",
                    "customer",
                    "order_ts",
                    "at",
                    "subtotal",
                    "total")));
    file("b.json", order("2", "20"));
    ingest();
    assertThat(
            lake.clean(Orders.CONTRACT)
                .orderBy(Orders.ORDER_ID)
                .select(Orders.VISITOR_ID)
                .collectAsList())
        .extracting(row -> row.getString(0))
        .containsExactly(null, "c");
  }

  @Test
  void ingest_finishesABatchThatWasOnlyPlanned() throws IOException {
    file("a.json", order("1", "10"), order("2", "x"));
    plan();
    file("b.json", order("3", "30"));
    assertThat(ingest()).hasSize(2);
    assertThat(outcomes(CleanColumns.ACCEPTED)).isEqualTo(2);
    assertThat(ingest()).isEmpty();
  }

  @Test
  void ingest_doesNotDoubleABatchThatWasCommittedButNotDone() throws IOException {
    file("a.json", order("1", "10"), order("2", "x"));
    ingest();
    // As if the process had died right before the word done.
    lake.spark()
        .sql(
            "DELETE FROM delta.`"
                + folder.resolve("lake/ops/ingest_batch")
                + "` WHERE state = 'done'");
    Taken replayed = ingest().get(0);
    assertThat(replayed.counts().accepted()).isEqualTo(1);
    assertThat(outcomes(CleanColumns.ACCEPTED)).isEqualTo(1);
    assertThat(outcomes(CleanColumns.REJECTED)).isEqualTo(1);
    assertThat(lake.ops(Operations.DQ_QUARANTINE).count()).isEqualTo(1);
    assertThat(lake.ops(Operations.RECON).filter(col(Operations.CHECK).equalTo("rows in")).count())
        .isEqualTo(1);
  }

  @Test
  void plan_ofTwoProcessesIsTakenOnce() throws IOException {
    file("a.json", order("1", "10"));
    IngestBatches mine = IngestBatches.of(lake);
    IngestBatches other = IngestBatches.of(lake);
    SourceConfig source = config.inputs().get("orders").get(0);
    var files = Map.of(source, lake.rawFiles().list(source));
    List<Batch> planned = mine.plan(files, Kind.NEW);
    assertThat(planned).hasSize(1);
    assertThatThrownBy(() -> other.plan(files, Kind.NEW))
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(1));
    assertThat(IngestBatches.of(lake).unfinished()).isEqualTo(planned);
  }

  private void plan() {
    SourceConfig source = config.inputs().get("orders").get(0);
    var unused =
        IngestBatches.of(lake).plan(Map.of(source, lake.rawFiles().list(source)), Kind.NEW);
  }

  @Test
  void ingest_refusesWhatItCannotRead() throws IOException {
    file("a.json", order("1", "10"));
    config = TestLakes.config(folder.resolve("lake"), json("totals * 2"));
    assertThatThrownBy(this::ingest)
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("columns.subtotal")
        .hasMessageContaining("totals * 2")
        .hasMessageContaining("id, customer, at, total");
    assertThat(lake.ops(Operations.INGEST_BATCH).count()).isZero();

    raw = folder.resolve("nowhere");
    config = TestLakes.config(folder.resolve("lake"), json("total"));
    assertThatThrownBy(this::ingest)
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("nowhere");
  }

  @Test
  void ingest_saysWhichExpressionsCannotCast() throws IOException {
    file("a.json", order("1", "x"));
    config = TestLakes.config(folder.resolve("lake"), json("CAST(total AS INT)"));
    assertThatThrownBy(this::ingest)
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(3))
        .hasMessageContaining("try_cast");
  }

  @Test
  void ingest_ofAnEmptyFolderDoesNothing() {
    assertThat(ingest()).isEmpty();
    assertThat(lake.has(Orders.CONTRACT)).isFalse();
  }

  @Test
  void csv_withRowsOfOtherLengthsIsAccountedFor() throws IOException {
    file("a.csv", "id,at,total", "1,2024-01-02,10", "2,2024-01-02", "3,2024-01-02,10,more", "");
    config =
        TestLakes.config(
            folder.resolve("lake"),
            source(
                "csv",
                "id STRING, at STRING, total STRING",
                Map.of("header", "true"),
                Map.of("order_id", "id", "order_ts", "at", "subtotal", "total")));
    Taken taken = ingest().get(0);
    assertThat(taken.counts().records()).isEqualTo(3);
    assertThat(taken.counts().rejectedByReasons()).isEqualTo(Map.of("unparseable", 2L));
  }

  @Test
  void csv_whoseColumnsMovedIsRefused() throws IOException {
    file("a.csv", "at,id,total", "2024-01-02,1,10");
    config =
        TestLakes.config(
            folder.resolve("lake"),
            source(
                "csv",
                "id STRING, at STRING, total STRING",
                Map.of("header", "true"),
                Map.of("order_id", "id", "order_ts", "at", "subtotal", "total")));
    assertThatThrownBy(this::ingest)
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(3))
        .hasMessageContaining("header");
  }
}
