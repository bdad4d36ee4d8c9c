package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.jobs.simulate.ShopOptions;
import io.cohortclv.jobs.simulate.ShopSimulation;
import io.cohortclv.jobs.simulate.ShopTruth;
import io.cohortclv.transforms.fitting.SegmentTree;
import io.cohortclv.transforms.table.CommissionRecommendation;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.ModelRegistry;
import io.cohortclv.transforms.table.Scorecards;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A first look: a simulated shop through every stage, and how near the estimates came. */
@Command(
    name = "demo",
    description = "Simulates a shop, computes and publishes everything, and compares with truth.",
    footer = {"", "Example: clv demo --customers 20000"})
final class DemoCommand implements Callable<Integer> {
  private static final int BEST = 5;

  /** Stands for invented people only. */
  private static final String DEMO_KEY = "demo";

  @Spec private CommandSpec spec;

  @Option(
      names = "--customers",
      paramLabel = "N",
      defaultValue = "12000",
      description = "Customers of the shop (default: ${DEFAULT-VALUE}).")
  private long customers;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "The same seed gives the same shop (default: ${DEFAULT-VALUE}).")
  private long seed;

  /** Where the last demo lies. */
  static Path folder() {
    return Path.of(System.getProperty("clv.home", System.getProperty("user.home") + "/.cohort-clv"))
        .resolve("demo");
  }

  @Override
  public Integer call() {
    Path shop = folder().resolve("shop");
    try (Progress progress = Progress.of(spec.commandLine().getErr())) {
      progress.stage("simulate a shop");
      ShopTruth truth = simulate(shop);
      ClvConfig config = ClvConfigs.load(shop.resolve("clv.conf")).withIdentifiers(DEMO_KEY);
      try (Lake lake = Lake.openToWrite(config, "demo")) {
        Run run = RunCommand.everything(lake, config, truth.lastDay(), progress);
        progress.stage("compare with the truth");
        print(lake, run, config, truth, shop);
      }
    } catch (IOException e) {
      throw CommandException.failed(
          "The demo's folder "
              + folder()
              + " could not be written ("
              + e.getMessage()
              + "). Free or change the place, then run the demo again.",
          e);
    }
    return 0;
  }

  private ShopTruth simulate(Path shop) throws IOException {
    ShopOptions options;
    try {
      options = new ShopOptions(shop, customers, 60, 730, seed, 0.002);
    } catch (IllegalArgumentException e) {
      throw CommandException.usage(e.getMessage() + ".");
    }
    delete(folder());
    Files.createDirectories(folder());
    return ShopSimulation.of(options).run();
  }

  /** Removes the last demo; nothing else ever lies there. */
  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    List<Path> all;
    try (Stream<Path> paths = Files.walk(folder)) {
      all = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : all) {
      Files.delete(path);
    }
  }

  private void print(Lake lake, Run run, ClvConfig config, ShopTruth truth, Path shop)
      throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        Locale.ROOT,
        "%nA simulated shop of %,d days to %s: %,d customers, %,d counted orders, %d affiliates.%n",
        truth.days(),
        truth.lastDay(),
        truth.customers(),
        truth.countedOrders(),
        truth.affiliates().size());
    out.printf(
        Locale.ROOT,
        "Values are %s of contribution margin in the first %d days, discounted %.0f %% a year.%n",
        run.currency(),
        config.reporting().horizonDays(),
        100 * config.reporting().discountRatePerYear());
    out.printf("%nSources: estimate beside truth%n");
    TextTable.print(sources(lake, run, truth, shop), out);
    out.printf("%nModel parameters (times in days): estimate, standard error, truth%n");
    TextTable.print(parameters(lake, run, truth), out);
    printAffiliates(lake, run, truth, out);
    out.printf(
        "%nThe lake: %s%nNext:  bin/clv show affiliate_scorecard --where \"not small_n\"%n"
            + "       bin/clv show cohort_retention --where \"source_type = 'referral'\"%n"
            + "       bin/clv show ops.recon --columns check_name,reason,left_side,right_side%n"
            + "Your own logs: start from %s%n",
        config.lake().root(), shop.resolve("clv.conf"));
    out.flush();
  }

  private List<List<String>> sources(Lake lake, Run run, ShopTruth truth, Path shop)
      throws IOException {
    Map<String, Long> future = new HashMap<>();
    ShopTruth.forEachCustomer(
        shop, c -> future.merge(c.sourceType(), (long) c.futurePurchases(), Long::sum));
    Map<String, Double> forecast = new HashMap<>();
    lake.collectSmall(
            lake.read(CustomerClv.TABLE, run)
                .join(
                    lake.read(CustomerAcquisition.TABLE, run)
                        .filter(col(CustomerAcquisition.IS_CONTRACT_MODEL)),
                    new String[] {CustomerClv.CUSTOMER_ID})
                .groupBy(CustomerAcquisition.SOURCE_TYPE)
                .agg(sum(CustomerClv.EXP_ORDERS_H)),
            CustomerAcquisition.SOURCE_TYPES.size(),
            "source types")
        .forEach(row -> forecast.put(row.getString(0), row.getDouble(1)));
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "source",
            "customers",
            "true",
            "clv",
            "true clv",
            "orders next year: forecast",
            "came"));
    for (Row row :
        lake.collectSmall(
            lake.read(Scorecards.SOURCE_SCORECARD, run).orderBy(col(Scorecards.CLV_RAW).desc()),
            CustomerAcquisition.SOURCE_TYPES.size(),
            "source types")) {
      String source = row.getAs(Scorecards.SOURCE_TYPE);
      ShopTruth.SourceTruth real = truth.sources().get(source);
      rows.add(
          List.of(
              source,
              number(row.getAs(Scorecards.N_CUSTOMERS), 0),
              real == null ? "-" : number(real.customers(), 0),
              number(row.getAs(Scorecards.CLV_RAW), 2),
              real == null ? "-" : number(real.acquisitionClv(), 2),
              number(forecast.getOrDefault(source, 0.0), 0),
              number(future.getOrDefault(source, 0L), 0)));
    }
    return rows;
  }

  /** Of sources that were simulated by the family that was fitted; others have no such truth. */
  private static List<List<String>> parameters(Lake lake, Run run, ShopTruth truth) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("source", "model", "parameter", "estimate", "standard error", "truth"));
    for (Row row :
        lake.collectSmall(
            lake.read(ModelRegistry.TABLE, run)
                .filter(ScoreJob.IS_SCORED_WITH)
                .orderBy(ModelRegistry.SEGMENT_PATH),
            ScoreJob.MAX_MODELS,
            "models")) {
      String source =
          row.<String>getAs(ModelRegistry.SEGMENT_PATH).replace(SegmentTree.ofSourceType(""), "");
      ShopTruth.SourceTruth real = truth.sources().get(source);
      String family = row.getAs(ModelRegistry.FAMILY);
      if (real == null || !real.model().family().id().equals(family)) {
        continue;
      }
      List<String> names = row.getList(row.fieldIndex(ModelRegistry.PARAMETER_NAMES));
      List<Double> values = row.getList(row.fieldIndex(ModelRegistry.PARAMETERS));
      List<Double> errors = row.getList(row.fieldIndex(ModelRegistry.STANDARD_ERRORS));
      for (int i = 0; i < names.size(); i++) {
        rows.add(
            List.of(
                i == 0 ? source : "",
                i == 0 ? family : "",
                names.get(i),
                number(values.get(i), 3),
                number(errors.get(i), 3),
                number(real.model().parameters()[i], 3)));
      }
    }
    return rows;
  }

  /** The best and the worst by what is believed of their next customer, and what to pay them. */
  private static void printAffiliates(Lake lake, Run run, ShopTruth truth, PrintWriter out) {
    Map<String, Double> trueClv = new HashMap<>();
    truth.affiliates().forEach(a -> trueClv.put(a.affiliateId(), a.trueAcquisitionClv()));
    List<Row> affiliates =
        lake.collectSmall(
            lake.read(Scorecards.AFFILIATE_SCORECARD, run)
                .filter(col(Scorecards.N_CUSTOMERS).gt(0))
                .join(
                    lake.read(CommissionRecommendation.TABLE, run)
                        .drop(
                            CommissionRecommendation.AFFILIATE_TYPE,
                            CommissionRecommendation.N_CUSTOMERS,
                            CommissionRecommendation.CLV_SD),
                    new String[] {Scorecards.AFFILIATE_ID})
                .orderBy(col(Scorecards.CLV_SHRUNK).desc(), col(Scorecards.AFFILIATE_ID)),
            truth.affiliates().size(),
            "affiliates");
    int worst = Math.max(BEST, affiliates.size() - BEST);
    List<Row> shown =
        Stream.concat(affiliates.stream().limit(BEST), affiliates.stream().skip(worst)).toList();
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "affiliate",
            "type",
            "customers",
            "clv",
            "80 % interval",
            "true clv",
            "raw mean",
            "cac",
            "rate",
            "recommended",
            "P(loss)"));
    for (Row row : shown) {
      String id = row.getAs(Scorecards.AFFILIATE_ID);
      rows.add(
          List.of(
              id,
              row.getAs(Scorecards.AFFILIATE_TYPE),
              number(row.getAs(Scorecards.N_CUSTOMERS), 0),
              number(row.getAs(Scorecards.CLV_SHRUNK), 2),
              number(row.getAs(Scorecards.CLV_LO80), 2)
                  + " to "
                  + number(row.getAs(Scorecards.CLV_HI80), 2),
              number(trueClv.get(id), 2),
              number(row.getAs(Scorecards.CLV_RAW), 2),
              number(row.getAs(Scorecards.CAC), 2),
              percent(row.getAs(CommissionRecommendation.CURRENT_RATE)),
              percent(row.getAs(CommissionRecommendation.RECOMMENDED_RATE)),
              percent(row.getAs(CommissionRecommendation.P_LOSS_AT_CURRENT))));
    }
    out.printf(
        "%nAffiliates by what their next customer is believed to be worth: the %d best and worst%n",
        BEST);
    TextTable.print(rows, out);
    out.printf("%nWhy (incrementality is assumed to be 1: commission.incrementality)%n");
    for (Row row : shown) {
      out.printf(
          "%s  %s%n",
          row.<String>getAs(Scorecards.AFFILIATE_ID),
          row.<String>getAs(CommissionRecommendation.REASON));
    }
  }

  private static String percent(Double fraction) {
    return number(100 * fraction, 1) + " %";
  }

  private static String number(Number value, int decimals) {
    return value == null
        ? "-"
        : String.format(Locale.ROOT, "%,." + decimals + "f", value.doubleValue());
  }
}
