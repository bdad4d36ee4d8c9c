package io.cohortclv.transforms.economics;

import io.cohortclv.models.economics.CommissionAdvice;
import io.cohortclv.models.economics.CommissionPolicy;
import io.cohortclv.models.economics.PartnerTerms;
import io.cohortclv.models.economics.ValueCurve;
import io.cohortclv.models.shrink.Posterior;
import io.cohortclv.transforms.table.CommissionRecommendation;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.Scorecards;
import io.cohortclv.transforms.table.Terms;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * The rows of {@link CommissionRecommendation}, on the driver: terms of today against what is
 * believed of each affiliate's next customer.
 */
public final class CommissionRows {
  private final CommissionPolicy policy;
  private final boolean isAssumed;
  private final double cashShare;
  private final PartnerValues values;
  private final Map<String, Map<String, Row>> ownTerms = new HashMap<>();
  private final Map<String, Row> defaultTerms = new TreeMap<>();
  private final Map<String, List<String>> programsOfActions = new HashMap<>();

  /**
   * Gathers terms and programs.
   *
   * @param isAssumed whether nobody has said the policy's incrementality
   * @param terms terms as of the date
   * @param endings rows of {@link AcquisitionCosts#countEndings}
   * @param asOf end of the as-of day
   */
  public CommissionRows(
      CommissionPolicy policy,
      boolean isAssumed,
      ValueCurve curve,
      PartnerValues values,
      List<Row> terms,
      List<Row> endings,
      Instant asOf) {
    this.policy = policy;
    this.isAssumed = isAssumed;
    this.cashShare = curve.cashBy(policy.paybackMonths() * OwnedCustomers.DAYS_A_MONTH);
    this.values = values;
    for (Row row : endings) {
      programsOfActions.put(
          row.getAs(Commissions.AFFILIATE_ID),
          row.getList(row.fieldIndex(AcquisitionCosts.PROGRAMS)));
    }
    // Of several sources with terms of one day, the same is taken in every run.
    terms.stream()
        .filter(row -> isValid(row, asOf) && row.getAs(Terms.CAMPAIGN_ID) == null)
        .sorted(
            Comparator.<Row, Timestamp>comparing(row -> row.getAs(Terms.VALID_FROM))
                .thenComparing(row -> row.<Double>getAs(Terms.RATE)))
        .forEach(
            row -> {
              String affiliate = row.getAs(Terms.AFFILIATE_ID);
              Map<String, Row> terms1 =
                  affiliate == null
                      ? defaultTerms
                      : ownTerms.computeIfAbsent(affiliate, a -> new TreeMap<>());
              terms1.put(row.getAs(Terms.PROGRAM_ID), row);
            });
  }

  private static boolean isValid(Row terms, Instant asOf) {
    Timestamp until = terms.getAs(Terms.VALID_TO);
    return terms.<Timestamp>getAs(Terms.VALID_FROM).toInstant().isBefore(asOf)
        && (until == null || !until.toInstant().isBefore(asOf));
  }

  private record Partner(
      String affiliate,
      String program,
      String type,
      double customers,
      double commission,
      PartnerTerms terms,
      Posterior value) {}

  /**
   * One row an affiliate and program.
   *
   * @param scorecard rows of {@link ScorecardRows#ofAffiliates}
   */
  public List<Row> of(List<Row> scorecard) {
    List<Partner> partners = new ArrayList<>();
    for (Row row : scorecard) {
      Values card = new Values(row);
      programs(card.text(Scorecards.AFFILIATE_ID))
          .forEach((program, terms) -> addPartner(partners, card, program, terms));
    }
    Map<String, Double> paid = paidOfPromised(partners);
    return partners.stream().map(p -> row(p, paid.get(p.type()))).toList();
  }

  /** Terms that hold for an affiliate, by program. */
  private Map<String, Row> programs(String affiliate) {
    Map<String, Row> own = ownTerms.getOrDefault(affiliate, Map.of());
    TreeSet<String> programs = new TreeSet<>(own.keySet());
    programs.addAll(programsOfActions.getOrDefault(affiliate, List.of()));
    if (programs.isEmpty()) {
      programs.addAll(defaultTerms.keySet());
    }
    Map<String, Row> terms = new TreeMap<>();
    for (String program : programs) {
      Row valid = own.getOrDefault(program, defaultTerms.get(program));
      if (valid != null) {
        terms.put(program, valid);
      }
    }
    return terms;
  }

  private void addPartner(List<Partner> partners, Values card, String program, Row terms) {
    String affiliate = card.text(Scorecards.AFFILIATE_ID);
    String type = card.text(Scorecards.AFFILIATE_TYPE);
    Posterior value = values.ofAffiliate(affiliate, type);
    Posterior first = values.firstOrderOfAffiliate(affiliate, type);
    if (value == null || !(first.mean() > 0)) {
      return;
    }
    double customers = card.number(Scorecards.N_CUSTOMERS);
    double commission = card.number(Scorecards.COST_COMMISSION);
    double fee = card.number(Scorecards.COST_NETWORK_FEE);
    double rest = Scorecards.COSTS.stream().mapToDouble(card::number).sum() - commission - fee;
    Double fraction = terms.getAs(Terms.NETWORK_FEE_PCT);
    double rate = terms.getAs(Terms.RATE);
    partners.add(
        new Partner(
            affiliate,
            program,
            type,
            customers,
            commission,
            new PartnerTerms(
                "flat".equals(terms.getAs(Terms.RATE_TYPE)) ? rate / first.mean() : rate,
                first.mean(),
                fraction != null ? fraction : commission > 0 ? Math.max(0, fee / commission) : 0,
                customers > 0 ? rest / customers : 0),
            value));
  }

  /**
   * By type, commission paid against what the first orders alone would have earned at today's
   * terms: more where repeat orders earn too, less where much is reversed. 1 where nothing is
   * known.
   */
  private static Map<String, Double> paidOfPromised(List<Partner> partners) {
    Map<String, double[]> sums = new TreeMap<>();
    Map<String, Integer> programs = new HashMap<>();
    partners.forEach(p -> programs.merge(p.affiliate(), 1, Integer::sum));
    for (Partner p : partners) {
      double[] s = sums.computeIfAbsent(p.type(), type -> new double[2]);
      // Commissions and customers of an affiliate are shared by its programs.
      s[0] += p.commission() / programs.get(p.affiliate());
      s[1] += p.customers() * p.terms().commission() / programs.get(p.affiliate());
    }
    Map<String, Double> paid = new HashMap<>();
    sums.forEach((type, s) -> paid.put(type, s[0] > 0 && s[1] > 0 ? s[0] / s[1] : 1));
    return paid;
  }

  private Row row(Partner p, double paidOfPromised) {
    PartnerTerms terms =
        new PartnerTerms(
            p.terms().rate(),
            p.terms().basis() * paidOfPromised,
            p.terms().networkFee(),
            p.terms().otherCost());
    CommissionAdvice advice = CommissionAdvice.of(policy, terms, p.value(), cashShare);
    Map<String, Object> row = new HashMap<>();
    row.put(CommissionRecommendation.AFFILIATE_ID, p.affiliate());
    row.put(CommissionRecommendation.PROGRAM_ID, p.program());
    row.put(CommissionRecommendation.AFFILIATE_TYPE, p.type());
    row.put(CommissionRecommendation.N_CUSTOMERS, p.customers());
    row.put(CommissionRecommendation.CLV, p.value().mean());
    row.put(CommissionRecommendation.CLV_SD, p.value().sd());
    row.put(CommissionRecommendation.CASH_MARGIN, p.value().mean() * cashShare);
    row.put(CommissionRecommendation.CURRENT_RATE, terms.rate());
    row.put(CommissionRecommendation.COMMISSION_BASIS, money(terms.basis()));
    row.put(CommissionRecommendation.NETWORK_FEE_PCT, terms.networkFee());
    row.put(CommissionRecommendation.OTHER_COST, money(terms.otherCost()));
    row.put(CommissionRecommendation.BREAK_EVEN, money(advice.breakEven()));
    row.put(CommissionRecommendation.CEILING, money(advice.ceiling()));
    row.put(CommissionRecommendation.CASH_CEILING, money(advice.cashCeiling()));
    row.put(CommissionRecommendation.RECOMMENDED_RATE, advice.recommendedRate());
    row.put(CommissionRecommendation.REASON, advice.reason());
    row.put(CommissionRecommendation.P_LOSS_AT_CURRENT, advice.lossProbability());
    row.put(CommissionRecommendation.EXPECTED_PROFIT_AT_CURRENT, money(advice.expectedProfit()));
    row.put(CommissionRecommendation.PAYS_OVER_CEILING, advice.paysOverCeiling());
    row.put(CommissionRecommendation.IOTA, policy.incrementality());
    row.put(
        CommissionRecommendation.IOTA_SOURCE,
        isAssumed ? CommissionRecommendation.ASSUMED : CommissionRecommendation.CONFIGURED);
    return RowFactory.create(
        CommissionRecommendation.TABLE.columns().stream().map(row::get).toArray());
  }

  private static BigDecimal money(double amount) {
    return BigDecimal.valueOf(amount).setScale(2, RoundingMode.HALF_UP);
  }

  /** A row of the scorecard, which has no schema on the driver. */
  private record Values(Row row) {
    Object of(String column) {
      return row.get(Scorecards.AFFILIATE_SCORECARD.columns().indexOf(column));
    }

    String text(String column) {
      return (String) of(column);
    }

    double number(String column) {
      return of(column) instanceof Number number ? number.doubleValue() : 0;
    }
  }
}
