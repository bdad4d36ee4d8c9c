package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.SharedSession;
import io.cohortclv.transforms.table.Campaigns;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Contract.InputColumn;
import io.cohortclv.transforms.table.Costs;
import io.cohortclv.transforms.table.Csat;
import io.cohortclv.transforms.table.Experiments;
import io.cohortclv.transforms.table.FxRates;
import io.cohortclv.transforms.table.IdentityMap;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Products;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Refunds;
import io.cohortclv.transforms.table.Terms;
import io.cohortclv.transforms.table.Touchpoints;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

/** Each contract's own rules: a good row, and rows that differ from it in one value. */
class RulesTest {
  private static final Instant NOW = Instant.parse("2024-06-01T12:00:00Z");

  /** Rows of one contract, mapped by the names of its columns. */
  private static final class Log {
    private final Contract contract;
    private final Map<String, String> good = new LinkedHashMap<>();
    private final List<Row> rows = new ArrayList<>();
    private final List<List<String>> reasons = new ArrayList<>();
    private final List<String> columns;

    Log(Contract contract, String... good) {
      this.contract = contract;
      this.columns = contract.columns().stream().map(InputColumn::name).toList();
      for (int i = 0; i < good.length; i += 2) {
        this.good.put(good[i], good[i + 1]);
      }
      row("good", Map.of());
    }

    /** The good row with another value is rejected for these reasons. */
    Log refuses(String column, String value, String... expected) {
      return row(column + "=" + value, Map.of(column, value), expected);
    }

    Log takes(String column, String value) {
      return row(column + "=" + value, Map.of(column, value));
    }

    private Log row(String name, Map<String, String> other, String... expected) {
      assertThat(columns).containsAll(other.keySet()).containsAll(good.keySet());
      List<Object> values = new ArrayList<>(List.of(rows.size(), name));
      columns.forEach(c -> values.add(other.getOrDefault(c, good.get(c))));
      rows.add(RowFactory.create(values.toArray()));
      reasons.add(List.of(expected));
      return this;
    }

    List<Row> check() {
      StructType schema =
          new StructType().add("nr", DataTypes.IntegerType).add("label", DataTypes.StringType);
      for (String column : columns) {
        schema = schema.add(column, DataTypes.StringType);
      }
      Map<String, String> mapping = new LinkedHashMap<>();
      columns.forEach(c -> mapping.put(c, c));
      Dataset<Row> raw =
          SharedSession.SPARK
              .createDataFrame(rows, schema)
              .withColumn(RawRows.CORRUPT, lit(null).cast("string"))
              // Which row it was: the only column that is kept as it is.
              .withColumn(RawRows.FILE, concat(col("nr"), lit(" "), col("label")));
      Mapping plain =
          new Mapping(
              contract,
              "shop",
              "batch",
              NOW,
              Optional.empty(),
              ZoneId.of("America/New_York"),
              "EUR",
              Optional.of(ZoneId.of("UTC")),
              List.of(),
              1,
              Optional.empty(),
              Optional.empty(),
              false,
              List.of(),
              mapping,
              (column, value) -> concat(lit(column.name() + " "), value));
      List<Row> clean =
          CleanRows.of(
                  raw,
                  plain,
                  SharedSession.SPARK.createDataFrame(List.of(), contract.clean().schema()))
              .collectAsList();
      assertThat(clean).hasSameSizeAs(rows);
      List<Row> ordered = new ArrayList<>(clean);
      ordered.sort((a, b) -> Integer.compare(number(a), number(b)));
      for (int i = 0; i < rows.size(); i++) {
        assertThat(ordered.get(i).<String>getList(ordered.get(i).fieldIndex(CleanColumns.REASONS)))
            .as(contract.name() + ": " + rows.get(i).getString(1))
            .containsExactlyInAnyOrderElementsOf(reasons.get(i));
      }
      return ordered;
    }

    private static int number(Row row) {
      return Integer.parseInt(row.<String>getAs(CleanColumns.SOURCE_FILE).split(" ", 2)[0]);
    }
  }

  @Test
  void orders() {
    Log log =
        new Log(
            Orders.CONTRACT,
            Orders.ORDER_ID,
            "1",
            Orders.ORDER_TS,
            "2024-01-02",
            Orders.SUBTOTAL,
            "10");
    for (String money :
        List.of(
            Orders.SUBTOTAL,
            Orders.DISCOUNT,
            Orders.TAX,
            Orders.SHIPPING,
            Orders.PAYMENT_FEE,
            Orders.FULFILMENT_COST,
            Orders.GIFT_CARD_TENDER)) {
      log.refuses(money, "-0.01", money + ": negative");
    }
    List<Row> rows =
        log.refuses(Orders.CURRENCY, "EURO", "currency: not ISO 4217")
            .refuses(Orders.CONVERSION_TYPE, "wish", "conversion_type: not an allowed value")
            .refuses(
                Orders.ORDER_TS, "0001-01-01", "order_ts: before 1990", "updated_ts: before 1990")
            .refuses(
                Orders.ORDER_TS,
                "9999-12-31",
                "order_ts: in the future",
                "updated_ts: in the future")
            .takes(Orders.CURRENCY, "usd")
            .check();
    assertThat(rows.get(0).<String>getAs(Orders.CONVERSION_TYPE)).isEqualTo("order");
    assertThat(rows.get(0).<String>getAs(Orders.CURRENCY)).isEqualTo("EUR");
    assertThat(rows.get(rows.size() - 1).<String>getAs(Orders.CURRENCY)).isEqualTo("USD");
  }

  @Test
  void itemsAndRefunds() {
    Row item =
        new Log(
                OrderItems.CONTRACT,
                OrderItems.ORDER_ITEM_ID,
                "1",
                OrderItems.ORDER_ID,
                "1",
                OrderItems.PRODUCT_ID,
                "p",
                OrderItems.QUANTITY,
                "2",
                OrderItems.UNIT_PRICE,
                "5")
            .refuses(OrderItems.QUANTITY, "-1", "quantity: negative")
            .refuses(OrderItems.COGS, "-1", "cogs: negative")
            .check()
            .get(0);
    assertThat(item.<Boolean>getAs(OrderItems.IS_GIFT_CARD)).isFalse();
    new Log(
            Refunds.CONTRACT,
            Refunds.REFUND_ID,
            "1",
            Refunds.ORDER_ID,
            "1",
            Refunds.REFUND_TS,
            "2024-01-02",
            Refunds.AMOUNT,
            "5")
        .refuses(Refunds.AMOUNT, "-5", "amount: negative")
        .refuses(Refunds.TYPE, "gone", "type: not an allowed value")
        .refuses(Refunds.RESTOCKED, "some", "restocked: not true or false")
        .refuses(Refunds.ORDER_ID, "", "order_id, customer_ref: both missing")
        .check();
  }

  @Test
  void touchpoints_withoutAnIdAreKnownByWhatTheyAre() {
    List<Row> rows =
        new Log(
                Touchpoints.CONTRACT,
                Touchpoints.VISITOR_ID,
                "v",
                Touchpoints.TOUCH_TS,
                "2024-01-02T10:00:00Z")
            .takes(Touchpoints.USER_AGENT, "another")
            .takes(Touchpoints.AFFILIATE_ID, "a")
            .takes(Touchpoints.TOUCH_ID, "t1")
            .refuses(Touchpoints.DWELL_S, "-1", "dwell_s: negative")
            .check();
    List<String> ids = rows.stream().map(r -> r.<String>getAs(Touchpoints.TOUCH_ID)).toList();
    assertThat(ids.get(0)).hasSize(32).isEqualTo(ids.get(1)).isNotEqualTo(ids.get(2));
    assertThat(ids.get(3)).isEqualTo("t1");
  }

  @Test
  void referralEvents() {
    new Log(
            ReferralEvents.CONTRACT,
            ReferralEvents.EVENT_ID,
            "1",
            ReferralEvents.EVENT_TS,
            "2024-01-02",
            ReferralEvents.EVENT_TYPE,
            "reward",
            ReferralEvents.REFERRER_REF,
            "c",
            ReferralEvents.CODE,
            "x",
            ReferralEvents.PROGRAM_ID,
            "p")
        .refuses(ReferralEvents.REWARD_AMOUNT, "-1", "reward_amount: negative")
        .refuses(ReferralEvents.REWARD_TYPE, "love", "reward_type: not an allowed value")
        .refuses(ReferralEvents.REWARD_SIDE, "both", "reward_side: not an allowed value")
        .refuses(ReferralEvents.REFEREE_REF, "c", "referee_ref: the referrer itself")
        .check();
  }

  @Test
  void termsAndCampaigns() {
    new Log(
            Terms.CONTRACT,
            Terms.PROGRAM_ID,
            "p",
            Terms.MODEL,
            "last_touch",
            Terms.CLICK_WINDOW_S,
            "86400",
            Terms.VIEW_WINDOW_S,
            "0",
            Terms.RATE_TYPE,
            "pct",
            Terms.RATE,
            "0.05",
            Terms.VALID_FROM,
            "2024-01-01")
        .refuses(Terms.RATE, "5", "rate: above 1, not a fraction")
        .refuses(Terms.RATE_TYPE, "tier", "tiers: missing")
        .refuses(Terms.TIERS, "100:0.08,many:0.1", "tiers: not as 100:0.08")
        .refuses(Terms.DAILY_CAP, "-1", "daily_cap: negative")
        .refuses(Terms.VALID_TO, "2023-12-31", "valid_to: not after valid_from")
        .takes(Terms.VALID_FROM, "2030-01-01")
        .takes(Terms.VALID_TO, "9999-12-31")
        .takes(Terms.TIERS, "100:0.08;1000:0.1")
        .check();
    new Log(Campaigns.CONTRACT, Campaigns.CAMPAIGN_ID, "c", Campaigns.STARTS_ON, "2024-01-01")
        .refuses(Campaigns.ENDS_ON, "2023-12-31", "ends_on: before starts_on")
        .refuses(Campaigns.BUDGET, "-1", "budget: negative")
        .takes(Campaigns.ENDS_ON, "2024-01-01")
        .check();
  }

  @Test
  void moneyPaid() {
    Row commission =
        new Log(
                Commissions.CONTRACT,
                Commissions.ACTION_ID,
                "1",
                Commissions.AFFILIATE_ID,
                "a",
                Commissions.PROGRAM_ID,
                "p",
                Commissions.PAYOUT,
                "-2",
                Commissions.STATE,
                "pending",
                Commissions.EVENT_TS,
                "2024-01-02")
            .refuses(Commissions.CUSTOMER_STATUS, "old", "customer_status: not an allowed value")
            .refuses(Commissions.UPDATE_SEQ, "-1", "update_seq: negative")
            .takes(Commissions.LOCK_TS, "2031-01-01")
            .check()
            .get(0);
    assertThat(commission.<Long>getAs(Commissions.UPDATE_SEQ)).isZero();
    List<Row> costs =
        new Log(
                Costs.CONTRACT,
                Costs.COST_ID,
                "1",
                Costs.COST_DATE,
                "2024-01-02",
                Costs.CHANNEL,
                "affiliate",
                Costs.COST_TYPE,
                "fixed",
                Costs.AMOUNT,
                "-5")
            .refuses(Costs.COST_TYPE, "beer", "cost_type: not an allowed value")
            .refuses(
                Costs.COST_DATE,
                "9999-12-31",
                "cost_date: more than two years ahead",
                "updated_ts: in the future")
            .check();
    assertThat(costs.get(0).<java.sql.Timestamp>getAs(Contract.UPDATED_TS).toInstant())
        .as("a cost is known from the beginning of its business day, here in New York")
        .isEqualTo(Instant.parse("2024-01-02T05:00:00Z"));
  }

  @Test
  void productsAndRates() {
    new Log(Products.CONTRACT, Products.PRODUCT_ID, "p", Products.VALID_FROM, "2024-01-02")
        .refuses(Products.MARGIN_RATE, "30", "margin_rate: not from -1 to 1")
        .refuses(Products.COGS, "-1", "cogs: negative")
        .refuses(Products.VALID_TO, "2024-01-02", "valid_to: not after valid_from")
        .check();
    List<Row> rates =
        new Log(
                FxRates.CONTRACT,
                FxRates.RATE_DATE,
                "2024-01-02",
                FxRates.FROM_CURRENCY,
                "usd",
                FxRates.TO_CURRENCY,
                "EUR",
                FxRates.RATE,
                "0.9")
            .refuses(FxRates.RATE, "0", "rate: not above 0")
            .refuses(FxRates.RATE, "NaN", "rate: not a number")
            .refuses(FxRates.FROM_CURRENCY, "$", "from_currency: not ISO 4217")
            .refuses(FxRates.TO_CURRENCY, "USD", "to_currency: the same as from_currency")
            .refuses(
                FxRates.RATE_DATE,
                "2024-07-01",
                "rate_date: in the future",
                "updated_ts: in the future")
            .check();
    assertThat(rates.get(0).<String>getAs(FxRates.FROM_CURRENCY)).isEqualTo("USD");
  }

  @Test
  void people() {
    List<Row> ids =
        new Log(
                IdentityMap.CONTRACT,
                IdentityMap.ID_TYPE,
                "customer",
                IdentityMap.ID_HASH,
                "c1",
                IdentityMap.PERSON_ID,
                "p1",
                IdentityMap.VALID_FROM,
                "2024-01-02")
            .takes(IdentityMap.ID_TYPE, "email")
            .takes(IdentityMap.ID_TYPE, "visitor")
            .refuses(IdentityMap.ID_TYPE, "shoe", "id_type: not an allowed value")
            .refuses(IdentityMap.CONFIDENCE, "2", "confidence: not from 0 to 1")
            .check();
    assertThat(ids.stream().limit(3).map(r -> r.<String>getAs(IdentityMap.ENTITY_ID)))
        .as("the name the identifier has in orders and touchpoints")
        .containsExactly("customer_ref c1", "email_hash c1", "c1");
    new Log(
            Csat.CONTRACT,
            Csat.SURVEY_ID,
            "s",
            Csat.CUSTOMER_REF,
            "c",
            Csat.TS,
            "2024-01-02",
            Csat.SCORE,
            "5")
        .refuses(Csat.SCORE, "0", "score: not from 1 to 5")
        .refuses(Csat.SCORE, "6", "score: not from 1 to 5")
        .refuses(Csat.SCORE, "4.5", "score: not a whole number")
        .check();
    new Log(
            Experiments.CONTRACT,
            Experiments.UNIT_ID,
            "u",
            Experiments.EXPERIMENT,
            "e",
            Experiments.ARM,
            "a",
            Experiments.ASSIGNED_TS,
            "2024-01-02")
        .refuses(Experiments.ARM, " ", "arm: missing")
        .check();
  }
}
