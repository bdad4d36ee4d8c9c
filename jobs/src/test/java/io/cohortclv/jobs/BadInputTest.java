package io.cohortclv.jobs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortclv.jobs.IngestJob.Taken;
import io.cohortclv.jobs.config.SourceConfig;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.IngestBatches;
import io.cohortclv.jobs.lake.IngestBatches.Kind;
import io.cohortclv.jobs.lake.IngestRecon.Counts;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.TestLakes;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Orders;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.security.AccessControlException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What real buckets hold: each kind of bad input costs its row or its file, never the rest. */
class BadInputTest {
  private static final Map<String, String> PLAIN =
      Map.of("order_id", "id", "order_ts", "at", "subtotal", "total");
  private static final String TEXTS = "id STRING, at STRING, total STRING";
  private static final String BYTE_ORDER_MARK = "\ufeff";

  @TempDir Path folder;
  private final Map<String, SourceConfig> sources = new LinkedHashMap<>();
  private Lake lake;

  @BeforeEach
  void openEmptyLake() {
    lake = TestLakes.open(folder.resolve("lake"));
  }

  /** A source of orders with a folder of its own. */
  private Path source(
      String system, String format, String schema, Map<String, String> options, String... more)
      throws IOException {
    return source(system, format, schema, options, PLAIN, List.of(more));
  }

  private Path source(
      String system,
      String format,
      String schema,
      Map<String, String> options,
      Map<String, String> columns,
      List<String> timeFormats)
      throws IOException {
    Path raw = Files.createDirectories(folder.resolve("raw").resolve(system));
    sources.put(
        system,
        new SourceConfig(
            "orders",
            "orders[" + sources.size() + "] " + system,
            system,
            raw.toUri().toString(),
            format,
            Optional.ofNullable(schema),
            options,
            Optional.of(ZoneId.of("UTC")),
            timeFormats,
            1,
            Optional.of("EUR"),
            Optional.empty(),
            false,
            List.of(),
            columns));
    return raw;
  }

  private List<Taken> ingest() {
    return IngestJob.run(
        lake,
        TestLakes.config(folder.resolve("lake"), sources.values().toArray(SourceConfig[]::new)));
  }

  private CommandException refused() {
    try {
      ingest();
    } catch (CommandException e) {
      return e;
    }
    throw new AssertionError("Nothing was refused");
  }

  private static String json(String id, String at, String total) {
    return "{\"id\": \"%s\", \"at\": \"%s\", \"total\": \"%s\"}\n".formatted(id, at, total);
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(text.getBytes(UTF_8));
    }
    return bytes.toByteArray();
  }

  private Map<String, String> orderTotals(String system) {
    return lake
        .versions(Orders.CONTRACT)
        .filter(CleanColumns.SOURCE_SYSTEM + " = '" + system + "'")
        .collectAsList()
        .stream()
        .collect(
            Collectors.toMap(
                r -> r.getAs(Orders.ORDER_ID),
                r ->
                    r.<java.math.BigDecimal>getAs(Orders.SUBTOTAL)
                        .stripTrailingZeros()
                        .toPlainString()));
  }

  @Test
  void cellsAndLines_costTheirRowOnly() throws IOException {
    Path cells = source("cells", "json", TEXTS, Map.of(), "dd.MM.yyyy", "MM/dd/yyyy");
    Files.writeString(
        cells.resolve("a.json"),
        BYTE_ORDER_MARK
            + json("mark", "2024-01-02", "1")
            + json("windows", "02.01.2024", "1").replace("\n", "\r\n")
            + json("american", "01/31/2024", "1")
            + json("two\\nlines", "2024-01-02", "1")
            + json("thousands", "2024-01-02", "1,234.50")
            + json("year 1", "0001-01-01", "1")
            + json("year 9999", "9999-12-31T23:59:59Z", "1")
            + json("huge", "2024-01-02", "1e30")
            + json("largest", "2024-01-02", "99999999999999.9999")
            + json("negative", "2024-01-02", "-5")
            + json("nan", "2024-01-02", "NaN")
            + json("k".repeat(10_000), "2024-01-02", "1")
            + "{\"id\": \"twice\", \"id\": \"the last\", \"at\": \"2024-01-02\", \"total\": \"1\"}\n"
            + "\u0000\n\n{\"id\": \"torn\n");
    Files.write(
        cells.resolve("invalid-utf8.json"),
        bytes(json("bytes", "2024-01-02", "1"), (byte) 0xff, "bytes"));
    Path names =
        source(
            "names",
            "csv",
            "`order.no` STRING, `Placed At` STRING, `the \"sum\"` STRING, `tick``` STRING",
            Map.of("header", "true", "escape", "\"", "quote", "\"", "multiLine", "true"),
            Map.of(
                "order_id", "`order.no`",
                "order_ts", "`Placed At`",
                "subtotal", "replace(`the \"sum\"`, ',', '')",
                "country", "`tick```"),
            List.of());
    Files.writeString(
        names.resolve("a.csv"),
        BYTE_ORDER_MARK
            + "order.no,Placed At,\"the \"\"sum\"\"\",tick`\r\n"
            + "1,2024-01-02,\"1,234.50\",\"DE\nor AT\"\r\n"
            + "2,2024-01-02,7,\n");
    for (String codec : List.of("gz", "bz2", "zst")) {
      source("packed-" + codec, "json", TEXTS, Map.of());
    }
    Files.write(folder.resolve("raw/packed-gz/a.json.gz"), gzip(json("1", "2024-01-02", "3")));
    for (String codec : List.of("bz2", "zst")) {
      byte[] packed = getClass().getResourceAsStream("order.json." + codec).readAllBytes();
      Files.write(folder.resolve("raw/packed-" + codec + "/a.json." + codec), packed);
    }

    Map<String, Counts> counts =
        ingest().stream()
            .collect(
                Collectors.toMap(t -> t.batch().source().replaceAll(".* ", ""), Taken::counts));
    assertThat(counts.values()).allMatch(Counts::reconcile);
    assertThat(orderTotals("cells").keySet())
        .containsExactlyInAnyOrder(
            "mark", "windows", "american", "two\nlines", "largest", "the last");
    Map<String, Long> reasons = counts.get("cells").rejectedByReasons();
    assertThat(reasons)
        .isEqualTo(
            Map.of(
                "subtotal: not an amount", 3L,
                "subtotal: negative", 1L,
                "order_ts: before 1990; updated_ts: before 1990", 1L,
                "order_ts: in the future; updated_ts: in the future", 1L,
                "order_id: longer than 1 kB", 1L,
                // A zero byte, a torn line, and one that is no UTF-8.
                "unparseable", 3L));
    assertThat(orderTotals("names")).isEqualTo(Map.of("1", "1234.5", "2", "7"));
    for (String codec : List.of("gz", "bz2", "zst")) {
      assertThat(orderTotals("packed-" + codec)).as(codec).isEqualTo(Map.of("1", "3"));
    }
  }

  /** The line with one byte put before the second sign of that word. */
  private static byte[] bytes(String line, byte wrong, String word) {
    byte[] text = line.getBytes(UTF_8);
    int at = line.indexOf(word) + 1;
    byte[] all = Arrays.copyOf(text, text.length + 1);
    System.arraycopy(text, at, all, at + 1, text.length - at);
    all[at] = wrong;
    return all;
  }

  @Test
  void aTornFile_stopsItsBatch_untilItIsWhole() throws IOException {
    Path raw = source("shop", "json", TEXTS, Map.of());
    byte[] whole = gzip(json("1", "2024-01-02", "3").repeat(1000));
    Files.write(raw.resolve("torn.json.gz"), Arrays.copyOf(whole, whole.length - 20));
    Files.writeString(raw.resolve("good.json"), json("2", "2024-01-02", "3"));
    for (int attempt = 0; attempt < 2; attempt++) {
      CommandException refused = refused();
      assertThat(refused.exitCode()).isEqualTo(3);
      assertThat(refused).hasMessageContaining("torn.json.gz");
      assertThat(lake.has(Orders.CONTRACT)).isFalse();
    }
    Files.write(raw.resolve("torn.json.gz"), whole);
    Counts counts = ingest().get(0).counts();
    assertThat(counts.records()).isEqualTo(1001);
    assertThat(counts.accepted()).isEqualTo(2);
    assertThat(counts.duplicate()).isEqualTo(999);
    assertThat(ingest()).isEmpty();
  }

  @Test
  void aParquetFileOfAnotherSchema_stopsItsBatch() throws IOException {
    Path raw = source("shop", "parquet", null, Map.of());
    parquet(raw, "a", "'1' AS id, '2024-01-02' AS at, 10.0D AS total");
    parquet(raw, "b", "'2' AS id, '2024-01-02' AS at, array('x') AS total");
    CommandException refused = refused();
    assertThat(refused.exitCode()).isEqualTo(3);
    assertThat(refused).hasMessageContaining(".parquet").hasMessageContaining("schema");
    assertThat(lake.has(Orders.CONTRACT)).isFalse();

    Files.delete(raw.resolve("b.parquet"));
    Files.writeString(raw.resolve("c.parquet"), "no Parquet at all");
    assertThat(refused().exitCode()).isEqualTo(3);
    Files.delete(raw.resolve("c.parquet"));
    // A file without a column is one whose rows lack it.
    parquet(raw, "d", "'4' AS id, '2024-01-02' AS at");
    Counts counts = ingest().get(0).counts();
    assertThat(counts.accepted()).isEqualTo(1);
    assertThat(counts.rejectedByReasons()).isEqualTo(Map.of("subtotal: missing", 1L));
  }

  private void parquet(Path raw, String name, String columns) throws IOException {
    Path written = folder.resolve("written-" + name);
    lake.spark().sql("SELECT " + columns).coalesce(1).write().parquet(written.toString());
    try (var files = Files.list(written)) {
      Files.move(
          files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow(),
          raw.resolve(name + ".parquet"));
    }
  }

  @Test
  void aDeltaTable_isALog_whoseFilesAreTakenOnce() throws IOException {
    Path raw = source("shop", "delta", null, Map.of());
    String table = raw.toString();
    var row = lake.spark().sql("SELECT '1' AS id, '2024-01-02' AS at, 10 AS total");
    row.write().format("delta").mode("append").save(table);
    assertThat(ingest().get(0).counts().accepted()).isEqualTo(1);
    var more = lake.spark().sql("SELECT '2' AS id, '2024-01-02' AS at, 20 AS total");
    more.write().format("delta").mode("append").save(table);
    SourceConfig source = sources.get("shop");
    var unused =
        IngestBatches.of(lake)
            .plan(
                Map.of(source, IngestBatches.of(lake).newOf(source, lake.rawFiles().list(source))),
                Kind.NEW);
    // Compacted between the plan and the reading: the planned file is no live one any more.
    lake.spark().sql("OPTIMIZE delta.`" + table + "`").collect();
    List<Taken> taken = ingest();
    assertThat(taken.get(0).counts().records()).isEqualTo(1);
    assertThat(taken.get(1).counts().duplicate()).isEqualTo(2);
    assertThat(orderTotals("shop")).isEqualTo(Map.of("1", "10", "2", "20"));
    assertThat(ingest()).isEmpty();
  }

  @Test
  void aFileThatVanished_isLeftOut_andTheRestIsTakenOnce() throws IOException {
    Path raw = source("shop", "json", TEXTS, Map.of());
    Files.writeString(raw.resolve("a.json"), json("1", "2024-01-02", "3"));
    Files.writeString(raw.resolve("b.json"), json("2", "2024-01-02", "3"));
    SourceConfig source = sources.get("shop");
    var unused =
        IngestBatches.of(lake).plan(Map.of(source, lake.rawFiles().list(source)), Kind.NEW);
    Files.delete(raw.resolve("a.json"));
    assertThat(ingest().get(0).counts().records()).isEqualTo(1);
    assertThat(ingest()).isEmpty();
    assertThat(orderTotals("shop")).isEqualTo(Map.of("2", "3"));
  }

  @Test
  void columnNamesThatComeTwice_areRefused() throws IOException {
    Path raw = source("shop", "csv", "id STRING, id STRING, at STRING", Map.of("header", "true"));
    Files.writeString(raw.resolve("a.csv"), "id,id,at\n1,2,2024-01-02\n");
    assertThat(refused().exitCode()).isEqualTo(2);
    assertThat(lake.has(Orders.CONTRACT)).isFalse();
  }

  /** A store that forbids; permissions of files do not bind the superuser who may run this. */
  public static final class Forbidding extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("forbidding:///");
    }

    @Override
    public FileStatus[] globStatus(org.apache.hadoop.fs.Path pattern) throws IOException {
      throw new AccessControlException("Permission denied");
    }
  }

  @Test
  void aPathWithoutPermission_isNamed() throws IOException {
    lake.spark()
        .sparkContext()
        .hadoopConfiguration()
        .setClass("fs.forbidding.impl", Forbidding.class, org.apache.hadoop.fs.FileSystem.class);
    SourceConfig plain = config("forbidding:///bucket/orders");
    assertThatThrownBy(() -> IngestJob.run(lake, TestLakes.config(folder.resolve("lake"), plain)))
        .isInstanceOfSatisfying(CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(1))
        .hasMessageContaining("forbidding:///bucket/orders")
        .hasMessageContaining("Permission denied");
  }

  private static SourceConfig config(String path) {
    return new SourceConfig(
        "orders",
        "orders[0] shop",
        "shop",
        path,
        "json",
        Optional.of(TEXTS),
        Map.of(),
        Optional.empty(),
        List.of(),
        1,
        Optional.of("EUR"),
        Optional.empty(),
        false,
        List.of(),
        PLAIN);
  }
}
