package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.cohortclv.jobs.IngestJob.Request;
import io.cohortclv.jobs.IngestJob.Taken;
import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.SourceConfig;
import io.cohortclv.jobs.config.SourceConfig.Gates;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.IngestBatches;
import io.cohortclv.jobs.lake.IngestBatches.Kind;
import io.cohortclv.jobs.lake.IngestRecon.Counts;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.TestLakes;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Operations;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.Orders;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that are taken again, batches that stop a run, rows that wait. */
class IngestAgainTest {
  private static final Map<String, String> ORDER =
      Map.of("order_id", "id", "order_ts", "at", "updated_ts", "at", "subtotal", "total");
  private static final Gates NO_REJECTS =
      new Gates(Optional.of(0.2), Optional.empty(), Optional.empty(), Optional.empty());

  @TempDir Path folder;
  private Lake lake;

  @BeforeEach
  void openEmptyLake() throws IOException {
    Files.createDirectory(folder.resolve("orders"));
    Files.createDirectory(folder.resolve("order_items"));
    lake = TestLakes.open(folder.resolve("lake"));
  }

  private SourceConfig source(
      String input,
      Map<String, String> columns,
      List<String> groupBy,
      Duration waitForOrder,
      Gates gates) {
    return new SourceConfig(
        input,
        input + "[0] shop",
        "shop",
        folder.resolve(input).toUri().toString(),
        "json",
        Optional.of("id STRING, line STRING, at STRING, total STRING"),
        Map.of(),
        Optional.of(ZoneId.of("UTC")),
        List.of(),
        1,
        Optional.of("EUR"),
        Optional.empty(),
        false,
        groupBy,
        columns,
        Optional.empty(),
        groupBy.isEmpty() ? Duration.ZERO : Duration.ofDays(7),
        waitForOrder,
        gates);
  }

  private SourceConfig orders(Map<String, String> columns, Gates gates) {
    return source("orders", columns, List.of(), Duration.ZERO, gates);
  }

  private List<Taken> ingest(Request request, SourceConfig... sources) {
    ClvConfig config = TestLakes.config(folder.resolve("lake"), sources);
    return IngestJob.run(lake, config, request);
  }

  private List<Taken> ingest(SourceConfig... sources) {
    return ingest(Request.NEW, sources);
  }

  private Status status(SourceConfig... sources) {
    return Status.of(lake, TestLakes.config(folder.resolve("lake"), sources));
  }

  private static Request request(boolean replay, boolean full) {
    return new Request(replay, full, Optional.empty(), Optional.empty());
  }

  private void file(String input, String name, String... rows) throws IOException {
    List<String> lines =
        Arrays.stream(rows)
            .map(row -> row.split(",", -1))
            .map(
                cell ->
                    "{\"id\": \"%s\", \"at\": \"%s\", \"total\": \"%s\", \"line\": \"%s\"}"
                        .formatted(cell[0], cell[1], cell[2], cell.length > 3 ? cell[3] : ""))
            .toList();
    Files.write(folder.resolve(input).resolve(name), lines);
  }

  /** Order id, time and amount of each accepted row, in order. */
  private List<String> accepted(Contract contract) {
    return lake
        .versions(contract)
        .selectExpr(Orders.ORDER_ID, contract.column("updated_ts").name(), "subtotal")
        .orderBy(Orders.ORDER_ID, "updated_ts", "subtotal")
        .collectAsList()
        .stream()
        .map(
            r ->
                r.getString(0)
                    + " "
                    + r.getTimestamp(1).toInstant()
                    + " "
                    + r.getDecimal(2).stripTrailingZeros().toPlainString())
        .toList();
  }

  private String stopped(SourceConfig... sources) {
    try {
      ingest(sources);
    } catch (CommandException e) {
      assertThat(e.exitCode()).isEqualTo(3);
      return e.getMessage();
    }
    throw new AssertionError("Nothing stopped ingest");
  }

  @Test
  void aBrokenGate_stopsThisRunAndLaterOnes_untilTheRowsComeBackOnce() throws IOException {
    file("orders", "a.json", "1,2024-01-02,10", "2,2024-01-02,EUR 20", "3,2024-01-02,EUR 30");
    SourceConfig wrong = orders(ORDER, NO_REJECTS);
    assertThat(stopped(wrong)).contains("max-rejected-share", "0.2", "0.66", "--replay-quarantine");
    assertThat(stopped(wrong)).as("the next run has no new file").contains("max-rejected-share");
    assertThat(status(wrong).gates())
        .extracting(Status.Gate::source, Status.Gate::gate, Status.Gate::limit)
        .containsExactly(tuple("orders[0] shop", "max-rejected-share", 0.2));

    Map<String, String> mended =
        Map.of(
            "order_id",
            "id",
            "order_ts",
            "at",
            "updated_ts",
            "at",
            "subtotal",
            "replace(total, 'EUR ', '')");
    SourceConfig right = orders(mended, NO_REJECTS);
    Counts counts = ingest(request(true, false), right).get(0).counts();
    assertThat(counts.accepted()).isEqualTo(2);
    assertThat(counts.duplicate()).isEqualTo(1);
    List<String> all =
        List.of(
            "1 2024-01-02T00:00:00Z 10", "2 2024-01-02T00:00:00Z 20", "3 2024-01-02T00:00:00Z 30");
    assertThat(accepted(Orders.CONTRACT)).isEqualTo(all);
    assertThat(status(right).gates()).isEmpty();
    assertThat(ingest(request(true, false), right)).as("nothing is left to replay").isEmpty();
    assertThat(accepted(Orders.CONTRACT)).isEqualTo(all);
  }

  @Test
  void aReplayThatWasKilled_isFinishedByTheNextIngest() throws IOException {
    file("orders", "a.json", "1,2024-01-02,10", "2,2024-01-02,x");
    SourceConfig source = orders(ORDER, Gates.NONE);
    ingest(source);
    // Planned and no more: as if the process had died right after.
    IngestBatches batches = IngestBatches.of(lake);
    var unused = batches.plan(Map.of(source, batches.withRejects(source)), Kind.REPLAY);
    Map<String, String> mended =
        Map.of("order_id", "id", "order_ts", "at", "updated_ts", "at", "subtotal", "'5'");
    List<Taken> taken = ingest(orders(mended, Gates.NONE));
    assertThat(taken).hasSize(1);
    assertThat(ingest(request(true, false), orders(mended, Gates.NONE))).isEmpty();
    assertThat(accepted(Orders.CONTRACT))
        .containsExactly(
            "1 2024-01-02T00:00:00Z 5", "1 2024-01-02T00:00:00Z 10", "2 2024-01-02T00:00:00Z 5");
  }

  @Test
  void gates_ofVolumeAndRows_andABatchAcceptedByHand() throws IOException {
    Gates gates = new Gates(Optional.empty(), Optional.of(1.0), Optional.of(3.0), Optional.empty());
    SourceConfig source = orders(ORDER, gates);
    for (int day = 1; day <= 3; day++) {
      file("orders", day + ".json", day + "a,2024-01-02,1", day + "b,2024-01-02,1");
      ingest(source);
    }
    // 7 rows where 2 were usual: 3.5 times as many.
    file(
        "orders",
        "4.json",
        "4a,2024-01-02,1",
        "4b,2024-01-02,1",
        "4c,2024-01-02,1",
        "4d,2024-01-02,1",
        "4e,2024-01-02,1",
        "4f,2024-01-02,1",
        "4g,2024-01-02,1");
    String message = stopped(source);
    assertThat(message).contains("max-volume-change", "the limit is 3, and it has 3.5");
    String batch = message.replaceAll("(?s).*--accept ([0-9a-f-]{36}).*", "$1");
    IngestBatches.of(lake).accept(batch);
    assertThat(ingest(source)).isEmpty();
    assertThatThrownBy(() -> IngestBatches.of(lake).accept("nothing"))
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(2));
    assertThat(
            stopped(
                orders(
                    ORDER,
                    new Gates(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(Duration.ofHours(36))))))
        .contains("max-age", "2024-01-02T00:00:00Z", "36 hours");
  }

  @Test
  void full_buildsTheCleanTablesAnew_orRefusesToLoseFiles() throws IOException {
    file("orders", "a.json", "1,2024-01-02,10");
    ingest(orders(ORDER, Gates.NONE));
    file("orders", "b.json", "1,2024-01-03,20", "2,2024-01-02,5");
    ingest(orders(ORDER, Gates.NONE));
    Map<String, String> twice =
        Map.of("order_id", "id", "order_ts", "at", "updated_ts", "at", "subtotal", "total * 2");
    Counts counts = ingest(request(false, true), orders(twice, Gates.NONE)).get(0).counts();
    assertThat(counts.records()).isEqualTo(3);
    assertThat(counts.duplicate()).isZero();
    assertThat(counts.superseded()).isEqualTo(1);
    List<String> rebuilt =
        List.of(
            "1 2024-01-02T00:00:00Z 20", "1 2024-01-03T00:00:00Z 40", "2 2024-01-02T00:00:00Z 10");
    assertThat(accepted(Orders.CONTRACT)).isEqualTo(rebuilt);
    assertThat(ingest(orders(twice, Gates.NONE))).isEmpty();

    Files.delete(folder.resolve("orders/a.json"));
    assertThatThrownBy(() -> ingest(request(false, true), orders(twice, Gates.NONE)))
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("a.json");
    assertThat(accepted(Orders.CONTRACT)).isEqualTo(rebuilt);
  }

  @Test
  void sinceAndUntil_limitTheFilesByTheirDay() throws IOException {
    for (String day : List.of("2024-01-01", "2024-01-02", "2024-01-03")) {
      file("orders", day + ".json", day + "," + day + ",1");
      Files.setLastModifiedTime(
          folder.resolve("orders").resolve(day + ".json"),
          FileTime.from(Instant.parse(day + "T12:00:00Z")));
    }
    Optional<LocalDate> second = Optional.of(LocalDate.of(2024, 1, 2));
    assertThat(ingest(new Request(false, false, second, second), orders(ORDER, Gates.NONE)))
        .hasSize(1);
    assertThat(accepted(Orders.CONTRACT)).containsExactly("2024-01-02 2024-01-02T00:00:00Z 1");
  }

  @Test
  void linesOfOneInvoice_inTwoDaysFiles_areOneOrder() throws IOException {
    Map<String, String> invoice =
        Map.of(
            "order_id", "id",
            "order_ts", "min(at)",
            "updated_ts", "max(at)",
            "subtotal", "sum(try_cast(total AS DECIMAL(12, 2)))");
    SourceConfig grouped = source("orders", invoice, List.of("id"), Duration.ZERO, Gates.NONE);
    file("orders", "a.json", "1,2024-01-02,10", "2,2024-01-02,7");
    ingest(grouped);
    file("orders", "b.json", "1,2024-01-03,5");
    Counts counts = ingest(grouped).get(0).counts();
    assertThat(counts.records()).isEqualTo(1);
    assertThat(counts.accepted()).isEqualTo(1);
    assertThat(counts.reconcile()).isTrue();
    assertThat(accepted(Orders.CONTRACT))
        .containsExactly(
            "1 2024-01-02T00:00:00Z 10", "1 2024-01-03T00:00:00Z 15", "2 2024-01-02T00:00:00Z 7");
  }

  @Test
  void lines_waitForTheirOrder_andAreOrphansInTheEnd() throws IOException {
    Map<String, String> line =
        Map.of(
            "order_item_id", "line",
            "order_id", "id",
            "product_id", "'p'",
            "quantity", "'1'",
            "unit_price", "total");
    SourceConfig orders = orders(ORDER, Gates.NONE);
    SourceConfig patient = source("order_items", line, List.of(), Duration.ofDays(30), Gates.NONE);
    file("orders", "a.json", "1,2024-01-02,10");
    file("order_items", "a.json", "1,2024-01-02,10,l1", "2,2024-01-02,10,l2", "3,2024-01-02,1,l3");
    Counts counts = ingest(orders, patient).get(1).counts();
    assertThat(counts.accepted()).isEqualTo(1);
    assertThat(counts.waiting()).isEqualTo(2);
    assertThat(counts.reconcile()).isTrue();
    assertThat(lake.ops(Operations.DQ_QUARANTINE).count()).isZero();
    assertThat(status(orders, patient).inputs())
        .extracting(Status.Input::input, Status.Input::accepted, Status.Input::waiting)
        .contains(tuple("order_items", 3L, 2L));

    file("orders", "b.json", "2,2024-01-02,10");
    SourceConfig impatient = source("order_items", line, List.of(), Duration.ZERO, Gates.NONE);
    ingest(orders, impatient);
    ingest(orders, impatient);
    List<Row> orphans = lake.ops(Operations.DQ_QUARANTINE).collectAsList();
    assertThat(orphans).hasSize(1);
    assertThat(orphans.get(0).<String>getAs(Operations.RAW_ROW)).contains("\"l3\"");
    assertThat(
            lake
                .ops(Operations.RECON)
                .filter(col(Operations.CHECK).equalTo("rows orphaned"))
                .collectAsList()
                .stream()
                .map(r -> r.<BigDecimal>getAs(Operations.RIGHT).intValue()))
        .containsExactly(1);
    assertThat(lake.versions(OrderItems.CONTRACT).count())
        .as("an order that comes late still gets its lines")
        .isEqualTo(3);
    assertThat(lake.versions(OrderItems.CONTRACT).filter(col(CleanColumns.SUPERSEDED)).isEmpty())
        .isTrue();
  }
}
