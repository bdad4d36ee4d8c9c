package io.cohortclv.transforms.summary;

import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.CustomerWalk;
import io.cohortclv.transforms.table.Step;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * One customer's counted orders to what a summary says of them: days since 1970, money in minor
 * units, discounted margin in millionths.
 */
final class SummaryWalk implements CustomerWalk.Plan {
  static final String FIRST_NET = "first_net";
  static final String STOPPED = "stopped";
  static final String GAP = "gap";

  static final StructType SUMMARY =
      new StructType()
          .add(CustomerSummary.CUSTOMER_ID, DataTypes.StringType)
          .add(CustomerSummary.FIRST_ORDER_ON, DataTypes.IntegerType)
          .add(CustomerSummary.LAST_ORDER_ON, DataTypes.IntegerType)
          .add(CustomerSummary.SECOND_ORDER_ON, DataTypes.IntegerType)
          .add(CustomerSummary.PURCHASE_DAYS, DataTypes.IntegerType)
          .add(CustomerSummary.NET_REVENUE, DataTypes.LongType)
          .add(CustomerSummary.HIST_MARGIN, DataTypes.LongType)
          .add(CustomerSummary.ACQUISITION_DISCOUNT, DataTypes.LongType)
          .add(FIRST_NET, DataTypes.LongType)
          .add(CustomerSummary.FIRST_MARGIN, DataTypes.LongType)
          .add(CustomerSummary.ACQUISITION_MARGIN, DataTypes.LongType)
          .add(CustomerSummary.RETAINED_365, DataTypes.BooleanType)
          .add(CustomerSummary.FIRST_COUNTRY, DataTypes.StringType)
          .add(CustomerSummary.FIRST_CATEGORY, DataTypes.StringType)
          .add(CustomerSummary.FIRST_INCENTIVE, DataTypes.StringType)
          .add(GAP, DataTypes.IntegerType)
          .add(STOPPED, DataTypes.IntegerType);

  /** Days after the first purchase in which a customer of a year must be seen again. */
  static final int YEAR_FROM = 365;

  static final int YEAR_UNTIL = 455;

  /** Discounted money is added in whole millionths, so that the order of rows cannot show. */
  private static final double MILLIONTHS_PER_MINOR_UNIT = 1e4;

  private static final long serialVersionUID = 1L;

  private final Integer gapOfAll;
  private final Map<String, Integer> gapByCategory;
  private final int horizonDays;
  private final double discountRatePerDay;

  /**
   * Days from acquisition whose margin counts, and the continuous rate that discounts it.
   *
   * @param churnGaps g of the retention metrics; where there is none, no silence is one
   */
  SummaryWalk(ChurnGaps churnGaps, int horizonDays, double discountRatePerDay) {
    this.gapOfAll = churnGaps.days().isPresent() ? churnGaps.days().getAsInt() : null;
    this.gapByCategory = new HashMap<>(churnGaps.byCategory());
    this.horizonDays = horizonDays;
    this.discountRatePerDay = discountRatePerDay;
  }

  @Override
  public CustomerWalk.Walk begin(Consumer<Row> made) {
    double[] worth = new double[Math.max(0, horizonDays)];
    for (int age = 0; age < worth.length; age++) {
      worth[age] = StrictMath.exp(-discountRatePerDay * age);
    }
    return customer -> new Customer(customer, worth, made);
  }

  private Integer gapOf(String firstCategory) {
    return gapByCategory.getOrDefault(firstCategory, gapOfAll);
  }

  /** Orders of one day are one purchase. */
  private final class Customer implements CustomerWalk.History {
    private final String id;
    private final double[] worth;
    private final Consumer<Row> made;
    private CountedOrders.First firstOrder;
    private int first;
    private int last;
    private Integer second;
    private int days;
    private long net;
    private long margin;
    private long acquisitionDiscount;
    private long firstNet;
    private long firstMargin;
    private long acquisitionMargin;
    private boolean isRetained;
    private Integer gap;
    private Integer stopped;

    Customer(String id, double[] worth, Consumer<Row> made) {
      this.id = id;
      this.worth = worth;
      this.made = made;
    }

    @Override
    public void next(long moment, Step order) {
      int day = Math.toIntExact(moment);
      if (days == 0) {
        first = day;
      }
      int age = day - first;
      if (days == 0 || day != last) {
        nextDay(day, age);
      }
      long orderNet = order.getLong(CountedOrders.NET);
      long orderMargin = order.getLong(CountedOrders.MARGIN);
      if (age == 0) {
        firstOrder = CountedOrders.First.earlier(firstOrder, order);
        firstNet += orderNet;
        firstMargin += orderMargin;
      }
      if (age < worth.length) {
        acquisitionMargin += (long) Math.rint(orderMargin * MILLIONTHS_PER_MINOR_UNIT * worth[age]);
      }
      net += orderNet;
      margin += orderMargin;
      if (!order.isNullAt(CountedOrders.ACQUISITION_DISCOUNT)) {
        acquisitionDiscount += order.getLong(CountedOrders.ACQUISITION_DISCOUNT);
      }
    }

    private void nextDay(int day, int age) {
      if (days == 1) {
        second = day;
        gap = gapOf(firstOrder.category());
      }
      // Churn is the first silence that is too long, whatever comes after it.
      if (days > 0 && stopped == null && gap != null && day - last > gap) {
        stopped = last - first;
      }
      isRetained |= age >= YEAR_FROM && age < YEAR_UNTIL;
      last = day;
      days++;
    }

    @Override
    public void end() {
      made.accept(
          RowFactory.create(
              id,
              first,
              last,
              second,
              days,
              net,
              margin,
              acquisitionDiscount,
              firstNet,
              firstMargin,
              acquisitionMargin,
              isRetained,
              firstOrder.country(),
              firstOrder.category(),
              firstOrder.incentive(),
              gapOf(firstOrder.category()),
              stopped));
    }
  }
}
