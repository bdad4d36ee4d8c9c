package io.cohortclv.transforms.economics;

import static org.apache.spark.sql.functions.array_sort;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_set;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.from_utc_timestamp;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min_by;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.AffiliateEconomics;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Costs;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.MinorUnits;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Table;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructType;

/** All that acquiring customers costs, as rows that add up by any owner. */
public final class AcquisitionCosts {
  /**
   * Ages of an action in days from which its probability of approval is another: the longer it has
   * been pending, the less its fate is that of a new one.
   */
  public static final List<Integer> AGES = List.of(0, 30, 60, 90);

  /** Actions that were still pending at such an age, and have ended since; one a threshold. */
  static final String ENDED = "ended_";

  /** Those of them that were approved or paid. */
  static final String APPROVED = "approved_";

  /** Of actions that have ended: those reversed, and all. */
  static final String REVERSALS = "reversals";

  static final String ENDINGS = "endings";
  static final String ACTIONS = "actions";

  /** Programs of the affiliate's actions. */
  static final String PROGRAMS = "programs";

  /** Probability of approval by age, an array in the order of {@link #AGES}. */
  static final String APPROVAL = "approval";

  static final String COMMISSION_APPROVED = "commission_approved";
  static final String COMMISSION_PAID = "commission_paid";
  static final String COMMISSION_REVERSED = "commission_reversed";
  static final String DAY = "day";

  private static final String DISCOUNT = "discount";
  private static final String UP_TO = "discount_up_to";
  private static final String AMOUNT = "amount";

  private static final DecimalType EXACT = DataTypes.createDecimalType(28, 10);
  private static final double SECONDS_A_DAY = 86_400;
  private static final String[] AFFILIATE = {Commissions.AFFILIATE_ID};

  private AcquisitionCosts() {}

  /** The schema of the probabilities that {@link #list} takes. */
  public static final StructType APPROVALS =
      new StructType()
          .add(Commissions.AFFILIATE_ID, DataTypes.StringType)
          .add(APPROVAL, DataTypes.createArrayType(DataTypes.DoubleType));

  /**
   * How actions ended, one row an affiliate with an action: {@link #ENDED} and {@link #APPROVED}
   * for every age in {@link #AGES}. Corrections, which are negative, are no actions.
   *
   * @param commissions latest state of each action as of a date
   */
  public static Dataset<Row> countEndings(Dataset<Row> commissions) {
    Column isApproved = col(Commissions.STATE).isin("approved", "paid");
    Column isReversed = col(Commissions.STATE).equalTo("reversed");
    Column endedTs =
        coalesce(when(isApproved, col(Commissions.APPROVED_TS)), col(Contract.UPDATED_TS));
    Column days =
        endedTs
            .cast("double")
            .minus(col(Commissions.EVENT_TS).cast("double"))
            .divide(lit(SECONDS_A_DAY));
    List<Column> counts = new ArrayList<>();
    for (int age : AGES) {
      Column pendingThen = days.geq(lit(age));
      counts.add(flags(isApproved.or(isReversed).and(pendingThen)).as(ENDED + age));
      counts.add(flags(isApproved.and(pendingThen)).as(APPROVED + age));
    }
    return commissions
        .filter(col(Commissions.PAYOUT).geq(lit(0)))
        .groupBy(Commissions.AFFILIATE_ID)
        .agg(
            count(lit(1)).as(ACTIONS),
            Stream.concat(
                    counts.stream(),
                    Stream.of(
                        flags(isReversed).as(REVERSALS),
                        flags(isApproved.or(isReversed)).as(ENDINGS),
                        array_sort(collect_set(Commissions.PROGRAM_ID)).as(PROGRAMS)))
                .toArray(Column[]::new));
  }

  private static Column flags(Column condition) {
    return sum(when(condition, 1L).otherwise(0L));
  }

  /**
   * Every cost, one row each and rounded there, so that all sums of them agree exactly, with the
   * columns of {@link AffiliateEconomics#PARTS}, commissions by state, and whom it is for: source
   * type, affiliate, program, campaign, sub-id and day.
   *
   * @param commissions latest state of each action as of the date
   * @param approvals {@link #APPROVALS} of every affiliate with an action
   * @param credits {@link OrderAttribution} rows, for the campaign and sub-id of an action's order
   * @param costs the cost log as of the date
   * @param referralEvents referral events as of the date
   * @param orderValues {@link OrderValue} rows, for the discounts that won customers
   * @param acquisitions {@link CustomerAcquisition} rows: who won them
   * @param asOf end of the as-of day
   */
  public static Dataset<Row> list(
      Dataset<Row> commissions,
      Dataset<Row> approvals,
      Dataset<Row> credits,
      Dataset<Row> costs,
      Dataset<Row> referralEvents,
      Dataset<Row> orderValues,
      Dataset<Row> acquisitions,
      Instant asOf,
      ZoneId zone) {
    return ofCommissions(commissions, approvals, credits, asOf, zone)
        .unionByName(ofCosts(costs))
        .unionByName(ofRewards(referralEvents, zone))
        .unionByName(ofDiscounts(orderValues, acquisitions));
  }

  private static Dataset<Row> ofCommissions(
      Dataset<Row> commissions,
      Dataset<Row> approvals,
      Dataset<Row> credits,
      Instant asOf,
      ZoneId zone) {
    String[] order = {Commissions.ORDER_ID, Commissions.AFFILIATE_ID};
    Dataset<Row> touched =
        credits
            .filter(
                col(OrderAttribution.IS_CONTRACT_MODEL)
                    .and(col(OrderAttribution.AFFILIATE_ID).isNotNull()))
            .groupBy(OrderAttribution.ORDER_ID, OrderAttribution.AFFILIATE_ID)
            .agg(
                min_by(
                        struct(
                            col(OrderAttribution.CAMPAIGN_ID).as(OrderAttribution.CAMPAIGN_ID),
                            col(OrderAttribution.SUB_ID).as(OwnerSums.SUB_ID)),
                        struct(col(OrderAttribution.SOURCE_SYSTEM), col(OrderAttribution.TOUCH_ID)))
                    .as("touched"));
    Column age =
        lit(asOf)
            .cast("double")
            .minus(col(Commissions.EVENT_TS).cast("double"))
            .divide(lit(SECONDS_A_DAY));
    Column probability = col(APPROVAL).getItem(0);
    for (int i = 1; i < AGES.size(); i++) {
      probability =
          when(age.geq(lit(AGES.get(i))), col(APPROVAL).getItem(i)).otherwise(probability);
    }
    Column settled = col(Commissions.STATE).isin("approved", "paid");
    Column pending = col(Commissions.STATE).isin("pending", "held");
    Column counts =
        when(settled, lit(1.0))
            .when(pending, coalesce(probability, lit(1.0)))
            .otherwise(lit(0.0))
            .cast(EXACT);
    return commissions
        .join(broadcast(approvals), AFFILIATE, "left")
        .join(touched, order, "left")
        .withColumn(DAY, to_date(from_utc_timestamp(col(Commissions.EVENT_TS), zone.getId())))
        .select(
            row(
                lit(CustomerAcquisition.AFFILIATE),
                col(Commissions.AFFILIATE_ID),
                col(Commissions.PROGRAM_ID),
                col("touched").getField(OrderAttribution.CAMPAIGN_ID),
                col("touched").getField(OwnerSums.SUB_ID),
                Map.of(
                    COMMISSION_APPROVED,
                    inState("approved"),
                    COMMISSION_PAID,
                    inState("paid"),
                    COMMISSION_REVERSED,
                    inState("reversed"),
                    AffiliateEconomics.COMMISSION_PENDING,
                    when(pending, col(Commissions.PAYOUT)).otherwise(lit(0)),
                    AffiliateEconomics.COMMISSION_EXPECTED,
                    col(Commissions.PAYOUT).multiply(counts),
                    AffiliateEconomics.NETWORK_FEE,
                    col(Commissions.NETWORK_FEE).multiply(counts))));
  }

  private static Column inState(String state) {
    return when(col(Commissions.STATE).equalTo(state), col(Commissions.PAYOUT)).otherwise(lit(0));
  }

  private static Dataset<Row> ofCosts(Dataset<Row> costs) {
    Column isBonus = col(Costs.COST_TYPE).equalTo("bonus");
    Column isAds = col(Costs.COST_TYPE).equalTo("ads");
    Column source =
        when(
                col(Costs.AFFILIATE_ID).isNotNull().or(col(Costs.PROGRAM_ID).isNotNull()),
                CustomerAcquisition.AFFILIATE)
            .when(
                col(Costs.CHANNEL)
                    .isin(CustomerAcquisition.AFFILIATE, CustomerAcquisition.REFERRAL),
                col(Costs.CHANNEL))
            .otherwise(CustomerAcquisition.CAMPAIGN);
    return costs
        .withColumn(DAY, col(Costs.COST_DATE))
        .select(
            row(
                source,
                col(Costs.AFFILIATE_ID),
                col(Costs.PROGRAM_ID),
                col(Costs.CAMPAIGN_ID),
                lit(null).cast("string"),
                Map.of(
                    AffiliateEconomics.BONUS,
                    when(isBonus, col(Costs.AMOUNT)).otherwise(lit(0)),
                    AffiliateEconomics.AD_SPEND,
                    when(isAds, col(Costs.AMOUNT)).otherwise(lit(0)),
                    AffiliateEconomics.FIXED_FEES,
                    when(isBonus.or(isAds), lit(0)).otherwise(col(Costs.AMOUNT)))));
  }

  /** Rewards granted, less those taken back; what is a discount of an order is counted there. */
  private static Dataset<Row> ofRewards(Dataset<Row> events, ZoneId zone) {
    Column amount =
        when(
                col(ReferralEvents.EVENT_TYPE).equalTo("reverse"),
                lit(0).minus(col(ReferralEvents.REWARD_AMOUNT)))
            .otherwise(col(ReferralEvents.REWARD_AMOUNT));
    Column toReferee =
        coalesce(col(ReferralEvents.REWARD_SIDE), lit("referrer")).equalTo("referee");
    return events
        .filter(
            col(ReferralEvents.EVENT_TYPE)
                .isin("reward", "reverse")
                .and(col(ReferralEvents.REWARD_AMOUNT).isNotNull())
                .and(coalesce(col(ReferralEvents.REWARD_TYPE), lit("")).notEqual(DISCOUNT)))
        .withColumn(DAY, to_date(from_utc_timestamp(col(ReferralEvents.EVENT_TS), zone.getId())))
        .select(
            row(
                lit(CustomerAcquisition.REFERRAL),
                lit(null).cast("string"),
                col(ReferralEvents.PROGRAM_ID),
                lit(null).cast("string"),
                lit(null).cast("string"),
                Map.of(
                    AffiliateEconomics.REFEREE_REWARD, when(toReferee, amount).otherwise(lit(0)),
                    AffiliateEconomics.REFERRER_REWARD,
                        when(toReferee, lit(0)).otherwise(amount))));
  }

  /** A discount is divided as its customer is, and no cent of it is lost. */
  private static Dataset<Row> ofDiscounts(Dataset<Row> orderValues, Dataset<Row> acquisitions) {
    String[] customer = {CustomerAcquisition.CUSTOMER_ID};
    String[] owner = {
      CustomerAcquisition.SOURCE_TYPE,
      CustomerAcquisition.AFFILIATE_ID,
      CustomerAcquisition.CAMPAIGN_ID,
      CustomerAcquisition.SUB_ID
    };
    WindowSpec owners =
        Window.partitionBy(customer[0]).orderBy(owner[0], owner[1], owner[2], owner[3]);
    Column upTo =
        rint(col(DISCOUNT).multiply(sum(CustomerAcquisition.ACQUISITION_SHARE).over(owners)))
            .cast("long");
    return orderValues
        .filter(
            col(OrderValue.COUNTED)
                .and(col(OrderValue.CUSTOMER_ID).isNotNull())
                .and(col(OrderValue.ACQUISITION_DISCOUNT).gt(lit(0))))
        .select(
            col(customer[0]),
            col(OrderValue.ORDERED_ON).as(DAY),
            MinorUnits.of(col(OrderValue.ACQUISITION_DISCOUNT)).as(DISCOUNT))
        .join(
            acquisitions
                .filter(CustomerAcquisition.COUNTS)
                .groupBy(customer[0], owner)
                .agg(
                    sum(CustomerAcquisition.ACQUISITION_SHARE)
                        .as(CustomerAcquisition.ACQUISITION_SHARE)),
            customer)
        .withColumn(UP_TO, upTo)
        .withColumn(AMOUNT, col(UP_TO).minus(coalesce(lag(UP_TO, 1).over(owners), lit(0L))))
        .select(
            row(
                col(CustomerAcquisition.SOURCE_TYPE),
                col(CustomerAcquisition.AFFILIATE_ID),
                lit(null).cast("string"),
                col(CustomerAcquisition.CAMPAIGN_ID),
                col(CustomerAcquisition.SUB_ID),
                Map.of(AffiliateEconomics.ACQUISITION_DISCOUNT, MinorUnits.toMoney(col(AMOUNT)))));
  }

  /** Every amount that {@link #list} has. */
  static final List<String> AMOUNTS =
      Stream.concat(
              Stream.of(
                  COMMISSION_APPROVED,
                  COMMISSION_PAID,
                  COMMISSION_REVERSED,
                  AffiliateEconomics.COMMISSION_PENDING),
              AffiliateEconomics.PARTS.stream())
          .toList();

  /** {@link #list} added up by owner of each level. */
  public static Dataset<Row> sumByOwner(Dataset<Row> costs) {
    Column[] sums = AMOUNTS.stream().map(a -> sum(a).as(a)).toArray(Column[]::new);
    return OwnerSums.explodeLevels(costs)
        .groupBy(OwnerSums.LEVEL, OwnerSums.OWNER, OwnerSums.PART)
        .agg(sums[0], Arrays.copyOfRange(sums, 1, sums.length));
  }

  private static Column[] row(
      Column source,
      Column affiliate,
      Column program,
      Column campaign,
      Column subId,
      Map<String, Column> amounts) {
    Stream<Column> keys =
        Stream.of(
            source.as(CustomerAcquisition.SOURCE_TYPE),
            affiliate.as(CustomerAcquisition.AFFILIATE_ID),
            program.as(AffiliateEconomics.PROGRAM_ID),
            campaign.as(CustomerAcquisition.CAMPAIGN_ID),
            subId.as(OwnerSums.SUB_ID),
            col(DAY));
    return Stream.concat(
            keys,
            AMOUNTS.stream()
                .map(a -> amounts.getOrDefault(a, lit(0)).cast(Table.PUBLISHED_MONEY).as(a)))
        .toArray(Column[]::new);
  }
}
