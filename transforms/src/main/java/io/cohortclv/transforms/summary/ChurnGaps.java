package io.cohortclv.transforms.summary;

import static org.apache.spark.sql.functions.sum;

import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.CustomerWalk;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

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

  private static final StructType COUNT =
      new StructType()
          .add(CustomerSummary.FIRST_CATEGORY, DataTypes.StringType)
          .add(GAP, DataTypes.IntegerType)
          .add(GAPS, DataTypes.LongType);

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
    return CountedOrders.walk(orderValues, COUNT, GapCounts::new)
        .groupBy(CustomerSummary.FIRST_CATEGORY, GAP)
        .agg(sum(GAPS).as(GAPS));
  }

  /** The gaps of a partition's customers, by first category and length. */
  private static final class GapCounts implements CustomerWalk.Walk {
    private final Map<String, Map<Integer, Long>> counts = new HashMap<>();
    private final Consumer<Row> made;

    GapCounts(Consumer<Row> made) {
      this.made = made;
    }

    @Override
    public CustomerWalk.History of(String customer) {
      return new CustomerWalk.History() {
        private CountedOrders.First first;
        private Map<Integer, Long> ofCategory;
        private Integer last;

        @Override
        public void next(long moment, Step order) {
          int day = Math.toIntExact(moment);
          if (last != null && day != last) {
            if (ofCategory == null) {
              ofCategory = counts.computeIfAbsent(first.category(), c -> new HashMap<>());
            }
            // Orders of one day are one purchase.
            ofCategory.merge(day - last, 1L, Long::sum);
          }
          if (ofCategory == null) {
            first = CountedOrders.First.earlier(first, order);
          }
          last = day;
        }

        @Override
        public void end() {
          // The customer's gaps are counted with everybody's.
        }
      };
    }

    @Override
    public void end() {
      counts.forEach(
          (category, gaps) ->
              gaps.forEach((gap, n) -> made.accept(RowFactory.create(category, gap, n))));
    }
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
}
