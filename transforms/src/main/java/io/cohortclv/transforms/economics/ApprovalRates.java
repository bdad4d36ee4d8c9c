package io.cohortclv.transforms.economics;

import io.cohortclv.models.shrink.BetaBinomialShrinkage;
import io.cohortclv.transforms.table.Commissions;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * The probability that a pending action will be approved, by affiliate and age of the action:
 * beta-binomial over the affiliates, whose own past counts as far as there is any.
 */
public final class ApprovalRates {
  private ApprovalRates() {}

  /**
   * Rows of {@link AcquisitionCosts#APPROVALS}, one an affiliate with an action. At an age that no
   * ended action has reached, the rate of the age before it is taken; where no action has ended at
   * all, every pending one counts whole, which is what it may cost at most.
   *
   * @param endings rows of {@link AcquisitionCosts#countEndings}
   */
  public static List<Row> rows(List<Row> endings) {
    List<Row> sorted =
        endings.stream()
            .sorted(Comparator.comparing(row -> row.<String>getAs(Commissions.AFFILIATE_ID)))
            .toList();
    int ages = AcquisitionCosts.AGES.size();
    double[][] rates = new double[sorted.size()][ages];
    for (int i = 0; i < ages; i++) {
      int age = AcquisitionCosts.AGES.get(i);
      List<BetaBinomialShrinkage.Count> counts =
          sorted.stream().filter(row -> ended(row, age) > 0).map(row -> count(row, age)).toList();
      BetaBinomialShrinkage network = counts.isEmpty() ? null : BetaBinomialShrinkage.of(counts);
      for (int a = 0; a < rates.length; a++) {
        Row row = sorted.get(a);
        if (network == null) {
          rates[a][i] = i == 0 ? 1 : rates[a][i - 1];
        } else if (ended(row, age) > 0) {
          rates[a][i] = network.rate(count(row, age));
        } else {
          rates[a][i] = network.alpha() / (network.alpha() + network.beta());
        }
      }
    }
    Row[] rows = new Row[rates.length];
    for (int a = 0; a < rows.length; a++) {
      rows[a] = RowFactory.create(sorted.get(a).getAs(Commissions.AFFILIATE_ID), rates[a]);
    }
    return List.of(rows);
  }

  private static long ended(Row row, int age) {
    return row.getAs(AcquisitionCosts.ENDED + age);
  }

  private static BetaBinomialShrinkage.Count count(Row row, int age) {
    return new BetaBinomialShrinkage.Count(
        row.getAs(AcquisitionCosts.APPROVED + age), ended(row, age));
  }
}
