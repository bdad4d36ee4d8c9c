package io.cohortclv.jobs.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.Sessions;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.TimeUnit;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderLogTest {
  private static final OrderColumns COLUMNS =
      new OrderColumns("id", "day", Optional.of("amount"), Optional.empty());

  private static SparkSession session;
  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    session = Sessions.open("jobs tests", Sessions.Work.FILES).newSession();
    // As the command does for small files.
    session.conf().set("spark.sql.codegen.wholeStage", false);
    session.conf().set("spark.sql.codegen.factoryMode", "NO_CODEGEN");
  }

  /** A056 of the published values: lifetimes tests/test_utils.py. */
  @Test
  void histories_agreeWithThePublishedSummary() throws IOException {
    OrderLog log =
        log(
            """
            id,date
            1,2015-02-01
            1,2015-02-06
            2,2015-01-01
            3,2015-01-01
            3,2015-01-02
            3,2015-01-05
            """,
            new OrderColumns("id", "date", Optional.empty(), Optional.empty()),
            "2015-02-07",
            null);

    assertThat(byCustomer(log))
        .containsExactly(
            Map.entry("1", history(1, 5, 6, 0, 0, "0")),
            Map.entry("2", history(0, 0, 37, 0, 0, "0")),
            Map.entry("3", history(2, 4, 37, 0, 0, "0")));
    assertThat(log.histories().notes())
        .containsExactly(
            "the last purchase is on 2015-02-06, before 2015-02-07: if the file ends there, the"
                + " days after it look like days without purchases");
  }

  @Test
  void histories_countADayOnceAndLeaveTheFirstDayOutOfSpend() throws IOException {
    OrderLog log =
        log(
            """
            id,day,amount
            a,2020-01-01,100
            a,2020-01-01 18:00,7
            a,2020-01-05,10.10
            a,2020-01-05T09:00:00Z,0.25
            a,20200109,3
            """,
            COLUMNS,
            "2020-01-09",
            null);

    assertThat(byCustomer(log)).containsExactly(Map.entry("a", history(2, 8, 8, 0, 2, "13.35")));
  }

  /** Read in whatever zone, these would be other days. */
  @Test
  void days_areThoseWrittenWhateverTheOffset() throws IOException {
    OrderLog log =
        log(
            """
            id,day,amount
            a,2020-01-01T23:30:00-08:00,1
            a,2020-01-05T00:30:00+09:00,2
            a,2020-01-06 00:00:00Z,3
            """,
            COLUMNS,
            "2020-01-09",
            null);

    assertThat(byCustomer(log)).containsExactly(Map.entry("a", history(2, 5, 8, 0, 2, "5")));
  }

  @Test
  void histories_takeZeroAmountsAsPurchasesWithoutSpendAndNegativeOnesAsNone() throws IOException {
    OrderLog log =
        log(
            """
            id,day,amount
            a,2020-01-01,5
            a,2020-01-03,0
            a,2020-01-04,-5
            a,2020-01-06,
            a,2020-01-07,8
            b,2020-01-02,-1
            ,2020-01-02,1
            """,
            COLUMNS,
            "2020-01-07",
            null);

    assertThat(byCustomer(log)).containsExactly(Map.entry("a", history(3, 6, 6, 0, 1, "8")));
    assertThat(log.histories().notes())
        .containsExactly(
            "1 rows name no customer and were left out",
            "2 rows have a negative amount and are no purchases",
            "1 rows have a zero amount: purchases that are left out of spend",
            "1 rows have no amount: purchases that are left out of spend",
            "1 customers have no purchase until 2020-01-07 and were left out");
  }

  /** Between purchase days of calibration only, in the segment of the first. */
  @Test
  void gaps_areReadWhereAModelAsksForThem() throws IOException {
    String text =
        """
        id,day,amount,source
        a,2020-01-09,5,s
        a,2020-01-01,5,r
        a,2020-01-04,5,s
        a,2020-01-04,6,s
        a,2020-01-06,-5,s
        a,2020-01-20,5,s
        b,2020-01-02,5,s
        b,2020-01-07,5,s
        c,2020-01-03,5,r
        ,2020-01-05,1,r
        d,2020-01-01,5,r
        d,2020-01-06,5,r
        """;
    OrderColumns columns =
        new OrderColumns("id", "day", Optional.of("amount"), Optional.of("source"));
    assertThat(log(text, columns, "2020-01-10", null, ModelFamily.BG_CNBD_K).histories().gaps())
        .containsExactly(new Gap("r", 3, 1), new Gap("r", 5, 2), new Gap("s", 5, 1));
    assertThat(log(text, columns, "2020-01-10", null).histories().gaps()).isEmpty();
  }

  @Test
  void histories_countHoldoutDaysOfCalibrationCustomersOnly() throws IOException {
    OrderLog log =
        log(
            """
            id,day,amount
            a,2020-01-01,5
            a,2020-01-10,5
            a,2020-01-11,5
            a,2020-01-11,5
            a,2020-01-20,5
            a,2020-01-21,5
            b,2020-01-11,5
            """,
            COLUMNS,
            "2020-01-10",
            "2020-01-20");

    assertThat(byCustomer(log)).containsExactly(Map.entry("a", history(1, 9, 9, 2, 1, "5")));
  }

  @Test
  void histories_areTheSameFromShuffledRows() throws IOException {
    Random random = new Random(5);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      rows.add(
          "c%d,2020-%02d-%02d,%d.%02d,s%d"
              .formatted(
                  random.nextInt(40),
                  1 + random.nextInt(12),
                  1 + random.nextInt(28),
                  random.nextInt(90),
                  random.nextInt(100),
                  random.nextInt(3)));
    }
    OrderColumns columns =
        new OrderColumns("id", "day", Optional.of("amount"), Optional.of("source"));
    List<History> expected = null;
    for (int round = 0; round < 3; round++) {
      String text = "id,day,amount,source\n" + String.join("\n", rows);
      List<History> histories = log(text, columns, "2020-09-30", "2020-12-31").histories().rows();
      expected = expected == null ? histories : expected;
      assertThat(histories).isEqualTo(expected);
      Collections.shuffle(rows, random);
    }
  }

  @Test
  void histories_areTheSameFromEveryFormat() throws IOException {
    String csv = "id,day,amount\n1,2020-01-01,2.5\n1,2020-01-03,4\n2,2020-01-02,1\n";
    Map<String, History> expected = byCustomer(log(csv, COLUMNS, "2020-01-09", null));

    String spaced = csv.replace(",", "   ");
    assertThat(byCustomer(log(spaced, COLUMNS, "2020-01-09", null))).isEqualTo(expected);
    String headless = spaced.lines().skip(1).reduce("", (a, b) -> a + " " + b + "\n");
    OrderColumns positions = new OrderColumns("1", "2", Optional.of("3"), Optional.empty());
    assertThat(byCustomer(log(headless, positions, "2020-01-09", null))).isEqualTo(expected);
    String json =
        """
        {"id": 1, "day": "2020-01-01", "amount": 2.5}
        {"id": 1, "day": "2020-01-03", "amount": 4}
        {"id": 2, "day": "2020-01-02", "amount": "1"}
        """;
    assertThat(byCustomer(log(json, COLUMNS, "2020-01-09", null))).isEqualTo(expected);
    Path parquet = folder.resolve("orders.parquet");
    session
        .sql(
            "SELECT * FROM VALUES (1, DATE '2020-01-01', 2.5D), (1, DATE '2020-01-03', 4D),"
                + " (2, DATE '2020-01-02', 1D) AS t(id, day, amount)")
        .write()
        .parquet(parquet.toString());
    assertThat(byCustomer(log(parquet, COLUMNS, "2020-01-09", null))).isEqualTo(expected);
  }

  @Test
  void histories_nameTheFirstValueThatCannotBeRead() throws IOException {
    OrderLog times =
        log("id,day,amount\n1,not-a-date,5\n2,1997-13-45,7\n", COLUMNS, "2020-01-09", null);
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(times::histories)
        .withMessageContaining("'not-a-date'")
        .satisfies(e -> assertThat(e.exitCode()).isEqualTo(3));

    OrderLog amounts =
        log("id,day,amount\n1,2020-01-01,5\n2,2020-01-01,7 EUR\n", COLUMNS, "2020-01-09", null);
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(amounts::histories)
        .withMessageContaining("'7 EUR'")
        .satisfies(e -> assertThat(e.exitCode()).isEqualTo(3));
  }

  @Test
  void histories_refuseALogWithoutCalibration() throws IOException {
    OrderLog log = log("id,day,amount\n1,2020-02-01,5\n", COLUMNS, "2020-01-09", null);
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(log::histories)
        .withMessageContaining("--calibration-end")
        .satisfies(e -> assertThat(e.exitCode()).isEqualTo(3));
  }

  @Test
  void read_refusesABrokenParquetFile() throws IOException {
    Path file = Files.writeString(folder.resolve("cut.parquet"), "PAR1 and no more");
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> log(file, COLUMNS, "2020-01-09", null))
        .withMessageContaining("cut.parquet")
        .satisfies(e -> assertThat(e.exitCode()).isEqualTo(3));
  }

  private OrderLog log(String text, OrderColumns columns, String calibrationEnd, String holdoutEnd)
      throws IOException {
    return log(text, columns, calibrationEnd, holdoutEnd, ModelFamily.MBG_NBD);
  }

  private OrderLog log(
      String text,
      OrderColumns columns,
      String calibrationEnd,
      String holdoutEnd,
      ModelFamily family)
      throws IOException {
    return log(
        Files.writeString(Files.createTempFile(folder, "orders", ".txt"), text),
        columns,
        calibrationEnd,
        holdoutEnd,
        family);
  }

  private static OrderLog log(
      Path path, OrderColumns columns, String calibrationEnd, String holdoutEnd) {
    return log(path, columns, calibrationEnd, holdoutEnd, ModelFamily.MBG_NBD);
  }

  private static OrderLog log(
      Path path,
      OrderColumns columns,
      String calibrationEnd,
      String holdoutEnd,
      ModelFamily family) {
    OrderFile file = OrderFile.open(path, Optional.empty());
    file.requireColumns(columns);
    return new OrderLog(
        session,
        file,
        columns,
        new EstimateQuery(
            List.of(family),
            TimeUnit.DAYS,
            LocalDate.parse(calibrationEnd),
            Optional.ofNullable(holdoutEnd).map(LocalDate::parse),
            365,
            0.1,
            false));
  }

  private static Map<String, History> byCustomer(OrderLog log) {
    Map<String, History> histories = new TreeMap<>();
    log.forEachCustomer(histories::put);
    return histories;
  }

  private static History history(
      int repeats, int recency, int age, int holdout, int spendDays, String spend) {
    return new History(
        PurchaseHistories.NO_SEGMENT,
        repeats,
        recency,
        age,
        holdout,
        spendDays,
        new BigDecimal(spend).setScale(6),
        1);
  }
}
