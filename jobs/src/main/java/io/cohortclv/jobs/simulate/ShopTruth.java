package io.cohortclv.jobs.simulate;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.spend.GammaGammaParameters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * What is true of a simulated shop: the folder {@code truth} beside its logs. Customers are many
 * and are read one by one, see {@link #forEachCustomer}.
 *
 * @param lastDay last simulated day, the as-of date to run
 * @param horizonDays days after acquisition, and after the last day, that values look ahead
 * @param marginRate what prices before discounts leave after the cost of goods, a fraction
 * @param spend Gamma-Gamma parameters of an order's amount after discount and before refunds, in
 *     major units, before the multipliers of sources and affiliates
 * @param sources by source type, in the order of reports
 * @param costs money spent beside commissions and rewards by kind of cost, major units
 * @param planted bad records by log and kind
 * @param rows of each raw log by its name, bad ones included, headers not
 */
public record ShopTruth(
    long seed,
    int days,
    double dirtyFraction,
    LocalDate lastDay,
    String currency,
    int horizonDays,
    double discountRatePerYear,
    double marginRate,
    GammaGammaParameters spend,
    Map<String, SourceTruth> sources,
    List<AffiliateTruth> affiliates,
    Map<String, Double> costs,
    List<Planted> planted,
    Map<String, Long> rows) {

  /**
   * What is true of the customers of one source type.
   *
   * @param model of their purchases, in days
   * @param spendMultiplier factor on the spend; affiliates have one each
   * @param refundRate probability that a counted order is refunded in part; affiliate types have
   *     their own
   * @param customers who came from it
   * @param countedOrders orders that count, first ones included, refunds after the last day not
   *     looked at
   * @param sameDayOrders counted orders on the business day of the customer's previous one; they
   *     are one purchase with it
   * @param oneTimeBuyers customers with a single counted order
   * @param netRevenue of the counted orders after discounts and refunds made, major units
   * @param acquisitionClv expected margin of the next customer in the first {@code horizonDays}
   *     days, first order included, discounted to it, major units
   */
  public record SourceTruth(
      PurchaseModel model,
      double spendMultiplier,
      double refundRate,
      long customers,
      long countedOrders,
      long sameDayOrders,
      long oneTimeBuyers,
      double netRevenue,
      double acquisitionClv) {}

  /**
   * What is true of one affiliate.
   *
   * @param customers it acquired
   * @param trueAcquisitionClv as {@link SourceTruth#acquisitionClv}, of its own next customer
   */
  public record AffiliateTruth(
      String affiliateId, String type, long customers, double trueAcquisitionClv) {}

  /**
   * What is true of one customer.
   *
   * @param affiliateId who brought the customer, or empty
   * @param referrerRef customer who referred this one, or empty
   * @param rate λ, orders a day while alive
   * @param aliveAtEnd whether the customer may still order after the last day
   * @param trueMeanSpend expected net revenue of one of the customer's orders, refunds to be
   *     expected taken off, major units
   * @param futurePurchases orders the customer really places in the {@code horizonDays} days after
   *     the last day; no log has them
   */
  public record CustomerTruth(
      String customerRef,
      String sourceType,
      String affiliateId,
      String referrerRef,
      Instant firstOrderTs,
      double rate,
      boolean aliveAtEnd,
      double trueMeanSpend,
      int futurePurchases) {

    static final String HEADER =
        "customer_ref,source_type,affiliate_id,referrer_ref,first_order_ts,rate,alive_at_end,"
            + "true_mean_spend,future_purchases";

    String toLine() {
      return customerRef
          + ','
          + sourceType
          + ','
          + affiliateId
          + ','
          + referrerRef
          + ','
          + firstOrderTs
          + ','
          + rate
          + ','
          + aliveAtEnd
          + ','
          + trueMeanSpend
          + ','
          + futurePurchases;
    }

    static CustomerTruth of(String line) {
      String[] cells = line.split(",", -1);
      return new CustomerTruth(
          cells[0],
          cells[1],
          cells[2],
          cells[3],
          Instant.parse(cells[4]),
          Double.parseDouble(cells[5]),
          Boolean.parseBoolean(cells[6]),
          Double.parseDouble(cells[7]),
          Integer.parseInt(cells[8]));
    }
  }

  /**
   * Bad records of one kind in one log.
   *
   * @param verdict what ingest must do with them: reject, duplicate or accept
   */
  public record Planted(String log, String kind, String verdict, long rows) {}

  static final String FOLDER = "truth";
  private static final String TRUTH = "truth.json";
  private static final String AFFILIATES = "affiliates.csv";
  private static final String CUSTOMERS = "customers.csv";
  private static final String AFFILIATES_HEADER =
      "affiliate_id,type,customers,true_acquisition_clv";

  public ShopTruth {
    sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
    affiliates = List.copyOf(affiliates);
    planted = List.copyOf(planted);
    rows = Collections.unmodifiableMap(new LinkedHashMap<>(rows));
  }

  public long customers() {
    return sources.values().stream().mapToLong(SourceTruth::customers).sum();
  }

  public long countedOrders() {
    return sources.values().stream().mapToLong(SourceTruth::countedOrders).sum();
  }

  /**
   * Hands over the customers, one by one, in the order they came.
   *
   * @param shop the folder that was simulated into
   */
  public static void forEachCustomer(Path shop, Consumer<CustomerTruth> action) throws IOException {
    try (Stream<String> lines = Files.lines(customersFile(shop))) {
      lines.skip(1).map(CustomerTruth::of).forEachOrdered(action);
    }
  }

  static Path customersFile(Path shop) {
    return shop.resolve(FOLDER).resolve(CUSTOMERS);
  }

  /**
   * All but the customers.
   *
   * @param shop the folder that was simulated into
   */
  public static ShopTruth read(Path shop) throws IOException {
    Path folder = shop.resolve(FOLDER);
    Config json = ConfigFactory.parseString(Files.readString(folder.resolve(TRUTH)));
    Config spend = json.getConfig("spend");
    Map<String, SourceTruth> sources = new LinkedHashMap<>();
    for (Config c : json.getConfigList("sources")) {
      sources.put(c.getString("source_type"), source(c));
    }
    List<AffiliateTruth> affiliates = new ArrayList<>();
    try (Stream<String> lines = Files.lines(folder.resolve(AFFILIATES))) {
      lines.skip(1).map(ShopTruth::affiliate).forEach(affiliates::add);
    }
    List<Planted> planted = new ArrayList<>();
    for (Config c : json.getConfigList("planted")) {
      planted.add(
          new Planted(
              c.getString("log"), c.getString("kind"), c.getString("verdict"), c.getLong("rows")));
    }
    Map<String, Long> rows = new LinkedHashMap<>();
    for (Config c : json.getConfigList("logs")) {
      rows.put(c.getString("log"), c.getLong("rows"));
    }
    Map<String, Double> costs = new TreeMap<>();
    json.getObject("costs").keySet().forEach(k -> costs.put(k, json.getDouble("costs." + k)));
    Config options = json.getConfig("options");
    return new ShopTruth(
        options.getLong("seed"),
        options.getInt("days"),
        options.getDouble("dirty_fraction"),
        LocalDate.parse(json.getString("last_day")),
        json.getString("currency"),
        json.getInt("horizon_days"),
        json.getDouble("discount_rate_per_year"),
        json.getDouble("margin_rate"),
        new GammaGammaParameters(spend.getDouble("p"), spend.getDouble("q"), spend.getDouble("v")),
        sources,
        affiliates,
        costs,
        planted,
        rows);
  }

  private static SourceTruth source(Config c) {
    ModelFamily family = ModelFamily.of(c.getString("model.family"));
    return new SourceTruth(
        family.model(
            family.parameterNames().stream()
                .mapToDouble(name -> c.getDouble("model.parameters." + name))
                .toArray()),
        c.getDouble("spend_multiplier"),
        c.getDouble("refund_rate"),
        c.getLong("customers"),
        c.getLong("counted_orders"),
        c.getLong("same_day_orders"),
        c.getLong("one_time_buyers"),
        c.getDouble("net_revenue"),
        c.getDouble("acquisition_clv"));
  }

  private static AffiliateTruth affiliate(String line) {
    String[] cells = line.split(",", -1);
    return new AffiliateTruth(
        cells[0], cells[1], Long.parseLong(cells[2]), Double.parseDouble(cells[3]));
  }

  /** Writes all but the customers. */
  void write(Path shop) throws IOException {
    Path folder = shop.resolve(FOLDER);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put(
        "options",
        Map.of(
            "seed",
            seed,
            "customers",
            customers(),
            "affiliates",
            affiliates.size(),
            "days",
            days,
            "dirty_fraction",
            dirtyFraction));
    json.put("last_day", lastDay.toString());
    json.put("currency", currency);
    json.put("horizon_days", horizonDays);
    json.put("discount_rate_per_year", discountRatePerYear);
    json.put("margin_rate", marginRate);
    json.put("spend", Map.of("p", spend.p(), "q", spend.q(), "v", spend.v()));
    json.put("totals", Map.of("customers", customers(), "counted_orders", countedOrders()));
    json.put(
        "sources", sources.entrySet().stream().map(e -> toJson(e.getKey(), e.getValue())).toList());
    json.put(
        "affiliate_types",
        Arrays.stream(AffiliateType.values())
            .map(
                t ->
                    Map.of(
                        "type",
                        t.id(),
                        "refund_rate",
                        t.refundRate(),
                        "commission_rate",
                        t.commissionRate()))
            .toList());
    json.put("costs", costs);
    json.put(
        "planted",
        planted.stream()
            .map(
                p ->
                    Map.of(
                        "log", p.log(), "kind", p.kind(), "verdict", p.verdict(), "rows", p.rows()))
            .toList());
    json.put(
        "logs",
        rows.entrySet().stream()
            .map(e -> Map.of("log", e.getKey(), "rows", e.getValue()))
            .toList());
    json.put("notes", NOTES);
    Files.writeString(
        folder.resolve(TRUTH),
        // Rendering sorts the keys, so the maps' order does not matter.
        ConfigValueFactory.fromMap(json).render(ConfigRenderOptions.concise().setFormatted(true))
            + "\n");
    List<String> lines = new ArrayList<>();
    lines.add(AFFILIATES_HEADER);
    for (AffiliateTruth a : affiliates) {
      lines.add(
          a.affiliateId() + ',' + a.type() + ',' + a.customers() + ',' + a.trueAcquisitionClv());
    }
    Files.writeString(folder.resolve(AFFILIATES), String.join("\n", lines) + "\n");
  }

  private static Map<String, Object> toJson(String sourceType, SourceTruth s) {
    Map<String, Object> parameters = new LinkedHashMap<>();
    List<String> names = s.model().family().parameterNames();
    for (int i = 0; i < names.size(); i++) {
      parameters.put(names.get(i), s.model().parameters()[i]);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("source_type", sourceType);
    json.put("model", Map.of("family", s.model().family().id(), "parameters", parameters));
    json.put("spend_multiplier", s.spendMultiplier());
    json.put("refund_rate", s.refundRate());
    json.put("customers", s.customers());
    json.put("counted_orders", s.countedOrders());
    json.put("same_day_orders", s.sameDayOrders());
    json.put("one_time_buyers", s.oneTimeBuyers());
    json.put("net_revenue", s.netRevenue());
    json.put("acquisition_clv", s.acquisitionClv());
    return json;
  }

  private static final List<String> NOTES =
      List.of(
          "Model times are days since the customer's first order, of 86,400 seconds.",
          "Counted orders follow the models exactly: cancelled, test, fraudulent and wholly"
              + " refunded orders are extra orders on top of them.",
          "The log keeps every order; orders of one customer on one business day are one purchase,"
              + " same_day_orders says how many merge.",
          "Spend is Gamma-Gamma times a factor: a source's, or for customers of affiliates the"
              + " affiliate's own, log-normal around its type's.",
          "A refund takes a uniform fraction of an order, "
              + World.LEAST_REFUNDED_FRACTION
              + " to "
              + World.MOST_REFUNDED_FRACTION
              + "; values take the expected refunds off.",
          "A customer's source is the friend's code of the first counted order, else the last touch"
              + " of the visitor in the 30 days before it, bots and tests aside: an affiliate's or"
              + " campaign's click or a direct visit; else unattributed.");
}
