package io.cohortclv.transforms.economics;

import io.cohortclv.models.economics.Payback;
import io.cohortclv.models.economics.ValueCurve;
import io.cohortclv.models.shrink.BetaBinomialShrinkage;
import io.cohortclv.models.shrink.Posterior;
import io.cohortclv.transforms.economics.PartnerValues.Belief;
import io.cohortclv.transforms.economics.PartnerValues.Owner;
import io.cohortclv.transforms.table.AffiliateEconomics;
import io.cohortclv.transforms.table.Scorecards;
import io.cohortclv.transforms.table.Table;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * The rows of every scorecard, from partial sums on the driver: one table a level, one row an owner
 * with a customer, a touch or a cost.
 */
public final class ScorecardRows {
  private static final double MILLION = 1e6;

  /**
   * What scorecards go by.
   *
   * @param smallN below that many customers a row is marked small
   * @param months months of cumulative margin in the sums
   * @param incrementality share of the customers who would not have come anyway, for ROI
   * @param curve how the value of a new customer builds up
   */
  public record Settings(int smallN, int months, double incrementality, ValueCurve curve) {}

  private final Map<Owner, Row> sums = new HashMap<>();
  private final Map<Owner, Row> touches = new HashMap<>();
  private final Map<Owner, Row> costs = new HashMap<>();
  private final Map<String, Row> endings = new HashMap<>();
  private final boolean hasTouches;
  private final boolean hasCosts;
  private final Map<String, String> affiliateTypes;
  private final PartnerValues values;
  private final Settings settings;
  private final BetaBinomialShrinkage reversals;

  /**
   * Gathers what is known of the owners.
   *
   * @param sums rows of {@link OwnerSums#sumByOwner}
   * @param touches rows of {@link TouchSums#countByOwner}, or null without a touch log
   * @param costs rows of {@link AcquisitionCosts#sumByOwner}
   * @param hasCosts whether any log tells costs; else only discounts are known, and no CAC is
   * @param endings rows of {@link AcquisitionCosts#countEndings}
   */
  public ScorecardRows(
      List<Row> sums,
      List<Row> touches,
      List<Row> costs,
      boolean hasCosts,
      List<Row> endings,
      Map<String, String> affiliateTypes,
      PartnerValues values,
      Settings settings) {
    sums.forEach(row -> this.sums.put(Owner.of(row), row));
    this.hasTouches = touches != null;
    this.hasCosts = hasCosts;
    if (hasTouches) {
      touches.forEach(row -> this.touches.put(Owner.of(row), row));
    }
    costs.forEach(row -> this.costs.put(Owner.of(row), row));
    endings.forEach(row -> this.endings.put(row.getAs(Scorecards.AFFILIATE_ID), row));
    this.affiliateTypes = affiliateTypes;
    this.values = values;
    this.settings = settings;
    List<BetaBinomialShrinkage.Count> counts =
        new TreeMap<>(this.endings)
            .values().stream()
                .filter(row -> row.<Long>getAs(AcquisitionCosts.ENDINGS) > 0)
                .map(ScorecardRows::reversals)
                .toList();
    this.reversals = counts.isEmpty() ? null : BetaBinomialShrinkage.of(counts);
  }

  private static BetaBinomialShrinkage.Count reversals(Row row) {
    return new BetaBinomialShrinkage.Count(
        row.getAs(AcquisitionCosts.REVERSALS), row.getAs(AcquisitionCosts.ENDINGS));
  }

  /** Rows of {@link Scorecards#SOURCE_SCORECARD}. */
  public List<Row> ofSources() {
    return rows(Scorecards.SOURCE_SCORECARD, OwnerSums.SOURCE);
  }

  /** Rows of {@link Scorecards#CAMPAIGN_SCORECARD}. */
  public List<Row> ofCampaigns() {
    return rows(Scorecards.CAMPAIGN_SCORECARD, OwnerSums.CAMPAIGN);
  }

  /** Rows of {@link Scorecards#AFFILIATE_SCORECARD}. */
  public List<Row> ofAffiliates() {
    return rows(Scorecards.AFFILIATE_SCORECARD, OwnerSums.AFFILIATE);
  }

  /** Rows of {@link Scorecards#SUB_ID_SCORECARD}. */
  public List<Row> ofSubIds() {
    return rows(Scorecards.SUB_ID_SCORECARD, OwnerSums.SUB_ID);
  }

  private List<Row> rows(Table table, String level) {
    TreeSet<Owner> owners = new TreeSet<>(Owner.ORDER);
    for (Map<Owner, Row> known : List.of(sums, touches, costs)) {
      known.keySet().stream().filter(o -> o.level().equals(level)).forEach(owners::add);
    }
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Owner owner : owners) {
      rows.add(measures(owner));
    }
    addQuadrants(rows);
    return rows.stream()
        .map(row -> RowFactory.create(table.columns().stream().map(row::get).toArray()))
        .toList();
  }

  private Map<String, Object> measures(Owner owner) {
    Map<String, Object> row = new HashMap<>();
    switch (owner.level()) {
      case OwnerSums.SOURCE -> row.put(Scorecards.SOURCE_TYPE, owner.id());
      case OwnerSums.CAMPAIGN -> row.put(Scorecards.CAMPAIGN_ID, owner.id());
      case OwnerSums.AFFILIATE -> {
        row.put(Scorecards.AFFILIATE_ID, owner.id());
        row.put(
            Scorecards.AFFILIATE_TYPE,
            affiliateTypes.getOrDefault(owner.id(), PartnerValues.UNKNOWN_TYPE));
        Row ended = endings.get(owner.id());
        if (ended != null && reversals != null) {
          row.put(Scorecards.REVERSAL_RATE_SHRUNK, reversalRate(ended));
        }
      }
      default -> {
        row.put(Scorecards.AFFILIATE_ID, owner.id());
        row.put(Scorecards.SUB_ID, owner.part());
      }
    }
    Row brought = sums.get(owner);
    double customers = brought == null ? 0 : number(brought, OwnerSums.CUSTOMERS);
    row.put(Scorecards.N_CUSTOMERS, customers);
    row.put(Scorecards.SMALL_N, customers < settings.smallN());
    addOrders(row, brought);
    addTouches(row, owner, customers);
    if (brought != null) {
      addBehaviour(row, brought, customers);
    }
    addCosts(row, owner, brought, customers);
    return row;
  }

  private double reversalRate(Row ended) {
    long endings = ended.getAs(AcquisitionCosts.ENDINGS);
    return endings == 0
        ? reversals.alpha() / (reversals.alpha() + reversals.beta())
        : reversals.rate(reversals(ended));
  }

  private static void addOrders(Map<String, Object> row, Row brought) {
    double orders = brought == null ? 0 : number(brought, OwnedCustomers.ORDERS);
    row.put(Scorecards.ORDERS, orders);
    row.put(Scorecards.GROSS, money(brought, OwnedCustomers.GROSS));
    row.put(Scorecards.NET_REVENUE, money(brought, OwnedCustomers.NET));
    row.put(Scorecards.MARGIN, money(brought, OwnedCustomers.MARGIN));
    if (orders > 0) {
      row.put(Scorecards.AOV, money(number(brought, OwnedCustomers.NET) / orders));
    }
  }

  private void addTouches(Map<String, Object> row, Owner owner, double customers) {
    if (!hasTouches) {
      return;
    }
    Row touched = touches.get(owner);
    long clicks = touched == null ? 0 : touched.<Long>getAs(TouchSums.CLICKS);
    row.put(Scorecards.CLICKS, clicks);
    row.put(Scorecards.SIGNUPS, touched == null ? 0L : touched.<Long>getAs(TouchSums.SIGNUPS));
    if (clicks > 0) {
      row.put(Scorecards.CONVERSION_RATE, customers / clicks);
    }
  }

  private void addBehaviour(Map<String, Object> row, Row brought, double customers) {
    row.put(Scorecards.CLV_RAW, number(brought, OwnerSums.CLV) / customers);
    Belief belief = values.of(Owner.of(brought));
    Posterior posterior = belief.posterior();
    row.put(Scorecards.CLV_SHRUNK, posterior.mean());
    row.put(Scorecards.CLV_SD, posterior.sd());
    row.put(Scorecards.CLV_LO80, posterior.quantile(0.1));
    row.put(Scorecards.CLV_HI80, posterior.quantile(0.9));
    row.put(Scorecards.P_TOP_DECILE, belief.topDecile());
    row.put(Scorecards.HIGH_VALUE_SHARE, number(brought, OwnerSums.HIGH) / customers);
    row.put(Scorecards.REPEAT_RATE_180, ratio(brought, OwnerSums.REPEATED_180, OwnerSums.OLD_180));
    row.put(
        Scorecards.ORDERS_PER_CUSTOMER_365,
        ratio(brought, OwnedCustomers.ORDERS_365, OwnerSums.OLD_365));
    row.put(Scorecards.RETAINED_365, ratio(brought, OwnerSums.RETAINED, OwnerSums.OLD_455));
    row.put(Scorecards.KM_S12, brought.getAs(OwnerSums.KM_S12));
    double sold = number(brought, OwnedCustomers.GROSS) - number(brought, OwnedCustomers.DISCOUNT);
    if (sold > 0) {
      row.put(Scorecards.REFUND_RATE, number(brought, OwnedCustomers.REFUNDED) / sold);
    }
  }

  private void addCosts(Map<String, Object> row, Owner owner, Row brought, double customers) {
    Row cost = costs.get(owner);
    if (!hasCosts) {
      row.put(
          Scorecards.COST_ACQUISITION_DISCOUNT,
          cost(cost, AffiliateEconomics.ACQUISITION_DISCOUNT));
      return;
    }
    row.put(Scorecards.COMMISSION_PENDING, cost(cost, AffiliateEconomics.COMMISSION_PENDING));
    row.put(Scorecards.COMMISSION_APPROVED, cost(cost, AcquisitionCosts.COMMISSION_APPROVED));
    row.put(Scorecards.COMMISSION_PAID, cost(cost, AcquisitionCosts.COMMISSION_PAID));
    row.put(Scorecards.COMMISSION_REVERSED, cost(cost, AcquisitionCosts.COMMISSION_REVERSED));
    BigDecimal total = BigDecimal.ZERO.setScale(2);
    for (int i = 0; i < Scorecards.COSTS.size(); i++) {
      BigDecimal part = cost(cost, AffiliateEconomics.PARTS.get(i));
      row.put(Scorecards.COSTS.get(i), part);
      total = total.add(part);
    }
    row.put(Scorecards.TOTAL_COST, total);
    if (row.get(Scorecards.CLICKS) instanceof Long clicks && clicks > 0) {
      double earned =
          List.of(
                  Scorecards.COMMISSION_PENDING,
                  Scorecards.COMMISSION_APPROVED,
                  Scorecards.COMMISSION_PAID)
              .stream()
              .mapToDouble(state -> ((BigDecimal) row.get(state)).doubleValue())
              .sum();
      row.put(Scorecards.EPC, earned / clicks);
    }
    if (customers > 0) {
      addReturns(row, brought, total.doubleValue() / customers);
    }
  }

  private void addReturns(Map<String, Object> row, Row brought, double cac) {
    double clv = (Double) row.get(Scorecards.CLV_SHRUNK);
    row.put(Scorecards.CAC, money(cac));
    if (cac > 0) {
      row.put(Scorecards.CLV_TO_CAC, clv / cac);
      row.put(Scorecards.ROI, (settings.incrementality() * clv - cac) / cac);
    }
    double[] observed = new double[settings.months()];
    for (int month = 1; month <= observed.length; month++) {
      Double mean =
          ratio(brought, OwnedCustomers.MARGIN_BY_MONTH + month, OwnerSums.OLD_BY_MONTH + month);
      observed[month - 1] = mean == null ? Double.NaN : mean;
    }
    Payback payback =
        Payback.of(
            cac,
            observed,
            month -> clv * settings.curve().cashBy(month * OwnedCustomers.DAYS_A_MONTH),
            observed.length);
    row.put(Scorecards.PAYBACK_MONTHS, payback.months() == null ? null : (long) payback.months());
    row.put(Scorecards.PAYBACK_STATUS, payback.status().name());
  }

  /** Against the medians of the rows that have a value and a cost. */
  private static void addQuadrants(List<Map<String, Object>> rows) {
    List<Map<String, Object>> costed =
        rows.stream()
            .filter(r -> r.get(Scorecards.CAC) != null && r.get(Scorecards.CLV_SHRUNK) != null)
            .toList();
    if (costed.isEmpty()) {
      return;
    }
    double value = median(costed, Scorecards.CLV_SHRUNK);
    double cost = median(costed, Scorecards.CAC);
    for (Map<String, Object> row : costed) {
      boolean high = ((Number) row.get(Scorecards.CLV_SHRUNK)).doubleValue() >= value;
      boolean dear = ((Number) row.get(Scorecards.CAC)).doubleValue() > cost;
      row.put(Scorecards.QUADRANT, Scorecards.QUADRANTS.get((high ? 0 : 2) + (dear ? 1 : 0)));
    }
  }

  private static double median(List<Map<String, Object>> rows, String column) {
    double[] sorted =
        rows.stream().mapToDouble(r -> ((Number) r.get(column)).doubleValue()).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static double number(Row row, String column) {
    return row.<Long>getAs(column) / MILLION;
  }

  private static Double ratio(Row row, String part, String whole) {
    long of = row.getAs(whole);
    return of == 0 ? null : (double) row.<Long>getAs(part) / of;
  }

  private static BigDecimal money(Row row, String column) {
    return row == null
        ? BigDecimal.ZERO.setScale(2)
        : BigDecimal.valueOf(row.<Long>getAs(column), 6).setScale(2, RoundingMode.HALF_UP);
  }

  private static BigDecimal money(double amount) {
    return BigDecimal.valueOf(amount).setScale(2, RoundingMode.HALF_UP);
  }

  private static BigDecimal cost(Row row, String column) {
    return row == null
        ? BigDecimal.ZERO.setScale(2)
        : row.<BigDecimal>getAs(column).setScale(2, RoundingMode.HALF_UP);
  }
}
