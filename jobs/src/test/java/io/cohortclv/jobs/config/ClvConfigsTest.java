package io.cohortclv.jobs.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.transforms.attribution.AttributionRules;
import io.cohortclv.transforms.economics.Target;
import io.cohortclv.transforms.table.Orders;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClvConfigsTest {
  @TempDir private Path folder;

  private static final String ORDERS =
      """
      lake.root = lake
      inputs.orders = [{
        path = "raw/*.json", format = json, schema = "id STRING, at STRING, cents BIGINT"
        columns { order_id = id, order_ts = at, subtotal = cents }
      }]
      """;

  @Test
  void load_takesEveryDefaultFromTheDocumentedFile() {
    ClvConfig config = load("lake.root = lake");

    assertThat(config.lake())
        .isEqualTo(
            new ClvConfig.Lake(folder + "/lake", "cohort_clv", Duration.ofMinutes(5), Map.of()));
    assertThat(config.identifiers().key())
        .isEqualTo(Optional.ofNullable(System.getenv("CLV_ID_KEY")));
    assertThat(config.reporting())
        .isEqualTo(new ClvConfig.Reporting("EUR", ZoneId.of("UTC"), 365, 0.10));
    assertThat(config.inputs()).isEmpty();
    assertThat(config.historyCompleteFrom()).isEmpty();
    assertThat(config.attribution())
        .isEqualTo(
            new ClvConfig.Attribution(
                new AttributionRules(
                    List.of("last_touch", "first_touch", "linear", "position", "time_decay"),
                    "last_touch",
                    new AttributionRules.Windows(
                        Duration.ofDays(30), Duration.ofDays(1), Duration.ofDays(365)),
                    Duration.ofDays(7),
                    true,
                    1_000,
                    new AttributionRules.Precedence(Set.of(), false, 10, 20)),
                false,
                0.8,
                20,
                100,
                300));
    assertThat(config.margin()).isEqualTo(new ClvConfig.Margin(1));
    assertThat(config.fit())
        .isEqualTo(new ClvConfig.Fit(List.of(ModelFamily.MBG_NBD), true, 500, 2_000_000, 90));
    assertThat(config.scorecard()).isEqualTo(new ClvConfig.Scorecard(30, 0.99, 500_000, 800));
    assertThat(config.commission())
        .isEqualTo(new ClvConfig.Commission(Optional.empty(), 3, 0.2, 12, 0.01));
    assertThat(config.commission().assumedIncrementality()).isEqualTo(1);
    assertThat(config.targets()).isEmpty();
  }

  @Test
  void targets_haveTheDocumentedDefaultsAndNeedTheirDay() {
    assertThat(
            load("lake.root = lake, targets = [{ affiliate = a, valid-from = 2025-01-01 },"
                    + " { affiliate-type = content, metric = orders, uplift = 0.2, bonus = 50,"
                    + " valid-from = 2025-01-01, valid-until = 2025-06-30 }]")
                .targets())
        .containsExactly(
            new Target("a", null, "new_customers", 0.1, 0, LocalDate.of(2025, 1, 1), null),
            new Target(
                null,
                "content",
                "orders",
                0.2,
                50,
                LocalDate.of(2025, 1, 1),
                LocalDate.of(2025, 6, 30)));
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> load("lake.root = lake, targets = [{ affiliate = a }]"))
        .withMessageContaining("targets[0].valid-from is not set");
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> load("lake.root = lake, targets = [{ upplift = 1 }]"))
        .withMessageContaining("targets[0].upplift")
        .withMessageContaining("the nearest is targets[0].uplift");
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(
            () ->
                load(
                    "lake.root = lake, targets = [{ valid-from = 2025-02-01, valid-until ="
                        + " 2025-01-01 }]"))
        .withMessageContaining("targets[0].valid-until");
  }

  @Test
  void whatIf_readsTermsAndKeepsTheRestOfThePolicy() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("terms.conf"),
            "terms = [{ rate = 0.05 }, { affiliate-type = coupon, rate = 0.02 },"
                + " { affiliate = a, network-fee = 0.3 }], commission.target-ratio = 4");
    WhatIf other = WhatIf.load(file, new ClvConfig.Commission(Optional.of(0.8), 3, 0.2, 12, 0.01));
    assertThat(other.commission())
        .isEqualTo(new ClvConfig.Commission(Optional.of(0.8), 4, 0.2, 12, 0.01));
    assertThat(other.termsOf("b", "content").orElseThrow().rate()).contains(0.05);
    assertThat(other.termsOf("b", "coupon").orElseThrow().rate()).contains(0.02);
    assertThat(other.termsOf("a", "coupon").orElseThrow().rate()).isEmpty();
    assertThat(other.termsOf("a", "coupon").orElseThrow().networkFee()).contains(0.3);

    Path wrong = Files.writeString(folder.resolve("wrong.conf"), "terms = [{ rte = 0.05 }]");
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> WhatIf.load(wrong, other.commission()))
        .withMessageContaining("terms[0].rte");
    Path later = Files.writeString(folder.resolve("p.conf"), "commission.payback-months = 6");
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> WhatIf.load(later, other.commission()))
        .withMessageContaining("payback-months");
  }

  @Test
  void load_givesASourceTheDocumentedDefaults() {
    SourceConfig source = load(ORDERS).inputs().get("orders").get(0);

    assertThat(source)
        .isEqualTo(
            new SourceConfig(
                "orders",
                "orders[0] main",
                "main",
                folder + "/raw/*.json",
                "json",
                Optional.of("id STRING, at STRING, cents BIGINT"),
                Map.of(
                    "header",
                    "true",
                    "delimiter",
                    ",",
                    "quote",
                    "\"",
                    "escape",
                    "\"",
                    "encoding",
                    "UTF-8"),
                Optional.empty(),
                List.of(),
                1,
                Optional.of("EUR"),
                Optional.empty(),
                false,
                List.of(),
                Map.of(Orders.ORDER_ID, "id", Orders.ORDER_TS, "at", Orders.SUBTOTAL, "cents")));
    assertThat(source.columns().keySet())
        .containsExactly(Orders.ORDER_ID, Orders.ORDER_TS, Orders.SUBTOTAL);
  }

  @Test
  void load_readsWhatIsGiven() {
    ClvConfig config =
        load(
            """
            lake { root = "s3a://company/clv", database = clv, lease = 90s }
            lake.storage { "fs.s3a.endpoint" = "https://s3", "fs.s3a.endpoint.region" = eu }
            lake.storage { fs.s3a.path.style.access = true }
            lake.storage { "fs.s3a.aws.credentials.provider" = org.Anonymous }
            reporting { currency = GBP, timezone = "Europe/London", horizon-days = 180 }
            history-complete-from = 2010-01-01
            attribution { contract-model = first_touch, compare = [], click-window = 12h }
            fit { age-convention = difference, model = bg-nbd }
            """);

    assertThat(config.lake())
        .isEqualTo(
            new ClvConfig.Lake(
                "s3a://company/clv",
                "clv",
                Duration.ofSeconds(90),
                Map.of(
                    "fs.s3a.endpoint", "https://s3",
                    "fs.s3a.endpoint.region", "eu",
                    "fs.s3a.path.style.access", "true",
                    "fs.s3a.aws.credentials.provider", "org.Anonymous")));
    assertThat(config.reporting())
        .isEqualTo(new ClvConfig.Reporting("GBP", ZoneId.of("Europe/London"), 180, 0.10));
    assertThat(config.historyCompleteFrom()).contains(LocalDate.of(2010, 1, 1));
    assertThat(config.attribution().rules().windows().click()).isEqualTo(Duration.ofHours(12));
    assertThat(config.attribution().rules().models()).containsExactly("first_touch");
    assertThat(config.fit().midpoint()).isFalse();
  }

  /** k of regular buyers needs gaps between purchases, which a run does not keep. */
  @Test
  void load_takesAutoForTheFamiliesThatHistoriesTell() {
    assertThat(
            load("lake.root = lake, reporting.currency = GBP, fit.model = auto").fit().families())
        .containsExactly(
            ModelFamily.BG_NBD, ModelFamily.MBG_NBD, ModelFamily.PARETO_NBD, ModelFamily.NBD);
  }

  @Test
  void load_letsSourcesShareSettingsBySubstitution() {
    ClvConfig config =
        load(
            """
            lake.root = lake
            reporting.currency = GBP
            source-defaults.zone = "Europe/London"
            retail { path = lines.parquet, format = parquet, source-system = retail }
            inputs.orders = [${retail} {
              where = "Invoice RLIKE '^[0-9]' AND selected > 0", group-by = [Invoice]
              columns { order_id = Invoice, order_ts = "min(InvoiceDate)", customer_ref = "max(`Customer ID`)"
                        subtotal = "sum(Quantity * Price)", country = "max(Country)" }
            }]
            inputs.refunds = [${retail} {
              exact-copies = drop, currency = USD
              columns { refund_id = "concat(Invoice, ':', StockCode)", refund_ts = InvoiceDate
                        amount = "-Quantity * Price" }
            }]
            """);

    SourceConfig orders = config.inputs().get("orders").get(0);
    assertThat(orders.path()).isEqualTo(folder + "/lines.parquet");
    assertThat(orders.name()).isEqualTo("orders[0] retail");
    assertThat(orders.schema()).isEmpty();
    assertThat(orders.zone()).contains(ZoneId.of("Europe/London"));
    assertThat(orders.groupBy()).containsExactly("Invoice");
    assertThat(orders.currency()).contains("GBP");
    SourceConfig refunds = config.inputs().get("refunds").get(0);
    assertThat(refunds.dropExactCopies()).isTrue();
    assertThat(refunds.where()).isEmpty();
    assertThat(refunds.currency()).contains("USD");
  }

  @Test
  void load_refusesRefundsOfASystemWithoutOrders() {
    String refunds =
        """
        inputs.refunds = [{ path = r.parquet, format = parquet, source-system = till
          columns { refund_id = id, refund_ts = at, amount = cents, order_id = order } }]
        """;
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> load(ORDERS + "\n" + refunds))
        .withMessageContaining("till")
        .withMessageContaining("main")
        .satisfies(e -> assertThat(e.exitCode()).isEqualTo(2));
    assertThat(load(ORDERS + "\n" + refunds.replace(", source-system = till", "")).inputs())
        .containsKey("refunds");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "reportingg.currency = EUR         | no setting reportingg  | nearest is reporting",
        "reporting.horizon = 5             | reporting.horizon      | reporting.horizon-days",
        "currency = EUR                    | no setting currency    | currency",
        "lake.rot = x                      | lake.rot               | lake.root",
        "inputs.ordres = []                | no input ordres        | nearest is orders",
        "inputs.orders = {}                | inputs.orders          | a list of sources",
        "inputs.orders = [{pth = x}]       | inputs.orders[0].pth   | inputs.orders[0].path",
        "inputs.orders = [{path = x}]      | inputs.orders[0].format| required",
        "reporting.currency = EURO         | reporting.currency     | ISO 4217",
        "reporting.timezone = Mars         | reporting.timezone     | time zone",
        "reporting.horizon-days = 0        | reporting.horizon-days | above 0",
        "reporting.horizon-days = soon     | reporting.horizon-days | NUMBER",
        "reporting.discount-rate-per-year = -1 | discount-rate-per-year | 0.0 to 10.0",
        "history-complete-from = 1.1.2020  | history-complete-from  | YYYY-MM-DD",
        "attribution.contract-model = magic| contract-model         | first_touch, last_non_direct, last_touch",
        "attribution.compare = [magic]     | attribution.compare    | first_touch, last_non_direct",
        "attribution.click-window = 0d     | click-window           | 30d",
        "attribution.touch-reset = always  | touch-reset            | after-order, never",
        "attribution.shared-coupon = half  | shared-coupon          | owner, touches",
        "attribution.coupon-spike = 0      | coupon-spike           | 1.0 to",
        "attribution.markov.least-path = 9 | attribution.markov.least-path | least-paths",
        "margin.default-rate = 1.2         | margin.default-rate    | 0.0 to 1.0",
        "fit.model = bgnbdd                | fit.model              | one of auto, bg-nbd, mbg-nbd",
        "fit.age-convention = full         | fit.age-convention     | difference, midpoint",
        "lake.root = \"s3://bucket/clv\"   | lake.root              | s3a",
        "lake.root = ${nowhere}            | nowhere                | cannot be read",
        "fs.s3a.secret.key = x             | fs.s3a.secret.key      | credential provider",
        "lake.storage { \"fs.s3a.access.key\" = x } | fs.s3a.access.key | credential provider",
        "lake.storage { \"fs.s3a.bucket.b.secret.key\" = x } | secret.key | credential provider",
        "lake.storage { spark.master = local } | spark.master | file system",
        "db { password = x }               | db.password            | credential provider",
        "lake.root = \"s3a://me:pw@bucket/clv\" | lake.root         | credential provider",
        "identifiers.key = abc             | identifiers.key        | CLV_ID_KEY",
        "lake { root = lake                | clv.conf               | cannot be read",
      })
  void load_refusesByKeyAndLine(String line, String named, String said) {
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> load("lake.root = lake\n" + line + "\n"))
        .withMessageContaining(named)
        .withMessageContaining(said)
        .satisfies(e -> assertThat(e.exitCode()).isEqualTo(2))
        .satisfies(e -> assertThat(e.getMessage()).contains("clv.conf").doesNotContain("\n"));
  }

  @Test
  void load_namesTheLineOfAnUnknownKey() {
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> load("lake.root = lake\n\nreportingg.currency = EUR\n"))
        .withMessageContaining("clv.conf, line 3");
  }

  @Test
  void load_namesTheFileThatIsNotThere() {
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> ClvConfigs.load(Path.of("none.conf")))
        .withMessageContaining("none.conf")
        .satisfies(e -> assertThat(e.exitCode()).isEqualTo(2));
  }

  @Test
  void load_asksForTheLake() {
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> load("reporting.currency = EUR"))
        .withMessageContaining("lake.root is not set");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "order_ts = at                              | order_tss = at                 | order_ts",
        "'order_ts = at, '                           |                                | order_ts",
        "subtotal = cents                           | subtotal = \"cents +\"         | no SQL expression",
        "subtotal = cents                           | subtotal = \"(select 1)\"      | no other table",
        "subtotal = cents                           | subtotal = \"1 + (table secrets)\" | no other table",
        "subtotal = cents | subtotal = \"java_method('java.lang.System','exit')\"       | reflection",
        "schema = \"id STRING, at STRING, cents BIGINT\" |                           | schema is not set",
        "schema = \"id STRING, at STRING, cents BIGINT\" | schema = \"id WORD\"      | CREATE TABLE",
        "schema = \"id STRING, at STRING, cents BIGINT\" | schema = \"at TIMESTAMP\" | not TIMESTAMP",
        "format = json                              | format = xml                   | csv, delta, json, parquet",
        "format = json                              | format = json, zone = Berlin   | time zone",
        "format = json                              | format = json, money-scale = 0 | above 0",
        "format = json                              | format = json, exact-copies = x | drop, keep",
        "format = json                              | format = json, time-formats = [\"bb\"] | patterns",
        "format = json                              | format = json, where = \"exists(select 1)\" | no other table",
        "format = json                              | format = json, options { headr = true } | options.header",
      })
  void load_refusesASourceThatCannotBeRead(String part, String instead, String said) {
    assertThatExceptionOfType(CommandException.class)
        .isThrownBy(() -> load(ORDERS.replace(part, instead == null ? "" : instead)))
        .withMessageContaining("inputs.orders[0]")
        .withMessageContaining(said)
        .satisfies(e -> assertThat(e.exitCode()).isEqualTo(2));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "selected",
        "`select`",
        "concat('select ', id)",
        "max(`Customer ID`)",
        "aggregate(items, 0D, (sum, i) -> sum + i.price)",
        "-Quantity * Price"
      })
  void requirePlain_takesExpressionsOverTheRow(String sql) {
    Expressions.requirePlain("where", sql);
  }

  @Test
  void hash_changesWithASettingOnly() {
    String hash = load("lake.root = lake").hash();

    assertThat(load("# a comment\nlake { root = lake }\nreporting.horizon-days = 365").hash())
        .isEqualTo(hash);
    assertThat(load("home = lake\nlake.root = ${home}").hash()).isEqualTo(hash);
    assertThat(load("lake.root = lake\nreporting.horizon-days = 364").hash()).isNotEqualTo(hash);
    assertThat(hash).matches("[0-9a-f]{64}");
  }

  @Test
  void settings_thatAreCredentialsAreRefused() {
    Secrets.refuseSettings(
        List.of(
            "spark.hadoop.fs.s3a.endpoint",
            "spark.hadoop.fs.s3a.aws.credentials.provider",
            "spark.executor.memory"));
    for (String name :
        List.of(
            "spark.hadoop.fs.s3a.secret.key",
            "spark.hadoop.fs.s3a.bucket.company.access.key",
            "spark.hadoop.fs.s3a.session.token")) {
      assertThatExceptionOfType(CommandException.class)
          .isThrownBy(() -> Secrets.refuseSettings(List.of(name)))
          .withMessageContaining(name)
          .satisfies(e -> assertThat(e.exitCode()).isEqualTo(2));
    }
  }

  private ClvConfig load(String text) {
    try {
      return ClvConfigs.load(Files.writeString(folder.resolve("clv.conf"), text));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
