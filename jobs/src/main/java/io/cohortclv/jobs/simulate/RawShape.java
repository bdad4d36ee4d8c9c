package io.cohortclv.jobs.simulate;

import static io.cohortclv.jobs.simulate.RawShape.RawColumn.of;

import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.Campaigns;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Costs;
import io.cohortclv.transforms.table.Csat;
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
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What one raw log looks like: its files, its columns and how they map to the contract. The logs
 * differ on purpose, as those of real systems do. From this one definition come the rows, the
 * schema and the mapping in clv.conf.
 *
 * @param contract the contract the log feeds
 * @param form how rows are written
 * @param delimiter between the cells of a CSV row
 * @param time how moments are written
 * @param moneyScale raw units in a major unit of money: 100 for cents
 * @param columns in the order of the rows
 */
record RawShape(
    Contract contract,
    Form form,
    char delimiter,
    TimeForm time,
    int moneyScale,
    List<RawColumn> columns) {

  /** How rows are written. */
  enum Form {
    JSON_LINES("json", ".json", 250_000),
    /** A compressed file is read by one task, so its files are smaller. */
    JSON_LINES_GZIP("json", ".json.gz", 150_000),
    CSV("csv", ".csv", 250_000);

    private final String format;
    private final String extension;
    private final long rowsPerFile;

    Form(String format, String extension, long rowsPerFile) {
      this.format = format;
      this.extension = extension;
      this.rowsPerFile = rowsPerFile;
    }

    /** The format's name in the config. */
    String format() {
      return format;
    }

    String extension() {
      return extension;
    }

    long rowsPerFile() {
      return rowsPerFile;
    }
  }

  /** How moments are written. */
  enum TimeForm {
    /** Local time that does not say its zone: the config must. */
    LOCAL("uuuu-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm:ss", World.ZONE),
    ISO_INSTANT("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", null, ZoneOffset.UTC),
    DOTTED("dd.MM.uuuu HH:mm:ss", "dd.MM.yyyy HH:mm:ss", ZoneOffset.UTC),
    EPOCH_MILLIS(null, "epoch-millis", null);

    private final DateTimeFormatter formatter;
    private final String configFormat;
    private final ZoneId zone;

    TimeForm(String pattern, String configFormat, ZoneId zone) {
      this.formatter =
          pattern == null ? null : DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(zone);
      this.configFormat = configFormat;
      this.zone = zone;
    }

    /** The raw cell of a moment. */
    Object cell(long millis) {
      return formatter == null ? (Object) millis : formatter.format(Instant.ofEpochMilli(millis));
    }

    /** What the config says in {@code time-formats}; empty where ISO 8601 needs no saying. */
    Optional<String> configFormat() {
      return Optional.ofNullable(configFormat);
    }

    /** What the config says in {@code zone}; empty where each moment says its own. */
    Optional<String> configZone() {
      return configFormat == null || zone == null
          ? Optional.empty()
          : Optional.of(zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId());
    }
  }

  /**
   * One raw column.
   *
   * @param name as in the file; a dot nests
   * @param type Spark SQL type
   * @param contractColumn the contract column it feeds
   * @param expression Spark SQL over the raw columns that gives the contract column
   */
  record RawColumn(String name, String type, String contractColumn, String expression) {
    static RawColumn of(String name, String type, String contractColumn) {
      return new RawColumn(name, type, contractColumn, name);
    }
  }

  private static final String TEXT = "STRING";
  private static final String WHOLE = "BIGINT";
  private static final String FLAG = "BOOLEAN";

  static final RawShape ORDERS =
      new RawShape(
          Orders.CONTRACT,
          Form.JSON_LINES,
          ',',
          TimeForm.LOCAL,
          100,
          List.of(
              of("id", TEXT, Orders.ORDER_ID),
              of("customer.ref", TEXT, Orders.CUSTOMER_REF),
              of("customer.email_sha", TEXT, Orders.EMAIL_HASH),
              of("customer.country", TEXT, Orders.COUNTRY),
              of("created_at", TEXT, Orders.ORDER_TS),
              of("changed_at", TEXT, Contract.UPDATED_TS),
              new RawColumn("state", TEXT, Orders.STATUS, "lower(state)"),
              of("test_mode", FLAG, Orders.IS_TEST),
              of("money.currency", TEXT, Orders.CURRENCY),
              of("money.lines_cents", WHOLE, Orders.SUBTOTAL),
              of("money.discount_cents", WHOLE, Orders.DISCOUNT),
              of("money.tax_cents", WHOLE, Orders.TAX),
              of("money.shipping_cents", WHOLE, Orders.SHIPPING),
              of("sales_channel", TEXT, Orders.CHANNEL),
              of("session.visitor", TEXT, Orders.VISITOR_ID),
              of("session.click", TEXT, Orders.CLICK_ID),
              of("friend_code", TEXT, Orders.REFERRAL_CODE),
              of("coupons", "ARRAY<STRING>", Orders.COUPON_CODES)));

  static final RawShape ORDER_ITEMS =
      new RawShape(
          OrderItems.CONTRACT,
          Form.CSV,
          ',',
          TimeForm.LOCAL,
          1,
          List.of(
              of("line_no", TEXT, OrderItems.ORDER_ITEM_ID),
              of("order_no", TEXT, OrderItems.ORDER_ID),
              of("sku", TEXT, OrderItems.PRODUCT_ID),
              of("sold_at", TEXT, OrderItems.ITEM_TS),
              of("qty", TEXT, OrderItems.QUANTITY),
              of("unit_price", TEXT, OrderItems.UNIT_PRICE),
              of("discount", TEXT, OrderItems.DISCOUNT),
              of("goods_cost", TEXT, OrderItems.COGS)));

  static final RawShape REFUNDS =
      new RawShape(
          Refunds.CONTRACT,
          Form.CSV,
          ',',
          TimeForm.LOCAL,
          1,
          List.of(
              of("refund_no", TEXT, Refunds.REFUND_ID),
              of("order_no", TEXT, Refunds.ORDER_ID),
              of("customer_no", TEXT, Refunds.CUSTOMER_REF),
              of("booked_at", TEXT, Refunds.REFUND_TS),
              of("currency", TEXT, Refunds.CURRENCY),
              of("amount", TEXT, Refunds.AMOUNT),
              new RawColumn("kind", TEXT, Refunds.TYPE, "lower(kind)"),
              of("reason", TEXT, Refunds.REASON)));

  static final RawShape TOUCHPOINTS =
      new RawShape(
          Touchpoints.CONTRACT,
          Form.JSON_LINES_GZIP,
          ',',
          TimeForm.ISO_INSTANT,
          1,
          List.of(
              of("tid", TEXT, Touchpoints.TOUCH_ID),
              of("seq", WHOLE, Touchpoints.SOURCE_SEQ),
              of("visitor.id", TEXT, Touchpoints.VISITOR_ID),
              of("visitor.customer", TEXT, Touchpoints.CUSTOMER_REF),
              of("at", TEXT, Touchpoints.TOUCH_TS),
              of("kind", TEXT, Touchpoints.TOUCH_TYPE),
              of("marketing.channel", TEXT, Touchpoints.CHANNEL),
              of("marketing.partner", TEXT, Touchpoints.AFFILIATE_ID),
              of("marketing.campaign", TEXT, Touchpoints.CAMPAIGN_ID),
              of("marketing.sub1", TEXT, Touchpoints.SUB_ID1),
              of("click", TEXT, Touchpoints.CLICK_ID),
              of("page", TEXT, Touchpoints.LANDING_URL),
              of("referrer", TEXT, Touchpoints.REFERRER_HOST),
              of("flags.bot", FLAG, Touchpoints.IS_BOT),
              of("flags.test", FLAG, Touchpoints.IS_TEST)));

  static final RawShape REFERRAL_EVENTS =
      new RawShape(
          ReferralEvents.CONTRACT,
          Form.JSON_LINES,
          ',',
          TimeForm.EPOCH_MILLIS,
          1,
          List.of(
              of("event", TEXT, ReferralEvents.EVENT_ID),
              of("ts", WHOLE, ReferralEvents.EVENT_TS),
              of("type", TEXT, ReferralEvents.EVENT_TYPE),
              of("referrer", TEXT, ReferralEvents.REFERRER_REF),
              of("friend", TEXT, ReferralEvents.REFEREE_REF),
              of("friend_sha", TEXT, ReferralEvents.INVITEE_HASH),
              of("code", TEXT, ReferralEvents.CODE),
              of("program", TEXT, ReferralEvents.PROGRAM_ID),
              of("place", TEXT, ReferralEvents.PLACEMENT),
              of("reward.to", TEXT, ReferralEvents.REWARD_SIDE),
              of("reward.kind", TEXT, ReferralEvents.REWARD_TYPE),
              of("reward.amount", "DECIMAL(12,2)", ReferralEvents.REWARD_AMOUNT),
              of("reward.currency", TEXT, ReferralEvents.CURRENCY)));

  static final RawShape AFFILIATES =
      new RawShape(
          Affiliates.CONTRACT,
          Form.CSV,
          ',',
          TimeForm.ISO_INSTANT,
          1,
          List.of(
              of("partner_id", TEXT, Affiliates.AFFILIATE_ID),
              of("partner_name", TEXT, Affiliates.NAME),
              of("model", TEXT, Affiliates.TYPE),
              of("state", TEXT, Affiliates.STATUS),
              of("country", TEXT, Affiliates.COUNTRY),
              of("joined", TEXT, Affiliates.JOINED_TS),
              of("since", TEXT, Affiliates.VALID_FROM),
              of("until", TEXT, Affiliates.VALID_TO)));

  static final RawShape TERMS =
      new RawShape(
          Terms.CONTRACT,
          Form.CSV,
          ',',
          TimeForm.ISO_INSTANT,
          1,
          List.of(
              of("program", TEXT, Terms.PROGRAM_ID),
              of("partner_id", TEXT, Terms.AFFILIATE_ID),
              of("pays_by", TEXT, Terms.MODEL),
              new RawColumn("click_days", TEXT, Terms.CLICK_WINDOW_S, days("click_days")),
              new RawColumn("view_days", TEXT, Terms.VIEW_WINDOW_S, days("view_days")),
              of("rate_type", TEXT, Terms.RATE_TYPE),
              of("rate", TEXT, Terms.RATE),
              of("lock_days", TEXT, Terms.LOCK_DAYS),
              of("network_fee", TEXT, Terms.NETWORK_FEE_PCT),
              of("currency", TEXT, Terms.CURRENCY),
              of("since", TEXT, Terms.VALID_FROM),
              of("until", TEXT, Terms.VALID_TO)));

  static final RawShape CAMPAIGNS =
      new RawShape(
          Campaigns.CONTRACT,
          Form.CSV,
          ',',
          TimeForm.ISO_INSTANT,
          1,
          List.of(
              of("campaign", TEXT, Campaigns.CAMPAIGN_ID),
              of("title", TEXT, Campaigns.NAME),
              of("channel", TEXT, Campaigns.CHANNEL),
              of("first_day", TEXT, Campaigns.STARTS_ON),
              of("last_day", TEXT, Campaigns.ENDS_ON),
              of("budget", TEXT, Campaigns.BUDGET),
              of("currency", TEXT, Campaigns.CURRENCY)));

  static final RawShape COMMISSIONS =
      new RawShape(
          Commissions.CONTRACT,
          Form.CSV,
          ';',
          TimeForm.DOTTED,
          1,
          List.of(
              of("action", TEXT, Commissions.ACTION_ID),
              of("update", TEXT, Commissions.UPDATE_SEQ),
              of("order", TEXT, Commissions.ORDER_ID),
              of("partner_id", TEXT, Commissions.AFFILIATE_ID),
              of("program", TEXT, Commissions.PROGRAM_ID),
              of("sale", TEXT, Commissions.SALE_AMOUNT),
              of("payout", TEXT, Commissions.PAYOUT),
              of("fee", TEXT, Commissions.NETWORK_FEE),
              of("currency", TEXT, Commissions.CURRENCY),
              new RawColumn("status", TEXT, Commissions.STATE, "lower(status)"),
              of("status_text", TEXT, Commissions.STATE_RAW),
              of("happened", TEXT, Commissions.EVENT_TS),
              of("changed", TEXT, Contract.UPDATED_TS)));

  static final RawShape COSTS =
      new RawShape(
          Costs.CONTRACT,
          Form.CSV,
          ',',
          TimeForm.ISO_INSTANT,
          1,
          List.of(
              of("booking", TEXT, Costs.COST_ID),
              of("day", TEXT, Costs.COST_DATE),
              of("program", TEXT, Costs.PROGRAM_ID),
              of("partner_id", TEXT, Costs.AFFILIATE_ID),
              of("campaign", TEXT, Costs.CAMPAIGN_ID),
              of("channel", TEXT, Costs.CHANNEL),
              of("kind", TEXT, Costs.COST_TYPE),
              of("amount", TEXT, Costs.AMOUNT),
              of("currency", TEXT, Costs.CURRENCY)));

  static final RawShape PRODUCTS =
      new RawShape(
          Products.CONTRACT,
          Form.CSV,
          ',',
          TimeForm.ISO_INSTANT,
          1,
          List.of(
              of("sku", TEXT, Products.PRODUCT_ID),
              of("category", TEXT, Products.CATEGORY),
              of("tier", TEXT, Products.PRICE_TIER),
              of("price", TEXT, Products.LIST_PRICE),
              of("goods_cost", TEXT, Products.COGS),
              of("currency", TEXT, Products.CURRENCY),
              of("since", TEXT, Products.VALID_FROM)));

  static final RawShape IDENTITY_MAP =
      new RawShape(
          IdentityMap.CONTRACT,
          Form.JSON_LINES,
          ',',
          TimeForm.EPOCH_MILLIS,
          1,
          List.of(
              of("kind", TEXT, IdentityMap.ID_TYPE),
              of("id", TEXT, IdentityMap.ID_HASH),
              of("person", TEXT, IdentityMap.PERSON_ID),
              of("sure", "DOUBLE", IdentityMap.CONFIDENCE),
              of("since", WHOLE, IdentityMap.VALID_FROM)));

  static final RawShape FX_RATES =
      new RawShape(
          FxRates.CONTRACT,
          Form.CSV,
          ',',
          TimeForm.ISO_INSTANT,
          1,
          List.of(
              of("day", TEXT, FxRates.RATE_DATE),
              of("base", TEXT, FxRates.FROM_CURRENCY),
              of("quote", TEXT, FxRates.TO_CURRENCY),
              of("rate", TEXT, FxRates.RATE)));

  static final RawShape CSAT =
      new RawShape(
          Csat.CONTRACT,
          Form.CSV,
          ',',
          TimeForm.ISO_INSTANT,
          1,
          List.of(
              of("survey", TEXT, Csat.SURVEY_ID),
              of("customer_no", TEXT, Csat.CUSTOMER_REF),
              of("answered", TEXT, Csat.TS),
              of("stars", TEXT, Csat.SCORE)));

  static final List<RawShape> ALL =
      List.of(
          ORDERS,
          ORDER_ITEMS,
          REFUNDS,
          TOUCHPOINTS,
          REFERRAL_EVENTS,
          AFFILIATES,
          TERMS,
          CAMPAIGNS,
          COMMISSIONS,
          COSTS,
          PRODUCTS,
          IDENTITY_MAP,
          FX_RATES,
          CSAT);

  RawShape {
    columns = List.copyOf(columns);
    // Refuses a column that the contract does not have.
    columns.forEach(c -> contract.column(c.contractColumn()));
  }

  private static String days(String column) {
    return "try_cast(" + column + " AS INT) * 86400";
  }

  /** The contract's name: that of the log's folder, too. */
  String name() {
    return contract.name();
  }

  /** Position of the cell that feeds a contract column. */
  int position(String contractColumn) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).contractColumn().equals(contractColumn)) {
        return i;
      }
    }
    throw new IllegalArgumentException("The raw " + name() + " bring no " + contractColumn);
  }

  /** The contract column that names the row's subject: the first of its key that takes any text. */
  String idColumn() {
    return contract.key().stream()
        .filter(c -> !c.equals(CleanColumns.SOURCE_SYSTEM))
        .filter(c -> contract.column(c).kind() == Contract.Kind.TEXT)
        .filter(c -> contract.column(c).allowed().isEmpty())
        .findFirst()
        .orElseThrow();
  }

  /** The DDL of the raw columns; neighbours with the same prefix are one struct. */
  String schema() {
    StringBuilder ddl = new StringBuilder();
    String open = "";
    for (RawColumn column : columns) {
      int dot = column.name().indexOf('.');
      String group = dot < 0 ? "" : column.name().substring(0, dot);
      if (!group.equals(open) && !open.isEmpty()) {
        ddl.append('>');
      }
      if (!ddl.isEmpty()) {
        ddl.append(", ");
      }
      if (group.isEmpty()) {
        ddl.append('`').append(column.name()).append("` ").append(column.type());
      } else {
        if (!group.equals(open)) {
          ddl.append('`').append(group).append("` STRUCT<");
        }
        ddl.append('`')
            .append(column.name(), dot + 1, column.name().length())
            .append("`: ")
            .append(column.type());
      }
      open = group;
    }
    return open.isEmpty() ? ddl.toString() : ddl.append('>').toString();
  }
}
