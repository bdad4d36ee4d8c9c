package io.cohortclv.jobs.simulate;

import io.cohortclv.jobs.simulate.ShopTruth.CustomerTruth;
import io.cohortclv.jobs.simulate.ShopTruth.Planted;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Simulates a shop: writes its raw logs, the configuration that runs them, and what is true of
 * them. Customers are drawn and written one after another; memory does not grow with them.
 *
 * <pre>
 * out/clv.conf             first line: # as-of DATE, the last simulated day
 * out/raw/LOG/part-*       the raw logs, each in a shape of its own
 * out/truth/               truth.json, affiliates.csv, customers.csv; see {@link ShopTruth}
 * </pre>
 */
public final class ShopSimulation {
  private static final int PROGRESS_STEP = 10_000;

  private final ShopOptions options;
  private final LongConsumer progress;

  private ShopSimulation(ShopOptions options, LongConsumer progress) {
    this.options = options;
    this.progress = progress;
  }

  public static ShopSimulation of(ShopOptions options) {
    return of(options, customers -> {});
  }

  /**
   * A simulation that says how far it is.
   *
   * @param progress told now and then how many customers are written
   */
  public static ShopSimulation of(ShopOptions options, LongConsumer progress) {
    return new ShopSimulation(options, progress);
  }

  /**
   * Writes the shop beside its place and moves it there when it is whole, so that a run that dies
   * leaves nothing that looks whole. What an earlier one left is removed.
   *
   * @return what is true of the shop
   * @throws java.nio.file.DirectoryNotEmptyException when the folder exists and is not empty
   */
  public ShopTruth run() throws IOException {
    Path out = options.out();
    Path partial = out.resolveSibling("." + out.getFileName() + ".partial");
    deleteTree(partial);
    try {
      ShopTruth truth = write(partial);
      // An empty folder gives way; one with files makes this fail.
      Files.deleteIfExists(out);
      Files.move(partial, out, StandardCopyOption.ATOMIC_MOVE);
      return truth;
    } catch (IOException | RuntimeException e) {
      try {
        deleteTree(partial);
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  /** The configuration of the shop. */
  public Path conf() {
    return options.out().resolve(ShopConf.FILE);
  }

  private ShopTruth write(Path shop) throws IOException {
    World world = new World(options);
    TruthTally tally = new TruthTally(world);
    BackOffice office = new BackOffice(world);
    Files.createDirectories(ShopTruth.customersFile(shop).getParent());
    List<RawLog> logs = new ArrayList<>();
    try {
      RawLog orders = open(logs, shop, RawShape.ORDERS, Dirt.ofOrders());
      RawLog refunds = open(logs, shop, RawShape.REFUNDS, Dirt.ofRefunds(orders));
      RawLog touchpoints = open(logs, shop, RawShape.TOUCHPOINTS, Dirt.ofTouchpoints());
      RawLog events = open(logs, shop, RawShape.REFERRAL_EVENTS, Dirt.ofReferralEvents());
      RawLog affiliates = open(logs, shop, RawShape.AFFILIATES, Dirt.ofAffiliates());
      RawLog terms = open(logs, shop, RawShape.TERMS, Dirt.ofTerms());
      RawLog commissions = open(logs, shop, RawShape.COMMISSIONS, Dirt.ofCommissions());
      CommissionTrail.writeProgram(world, affiliates, terms);
      RawLog items = open(logs, shop, RawShape.ORDER_ITEMS, Dirt.ofOrderItems());
      RawLog campaigns = open(logs, shop, RawShape.CAMPAIGNS, Dirt.ofCampaigns());
      RawLog costs = open(logs, shop, RawShape.COSTS, Dirt.ofCosts());
      RawLog products = open(logs, shop, RawShape.PRODUCTS, Dirt.ofProducts());
      RawLog identities = open(logs, shop, RawShape.IDENTITY_MAP, Dirt.ofIdentities());
      RawLog rates = open(logs, shop, RawShape.FX_RATES, Dirt.ofRates());
      RawLog answers = open(logs, shop, RawShape.CSAT, Dirt.ofAnswers());
      office.writeProducts(products);
      office.writeCampaigns(campaigns);
      office.writeCosts(costs);
      office.writeRates(rates);
      CustomerTrail trail =
          new CustomerTrail(
              world,
              orders,
              new ItemTrail(world, items),
              refunds,
              identities,
              answers,
              new CommissionTrail(world, commissions),
              new Journey(world, touchpoints, events),
              tally);
      try (Writer customers = Files.newBufferedWriter(ShopTruth.customersFile(shop))) {
        customers.write(CustomerTruth.HEADER + "\n");
        for (long i = 0; i < options.customers(); i++) {
          customers.write(trail.write(i).toLine() + "\n");
          if ((i + 1) % PROGRESS_STEP == 0) {
            progress.accept(i + 1);
          }
        }
      }
      // Planting a refund larger than its order writes an order, so refunds finish before orders.
      for (int i = logs.size() - 1; i >= 0; i--) {
        logs.get(i).finish();
      }
    } finally {
      for (RawLog log : logs) {
        log.close();
      }
    }
    Files.writeString(shop.resolve(ShopConf.FILE), ShopConf.text(options.out()));
    ShopTruth truth = truth(tally, office, logs);
    truth.write(shop);
    return truth;
  }

  private RawLog open(List<RawLog> logs, Path shop, RawShape shape, List<Dirt> dirt)
      throws IOException {
    RawLog log = new RawLog(ShopConf.logFolder(shop, shape), shape, dirt, options.dirtyFraction());
    logs.add(log);
    return log;
  }

  private ShopTruth truth(TruthTally tally, BackOffice office, List<RawLog> logs) {
    Map<String, Long> rows = new LinkedHashMap<>();
    List<Planted> planted = new ArrayList<>();
    for (RawLog log : logs) {
      rows.put(log.shape().name(), log.rows());
      planted.addAll(log.planted());
    }
    return new ShopTruth(
        options.seed(),
        options.days(),
        options.dirtyFraction(),
        World.LAST_DAY,
        World.CURRENCY,
        World.HORIZON_DAYS,
        World.DISCOUNT_RATE_PER_YEAR,
        World.MARGIN_RATE,
        World.SPEND.parameters(),
        tally.sources(),
        tally.affiliates(),
        office.costs(),
        planted,
        rows);
  }

  private static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException failure)
              throws IOException {
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
