package io.cohortclv.jobs.lake;

import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Field;
import io.cohortclv.transforms.table.Operations;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Table;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LakeTest {
  private static final LocalDate JANUARY = LocalDate.parse("2024-01-31");
  private static final LocalDate MARCH = LocalDate.parse("2024-03-31");

  private static final Table SCORES =
      Table.snapshot(
          "scores", "one name", Table.text("name", "Name"), Table.whole("score", "Points"));
  private static final Table ABSENT =
      Table.snapshot("absent", "nothing", Table.text("name", "Name"));

  @TempDir Path root;
  private Lake lake;

  @BeforeEach
  void openLakeWithOrders() {
    lake = TestLakes.open(root);
    // An order of January 10, cancelled in March, and one whose file came late.
    lake.appendOnce(
        Orders.CONTRACT.clean(),
        "first",
        "b1",
        cleanOrders(
            "('A', '2024-01-10 09:00:00', '2024-01-10 09:00:00', 'paid', 1L)",
            "('A', '2024-01-10 09:00:00', '2024-03-05 10:00:00', 'cancelled', 2L)",
            "('B', '2024-02-01 08:00:00', '2024-02-01 08:00:00', 'paid', 3L)"));
  }

  @Test
  void asOf_doesNotSeeACancellationOfMarchInJanuary() {
    assertThat(statuses(lake.asOf(Orders.CONTRACT, lake.runs().begin(JANUARY))))
        .containsExactly("A paid");
    assertThat(statuses(lake.asOf(Orders.CONTRACT, lake.runs().begin(MARCH))))
        .containsExactly("A cancelled", "B paid");
  }

  @Test
  void asOf_seesALateFileWithAnOldUpdate() {
    lake.appendOnce(
        Orders.CONTRACT.clean(),
        "late",
        "b2",
        cleanOrders("('C', '2024-01-31 22:30:00', '2024-01-31 22:30:00', 'paid', 4L)"));
    assertThat(statuses(lake.asOf(Orders.CONTRACT, lake.runs().begin(JANUARY))))
        .containsExactly("A paid", "C paid");
  }

  /** A cancellation after it, a file that came late, and the newest day published already. */
  @Test
  void asOf_ofABackfill_isWhatThatDayWouldHaveSeen() {
    lake.publish(lake.runs().begin(MARCH), List.of());
    lake.appendOnce(
        Orders.CONTRACT.clean(),
        "late",
        "b2",
        cleanOrders(
            "('C', '2024-01-31 22:30:00', '2024-01-31 22:30:00', 'paid', 4L)",
            "('B', '2024-02-01 08:00:00', '2024-02-02 08:00:00', 'fraud', 5L)"));
    Run january = lake.runs().begin(JANUARY);
    assertThat(statuses(lake.asOf(Orders.CONTRACT, january))).containsExactly("A paid", "C paid");
    assertThat(lake.publish(january, List.of()).isBackfill()).isTrue();
    assertThat(statuses(lake.asOf(Orders.CONTRACT, lake.runs().begin(MARCH))))
        .containsExactly("A cancelled", "B fraud", "C paid");
    assertThat(statuses(lake.asOf(Orders.CONTRACT, january))).containsExactly("A paid", "C paid");
  }

  /** Told where it is read, for a day without new files writes nothing to it. */
  @Test
  void asOf_ofATableOfAnotherVersion_saysWhatToDo() {
    Run run = lake.runs().begin(MARCH);
    lake.versions(Orders.CONTRACT)
        .localCheckpoint()
        .drop(CleanColumns.SHARES_KEY)
        .write()
        .format("delta")
        .mode("overwrite")
        .option("overwriteSchema", "true")
        .save(root.resolve(Orders.CONTRACT.clean().path()).toString());
    assertThatThrownBy(() -> lake.asOf(Orders.CONTRACT, run))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining(CleanColumns.SHARES_KEY)
        .hasMessageContaining("new lake.root");
  }

  @Test
  void asOf_endsWithTheDayInTheBusinessZone() {
    lake.appendOnce(
        Orders.CONTRACT.clean(),
        "midnight",
        "b2",
        cleanOrders("('C', '2024-01-31 23:00:00', '2024-01-31 23:00:00', 'paid', 4L)"));
    assertThat(statuses(lake.asOf(Orders.CONTRACT, lake.runs().begin(JANUARY))))
        .containsExactly("A paid");
  }

  @Test
  void asOf_readsWhatWasThereWhenTheRunBegan() {
    Run run = lake.runs().begin(JANUARY);
    lake.appendOnce(
        Orders.CONTRACT.clean(),
        "late",
        "b2",
        cleanOrders("('C', '2024-01-31 22:30:00', '2024-01-31 22:30:00', 'paid', 4L)"));
    assertThat(statuses(lake.asOf(Orders.CONTRACT, run))).containsExactly("A paid");
  }

  @Test
  void appendOnce_writesTheSecondTimeNothing() {
    assertThat(
            lake.appendOnce(
                Orders.CONTRACT.clean(),
                "first",
                "b1",
                cleanOrders("('A', '2024-01-10 09:00:00', '2024-01-10 09:00:00', 'paid', 1L)")))
        .isEmpty();
    assertThat(lake.versions(Orders.CONTRACT).count()).isEqualTo(3);
  }

  @Test
  void begin_refusesADayBeforeTheFirstOrder() {
    assertThatThrownBy(() -> lake.runs().begin(LocalDate.parse("2023-12-31")))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("clv ingest");
  }

  @Test
  void begin_refusesTheFuture() {
    assertThatThrownBy(
            () -> lake.runs().begin(LocalDate.now(ZoneId.of("Europe/Berlin")).plusDays(2)))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("future");
  }

  @Test
  void requireUnchanged_refusesAnotherValueThanTheFirst() {
    lake.requireUnchanged("reporting.currency", "EUR");
    lake.requireUnchanged("reporting.currency", "EUR");
    assertThatThrownBy(() -> lake.requireUnchanged("reporting.currency", "USD"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("reporting.currency");
  }

  /** An older run that was left behind must not come back over a published one. */
  @Test
  void resume_continuesTheNewestRun() {
    assertThat(lake.runs().resume(MARCH)).isEmpty();
    lake.runs().begin(MARCH);
    Run newest = lake.runs().begin(MARCH);
    lake.runs().audit(newest, "attribute", Runs.DONE, 5, Duration.ofSeconds(1), null);
    assertThat(lake.runs().resume(MARCH)).contains(newest);
    assertThat(lake.runs().stagesDone(newest)).containsExactly("attribute");
    lake.publish(newest, List.of());
    assertThat(lake.runs().resume(MARCH)).contains(newest);
  }

  @Test
  void write_countsWhatWasCommittedAndReplacesItsOwnPartition() {
    Run run = lake.runs().begin(MARCH);
    Written first = lake.write(SCORES, run, scores("('x', 1L), ('y', 2L)"));
    assertThat(first.rows()).isEqualTo(2);
    Written second = lake.write(SCORES, run, scores("('z', 3L)"));
    assertThat(second.rows()).isEqualTo(1);
    assertThat(second.version()).isGreaterThan(first.version());
    assertThat(names(lake.read(SCORES, run))).containsExactly("z");
  }

  @Test
  void publish_hidesARunUntilThenAndReplacesTheDay() {
    Run first = lake.runs().begin(MARCH);
    lake.write(SCORES, first, scores("('x', 1L)"));
    assertThat(lake.published(MARCH)).isEmpty();
    lake.publish(first, List.of(SCORES, ABSENT));
    assertThat(names(lake.published(SCORES, MARCH))).containsExactly("x");

    Run second = lake.runs().begin(MARCH);
    lake.write(SCORES, second, scores("('y', 2L)"));
    assertThat(names(lake.published(SCORES, MARCH))).containsExactly("x");
    assertThat(names(lake.spark().table("clv.current_scores"))).containsExactly("x");
    lake.publish(second, List.of(SCORES, ABSENT));
    assertThat(names(lake.published(SCORES, MARCH))).containsExactly("y");
    assertThat(names(lake.spark().table("clv.current_scores"))).containsExactly("y");
    assertThat(lake.latest().orElseThrow().tableVersions()).containsOnlyKeys("scores");
    assertThatThrownBy(() -> lake.published(ABSENT, MARCH))
        .hasMessageContaining("did not write absent");
  }

  @Test
  void publish_listsATableThatHasNoRows() {
    Run run = lake.runs().begin(MARCH);
    lake.write(SCORES, run, scores("('x', 1L)").filter("score > 1"));
    lake.publish(run, List.of(SCORES));
    assertThat(lake.published(SCORES, MARCH).count()).isZero();
  }

  @Test
  void publish_twiceIsOnce() {
    Run run = lake.runs().begin(MARCH);
    lake.write(SCORES, run, scores("('x', 1L)"));
    Publication once = lake.publish(run, List.of(SCORES));
    assertThat(lake.publish(run, List.of(SCORES))).isEqualTo(once);
    assertThat(lake.ops(Operations.PUBLICATION).count()).isEqualTo(1);
  }

  @Test
  void publish_thatDiesAtAnyCommitShowsTheOldRunOrTheNew() {
    Run first = lake.runs().begin(MARCH);
    lake.write(SCORES, first, scores("('old', 1L)"));
    lake.write(OrderValue.TABLE, first, ledger("('A', '2024-01-10')"));
    lake.publish(first, List.of(SCORES, OrderValue.TABLE));
    boolean isPublished = false;
    int deaths = 0;
    for (int at = 1; !isPublished; at++) {
      Run second = lake.runs().begin(MARCH);
      lake.write(SCORES, second, scores("('new', 1L)"));
      lake.write(OrderValue.TABLE, second, ledger("('B" + at + "', '2024-01-10')"));
      StoppingLogStore.powerOffAt(at);
      try {
        lake.publish(second, List.of(SCORES, OrderValue.TABLE));
        isPublished = true;
      } catch (Exception e) { // Scala declares no checked exceptions
        assertThat(e).hasStackTraceContaining(StoppingLogStore.NO_POWER);
        deaths++;
      } finally {
        StoppingLogStore.powerOn();
      }
      assertThat(names(lake.published(SCORES, MARCH))).containsExactly(isPublished ? "new" : "old");
      assertThat(lake.published(OrderValue.TABLE, MARCH).select("order_id").collectAsList())
          .extracting(row -> row.getString(0))
          .containsExactly(isPublished ? "B" + at : "A");
    }
    assertThat(deaths).as("at the ledger's commit and at the publication's").isEqualTo(2);
  }

  @Test
  void publish_ofABackfillLeavesTheLedgersAndTheNewestDay() {
    Run march = lake.runs().begin(MARCH);
    lake.write(SCORES, march, scores("('march', 1L)"));
    lake.write(OrderValue.TABLE, march, ledger("('A', '2024-01-10'), ('B', '2024-02-01')"));
    lake.publish(march, List.of(SCORES, OrderValue.TABLE));

    Run january = lake.runs().begin(JANUARY);
    lake.write(SCORES, january, scores("('january', 1L)"));
    lake.write(OrderValue.TABLE, january, ledger("('A', '2024-01-10')"));
    assertThat(lake.publish(january, List.of(SCORES, OrderValue.TABLE)).isBackfill()).isTrue();

    assertThat(lake.published(OrderValue.TABLE, MARCH).count()).isEqualTo(2);
    assertThat(names(lake.published(SCORES, JANUARY))).containsExactly("january");
    assertThat(lake.latest().orElseThrow().asOf()).isEqualTo(MARCH);
    assertThat(names(lake.spark().table("clv.current_scores"))).containsExactly("march");
  }

  @Test
  void publish_rewritesOnlyTheMonthsThatDiffer() throws Exception {
    Run first = lake.runs().begin(MARCH);
    lake.write(OrderValue.TABLE, first, ledger("('A', '2024-01-10'), ('B', '2024-02-01')"));
    long before = lake.publish(first, List.of(OrderValue.TABLE)).tableVersions().get("order_value");
    List<String> january = filesOfMonth("2024-01-01");

    Run same = lake.runs().begin(MARCH);
    lake.write(OrderValue.TABLE, same, ledger("('B', '2024-02-01'), ('A', '2024-01-10')"));
    assertThat(lake.publish(same, List.of(OrderValue.TABLE)).tableVersions())
        .containsEntry("order_value", before);

    Run more = lake.runs().begin(MARCH);
    lake.write(OrderValue.TABLE, more, ledger("('A', '2024-01-10'), ('C', '2024-03-01')"));
    lake.publish(more, List.of(OrderValue.TABLE));
    assertThat(filesOfMonth("2024-01-01")).isEqualTo(january);
    assertThat(lake.published(OrderValue.TABLE, MARCH).select("order_id").collectAsList())
        .extracting(row -> row.getString(0))
        .containsExactlyInAnyOrder("A", "C");
    assertThat(root.resolve("scratch").resolve(more.runId())).doesNotExist();
  }

  @Test
  void tables_areReadableByReadersOfVersionOne() {
    Run run = lake.runs().begin(MARCH);
    lake.write(SCORES, run, scores("('x', 1L)"));
    Row detail =
        lake.spark().sql("DESCRIBE DETAIL delta.`" + root.toUri() + "published/scores`").first();
    assertThat(detail.<Integer>getAs("minReaderVersion")).isEqualTo(1);
    assertThat(detail.<Integer>getAs("minWriterVersion")).isEqualTo(2);
    assertThat(lake.read(SCORES, run).schema().apply("score").getComment().get())
        .isEqualTo("Points");
  }

  @Test
  void has_isFalseForAnInputNeverIngested() {
    assertThat(lake.has(Orders.CONTRACT)).isTrue();
    Contract refunds = Contract.of("refunds");
    assertThat(lake.has(refunds)).isFalse();
    assertThat(lake.asOf(refunds, lake.runs().begin(MARCH)).count()).isZero();
  }

  @Test
  void collectSmall_saysWhichCapWasMet() {
    Dataset<Row> rows = scores("('x', 1L), ('y', 2L)");
    assertThat(lake.collectSmall(rows, 2, "rows of tests")).hasSize(2);
    assertThatThrownBy(() -> lake.collectSmall(rows, 1, "rows of tests"))
        .isInstanceOf(CommandException.class)
        .hasMessageContaining("more than 1 rows of tests");
  }

  private List<String> filesOfMonth(String month) throws Exception {
    try (var files = Files.list(root.resolve("published/order_value/order_month=" + month))) {
      return files.map(Path::toString).filter(f -> f.endsWith(".parquet")).sorted().toList();
    }
  }

  private static List<String> names(Dataset<Row> rows) {
    return rows.select("name").collectAsList().stream().map(r -> r.getString(0)).sorted().toList();
  }

  private static List<String> statuses(Dataset<Row> orders) {
    return orders.select(Orders.ORDER_ID, Orders.STATUS).collectAsList().stream()
        .map(row -> row.getString(0) + " " + row.getString(1))
        .sorted()
        .toList();
  }

  private Dataset<Row> scores(String values) {
    return lake.spark().sql("SELECT * FROM VALUES " + values + " AS t(name, score)");
  }

  private Dataset<Row> ledger(String values) {
    Dataset<Row> orders =
        lake.spark().sql("SELECT * FROM VALUES " + values + " AS t(order_id, ordered_on)");
    return withMissing(
        orders.selectExpr(
            "order_id", "date(ordered_on) AS ordered_on", "timestamp(ordered_on) AS order_ts"),
        OrderValue.TABLE.fields());
  }

  private Dataset<Row> cleanOrders(String... values) {
    Dataset<Row> orders =
        lake.spark()
            .sql(
                "SELECT * FROM VALUES "
                    + String.join(", ", values)
                    + " AS t(order_id, order_ts, updated_ts, status, row_hash)");
    Dataset<Row> typed =
        orders.selectExpr(
            "'accepted' AS outcome",
            "'shop' AS source_system",
            "order_id",
            "timestamp(order_ts) AS order_ts",
            "timestamp(updated_ts) AS updated_ts",
            "status",
            // The orders that have two versions in one test or another; C never has.
            "order_id IN ('A', 'B') AS shares_key",
            "row_hash");
    Table clean = Orders.CONTRACT.clean();
    Dataset<Row> rows = typed;
    for (var field : clean.schema().fields()) {
      if (!List.of(rows.columns()).contains(field.name())) {
        rows = rows.withColumn(field.name(), lit(null).cast(field.dataType()));
      }
    }
    return rows;
  }

  private static Dataset<Row> withMissing(Dataset<Row> rows, List<Field> fields) {
    Dataset<Row> all = rows;
    for (var field : fields) {
      if (!List.of(all.columns()).contains(field.name())) {
        all = all.withColumn(field.name(), lit(null).cast(field.type()));
      }
    }
    return all;
  }
}
