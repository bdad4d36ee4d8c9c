package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.WhatIf;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.models.economics.CommissionAdvice;
import io.cohortclv.models.economics.CommissionPolicy;
import io.cohortclv.models.economics.PartnerTerms;
import io.cohortclv.models.shrink.Posterior;
import io.cohortclv.transforms.table.CommissionRecommendation;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import picocli.CommandLine.Option;

/** The value stage, and what a published day would look like under other terms. */
final class ValueCommand extends StageCommand {
  /** Affiliates listed: those whose profit changes most. */
  private static final int SHOWN = 20;

  @Option(
      names = "--what-if",
      paramLabel = "FILE",
      description =
          "Writes nothing: shows what the published day's affiliates would earn under the terms of"
              + " this file.")
  private Path whatIf;

  ValueCommand(Pipeline.Step step) {
    super(step);
  }

  @Override
  public Integer call() {
    if (whatIf == null) {
      return super.call();
    }
    ClvConfig config = options.config();
    WhatIf other = WhatIf.load(whatIf, config.commission());
    try (Lake lake = Lake.open(config, "value")) {
      List<Outcome> outcomes =
          lake
              .collectSmall(
                  lake.published(CommissionRecommendation.TABLE, options.asOf()),
                  config.scorecard().maxOwners(),
                  "affiliates and programs (scorecard.max-owners)")
              .stream()
              .map(row -> Outcome.of(row, other))
              .toList();
      print(outcomes, spec.commandLine().getOut());
    }
    return 0;
  }

  /** One affiliate and program under today's terms and under others. */
  private record Outcome(
      String affiliate,
      String type,
      double customers,
      PartnerTerms termsNow,
      PartnerTerms termsThen,
      CommissionAdvice now,
      CommissionAdvice then) {

    static Outcome of(Row row, WhatIf other) {
      double value = row.getAs(CommissionRecommendation.CLV);
      Posterior posterior = new Posterior(value, row.getAs(CommissionRecommendation.CLV_SD));
      double cash = row.getAs(CommissionRecommendation.CASH_MARGIN);
      double cashShare = value == 0 ? 0 : cash / value;
      PartnerTerms termsNow =
          new PartnerTerms(
              row.getAs(CommissionRecommendation.CURRENT_RATE),
              row.<BigDecimal>getAs(CommissionRecommendation.COMMISSION_BASIS).doubleValue(),
              row.getAs(CommissionRecommendation.NETWORK_FEE_PCT),
              row.<BigDecimal>getAs(CommissionRecommendation.OTHER_COST).doubleValue());
      String affiliate = row.getAs(CommissionRecommendation.AFFILIATE_ID);
      String type = row.getAs(CommissionRecommendation.AFFILIATE_TYPE);
      PartnerTerms termsThen =
          other
              .termsOf(affiliate, type)
              .map(
                  t ->
                      new PartnerTerms(
                          t.rate().orElse(termsNow.rate()),
                          termsNow.basis(),
                          t.networkFee().orElse(termsNow.networkFee()),
                          termsNow.otherCost()))
              .orElse(termsNow);
      CommissionPolicy policyThen = ValueJob.policy(other.commission());
      CommissionPolicy policyNow =
          new CommissionPolicy(
              row.getAs(CommissionRecommendation.IOTA),
              policyThen.targetRatio(),
              policyThen.quantile(),
              policyThen.paybackMonths(),
              policyThen.largestStep());
      return new Outcome(
          affiliate,
          type,
          row.getAs(CommissionRecommendation.N_CUSTOMERS),
          termsNow,
          termsThen,
          CommissionAdvice.of(policyNow, termsNow, posterior, cashShare),
          CommissionAdvice.of(policyThen, termsThen, posterior, cashShare));
    }

    double gain() {
      return customers * (then.expectedProfit() - now.expectedProfit());
    }
  }

  private void print(List<Outcome> outcomes, PrintWriter out) {
    out.printf(
        "%nExpected profit of %s if as many customers came again: value less all acquisition"
            + " costs. Whether other terms would bring other customers is not in it.%n",
        options.asOf());
    TextTable.print(byType(outcomes), out);
    out.printf("%nPer next customer, where most changes%n");
    List<List<String>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "affiliate",
            "type",
            "customers",
            "rate",
            "then",
            "profit",
            "then",
            "P(loss)",
            "then",
            "ceiling",
            "commission then"));
    outcomes.stream()
        .sorted(
            Comparator.comparingDouble((Outcome o) -> -Math.abs(o.gain()))
                .thenComparing(Outcome::affiliate))
        .limit(SHOWN)
        .forEach(
            o ->
                rows.add(
                    List.of(
                        o.affiliate(),
                        o.type(),
                        number(o.customers(), 0),
                        percent(o.termsNow().rate()),
                        percent(o.termsThen().rate()),
                        number(o.now().expectedProfit(), 2),
                        number(o.then().expectedProfit(), 2),
                        percent(o.now().lossProbability()),
                        percent(o.then().lossProbability()),
                        number(o.then().ceiling(), 2),
                        number(o.termsThen().commission(), 2))));
    TextTable.print(rows, out);
    out.flush();
  }

  private static List<List<String>> byType(List<Outcome> outcomes) {
    Map<String, double[]> sums = new TreeMap<>();
    for (Outcome o : outcomes) {
      for (String name : List.of(o.type(), "~ all")) {
        double[] s = sums.computeIfAbsent(name, type -> new double[5]);
        s[0] += o.customers();
        s[1] += o.customers() * o.now().expectedProfit();
        s[2] += o.customers() * o.then().expectedProfit();
        s[3] += o.now().paysOverCeiling() ? 1 : 0;
        s[4] += o.then().paysOverCeiling() ? 1 : 0;
      }
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("affiliates", "customers", "profit", "then", "over their ceiling", "then"));
    sums.forEach(
        (type, s) ->
            rows.add(
                List.of(
                    type.replace("~ ", ""),
                    number(s[0], 0),
                    number(s[1], 2),
                    number(s[2], 2),
                    number(s[3], 0),
                    number(s[4], 0))));
    return rows;
  }

  private static String number(double value, int decimals) {
    return String.format(Locale.ROOT, "%,." + decimals + "f", value);
  }

  private static String percent(double fraction) {
    return number(100 * fraction, 1) + " %";
  }
}
