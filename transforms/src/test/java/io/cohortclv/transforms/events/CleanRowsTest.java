package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.SharedSession;
import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Refunds;
import io.cohortclv.transforms.table.Terms;
import java.math.BigDecimal;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CleanRowsTest {
  private static final Instant NOW = Instant.parse("2024-06-01T12:00:00Z");
  private static final String LONG = "x".repeat(1025);

  /** A mapping that differs from the plain one in what a test names. */
  private static final class Source {
    private final Contract contract;
    private final Map<String, String> columns = new LinkedHashMap<>();
    private Optional<ZoneId> zone = Optional.of(ZoneId.of("Europe/Berlin"));
    private List<String> timeFormats = List.of();
    private Optional<String> onlyCurrency = Optional.of("EUR");
    private Instant ingestTs = NOW;
    private long moneyScale = 1;
    private Optional<String> explode = Optional.empty();
    private Optional<String> where = Optional.empty();
    private boolean dropExactCopies;
    private List<String> groupBy = List.of();

    Source(Contract contract, String... columns) {
      this.contract = contract;
      for (String column : columns) {
        String[] parts = column.split("=", 2);
        this.columns.put(parts[0], parts[1]);
      }
    }

    Mapping mapping() {
      return new Mapping(
          contract,
          "shop",
          "batch",
          ingestTs,
          onlyCurrency,
          ZoneId.of("Europe/Berlin"),
          "EUR",
          zone,
          timeFormats,
          moneyScale,
          explode,
          where,
          dropExactCopies,
          groupBy,
          columns,
          (column, value) -> concat(lit("id of "), value));
    }

    List<Row> read(Dataset<Row> raw) {
      return cleanRows(raw).orderBy(contract.key().get(1)).collectAsList();
    }

    Dataset<Row> cleanRows(Dataset<Row> raw) {
      return CleanRows.of(raw, mapping(), none());
    }

    Dataset<Row> none() {
      return SharedSession.SPARK.createDataFrame(List.of(), contract.clean().schema());
    }
  }

  private static Source orders(String... more) {
    Source source = new Source(Orders.CONTRACT, "order_id=id", "order_ts=at", "subtotal=amount");
    source.columns.putAll(new Source(Orders.CONTRACT, more).columns);
    return source;
  }

  private static Dataset<Row> raw(String columns, String... rows) {
    return SharedSession.SPARK
        .sql("SELECT * FROM VALUES " + String.join(", ", rows) + " AS t(" + columns + ")")
        .withColumn(RawRows.CORRUPT, lit(null).cast("string"))
        .withColumn(RawRows.FILE, lit("file"));
  }

  private static Row order(String amount, String at) {
    return orders().read(raw("id, at, amount", "('1', " + at + ", " + amount + ")")).get(0);
  }

  private static List<String> reasons(Row row) {
    return row.getList(row.fieldIndex(CleanColumns.REASONS));
  }

  private static String outcome(Row row) {
    return row.getAs(CleanColumns.OUTCOME);
  }

  /** Source rows by outcome. */
  private static Map<String, Long> counts(List<Row> rows) {
    return rows.stream()
        .collect(
            Collectors.groupingBy(
                CleanRowsTest::outcome,
                TreeMap::new,
                Collectors.summingLong(r -> r.<Long>getAs(CleanColumns.SOURCE_ROWS))));
  }

  @Test
  void money_isReadExactly() {
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("'12.34'", "12.34");
    expected.put("' 12.34\t'", "12.34");
    expected.put("'0.00005'", "0.0001");
    expected.put("'1e2'", "100");
    expected.put("12.1", "12.1");
    expected.put("7", "7");
    expected.put("CAST(0.1 AS DOUBLE)", "0.1");
    expected.put("CAST(12345678901234.5678 AS DECIMAL(30, 10))", "12345678901234.5678");
    expected.forEach(
        (raw, amount) -> {
          Row row = order(raw, "'2024-01-02'");
          assertThat(reasons(row)).as(raw).isEmpty();
          assertThat(row.<BigDecimal>getAs(Orders.SUBTOTAL)).as(raw).isEqualByComparingTo(amount);
        });
  }

  @Test
  void money_thatIsNoneIsRejected() {
    Map<String, String> expected = new LinkedHashMap<>();
    for (String none : List.of("'1,234.50'", "'NaN'", "CAST('NaN' AS DOUBLE)", "'twelve'")) {
      expected.put(none, "subtotal: not an amount");
    }
    expected.put("'999999999999999999'", "subtotal: not an amount");
    expected.put("' '", "subtotal: missing");
    expected.put("CAST(NULL AS STRING)", "subtotal: missing");
    expected.put("'-1'", "subtotal: negative");
    expected.forEach(
        (raw, reason) ->
            assertThat(reasons(order(raw, "'2024-01-02'"))).as(raw).containsExactly(reason));
  }

  @Test
  void money_isDividedByItsScale() {
    Source source = orders();
    source.moneyScale = 100;
    Row row = source.read(raw("id, at, amount", "('1', '2024-01-02', 1999)")).get(0);
    assertThat(row.<BigDecimal>getAs(Orders.SUBTOTAL)).isEqualByComparingTo("19.99");
    assertThat(row.<BigDecimal>getAs(Orders.DISCOUNT)).isEqualByComparingTo("0");
  }

  @Test
  void instant_isReadInItsOwnZoneOrTheDeclaredOne() {
    Map<String, String> expected = new LinkedHashMap<>();
    expected.put("'2024-01-02'", "2024-01-01T23:00:00Z");
    expected.put("'2024-05-02 10:00'", "2024-05-02T08:00:00Z");
    expected.put("'2024-01-02T10:00:00.123456'", "2024-01-02T09:00:00.123456Z");
    expected.put("'2024-01-02T10:00:00Z'", "2024-01-02T10:00:00Z");
    expected.put("'2024-01-02 10:00:00+05:30'", "2024-01-02T04:30:00Z");
    expected.put("TIMESTAMP'2024-01-02 10:00:00'", "2024-01-02T10:00:00Z");
    expected.put("TIMESTAMP_NTZ'2024-01-02 10:00:00'", "2024-01-02T09:00:00Z");
    expected.put("DATE'2024-01-02'", "2024-01-01T23:00:00Z");
    expected.forEach(
        (raw, instant) -> {
          Row row = order("1", raw);
          assertThat(reasons(row)).as(raw).isEmpty();
          assertThat(row.<Timestamp>getAs(Orders.ORDER_TS).toInstant())
              .as(raw)
              .isEqualTo(Instant.parse(instant));
          assertThat(row.<Timestamp>getAs(Contract.UPDATED_TS))
              .isEqualTo(row.<Timestamp>getAs(Orders.ORDER_TS));
        });
  }

  @Test
  void instant_withoutZoneNeedsADeclaredOne() {
    Source source = orders();
    source.zone = Optional.empty();
    source.timeFormats = List.of("dd.MM.yyyy");
    List<Row> rows =
        source.read(
            raw(
                "id, at, amount",
                "('1', '2024-01-02 10:00:00', 1)",
                "('2', '02.01.2024', 1)",
                "('3', '2024-01-02T10:00:00Z', 1)",
                "('4', 'soon', 1)"));
    assertThat(rows.stream().map(CleanRowsTest::reasons))
        .containsExactly(
            List.of("order_ts: time without zone"),
            List.of("order_ts: time without zone"),
            List.of(),
            List.of("order_ts: not a time"));
  }

  @ParameterizedTest
  @CsvSource({"2024", "12:30", "2024-13-45", "1.1.2024", "2024-01-02 10:00 Mars", "1704189600"})
  void instant_thatIsNoneIsRejected(String raw) {
    assertThat(reasons(order("1", "'" + raw + "'"))).containsExactly("order_ts: not a time");
  }

  @Test
  void instant_isReadByTheDeclaredFormats() {
    assertThat(formatted("dd.MM.yyyy HH:mm", "'02.01.2024 10:00'"))
        .isEqualTo("2024-01-02T09:00:00Z");
    assertThat(formatted("yyyyMMddHHmmssXX", "'20240102100000+0200'"))
        .isEqualTo("2024-01-02T08:00:00Z");
    assertThat(formatted("epoch-seconds", "1704189600")).isEqualTo("2024-01-02T10:00:00Z");
    assertThat(formatted("epoch-seconds", "'1704189600.5'")).isEqualTo("2024-01-02T10:00:00.500Z");
    assertThat(formatted("epoch-millis", "1704189600123L")).isEqualTo("2024-01-02T10:00:00.123Z");
    assertThat(formatted("dd.MM.yyyy HH:mm", "'2024-01-02T10:00:00Z'"))
        .isEqualTo("2024-01-02T10:00:00Z");
  }

  private static String formatted(String format, String value) {
    Source source = orders();
    source.timeFormats = List.of(format);
    Row row = source.read(raw("id, at, amount", "('1', " + value + ", 1)")).get(0);
    return row.<Timestamp>getAs(Orders.ORDER_TS).toInstant().toString();
  }

  @Test
  void instant_ofAnotherAgeIsRejected() {
    assertThat(reasons(order("1", "'0001-01-01'")))
        .containsExactly("order_ts: before 1990", "updated_ts: before 1990");
    assertThat(reasons(order("1", "'9999-12-31'")))
        .containsExactly("order_ts: in the future", "updated_ts: in the future");
    assertThat(reasons(order("1", "'2024-06-02T11:00:00Z'"))).isEmpty();
  }

  @Test
  void whole_takesNoFractions() {
    List<Row> rows =
        new Source(
                OrderItems.CONTRACT,
                "order_item_id=id",
                "order_id='o'",
                "product_id='p'",
                "quantity=q",
                "unit_price=1")
            .read(raw("id, q", "('1', '3')", "('2', '3.0')", "('3', '3.5')", "('4', '-1')"));
    assertThat(rows.stream().map(r -> r.<Long>getAs(OrderItems.QUANTITY)))
        .containsExactly(3L, 3L, null, -1L);
    assertThat(rows.stream().map(CleanRowsTest::reasons))
        .containsExactly(
            List.of(),
            List.of(),
            List.of("quantity: not a whole number"),
            List.of("quantity: negative"));
    assertThat(rows.get(0).<Object>getAs(Contract.UPDATED_TS)).isNull();
  }

  @Test
  void flag_isReadFromWordsAndDigits() {
    List<Row> rows =
        orders("is_test=test")
            .read(
                raw(
                    "id, at, amount, test",
                    "('1', '2024-01-02', 1, 'yes')",
                    "('2', '2024-01-02', 1, '0')",
                    "('3', '2024-01-02', 1, '')",
                    "('4', '2024-01-02', 1, 'maybe')"));
    assertThat(rows.stream().map(r -> r.<Boolean>getAs(Orders.IS_TEST)))
        .containsExactly(true, false, false, null);
    assertThat(reasons(rows.get(3))).containsExactly("is_test: not true or false");
  }

  @Test
  void texts_comeAsListsOrDelimited() {
    Dataset<Row> rows = raw("id, at, amount, codes", "('1', '2024-01-02', 1, ' A; B,,C')");
    Dataset<Row> lists =
        raw("id, at, amount, codes", "('1', '2024-01-02', 1, array('A', ' ', 'B'))");
    assertThat(orders("coupon_codes=codes").read(rows).get(0).<Object>getAs(Orders.COUPON_CODES))
        .hasToString("ArraySeq(A, B, C)");
    assertThat(orders("coupon_codes=codes").read(lists).get(0).<Object>getAs(Orders.COUPON_CODES))
        .hasToString("ArraySeq(A, B)");
  }

  @Test
  void row_isRejectedForEveryRuleItBreaks() {
    Row row =
        orders("currency=currency", "status=status", "discount=discount")
            .read(
                raw(
                    "id, at, amount, currency, status, discount",
                    "('', 'soon', '-5', 'USD', 'lost', 'x')"))
            .get(0);
    assertThat(outcome(row)).isEqualTo(CleanColumns.REJECTED);
    assertThat(reasons(row))
        .containsExactlyInAnyOrder(
            "order_id: missing",
            "order_ts: not a time",
            "discount: not an amount",
            "status: not an allowed value",
            "currency: no rate to EUR",
            "subtotal: negative");
    assertThat(row.<String>getAs(CleanColumns.RAW_ROW)).contains("\"status\":\"lost\"");
  }

  @Test
  void codes_compareAlikeHoweverTheyAreWritten() {
    Row row =
        orders("currency=currency", "status=status")
            .read(raw("id, at, amount, currency, status", "('1', '2024-01-02', 1, 'eur', 'PAID')"))
            .get(0);
    assertThat(row.<String>getAs(Orders.CURRENCY)).isEqualTo("EUR");
    assertThat(row.<String>getAs(Orders.STATUS)).isEqualTo("paid");
    assertThat(reasons(order("1", "'2024-01-02'"))).isEmpty();
  }

  @Test
  void currency_isISO4217() {
    Row row = orders("currency='XQQ'").read(raw("id, at, amount", "('1', '2024-01-02', 1)")).get(0);
    assertThat(reasons(row)).containsExactly("currency: not ISO 4217");
  }

  @Test
  void rules_ofTheOtherContracts() {
    assertThat(
            reasons(
                new Source(Refunds.CONTRACT, "refund_id=id", "refund_ts='2024-01-02'", "amount=-1")
                    .read(raw("id", "('1')"))
                    .get(0)))
        .containsExactly("amount: negative", "order_id, customer_ref: both missing");
    assertThat(
            reasons(
                new Source(
                        ReferralEvents.CONTRACT,
                        "event_id=id",
                        "event_ts='2024-01-02'",
                        "event_type='signup'",
                        "referrer_ref='c1'",
                        "referee_ref='c1'",
                        "code='x'",
                        "program_id='p'")
                    .read(raw("id", "('1')"))
                    .get(0)))
        .containsExactly("referee_ref: the referrer itself");
    assertThat(
            reasons(
                new Source(
                        Affiliates.CONTRACT,
                        "affiliate_id=id",
                        "type='content'",
                        "joined_ts='2024-01-02'",
                        "valid_from='2030-01-02'",
                        "valid_to='2030-01-02'")
                    .read(raw("id", "('1')"))
                    .get(0)))
        .as("a version may begin in the future, and not end before it begins")
        .containsExactly("valid_to: not after valid_from");
    assertThat(
            reasons(
                orders("customer_ref='" + LONG + "'")
                    .read(raw("id, at, amount", "('" + LONG + "', '2024-01-02', 1)"))
                    .get(0)))
        .containsExactly("order_id: longer than 1 kB", "customer_ref: longer than 1 kB");
  }

  @Test
  void unparseableRow_isRejectedWholeWithItsText() {
    Dataset<Row> raw =
        raw("id, at, amount", "('1', '2024-01-02', 1)").withColumn(RawRows.CORRUPT, lit("{broken"));
    Source source = orders();
    source.where = Optional.of("id = 'other'");
    Row row = source.cleanRows(raw).first();
    assertThat(reasons(row)).containsExactly(CleanRows.UNPARSEABLE);
    assertThat(row.<String>getAs(CleanColumns.RAW_ROW)).isEqualTo("{broken");
    assertThat(row.<Object>getAs(Orders.ORDER_ID)).isNull();
  }

  @Test
  void guests_areKnownByTheirEmailOrNotAtAll() {
    List<Row> rows =
        orders("customer_ref=ref", "email_hash=email")
            .read(
                raw(
                    "id, at, amount, ref, email",
                    "('1', '2024-01-02', 1, 'c', 'e')",
                    "('2', '2024-01-02', 1, NULL, 'e')",
                    "('3', '2024-01-02', 1, NULL, NULL)"));
    assertThat(rows.stream().map(r -> r.<String>getAs(Orders.CUSTOMER_ID)))
        .containsExactly("id of c", "id of e", null);
  }

  @Test
  void rowsNotSelected_areCountedByFile() {
    Source source = orders();
    source.where = Optional.of("amount > 5");
    List<Row> rows =
        source
            .cleanRows(
                raw(
                        "id, at, amount",
                        "('1', '2024-01-02', 9)",
                        "('2', '2024-01-02', 1)",
                        "('3', '2024-01-02', 1)",
                        "('4', '2024-01-02', NULL)")
                    .coalesce(1))
            .collectAsList();
    assertThat(counts(rows))
        .isEqualTo(Map.of(CleanColumns.ACCEPTED, 1L, CleanColumns.NOT_SELECTED, 3L));
    assertThat(rows).hasSize(2);
  }

  @Test
  void exactCopies_countOnceAndAreDuplicates() {
    Source source = orders();
    source.dropExactCopies = true;
    source.where = Optional.of("amount > 5");
    Map<String, Long> counts =
        counts(
            source.read(
                raw(
                    "id, at, amount",
                    "('1', '2024-01-02', 9)",
                    "('1', '2024-01-02', 9)",
                    "('1', '2024-01-02', 9)",
                    "('2', '2024-01-02', 1)",
                    "('2', '2024-01-02', 1)",
                    "('3', 'soon', 9)",
                    "('3', 'soon', 9)")));
    assertThat(counts)
        .isEqualTo(
            Map.of(
                CleanColumns.ACCEPTED, 1L,
                CleanColumns.DUPLICATE, 2L,
                CleanColumns.NOT_SELECTED, 2L,
                CleanColumns.REJECTED, 2L));
  }

  @Test
  void groups_areOneEventWithTheirRows() {
    Source source =
        new Source(
            Orders.CONTRACT,
            "order_id=`Invoice No`",
            "order_ts=min(at)",
            "subtotal=sum(price * n)");
    source.groupBy = List.of("Invoice No");
    source.dropExactCopies = true;
    source.where = Optional.of("n > 0");
    List<Row> rows =
        source.read(
            raw(
                "`Invoice No`, at, price, n",
                "('1', '2024-01-03', 2.5, 2)",
                "('1', '2024-01-02', 1.0, 1)",
                "('1', '2024-01-02', 1.0, 1)",
                "('1', '2024-01-02', 7.0, 0)",
                "('2', '2024-01-02', -1.0, 1)"));
    assertThat(counts(rows))
        .isEqualTo(
            Map.of(
                CleanColumns.ACCEPTED, 2L,
                CleanColumns.DUPLICATE, 1L,
                CleanColumns.NOT_SELECTED, 1L,
                CleanColumns.REJECTED, 1L));
    Row accepted = rows.stream().filter(r -> outcome(r).equals("accepted")).findFirst().get();
    assertThat(accepted.<BigDecimal>getAs(Orders.SUBTOTAL)).isEqualByComparingTo("6");
    Row rejected = rows.stream().filter(r -> outcome(r).equals("rejected")).findFirst().get();
    assertThat(rejected.<String>getAs(CleanColumns.RAW_ROW)).contains("\"Invoice No\":\"2\"");
  }

  @Test
  void groups_goOnInLaterBatches() {
    Source source =
        new Source(
            Orders.CONTRACT,
            "order_id=invoice",
            "order_ts=min(at)",
            "updated_ts=max(at)",
            "subtotal=sum(price)");
    source.groupBy = List.of("invoice");
    source.dropExactCopies = true;
    source.where = Optional.of("price <> 0");
    Dataset<Row> before =
        raw(
            "invoice, at, price",
            "('1', '2024-01-02', 1)",
            "('2', '2024-01-02', 5)",
            "('3', '2024-01-02', 0)");
    Dataset<Row> now =
        raw("invoice, at, price", "('1', '2024-01-03', 2)", "('1', '2024-01-02', 1)")
            .withColumn(RawRows.SEEN, lit(false));
    Dataset<Row> accepted = source.cleanRows(before);
    List<Row> rows =
        CleanRows.of(
                now.unionByName(before.withColumn(RawRows.SEEN, lit(true))),
                source.mapping(),
                accepted.filter(col(CleanColumns.OUTCOME).equalTo(CleanColumns.ACCEPTED)))
            .collectAsList();
    assertThat(counts(rows))
        .as("the new line and the copy; nothing of what was taken before is counted again")
        .isEqualTo(Map.of(CleanColumns.ACCEPTED, 1L, CleanColumns.DUPLICATE, 1L));
    Row order = rows.stream().filter(r -> outcome(r).equals("accepted")).findFirst().get();
    assertThat(order.<BigDecimal>getAs(Orders.SUBTOTAL)).isEqualByComparingTo("3"); // 1 + 2
  }

  @Test
  void lists_areOneRowAnElement() {
    Source source =
        new Source(
            OrderItems.CONTRACT,
            "order_item_id=element.line",
            "order_id=id",
            "product_id=element.sku",
            "quantity=element.n",
            "unit_price=element.price");
    source.explode = Optional.of("lines");
    source.where = Optional.of("element.sku <> 'gift'");
    List<Row> rows =
        source
            .cleanRows(
                SharedSession.SPARK
                    .sql(
                        "SELECT id, from_json(lines, 'ARRAY<STRUCT<line: STRING, sku: STRING,"
                            + " n: STRING, price: STRING>>') AS lines FROM VALUES"
                            + " ('1', '[{\"line\": \"a\", \"sku\": \"x\", \"n\": \"2\","
                            + " \"price\": \"3\"}, {\"line\": \"b\", \"sku\": \"gift\"},"
                            + " {\"line\": \"c\", \"sku\": \"y\", \"n\": \"many\","
                            + " \"price\": \"3\"}]'), ('2', '[]') AS t(id, lines)")
                    .withColumn(RawRows.CORRUPT, lit(null).cast("string"))
                    .withColumn(RawRows.FILE, lit("file")))
            .collectAsList();
    assertThat(counts(rows))
        .as("three elements and an empty list")
        .isEqualTo(
            Map.of(
                CleanColumns.ACCEPTED, 1L,
                CleanColumns.NOT_SELECTED, 2L,
                CleanColumns.REJECTED, 1L));
  }

  @Test
  void olderVersions_areMarkedWhereverTheNewerOneCame() {
    Dataset<Row> raw =
        raw(
            "id, at, amount",
            "('1', '2024-01-02', 1)",
            "('1', '2024-01-03', 1)",
            "('2', '2024-01-02', 1)");
    Dataset<Row> first = orders().cleanRows(raw);
    assertThat(superseded(first)).containsExactly("1 2024-01-01T23:00:00Z");
    Dataset<Row> accepted = first.filter(col(CleanColumns.OUTCOME).equalTo(CleanColumns.ACCEPTED));
    Dataset<Row> late = raw("id, at, amount", "('2', '2024-01-01', 1)", "('1', '2024-01-04', 1)");
    assertThat(superseded(CleanRows.of(late, orders().mapping(), accepted)))
        .containsExactly("2 2023-12-31T23:00:00Z");
  }

  /**
   * Batches of a random log, each compared with all that is known and, in more partitions, with
   * what is known of its keys; rows are marked so that the marked keys are those of several
   * versions.
   */
  @Test
  void keysOfSeveralVersions_areMarkedHoweverTheirRowsCome() {
    for (int seed = 0; seed < 3; seed++) {
      Random random = new Random(seed);
      List<String> lines =
          IntStream.range(0, 50)
              .mapToObj(
                  i ->
                      "('%d', '2024-01-0%d', '%d')"
                          .formatted(
                              random.nextInt(30), 1 + random.nextInt(2), random.nextInt(3) - 1))
              .toList();
      Dataset<Row> clean = orders().cleanRows(raw("id, at, amount", "('1', '2024-01-01', 1)"));
      for (List<String> batch : split(lines, 3, random)) {
        Dataset<Row> raw = raw("id, at, amount", batch.toArray(String[]::new));
        Mapping mapping = orders().mapping();
        Dataset<Row> accepted =
            clean.filter(col(CleanColumns.OUTCOME).equalTo(CleanColumns.ACCEPTED));
        Dataset<Row> rows = CleanRows.of(raw, mapping, accepted).localCheckpoint();
        Dataset<Row> known = CleanRows.knownOf(raw, mapping, accepted);
        assertThat(texts(CleanRows.of(raw, mapping, known, OptionalInt.of(5))))
            .as("seed " + seed)
            .isEqualTo(texts(rows));
        clean = clean.union(rows).localCheckpoint();
      }
      Dataset<Row> accepted =
          clean.filter(col(CleanColumns.OUTCOME).equalTo(CleanColumns.ACCEPTED));
      List<String> several =
          texts(accepted.groupBy(Orders.ORDER_ID).count().filter("count > 1").drop("count"));
      assertThat(
              texts(clean.filter(col(CleanColumns.SHARES_KEY)).select(Orders.ORDER_ID).distinct()))
          .as("seed " + seed)
          .isEqualTo(several)
          .isNotEmpty();
      assertThat((long) several.size())
          .isLessThan(accepted.select(Orders.ORDER_ID).distinct().count());
    }
  }

  /** A program's default terms have neither affiliate nor campaign in their key. */
  @Test
  void rowsWithNullsInTheirKey_areKnownToo() {
    Source source =
        new Source(
            Terms.CONTRACT,
            "program_id='p'",
            "affiliate_id=a",
            "model='last_touch'",
            "click_window_s=1",
            "view_window_s=1",
            "rate_type='pct'",
            "rate=r",
            "currency='EUR'",
            "valid_from='2024-01-01'",
            "updated_ts=at");
    Dataset<Row> accepted =
        source.cleanRows(raw("a, r, at", "(NULL, 0.1, '2024-01-01')", "('A', 0.2, '2024-01-01')"));
    assertThat(counts(accepted.collectAsList())).isEqualTo(Map.of(CleanColumns.ACCEPTED, 2L));
    Dataset<Row> raw = raw("a, r, at", "(NULL, 0.1, '2024-01-01')", "(NULL, 0.08, '2024-01-02')");
    Dataset<Row> known = CleanRows.knownOf(raw, source.mapping(), accepted);
    assertThat(known.count()).isEqualTo(1);
    List<Row> rows = CleanRows.of(raw, source.mapping(), known).collectAsList();
    assertThat(counts(rows))
        .isEqualTo(Map.of(CleanColumns.ACCEPTED, 1L, CleanColumns.DUPLICATE, 1L));
    assertThat(rows)
        .filteredOn(r -> r.<Boolean>getAs(CleanColumns.SHARES_KEY))
        .extracting(CleanRowsTest::outcome)
        .containsExactly(CleanColumns.ACCEPTED);
  }

  private static List<String> superseded(Dataset<Row> rows) {
    return rows.filter(col(CleanColumns.SUPERSEDED)).collectAsList().stream()
        .map(r -> r.getAs(Orders.ORDER_ID) + " " + r.<Timestamp>getAs(Orders.ORDER_TS).toInstant())
        .toList();
  }

  @Test
  void likeRows_areAcceptedOnce() {
    Dataset<Row> raw =
        raw(
            "id, at, amount",
            "('1', '2024-01-02', 1)",
            "('1', '2024-01-02', 1)",
            "('1', '2024-01-02', 2)",
            "('2', '2024-01-02', 1)");
    Dataset<Row> first = orders().cleanRows(raw);
    assertThat(counts(first.collectAsList()))
        .isEqualTo(Map.of(CleanColumns.ACCEPTED, 3L, CleanColumns.DUPLICATE, 1L));
    Dataset<Row> accepted = first.filter(col(CleanColumns.OUTCOME).equalTo(CleanColumns.ACCEPTED));
    assertThat(counts(CleanRows.of(raw, orders().mapping(), accepted).collectAsList()))
        .isEqualTo(Map.of(CleanColumns.DUPLICATE, 4L));
  }

  /** Window functions of one spec share it only if they are added together, over columns. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rows_areShuffledOnce(boolean collapsing) {
    Source source = orders();
    source.where = collapsing ? Optional.of("amount <> '2'") : Optional.empty();
    Dataset<Row> raw = raw("id, at, amount", "('1', '2024-01-02', 1)");
    for (OptionalInt partitions : List.of(OptionalInt.empty(), OptionalInt.of(5))) {
      String plan =
          CleanRows.of(raw, source.mapping(), source.none(), partitions)
              .queryExecution()
              .executedPlan()
              .toString();
      assertThat(plan.split("Exchange hashpartitioning", -1)).as(plan).hasSize(2);
    }
  }

  @Test
  void rowsThatDifferOnlyInWhichColumnIsEmpty_areDifferent() {
    List<Row> rows =
        orders("click_id=a", "referral_code=b")
            .read(
                raw(
                    "id, at, amount, a, b",
                    "('1', '2024-01-02', 1, 'x', NULL)",
                    "('1', '2024-01-02', 1, NULL, 'x')"));
    assertThat(counts(rows)).isEqualTo(Map.of(CleanColumns.ACCEPTED, 2L));
  }

  @Test
  void cleanRows_areTheSameHoweverTheFilesAreSplitAndOrdered() {
    Random random = new Random(7);
    List<String> lines =
        IntStream.range(0, 60)
            .mapToObj(
                i ->
                    "('"
                        + random.nextInt(20)
                        + "', '2024-01-0"
                        + (1 + random.nextInt(9))
                        + "', '"
                        + (random.nextInt(4) - 1)
                        + "')")
            .collect(Collectors.toList());
    List<String> expected = null;
    for (int round = 0; round < 4; round++) {
      Collections.shuffle(lines, random);
      Source source = orders();
      source.where = Optional.of("amount <> '2'");
      Dataset<Row> raw =
          raw("id, at, amount", lines.toArray(String[]::new))
              .withColumn(RawRows.FILE, expr("concat('f', cast(rand(" + round + ") * 3 as int))"))
              .repartition(1 + round);
      List<String> seen =
          source
              .cleanRows(raw)
              .groupBy(
                  col(CleanColumns.OUTCOME),
                  col(Orders.ORDER_ID),
                  col(Orders.ORDER_TS),
                  col(Orders.SUBTOTAL),
                  col(CleanColumns.ROW_HASH))
              .agg(org.apache.spark.sql.functions.sum(CleanColumns.SOURCE_ROWS))
              .collectAsList()
              .stream()
              .map(Row::toString)
              .sorted()
              .toList();
      if (expected == null) {
        expected = seen;
      }
      assertThat(seen).isEqualTo(expected);
    }
  }

  /** Lines of a log with copies, versions and garbage, as rows of VALUES. */
  private static List<String> lines(Random random) {
    return IntStream.range(0, 50)
        .mapToObj(
            i ->
                "('%d', '2024-01-0%d', '%s')"
                    .formatted(
                        random.nextInt(12),
                        1 + random.nextInt(6),
                        random.nextInt(9) == 0 ? "x" : random.nextInt(5)))
        .collect(Collectors.toList());
  }

  /** The lines in so many batches, in an order of their own. */
  private static List<List<String>> split(List<String> lines, int batches, Random random) {
    List<String> shuffled = new ArrayList<>(lines);
    Collections.shuffle(shuffled, random);
    List<List<String>> split = new ArrayList<>();
    for (int b = 0; b < batches; b++) {
      int from = shuffled.size() * b / batches;
      split.add(shuffled.subList(from, shuffled.size() * (b + 1) / batches));
    }
    return split;
  }

  private static Dataset<Row> empty(Contract contract) {
    return SharedSession.SPARK.createDataFrame(List.of(), contract.clean().schema());
  }

  private static List<String> texts(Dataset<Row> rows) {
    return rows.collectAsList().stream().map(Row::toString).sorted().toList();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void batches_inAnyOrderAndSplit_giveTheSameCleanTable(long seed) {
    Random random = new Random(seed);
    List<String> lines = lines(random);
    List<List<String>> results = new ArrayList<>();
    for (int batches : List.of(1, 3)) {
      Dataset<Row> clean = empty(Orders.CONTRACT);
      for (List<String> batch : split(lines, batches, random)) {
        Dataset<Row> accepted =
            clean.filter(col(CleanColumns.OUTCOME).equalTo(CleanColumns.ACCEPTED));
        Dataset<Row> raw = raw("id, at, amount", batch.toArray(String[]::new));
        clean =
            clean.unionByName(CleanRows.of(raw, orders().mapping(), accepted)).localCheckpoint();
      }
      results.add(
          texts(
              clean
                  .groupBy(
                      col(CleanColumns.OUTCOME),
                      col(Orders.ORDER_ID),
                      col(Orders.ORDER_TS),
                      col(Orders.SUBTOTAL),
                      col(CleanColumns.RAW_ROW))
                  .agg(org.apache.spark.sql.functions.sum(CleanColumns.SOURCE_ROWS))));
    }
    assertThat(results.get(1)).isEqualTo(results.get(0)).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void groups_inAnyOrderAndSplit_areTheSameOrders(long seed) {
    Random random = new Random(seed);
    List<String> lines = lines(random);
    List<List<String>> results = new ArrayList<>();
    for (int batches : List.of(1, 3)) {
      Dataset<Row> clean = empty(Orders.CONTRACT);
      List<String> seen = new ArrayList<>();
      Instant ingestTs = NOW;
      for (List<String> batch : split(lines, batches, random)) {
        Source source =
            new Source(
                Orders.CONTRACT,
                "order_id=id",
                "order_ts=min(at)",
                "updated_ts=max(at)",
                "subtotal=sum(try_cast(amount AS INT))");
        source.groupBy = List.of("id");
        source.dropExactCopies = true;
        source.where = Optional.of("amount <> 'x'");
        ingestTs = ingestTs.plusSeconds(60);
        source.ingestTs = ingestTs;
        Dataset<Row> raw =
            raw("id, at, amount", batch.toArray(String[]::new))
                .withColumn(RawRows.SEEN, lit(false));
        if (!seen.isEmpty()) {
          raw =
              raw.unionByName(
                  raw("id, at, amount", seen.toArray(String[]::new))
                      .withColumn(RawRows.SEEN, lit(true)));
        }
        Dataset<Row> accepted =
            clean.filter(col(CleanColumns.OUTCOME).equalTo(CleanColumns.ACCEPTED));
        Dataset<Row> rows = CleanRows.of(raw, source.mapping(), accepted).localCheckpoint();
        assertThat(counts(rows.collectAsList()).values().stream().mapToLong(n -> n).sum())
            .isEqualTo(batch.size());
        clean = clean.unionByName(rows).localCheckpoint();
        seen.addAll(batch);
      }
      results.add(
          texts(
              Versions.newestBefore(
                      clean.filter(col(CleanColumns.OUTCOME).equalTo(CleanColumns.ACCEPTED)),
                      Optional.empty(),
                      Orders.CONTRACT,
                      NOW,
                      ZoneId.of("UTC"))
                  .select(Orders.ORDER_ID, Orders.ORDER_TS, Orders.SUBTOTAL)));
    }
    assertThat(results.get(1)).isEqualTo(results.get(0)).isNotEmpty();
  }

  @Test
  void manyRowsOfOneKey_areStreamed() {
    manyRowsOfOneKey(20_000);
  }

  /** Ten million rows of one key, which one task has to look at, in the heap the tests have. */
  @Test
  @Tag("long")
  void tenMillionRowsOfOneKey_areStreamed() {
    manyRowsOfOneKey(10_000_000);
  }

  private static void manyRowsOfOneKey(long rows) {
    Dataset<Row> raw =
        SharedSession.SPARK
            .range(rows)
            .selectExpr("'1' AS id", "'2024-01-02' AS at", "id % 2 AS amount")
            .withColumn(RawRows.CORRUPT, lit(null).cast("string"))
            .withColumn(RawRows.FILE, lit("file"));
    Map<String, Long> counts =
        orders().cleanRows(raw).groupBy(CleanColumns.OUTCOME).count().collectAsList().stream()
            .collect(Collectors.toMap(r -> r.getString(0), r -> r.getLong(1)));
    assertThat(counts)
        .isEqualTo(Map.of(CleanColumns.ACCEPTED, 2L, CleanColumns.DUPLICATE, rows - 2));
  }
}
