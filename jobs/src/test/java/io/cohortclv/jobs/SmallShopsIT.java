package io.cohortclv.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.jobs.lake.TestLakes;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.ModelRegistry;
import io.cohortclv.transforms.table.Operations;
import io.cohortclv.transforms.table.Scorecards;
import io.cohortclv.transforms.table.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shops whose orders tell less than a purchase model asks for are valued all the same. */
class SmallShopsIT {
  private static final LocalDate AS_OF = LocalDate.of(2024, 1, 31);

  @TempDir Path folder;
  private List<String> warnings;
  private String clicks = "";
  private List<Row> values;
  private List<Row> scorecards;
  private List<String> sources;
  private List<String> quarantined;
  private List<Row> models;

  private void run(String... orders) throws IOException {
    run(List.of(), orders);
  }

  private void run(List<String> referrals, String... orders) throws IOException {
    Files.writeString(
        folder.resolve("friends.csv"),
        "id,at,type,referrer,referee\n" + String.join("\n", referrals));
    Files.writeString(folder.resolve("clicks.csv"), "who,at,affiliate\n" + clicks);
    Files.writeString(
        folder.resolve("orders.csv"), "id,who,at,amount\n" + String.join("\n", orders));
    Path conf = folder.resolve("clv.conf");
    Files.writeString(
        conf,
        """
        lake.root = "lake"
        inputs.orders = [{
          source-system = shop
          path = "orders.csv"
          format = csv
          schema = "id STRING, who STRING, at STRING, amount STRING"
          columns { order_id = id, customer_ref = who, order_ts = at, subtotal = amount }
        }]
        inputs.referral_events = [{
          source-system = friends
          path = "friends.csv"
          format = csv
          schema = "id STRING, at STRING, type STRING, referrer STRING, referee STRING"
          columns {
            event_id = id, event_ts = at, event_type = type
            referrer_ref = referrer, referee_ref = referee, code = "'c'", program_id = "'p'"
          }
        }]
        inputs.touchpoints = [{
          source-system = shop
          path = "clicks.csv"
          format = csv
          schema = "who STRING, at STRING, affiliate STRING"
          columns {
            visitor_id = who, customer_ref = who, touch_ts = at, touch_type = "'click'"
            affiliate_id = affiliate
          }
        }]
        """);
    ClvConfig config = ClvConfigs.load(conf).withIdentifiers("a key of tests");
    try (Lake lake = TestLakes.open(config)) {
      Run run =
          RunCommand.everything(
              lake, config, AS_OF, Progress.onTerminalOnly(new PrintWriter(Writer.nullWriter())));
      warnings = RunCommand.warnings(lake, config, run);
      if (!referrals.isEmpty()) {
        new AttributeJob().run(lake, config, lake.runs().begin(AS_OF)); // copies nothing twice
      }
      values = rows(lake, CustomerClv.TABLE);
      models = rows(lake, ModelRegistry.TABLE);
      scorecards = clicks.isEmpty() ? List.of() : rows(lake, Scorecards.AFFILIATE_SCORECARD);
      sources =
          rows(lake, CustomerAcquisition.TABLE).stream()
              .filter(row -> row.<Boolean>getAs(CustomerAcquisition.IS_CONTRACT_MODEL))
              .map(row -> row.<String>getAs(CustomerAcquisition.SOURCE_TYPE))
              .toList();
      quarantined =
          lake.ops(Operations.DQ_QUARANTINE).collectAsList().stream()
              .map(row -> row.<String>getAs(Operations.RAW_ROW))
              .toList();
    }
  }

  private static List<Row> rows(Lake lake, Table table) {
    return lake.published(table, AS_OF).collectAsList();
  }

  private Row purchaseModel() {
    return models.stream()
        .filter(row -> row.getAs(ModelRegistry.SEGMENT_PATH).equals(ModelRegistry.POOLED))
        .filter(row -> row.getAs(ModelRegistry.FAMILY).equals("nbd"))
        .findFirst()
        .orElseThrow();
  }

  /**
   * 30.5, 20.5, 10.5 and 0.5 days without a repeat: half a purchase in 62 days. Of the affiliates,
   * which only clicks name, nothing is known: not their types either.
   */
  @Test
  void nobodyBoughtAgain_andNoLogDescribesTheAffiliates() throws IOException {
    clicks = "a,2024-01-01T10:00:00Z,aff-1\nb,2024-01-10T10:00:00Z,aff-2";
    run(
        "1,a,2024-01-01T12:00:00Z,10.00",
        "2,b,2024-01-11T12:00:00Z,20.00",
        "3,c,2024-01-21T12:00:00Z,60.00",
        "4,d,2024-01-31T12:00:00Z,30.00");
    Row model = purchaseModel();
    assertThat(model.<Double>getList(model.fieldIndex(ModelRegistry.PARAMETERS)))
        .containsExactly(0.5, 62.0);
    assertThat(model.<String>getList(model.fieldIndex(ModelRegistry.WARNINGS)))
        .anyMatch(w -> w.startsWith("none of the 4 customers bought again"));
    assertThat(warnings)
        .anyMatch(w -> w.startsWith("nbd of all customers: none of the 4 customers bought again"));
    assertThat(values).hasSize(4);
    for (Row value : values) {
      // (1/2) / (62 + T) a day for 365 days, with the T of each at the end of the day.
      double age = value.<Double>getAs(CustomerSummary.AGE_DAYS);
      assertThat(value.<Double>getAs(CustomerClv.EXP_ORDERS_H)).isEqualTo(365 * 0.5 / (62 + age));
      assertThat(value.<Double>getAs(CustomerClv.P_ALIVE)).isEqualTo(1);
    }
    assertThat(scorecards)
        .extracting(
            r -> r.getAs(Scorecards.AFFILIATE_ID),
            r -> r.getAs(Scorecards.AFFILIATE_TYPE),
            r -> r.getAs(Scorecards.N_CUSTOMERS))
        .containsExactlyInAnyOrder(tuple("aff-1", "unknown", 1.0), tuple("aff-2", "unknown", 1.0));
  }

  /**
   * Of three customers no model of four parameters can be fitted, not even where one came back, and
   * no segment has another model. a brought b and c; that b then signed a up is refused.
   */
  @Test
  void threeCustomers_ofWhomTwoReferredEachOther() throws IOException {
    List<String> referrals =
        List.of(
            "1,2024-01-01T10:00:00Z,signup,a,b",
            "2,2024-01-01T11:00:00Z,signup,b,a",
            "3,2024-01-02T10:00:00Z,signup,a,c");
    run(
        referrals,
        "1,a,2024-01-03T12:00:00Z,10.00",
        "2,b,2024-01-04T12:00:00Z,20.00",
        "3,c,2024-01-05T12:00:00Z,60.00",
        "4,c,2024-01-08T12:00:00Z,60.00");
    assertThat(warnings).anyMatch(w -> w.contains("4 parameters, but there are 3 customers"));
    assertThat(values).hasSize(3).allMatch(v -> v.<Double>getAs(CustomerClv.EXP_ORDERS_H) > 0);
    assertThat(values).extracting(v -> v.getAs(CustomerClv.MODEL_ID)).containsOnly(modelId());
    assertThat(sources)
        .containsExactlyInAnyOrder(
            CustomerAcquisition.UNATTRIBUTED,
            CustomerAcquisition.REFERRAL,
            CustomerAcquisition.REFERRAL);
    assertThat(quarantined).singleElement().asString().contains("\"event_id\":\"2\"");
  }

  private Object modelId() {
    return purchaseModel().getAs(ModelRegistry.MODEL_ID);
  }
}
