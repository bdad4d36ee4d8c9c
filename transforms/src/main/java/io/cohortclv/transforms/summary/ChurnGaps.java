package io.cohortclv.transforms.summary;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.first_value;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map;
import static org.apache.spark.sql.functions.try_element_at;

import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.OrderValue;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * Silence after which, once exceeded, a customer counts as gone: what is long for coffee is short
 * for mattresses, so it depends on the category the customer began with.
 *
 * @param days of customers whose category has none of its own; none where nobody came back
 * @param byCategory days by {@link CustomerSummary#FIRST_CATEGORY}
 */
public record ChurnGaps(OptionalInt days, Map<String, Integer> byCategory) {
  /** One learned from fewer gaps would be a matter of chance: 20 lie above a 95 % quantile. */
  public static final long LEAST_GAPS = 400;

  private static final String GAP = "gap";
  private static final String GAPS = "gaps";

  /** The same for everybody. */
  public static ChurnGaps of(int days) {
    return new ChurnGaps(OptionalInt.of(days), Map.of());
  }

  /**
   * One row a first category and length: how many gaps between consecutive purchase days there are.
   *
   * @param orderValues {@link OrderValue} rows as of a date
   */
  public static Dataset<Row> countGaps(Dataset<Row> orderValues) {
    WindowSpec history =
        Window.partitionBy(OrderValue.CUSTOMER_ID)
            .orderBy(OrderValue.ORDERED_ON, CustomerSummaries.ORDER);
    return orderValues
        .filter(col(OrderValue.COUNTED).and(col(OrderValue.CUSTOMER_ID).isNotNull()))
        .select(
            col(OrderValue.CUSTOMER_ID),
            col(OrderValue.ORDERED_ON),
            CustomerSummaries.order().as(CustomerSummaries.ORDER))
        .select(
            first_value(col(CustomerSummaries.ORDER).getField(CustomerSummary.FIRST_CATEGORY))
                .over(history)
                .as(CustomerSummary.FIRST_CATEGORY),
            datediff(col(OrderValue.ORDERED_ON), lag(col(OrderValue.ORDERED_ON), 1).over(history))
                .as(GAP))
        // Orders of one day are one purchase.
        .filter(col(GAP).gt(0))
        .groupBy(CustomerSummary.FIRST_CATEGORY, GAP)
        .agg(count(lit(1)).as(GAPS));
  }

  /**
   * The shortest gap that the given share of all gaps does not exceed, of all customers and of each
   * category with {@link #LEAST_GAPS} or more.
   *
   * @param counts rows of {@link #countGaps}
   * @param quantile that share, between 0 and 1
   */
  public static ChurnGaps learn(List<Row> counts, double quantile) {
    SortedMap<Integer, Long> all = new TreeMap<>();
    Map<String, SortedMap<Integer, Long>> byCategory = new TreeMap<>();
    for (Row row : counts) {
      int gap = row.getAs(GAP);
      long gaps = row.getAs(GAPS);
      all.merge(gap, gaps, Long::sum);
      String category = row.getAs(CustomerSummary.FIRST_CATEGORY);
      if (category != null) {
        byCategory.computeIfAbsent(category, c -> new TreeMap<>()).merge(gap, gaps, Long::sum);
      }
    }
    Map<String, Integer> own = new TreeMap<>();
    byCategory.forEach(
        (category, gaps) -> {
          if (gaps.values().stream().mapToLong(n -> n).sum() >= LEAST_GAPS) {
            own.put(category, quantile(gaps, quantile));
          }
        });
    return new ChurnGaps(
        all.isEmpty() ? OptionalInt.empty() : OptionalInt.of(quantile(all, quantile)), own);
  }

  private static int quantile(SortedMap<Integer, Long> counts, double quantile) {
    double least = quantile * counts.values().stream().mapToLong(n -> n).sum();
    long covered = 0;
    for (Map.Entry<Integer, Long> count : counts.entrySet()) {
      covered += count.getValue();
      if (covered >= least) {
        return count.getKey();
      }
    }
    return counts.lastKey();
  }

  /** Days by the category in that column; null where none are known. */
  Column of(Column firstCategory) {
    Column all = days.isPresent() ? lit(days.getAsInt()) : lit(null).cast("int");
    if (byCategory.isEmpty()) {
      return all;
    }
    Column[] pairs =
        new TreeMap<>(byCategory)
            .entrySet().stream()
                .flatMap(e -> Stream.of(lit(e.getKey()), lit(e.getValue())))
                .toArray(Column[]::new);
    return coalesce(try_element_at(map(pairs), firstCategory), all);
  }
}
