package io.cohortclv.transforms.economics;

import static io.cohortclv.transforms.economics.OwnedCustomers.MARGIN_BY_MONTH;
import static io.cohortclv.transforms.economics.OwnedCustomers.SEEN;
import static io.cohortclv.transforms.economics.OwnedCustomers.SHARE;
import static io.cohortclv.transforms.economics.OwnedCustomers.VALUE;
import static io.cohortclv.transforms.economics.OwnedCustomers.millionths;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.datediff;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.filter;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map;
import static org.apache.spark.sql.functions.pow;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.try_element_at;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.models.shrink.ValueCap;
import io.cohortclv.models.survival.KaplanMeier;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import java.io.Serial;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What the customers of each source, campaign, affiliate and sub-id add up to: partial sums for
 * {@link OwnerRow}, weighted by acquisition shares. Sums are whole numbers, so that they are the
 * same in any order: millionths of customers, of shares and of major units.
 */
public final class OwnerSums {
  static final String LEVEL = "level";
  static final String OWNER = "owner";
  static final String PART = "part";

  static final String SOURCE = "source";
  static final String CAMPAIGN = "campaign";
  static final String AFFILIATE = "affiliate";
  static final String SUB_ID = "sub_id";

  /** Customers with any share, each counted once. */
  static final String MEMBERS = "members";

  static final String CUSTOMERS = "n";
  static final String CLV = "clv";

  /** Sums for shrinkage: weight, weight times value, and weight times its square. */
  static final String WEIGHT = "weight";

  static final String WEIGHTED = "weighted";
  static final String SQUARES = "squares";

  /** Squares of the first orders' amounts. */
  static final String FIRST_SQUARES = "first_squares";

  static final String HIGH = "high";
  static final String OLD_180 = "old_180";
  static final String REPEATED_180 = "repeated_180";
  static final String OLD_365 = "old_365";
  static final String OLD_455 = "old_455";
  static final String RETAINED = "retained";

  /** Customers of so many months or more, and what they had brought by then. */
  static final String OLD_BY_MONTH = "old_by_month_";

  static final String KM_S12 = "km_s12";

  private static final String TIME = "time";
  private static final String STAYS = "stays";
  private static final int TOP_QUINTILE = 5;
  private static final int YEAR = 365;

  /** Squares of money would overflow a long. */
  private static final DecimalType EXACT_SQUARES = DataTypes.createDecimalType(38, 6);

  private OwnerSums() {}

  /**
   * One row a source type, campaign, affiliate and sub-id of an affiliate that acquired a customer.
   *
   * @param owned rows of {@link OwnedCustomers#own}
   * @param caps by {@link OwnedCustomers#KIND}, of every kind
   * @param months months of cumulative margin in {@code owned}
   */
  public static Dataset<Row> sumByOwner(
      Dataset<Row> owned, Map<String, ValueCap> caps, int months) {
    Dataset<Row> leveled =
        owned
            .withColumn(VALUE, capped(caps))
            .withColumn(TIME, least(col(CustomerSummary.SURVIVAL_DAYS), lit(YEAR + 1L)))
            .transform(OwnerSums::explodeLevels);
    Map<String, Column> sums = sums(months);
    Dataset<Row> byTime =
        leveled
            .groupBy(LEVEL, OWNER, PART, TIME, CustomerSummary.CHURNED)
            .agg(
                count(lit(1)).as(MEMBERS),
                sums.entrySet().stream()
                    .map(e -> sum(e.getValue()).as(e.getKey()))
                    .toArray(Column[]::new));
    Column stay = struct(col(TIME), col(CustomerSummary.CHURNED), col(CUSTOMERS));
    return byTime
        .groupBy(LEVEL, OWNER, PART)
        .agg(
            sum(MEMBERS).as(MEMBERS),
            Stream.concat(
                    sums.keySet().stream().map(name -> sum(name).as(name)),
                    Stream.of(
                        collect_list(when(col(CustomerSummary.CHURNED).isNotNull(), stay))
                            .as(STAYS)))
                .toArray(Column[]::new))
        .withColumn(KM_S12, udf(new StaysAYear(), DataTypes.DoubleType).apply(col(STAYS)))
        .drop(STAYS);
  }

  /**
   * One row an owner of each level, named by {@link #LEVEL}, {@link #OWNER} and {@link #PART}, of
   * rows that name their source type, campaign, affiliate and sub-id.
   */
  static Dataset<Row> explodeLevels(Dataset<Row> rows) {
    Column none = lit(null).cast("string");
    Column affiliate = col(CustomerAcquisition.AFFILIATE_ID);
    Column levels =
        filter(
            array(
                level(SOURCE, col(CustomerAcquisition.SOURCE_TYPE), none),
                level(CAMPAIGN, col(CustomerAcquisition.CAMPAIGN_ID), none),
                level(AFFILIATE, affiliate, none),
                level(SUB_ID, when(col(SUB_ID).isNotNull(), affiliate), col(SUB_ID))),
            level -> level.getField(OWNER).isNotNull());
    return rows.withColumn(LEVEL, explode(levels))
        .withColumn(OWNER, col(LEVEL).getField(OWNER))
        .withColumn(PART, col(LEVEL).getField(PART))
        .withColumn(LEVEL, col(LEVEL).getField(LEVEL));
  }

  private static Column level(String name, Column owner, Column part) {
    return struct(lit(name).as(LEVEL), owner.as(OWNER), part.as(PART));
  }

  private static Column capped(Map<String, ValueCap> caps) {
    if (caps.isEmpty()) {
      return col(VALUE);
    }
    Column[] pairs =
        caps.entrySet().stream()
            .sorted(Map.Entry.comparingByKey())
            .flatMap(
                e ->
                    Stream.of(
                        lit(e.getKey()),
                        array(lit(e.getValue().most()), lit(e.getValue().factor()))))
            .toArray(Column[]::new);
    Column cap = try_element_at(map(pairs), col(OwnedCustomers.KIND));
    return least(col(VALUE), cap.getItem(0)).multiply(cap.getItem(1));
  }

  /** What is added up, by the name of the sum. */
  private static Map<String, Column> sums(int months) {
    Column weight = col(SHARE).multiply(col(SEEN));
    Column age = col(CustomerSummary.AGE_DAYS);
    Column second =
        datediff(col(CustomerSummary.SECOND_ORDER_ON), col(CustomerSummary.FIRST_ORDER_ON));
    Column isOld180 = age.geq(lit(180));
    Column isOld365 = age.geq(lit(YEAR));
    Map<String, Column> sums = new LinkedHashMap<>();
    sums.put(CUSTOMERS, ofShare(lit(1)));
    sums.put(OwnedCustomers.ORDERS, ofShare(col(OwnedCustomers.ORDERS)));
    for (String money :
        List.of(
            OwnedCustomers.GROSS,
            OwnedCustomers.DISCOUNT,
            OwnedCustomers.REFUNDED,
            OwnedCustomers.NET,
            OwnedCustomers.MARGIN,
            OwnedCustomers.FIRST_NET)) {
      sums.put(money, ofMoney(col(money)));
    }
    sums.put(CLV, ofMoney(col(CustomerClv.ACQUISITION_CLV)));
    sums.put(WEIGHT, millionths(weight));
    sums.put(WEIGHTED, millionths(weight.multiply(col(VALUE))));
    sums.put(SQUARES, weight.multiply(col(VALUE)).multiply(col(VALUE)).cast(EXACT_SQUARES));
    sums.put(
        FIRST_SQUARES,
        col(SHARE)
            .multiply(pow(col(OwnedCustomers.FIRST_NET).divide(lit(100)), lit(2)))
            .cast(EXACT_SQUARES));
    sums.put(HIGH, ofShare(flag(col(CustomerClv.CLV_QUINTILE).equalTo(lit(TOP_QUINTILE)))));
    sums.put(OLD_180, ofShare(flag(isOld180)));
    sums.put(REPEATED_180, ofShare(flag(isOld180.and(second.leq(lit(180))))));
    sums.put(OLD_365, ofShare(flag(isOld365)));
    sums.put(
        OwnedCustomers.ORDERS_365,
        ofShare(when(isOld365, col(OwnedCustomers.ORDERS_365)).otherwise(0L)));
    sums.put(OLD_455, ofShare(flag(col(CustomerSummary.RETAINED_365).isNotNull())));
    sums.put(RETAINED, ofShare(flag(col(CustomerSummary.RETAINED_365))));
    for (int month = 1; month <= months; month++) {
      Column old = age.geq(lit(month * OwnedCustomers.DAYS_A_MONTH));
      sums.put(OLD_BY_MONTH + month, ofShare(flag(old)));
      sums.put(
          MARGIN_BY_MONTH + month, ofMoney(when(old, col(MARGIN_BY_MONTH + month)).otherwise(0L)));
    }
    return sums;
  }

  private static Column flag(Column condition) {
    return when(condition, 1).otherwise(0);
  }

  /** The owner's share of a number of each customer. */
  private static Column ofShare(Column number) {
    return millionths(col(SHARE).multiply(number));
  }

  /** The owner's share of hundredths of each customer. */
  private static Column ofMoney(Column hundredths) {
    return millionths(col(SHARE).multiply(hundredths).divide(lit(100)));
  }

  /** Survival at a year by Kaplan and Meier; null where nobody was seen that long. */
  private static final class StaysAYear implements UDF1<Seq<Row>, Double> {
    @Serial private static final long serialVersionUID = 1L;

    @Override
    public Double call(Seq<Row> stays) {
      List<KaplanMeier.Count> counts = new ArrayList<>();
      for (Row stay : CollectionConverters.asJava(stays)) {
        double customers = stay.getLong(2) / 1e6;
        boolean stopped = stay.getBoolean(1);
        counts.add(
            new KaplanMeier.Count(
                stay.getLong(0), stopped ? customers : 0, stopped ? 0 : customers));
      }
      if (counts.isEmpty()) {
        return null;
      }
      double survival = KaplanMeier.of(counts).survival(YEAR);
      return Double.isNaN(survival) ? null : survival;
    }
  }
}
