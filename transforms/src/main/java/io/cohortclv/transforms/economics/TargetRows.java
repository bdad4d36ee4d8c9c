package io.cohortclv.transforms.economics;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.trunc;

import io.cohortclv.models.economics.MonthlyGoal;
import io.cohortclv.models.economics.Seasonality;
import io.cohortclv.transforms.table.AffiliateDaily;
import io.cohortclv.transforms.table.TargetAttainment;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Date;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** The rows of {@link TargetAttainment}, from monthly sums on the driver. */
public final class TargetRows {
  private static final int BASELINE_MONTHS = 3;

  /** Months whose attainment is told, the as-of date's the last. */
  private static final int TOLD_MONTHS = 12;

  private static final String MONTH = TargetAttainment.MONTH;

  private final List<Target> targets;
  private final Map<String, String> affiliateTypes;
  private final LocalDate asOf;
  private final YearMonth current;
  private final YearMonth first;
  private final Map<String, Map<YearMonth, Row>> byAffiliate = new TreeMap<>();
  private final Map<String, Seasonality> seasons = new HashMap<>();
  private final Map<String, Double> shapes = new HashMap<>();
  private double orderAmount = 1;

  /**
   * Gathers the months.
   *
   * @param months rows of {@link #sumByMonth}
   * @param firstDay first day that they cover; the months after it are whole
   */
  public TargetRows(
      List<Target> targets,
      List<Row> months,
      Map<String, String> affiliateTypes,
      LocalDate firstDay,
      LocalDate asOf) {
    this.targets =
        targets.stream()
            .sorted(
                Comparator.comparingInt(Target::rank).thenComparing(Target::validFrom).reversed())
            .toList();
    this.affiliateTypes = affiliateTypes;
    this.asOf = asOf;
    this.current = YearMonth.from(asOf);
    for (Row row : months) {
      byAffiliate
          .computeIfAbsent(row.getAs(AffiliateDaily.AFFILIATE_ID), id -> new HashMap<>())
          .put(YearMonth.from(row.<Date>getAs(MONTH).toLocalDate()), row);
    }
    YearMonth begun =
        byAffiliate.values().stream()
            .flatMap(m -> m.keySet().stream())
            .min(Comparator.naturalOrder())
            .orElse(current);
    YearMonth covered = YearMonth.from(firstDay);
    // The first month may have begun before the log did.
    this.first = (begun.isBefore(covered) ? covered : begun).plusMonths(1);
    Target.METRICS.forEach(this::learn);
    double orders = total(AffiliateDaily.ORDERS);
    double revenue = total(AffiliateDaily.NET_REVENUE);
    if (orders > 0 && revenue > 0) {
      orderAmount = revenue / orders;
    }
  }

  /** Every metric by affiliate and month, from {@link AffiliateDaily} rows. */
  public static Dataset<Row> sumByMonth(Dataset<Row> days) {
    Column[] sums =
        Target.METRICS.stream().map(m -> sum(m).cast("double").as(m)).toArray(Column[]::new);
    return days.groupBy(
            col(AffiliateDaily.AFFILIATE_ID), trunc(col(AffiliateDaily.DAY), "month").as(MONTH))
        .agg(sums[0], Arrays.copyOfRange(sums, 1, sums.length));
  }

  private double total(String metric) {
    return byAffiliate.values().stream()
        .flatMap(months -> months.values().stream())
        .mapToDouble(row -> row.<Double>getAs(metric))
        .sum();
  }

  private boolean isComplete(YearMonth month) {
    return !month.atEndOfMonth().isAfter(asOf);
  }

  private YearMonth lastComplete() {
    return isComplete(current) ? current : current.minusMonths(1);
  }

  /** The seasons of all affiliates together, and how far months stray from their baselines. */
  private void learn(String metric) {
    int whole = Math.max(0, (int) ChronoUnit.MONTHS.between(first, lastComplete()) + 1);
    double[] totals = new double[whole];
    for (Map<YearMonth, Row> months : byAffiliate.values()) {
      for (int i = 0; i < whole; i++) {
        totals[i] += actual(months, first.plusMonths(i), metric);
      }
    }
    seasons.put(metric, Seasonality.of(totals, first.getMonthValue()));
    List<MonthlyGoal.Month> past = new ArrayList<>();
    for (Map<YearMonth, Row> months : byAffiliate.values()) {
      for (int i = Math.max(BASELINE_MONTHS, whole - TOLD_MONTHS); i < whole; i++) {
        YearMonth month = first.plusMonths(i);
        double baseline = baseline(months, month, metric);
        if (baseline > 0) {
          past.add(
              new MonthlyGoal.Month(
                  counted(metric, actual(months, month, metric)), counted(metric, baseline)));
        }
      }
    }
    shapes.put(metric, MonthlyGoal.shape(past));
  }

  private static double actual(Map<YearMonth, Row> months, YearMonth month, String metric) {
    Row row = months.get(month);
    return row == null ? 0 : row.<Double>getAs(metric);
  }

  private double baseline(Map<YearMonth, Row> months, YearMonth month, String metric) {
    int back =
        (int) Math.min(BASELINE_MONTHS, Math.max(0, ChronoUnit.MONTHS.between(first, month)));
    double[] before = new double[back];
    for (int i = 0; i < back; i++) {
      before[i] = actual(months, month.minusMonths(back - i), metric);
    }
    return seasons.get(metric).baseline(before, month.getMonthValue());
  }

  /** Money as a number of mean orders; everything else is a count. */
  private double counted(String metric, double amount) {
    return metric.equals(AffiliateDaily.NET_REVENUE) ? amount / orderAmount : amount;
  }

  /** One row an affiliate, month and metric that a goal holds for. */
  public List<Row> rows() {
    List<Row> rows = new ArrayList<>();
    for (Map.Entry<String, Map<YearMonth, Row>> affiliate : byAffiliate.entrySet()) {
      for (int back = TOLD_MONTHS - 1; back >= 0; back--) {
        YearMonth month = current.minusMonths(back);
        for (String metric : Target.METRICS) {
          targets.stream()
              .filter(t -> t.metric().equals(metric))
              .filter(
                  t ->
                      t.isFor(
                          affiliate.getKey(),
                          affiliateTypes.getOrDefault(
                              affiliate.getKey(), PartnerValues.UNKNOWN_TYPE),
                          month))
              .findFirst()
              .ifPresent(t -> rows.add(row(affiliate.getKey(), affiliate.getValue(), month, t)));
        }
      }
    }
    return rows;
  }

  private Row row(String affiliate, Map<YearMonth, Row> months, YearMonth month, Target goal) {
    String metric = goal.metric();
    double baseline = baseline(months, month, metric);
    // Without the hair that 10 x 1.1 is above 11, which must cost nobody the bonus.
    double target = Math.rint(baseline * (1 + goal.uplift()) * 1e9) / 1e9;
    double actual = actual(months, month, metric);
    boolean complete = isComplete(month);
    double elapsed = complete ? 1 : (double) asOf.getDayOfMonth() / month.lengthOfMonth();
    MonthlyGoal stands =
        MonthlyGoal.of(
            counted(metric, actual),
            elapsed,
            counted(metric, baseline),
            counted(metric, target),
            shapes.get(metric));
    double unit = metric.equals(AffiliateDaily.NET_REVENUE) ? orderAmount : 1;
    boolean isDue = complete && target > 0 && actual >= target;
    return RowFactory.create(
        affiliate,
        Date.valueOf(month.atDay(1)),
        metric,
        Date.valueOf(goal.validFrom()),
        baseline,
        target,
        actual,
        target > 0 ? (Double) (actual / target) : null,
        stands.forecast() * unit,
        stands.reachProbability(),
        BigDecimal.valueOf(isDue ? goal.bonus() : 0).setScale(2, RoundingMode.HALF_UP),
        complete);
  }
}
