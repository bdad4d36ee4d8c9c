package io.cohortclv.jobs.simulate;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.simulate.RawShop.Counted;
import io.cohortclv.jobs.simulate.ShopTruth.CustomerTruth;
import io.cohortclv.jobs.simulate.ShopTruth.Planted;
import io.cohortclv.jobs.simulate.ShopTruth.SourceTruth;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Costs;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Touchpoints;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShopSimulationTest {
  /** A chance below 1 in 100,000 that a true mean lies further from the sample's. */
  private static final double STANDARD_ERRORS = 4.5;

  private static final Instant END =
      World.LAST_DAY.plusDays(1).atStartOfDay(World.ZONE).toInstant();

  @TempDir private Path folder;

  private Path simulate(String name, long customers, int days, long seed, double dirty)
      throws IOException {
    Path out = folder.resolve(name);
    ShopSimulation.of(new ShopOptions(out, customers, 25, days, seed, dirty)).run();
    return out;
  }

  @Test
  void run_sameOptionsGiveSameBytes() throws IOException {
    Map<String, String> first = content(simulate("one", 300, 400, 7, 0.05));
    Map<String, String> second = content(simulate("two", 300, 400, 7, 0.05));

    assertThat(second).isEqualTo(first);
    assertThat(first).hasSize(1 + RawShape.ALL.size() + 3);
  }

  @Test
  void run_anotherSeedGivesAnotherShop() throws IOException {
    Map<String, String> first = content(simulate("one", 100, 400, 7, 0));
    Map<String, String> second = content(simulate("two", 100, 400, 8, 0));

    assertThat(second.keySet()).isEqualTo(first.keySet());
    assertThat(second.entrySet().stream().filter(e -> e.getValue().equals(first.get(e.getKey()))))
        .extracting(Map.Entry::getKey)
        .as("products, campaigns and rates are the same in every shop")
        .containsExactly(
            ShopConf.FILE,
            "raw/campaigns/part-00000.csv",
            "raw/fx_rates/part-00000.csv",
            "raw/products/part-00000.csv");
  }

  /** Text of every file by its path; the shop's own folder is taken out of the config. */
  private static Map<String, String> content(Path shop) throws IOException {
    Map<String, String> content = new TreeMap<>();
    try (Stream<Path> files = Files.walk(shop)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        byte[] bytes = Files.readAllBytes(file);
        content.put(
            shop.relativize(file).toString(),
            new String(bytes, StandardCharsets.ISO_8859_1).replace(shop.toString(), "SHOP"));
      }
    }
    return content;
  }

  @Test
  void run_leavesAFullFolderAloneAndNothingBesideIt() throws IOException {
    Path out = Files.createDirectories(folder.resolve("full"));
    Files.writeString(out.resolve("mine.txt"), "mine");

    assertThatThrownBy(() -> simulate("full", 20, 100, 1, 0))
        .isInstanceOf(DirectoryNotEmptyException.class);

    assertThat(folder).isDirectoryContaining("glob:**/full");
    assertThat(folder.toFile().list()).containsExactly("full");
    assertThat(out.toFile().list()).containsExactly("mine.txt");
  }

  @Test
  void run_removesWhatADeadRunLeft() throws IOException {
    Path left = Files.createDirectories(folder.resolve(".shop.partial/raw"));
    Files.writeString(left.resolve("part-00000.json"), "half a li");

    simulate("shop", 20, 100, 1, 0);

    assertThat(folder.toFile().list()).containsExactly("shop");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 42})
  void truth_equalsTheLogs(long seed) throws IOException {
    Path shop = simulate("shop", 400, 500, seed, 0);
    ShopTruth truth = ShopTruth.read(shop);
    Map<String, CustomerTruth> customers = customers(shop);
    Map<String, List<Counted>> orders = new RawShop(shop).countedOrders();

    assertThat(orders.keySet()).isEqualTo(customers.keySet()).hasSize(400);
    assertThat(truth.customers()).isEqualTo(400);
    for (Map.Entry<String, SourceTruth> source : truth.sources().entrySet()) {
      List<List<Counted>> ofSource =
          orders.entrySet().stream()
              .filter(e -> customers.get(e.getKey()).sourceType().equals(source.getKey()))
              .map(Map.Entry::getValue)
              .toList();
      SourceTruth expected = source.getValue();
      assertThat(ofSource).hasSize((int) expected.customers());
      assertThat(ofSource.stream().mapToLong(List::size).sum()).isEqualTo(expected.countedOrders());
      assertThat(ofSource.stream().filter(o -> o.size() == 1).count())
          .isEqualTo(expected.oneTimeBuyers());
      assertThat(ofSource.stream().mapToLong(ShopSimulationTest::sameDay).sum())
          .isEqualTo(expected.sameDayOrders());
      assertThat(
              ofSource.stream()
                  .flatMap(List::stream)
                  .map(Counted::net)
                  .reduce(BigDecimal.ZERO, BigDecimal::add)
                  .doubleValue())
          .isCloseTo(expected.netRevenue(), within(1e-6));
    }
    customers.forEach(
        (ref, c) -> assertThat(orders.get(ref).get(0).at()).isEqualTo(c.firstOrderTs()));
    assertThat(truth.affiliates())
        .allSatisfy(
            a ->
                assertThat(a.customers())
                    .isEqualTo(
                        customers.values().stream()
                            .filter(c -> c.affiliateId().equals(a.affiliateId()))
                            .count()));
    for (RawShape shape : RawShape.ALL) {
      assertThat(truth.rows())
          .containsEntry(shape.name(), (long) new RawShop(shop).lines(shape).size());
    }
  }

  @Test
  void lines_sumToTheirOrders_andCostsToTheTruth() throws IOException {
    Path shop = simulate("shop", 300, 400, 5, 0);
    RawShop raw = new RawShop(shop);
    Map<String, long[]> cents = new TreeMap<>();
    for (Map<String, String> line : raw.rows(RawShape.ORDER_ITEMS)) {
      long[] sums = cents.computeIfAbsent(line.get(OrderItems.ORDER_ID), o -> new long[3]);
      BigDecimal price = new BigDecimal(line.get(OrderItems.UNIT_PRICE));
      sums[0] += cents(price.multiply(new BigDecimal(line.get(OrderItems.QUANTITY))));
      sums[1] += cents(new BigDecimal(line.get(OrderItems.DISCOUNT)));
      sums[2] += cents(new BigDecimal(line.get(OrderItems.COGS)));
    }
    for (Map<String, String> order : raw.rows(RawShape.ORDERS)) {
      long[] sums = cents.get(order.get(Orders.ORDER_ID));
      if (sums == null) {
        // Only failed attempts have no lines.
        assertThat(order.get(Orders.ORDER_ID)).endsWith("-a");
        continue;
      }
      long subtotal = Long.parseLong(order.get(Orders.SUBTOTAL));
      long discount = Long.parseLong(order.getOrDefault(Orders.DISCOUNT, "0"));
      assertThat(sums[0]).isEqualTo(subtotal);
      assertThat(sums[1]).isEqualTo(discount);
      assertThat(subtotal - sums[2]).isEqualTo(Math.round(World.MARGIN_RATE * subtotal));
    }
    Map<String, Double> costs = new TreeMap<>();
    for (Map<String, String> cost : raw.rows(RawShape.COSTS)) {
      costs.merge(
          cost.get(Costs.COST_TYPE), Double.parseDouble(cost.get(Costs.AMOUNT)), Double::sum);
    }
    ShopTruth.read(shop)
        .costs()
        .forEach((type, spent) -> assertThat(costs.get(type)).isCloseTo(spent, within(1e-6)));
    assertThat(costs).hasSameSizeAs(ShopTruth.read(shop).costs());
  }

  private static long cents(BigDecimal major) {
    return major.movePointRight(2).longValueExact();
  }

  private static long sameDay(List<Counted> orders) {
    return orders.size()
        - orders.stream().map(o -> LocalDate.ofInstant(o.at(), World.ZONE)).distinct().count();
  }

  private static Map<String, CustomerTruth> customers(Path shop) throws IOException {
    Map<String, CustomerTruth> customers = new TreeMap<>();
    ShopTruth.forEachCustomer(shop, c -> customers.put(c.customerRef(), c));
    return customers;
  }

  /**
   * The large shop has orders within hours of each other, where touches could take the wrong one.
   */
  @ParameterizedTest
  @CsvSource({"1, 600", "2, 600", "3, 600", "4, 600", "5, 600", "42, 12000"})
  void acquisition_replayedFromTheLogsIsTheTruth(long seed, long customers) throws IOException {
    Path shop = simulate("shop", customers, 400, seed, 0);
    RawShop raw = new RawShop(shop);
    Map<String, String> referrerByCode = new HashMap<>();
    for (Map<String, String> event : raw.rows(RawShape.REFERRAL_EVENTS)) {
      referrerByCode.put(event.get(ReferralEvents.CODE), event.get(ReferralEvents.REFERRER_REF));
    }
    Map<String, List<Map<String, String>>> touches =
        raw.rows(RawShape.TOUCHPOINTS).stream()
            .collect(groupingBy(t -> t.get(Touchpoints.VISITOR_ID)));
    Map<String, List<Counted>> orders = raw.countedOrders();
    Set<String> seen = new HashSet<>();

    customers(shop)
        .forEach(
            (ref, c) -> {
              Counted first = orders.get(ref).get(0);
              List<Map<String, String>> own = touches.getOrDefault(first.visitor(), List.of());
              String truth = c.sourceType() + "/" + c.affiliateId() + "/" + c.referrerRef();
              seen.add(c.sourceType());
              assertThat(replay(first, own, type -> true, referrerByCode)).as(ref).isEqualTo(truth);
              assertThat(replay(first, own, type -> !type.equals("visit"), referrerByCode))
                  .as("%s, looking past direct visits", ref)
                  .isEqualTo(truth);
            });
    assertThat(seen).containsExactlyInAnyOrderElementsOf(CustomerAcquisition.SOURCE_TYPES);
  }

  /** Source type, affiliate and referrer of a first order: by code, else by the last touch. */
  private static String replay(
      Counted order,
      List<Map<String, String>> touches,
      Predicate<String> creditable,
      Map<String, String> referrerByCode) {
    if (order.code() != null) {
      return CustomerAcquisition.REFERRAL + "//" + referrerByCode.get(order.code());
    }
    List<Map<String, String>> inWindow =
        touches.stream()
            .filter(t -> t.get(Touchpoints.IS_BOT).equals("false"))
            .filter(t -> t.get(Touchpoints.IS_TEST).equals("false"))
            .filter(t -> !touchTs(t).isAfter(order.at()))
            .filter(
                t ->
                    Duration.between(touchTs(t), order.at())
                            .compareTo(Duration.ofDays(World.CLICK_WINDOW_DAYS))
                        <= 0)
            .toList();
    Map<String, String> last =
        inWindow.stream()
            .filter(t -> creditable.test(t.get(Touchpoints.TOUCH_TYPE)))
            .max(Comparator.comparing(ShopSimulationTest::touchTs))
            .orElse(Map.of());
    if (last.containsKey(Touchpoints.AFFILIATE_ID)) {
      return CustomerAcquisition.AFFILIATE + "/" + last.get(Touchpoints.AFFILIATE_ID) + "/";
    }
    if (last.containsKey(Touchpoints.CAMPAIGN_ID)) {
      return CustomerAcquisition.CAMPAIGN + "//";
    }
    return (inWindow.isEmpty() ? CustomerAcquisition.UNATTRIBUTED : CustomerAcquisition.DIRECT)
        + "//";
  }

  private static Instant touchTs(Map<String, String> touch) {
    return RawShop.instant(RawShape.TOUCHPOINTS, touch.get(Touchpoints.TOUCH_TS));
  }

  @Test
  void logs_knowNothingOfTheTimeAfterTheLastDay() throws IOException {
    RawShop raw = new RawShop(simulate("shop", 2_000, 120, 3, 0));
    Instant programBegan = END.minus(Duration.ofDays(120 + 1_001));

    for (RawShape shape : RawShape.ALL) {
      List<String> times =
          shape.contract().columns().stream()
              .filter(c -> c.kind() == Contract.Kind.INSTANT)
              .map(Contract.InputColumn::name)
              .toList();
      for (Map<String, String> row : raw.rows(shape)) {
        for (String time : times) {
          if (row.containsKey(time)) {
            assertThat(RawShop.instant(shape, row.get(time)))
                .as(shape.name() + "." + time)
                .isBetween(programBegan, END.minusMillis(1));
          }
        }
      }
    }
  }

  @Test
  void referrers_wereCustomersWhenTheyInvited() throws IOException {
    Path shop = simulate("shop", 1_000, 300, 3, 0);
    Map<String, CustomerTruth> customers = customers(shop);

    List<Map<String, String>> events = new RawShop(shop).rows(RawShape.REFERRAL_EVENTS);

    assertThat(events).hasSizeGreaterThan(500);
    for (Map<String, String> event : events) {
      CustomerTruth referrer = customers.get(event.get(ReferralEvents.REFERRER_REF));
      Instant at = RawShop.instant(RawShape.REFERRAL_EVENTS, event.get(ReferralEvents.EVENT_TS));
      assertThat(referrer.firstOrderTs()).isBefore(at);
    }
  }

  @Test
  void orders_areNeverPlacedInTheHourThatComesTwice() throws IOException {
    for (Map<String, String> row :
        new RawShop(simulate("shop", 500, 730, 3, 0)).rows(RawShape.ORDERS)) {
      assertThat(row.get(Orders.ORDER_TS)).doesNotStartWith("2024-10-27 02:");
    }
    long inside = Instant.parse("2024-10-27T00:30:00Z").toEpochMilli();
    long again = Instant.parse("2024-10-27T01:30:00Z").toEpochMilli();
    long end = Instant.parse("2024-10-27T02:00:00Z").toEpochMilli();
    assertThat(World.orderTime(inside)).isEqualTo(end);
    assertThat(World.orderTime(again)).isEqualTo(end);
    assertThat(World.orderTime(end)).isEqualTo(end);
  }

  @Test
  void dirt_isAddedToTheCleanLogsAndCounted() throws IOException {
    Path clean = simulate("clean", 500, 400, 9, 0);
    Path dirty = simulate("dirty", 500, 400, 9, 0.02);
    List<Planted> planted = ShopTruth.read(dirty).planted();

    assertThat(planted).extracting(Planted::rows).allMatch(rows -> rows >= 1);
    for (RawShape shape : RawShape.ALL) {
      List<String> cleanLines = new RawShop(clean).lines(shape);
      List<String> added = new ArrayList<>(new RawShop(dirty).lines(shape));
      Map<String, Long> surplus =
          added.stream().collect(groupingBy(Function.identity(), counting()));
      cleanLines.forEach(line -> surplus.merge(line, -1L, Long::sum));
      assertThat(surplus.values()).as(shape.name()).allMatch(count -> count >= 0);

      long expected = planted(planted, p -> p.log().equals(shape.name()));
      if (shape.equals(RawShape.ORDERS)) {
        // Each of these refunds brings the order it is larger than.
        expected += planted(planted, p -> p.kind().equals("larger_than_order"));
      }
      assertThat(added).as(shape.name()).hasSize(cleanLines.size() + (int) expected);
      assertThat(cleanLines.stream().filter(line -> surplus.get(line) > 0).count())
          .isEqualTo(
              planted(
                  planted,
                  p -> p.log().equals(shape.name()) && p.kind().equals("exact_duplicate")));
    }
    assertThat(ShopTruth.read(dirty).sources())
        .hasToString(ShopTruth.read(clean).sources().toString());
    assertThat(Files.readString(ShopTruth.customersFile(dirty)))
        .isEqualTo(Files.readString(ShopTruth.customersFile(clean)));
  }

  private static long planted(List<Planted> planted, Predicate<Planted> of) {
    return planted.stream().filter(of).mapToLong(Planted::rows).sum();
  }

  @Test
  void dirt_hasEveryKindInEveryLogHoweverLittle() throws IOException {
    List<Planted> planted = ShopTruth.read(simulate("shop", 200, 400, 9, 1e-6)).planted();

    Map<String, Long> kinds = planted.stream().collect(groupingBy(Planted::log, counting()));
    assertThat(kinds)
        .isEqualTo(
            Map.ofEntries(
                Map.entry("orders", (long) Dirt.ofOrders().size()),
                Map.entry("refunds", (long) Dirt.ofRefunds(null).size()),
                Map.entry("touchpoints", (long) Dirt.ofTouchpoints().size()),
                Map.entry("referral_events", (long) Dirt.ofReferralEvents().size()),
                Map.entry("affiliates", (long) Dirt.ofAffiliates().size()),
                Map.entry("terms", (long) Dirt.ofTerms().size()),
                Map.entry("commissions", (long) Dirt.ofCommissions().size()),
                Map.entry("order_items", (long) Dirt.ofOrderItems().size()),
                Map.entry("campaigns", (long) Dirt.ofCampaigns().size()),
                Map.entry("costs", (long) Dirt.ofCosts().size()),
                Map.entry("products", (long) Dirt.ofProducts().size()),
                Map.entry("identity_map", (long) Dirt.ofIdentities().size()),
                Map.entry("fx_rates", (long) Dirt.ofRates().size()),
                Map.entry("csat", (long) Dirt.ofAnswers().size())));
    assertThat(planted).extracting(Planted::verdict).contains("reject", "duplicate", "accept");
  }

  @Test
  void conf_isReadyToRun() throws IOException {
    Path shop = simulate("shop", 20, 100, 1, 0);
    String text = Files.readString(shop.resolve(ShopConf.FILE));
    Config conf = ConfigFactory.parseString(text).resolve();
    ClvConfig config = ClvConfigs.load(shop.resolve(ShopConf.FILE));

    assertThat(text.lines().findFirst()).hasValue("# as-of " + ShopTruth.read(shop).lastDay());
    assertThat(config.lake().root()).isEqualTo(shop.resolve("lake").toString());
    assertThat(config.margin().defaultRate()).isEqualTo(World.MARGIN_RATE);
    assertThat(config.reporting())
        .isEqualTo(
            new ClvConfig.Reporting(
                World.CURRENCY, World.ZONE, World.HORIZON_DAYS, World.DISCOUNT_RATE_PER_YEAR));
    assertThat(conf.getConfig("inputs").root().keySet())
        .containsExactlyInAnyOrderElementsOf(RawShape.ALL.stream().map(RawShape::name).toList());
    for (RawShape shape : RawShape.ALL) {
      Config input = conf.getConfigList("inputs." + shape.name()).get(0);
      assertThat(Path.of(input.getString("path"))).isDirectory();
      StructType schema = StructType.fromDDL(input.getString("schema"));
      assertThat(schema.fields()).isNotEmpty();
      Config columns = input.getConfig("columns");
      for (Contract.InputColumn column : shape.contract().columns()) {
        if (columns.hasPath(column.name())) {
          new CatalystSqlParser().parseExpression(columns.getString(column.name()));
        } else {
          assertThat(column.mustBeMapped()).as(shape.name() + " needs " + column.name()).isFalse();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void purchases_followTheModelsOfTheSources(long seed) throws IOException {
    Path shop = simulate("shop", 3_000, 730, seed, 0);
    Map<String, SourceTruth> sources = ShopTruth.read(shop).sources();
    Map<String, List<Counted>> orders = new RawShop(shop).countedOrders();
    Map<String, Deviation> repeats = bySource();
    Map<String, Deviation> oneTime = bySource();
    Map<String, Deviation> firstSpend = bySource();
    Map<String, Deviation> future = bySource();

    customers(shop)
        .forEach(
            (ref, c) -> {
              SourceTruth source = sources.get(c.sourceType());
              List<Counted> own = orders.get(ref);
              double age = Duration.between(c.firstOrderTs(), END).toMillis() / (double) World.DAY;
              repeats
                  .get(c.sourceType())
                  .add(own.size() - 1, source.model().expectedPurchases(age));
              oneTime
                  .get(c.sourceType())
                  .add(own.size() == 1 ? 1 : 0, source.model().probability(0, age));
              double expectedFuture =
                  source.model().expectedPurchases(age + World.HORIZON_DAYS)
                      - source.model().expectedPurchases(age);
              future.get(c.sourceType()).add(c.futurePurchases(), expectedFuture);
              if (!c.sourceType().equals(CustomerAcquisition.AFFILIATE)) {
                firstSpend
                    .get(c.sourceType())
                    .add(
                        own.get(0).netBeforeRefunds().doubleValue(),
                        World.SPEND.populationMean() * source.spendMultiplier());
              }
            });

    for (Map<String, Deviation> deviations : List.of(repeats, oneTime, firstSpend, future)) {
      deviations.forEach(
          (source, d) ->
              assertThat(d.standardErrors())
                  .as(source)
                  .isBetween(-STANDARD_ERRORS, STANDARD_ERRORS));
    }
  }

  @Test
  void acquisitionClv_isTheMeanOfWhatCustomersBring() throws IOException {
    Path shop = simulate("shop", 6_000, 1_200, 11, 0);
    ShopTruth truth = ShopTruth.read(shop);
    Map<String, Double> ofAffiliate =
        truth.affiliates().stream()
            .collect(toMap(ShopTruth.AffiliateTruth::affiliateId, a -> a.trueAcquisitionClv()));
    Map<String, List<Counted>> orders = new RawShop(shop).countedOrders();
    Map<String, Deviation> values = bySource();
    // Refunds come within 20 days.
    Instant latest = END.minus(Duration.ofDays(World.HORIZON_DAYS + 21));

    customers(shop)
        .forEach(
            (ref, c) -> {
              if (c.firstOrderTs().isBefore(latest)) {
                double value = 0;
                for (Counted order : orders.get(ref)) {
                  double days =
                      Duration.between(c.firstOrderTs(), order.at()).toMillis()
                          / (double) World.DAY;
                  if (days <= World.HORIZON_DAYS) {
                    double margin =
                        order.net().doubleValue()
                            - (1 - World.MARGIN_RATE) * order.gross().doubleValue();
                    if (order.at().equals(c.firstOrderTs())) {
                      // What the coupon took off, of what is kept, is a cost of acquisition.
                      margin +=
                          order.gross().subtract(order.netBeforeRefunds()).doubleValue()
                              * order.net().doubleValue()
                              / order.netBeforeRefunds().doubleValue();
                    }
                    value += margin * Math.exp(-World.discountRatePerDay() * days);
                  }
                }
                double expected =
                    c.affiliateId().isEmpty()
                        ? truth.sources().get(c.sourceType()).acquisitionClv()
                        : ofAffiliate.get(c.affiliateId());
                values.get(c.sourceType()).add(value, expected);
              }
            });

    values.forEach(
        (source, d) ->
            assertThat(d.standardErrors()).as(source).isBetween(-STANDARD_ERRORS, STANDARD_ERRORS));
  }

  private static Map<String, Deviation> bySource() {
    Map<String, Deviation> deviations = new TreeMap<>();
    CustomerAcquisition.SOURCE_TYPES.forEach(s -> deviations.put(s, new Deviation()));
    return deviations;
  }

  /** How far independent values lie from their expectations, by the central limit theorem. */
  private static final class Deviation {
    private double sum;
    private double squares;

    void add(double value, double expected) {
      sum += value - expected;
      squares += (value - expected) * (value - expected);
    }

    double standardErrors() {
      return squares == 0 ? 0 : sum / Math.sqrt(squares);
    }
  }
}
