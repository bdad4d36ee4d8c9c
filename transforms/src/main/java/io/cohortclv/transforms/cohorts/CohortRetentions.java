package io.cohortclv.transforms.cohorts;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.CohortRetention;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.MinorUnits;
import io.cohortclv.transforms.table.OrderValue;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/** Who of each acquisition cohort came back and who stayed, and what the cohort has brought. */
public final class CohortRetentions {
  private static final String COHORT = "cohort";
  private static final String PARTS = "parts";
  private static final String PERIOD = "period";
  private static final String AGE = "age";
  private static final String MARGIN = "margin";
  private static final String MATURE = "mature";
  private static final String STAYS = "stays";
  private static final String ACTIVITY = "activity";
  private static final String LEVEL = "level";
  private static final String AFFILIATE = "affiliate";
  private static final List<String> OWN_KEYS =
      List.of(
          COHORT,
          CohortRetention.SOURCE_TYPE,
          CohortRetention.AFFILIATE_TYPE,
          CohortRetention.AFFILIATE_ID);

  private CohortRetentions() {}

  /**
   * One {@link CohortRetention} row a cohort and age, from the acquisition period to the period of
   * {@code asOf}; a period nobody ordered in has a row too. Values of a period that has not ended
   * are null: half a month is not comparable.
   *
   * @param acquisitions {@link CustomerAcquisition} rows; only the contract model's are read, and
   *     left-censored customers stay out
   * @param summaries {@link CustomerSummary} rows of the same run
   * @param orderValues {@link OrderValue} rows of the same run
   * @param churnGapDays the gap of customers whose first category has none of its own
   */
  public static Dataset<Row> retainCohorts(
      Dataset<Row> acquisitions,
      Dataset<Row> summaries,
      Dataset<Row> orderValues,
      LocalDate asOf,
      CohortPeriod period,
      OptionalInt churnGapDays) {
    String[] customer = {CustomerAcquisition.CUSTOMER_ID};
    Dataset<Row> members =
        acquisitions
            .filter(
                col(CustomerAcquisition.IS_CONTRACT_MODEL)
                    .and(not(col(CustomerAcquisition.IS_LEFT_CENSORED))))
            .select(
                col(CustomerAcquisition.CUSTOMER_ID),
                col(CustomerAcquisition.SOURCE_TYPE),
                col(CustomerAcquisition.AFFILIATE_TYPE),
                col(CustomerAcquisition.AFFILIATE_ID),
                rint(col(CustomerAcquisition.ACQUISITION_SHARE).multiply(lit(CohortCurve.PARTS)))
                    .cast("long")
                    .as(PARTS))
            .join(
                summaries.select(
                    col(CustomerSummary.CUSTOMER_ID),
                    period.number(col(CustomerSummary.FIRST_ORDER_ON)).as(COHORT),
                    col(CustomerSummary.SURVIVAL_DAYS),
                    col(CustomerSummary.CHURNED),
                    col(CustomerSummary.RETAINED_365),
                    col(CustomerSummary.RETAINED_365_OPEN)),
                customer);
    return countStays(members)
        .unionByName(countActivity(members, orderValues, period), true)
        .transform(CohortRetentions::addUpByCohort)
        .transform(cohorts -> explodeAges(cohorts, asOf, period))
        .withColumn(CohortRetention.COHORT_PERIOD, lit(period.id()))
        .withColumn(CohortRetention.COHORT_MONTH, period.firstDay(col(COHORT)))
        .withColumn(
            CohortRetention.CHURN_GAP_DAYS,
            churnGapDays.isPresent() ? lit(churnGapDays.getAsInt()) : lit(null))
        .transform(CohortRetention.TABLE::conform);
  }

  /** Customers by the length of their history; partial counts. */
  private static Dataset<Row> countStays(Dataset<Row> members) {
    Column parts = col(PARTS);
    return members
        .groupBy(columns(OWN_KEYS, CustomerSummary.SURVIVAL_DAYS, CustomerSummary.CHURNED))
        .agg(
            sum(parts).as(PARTS),
            sum(when(col(CustomerSummary.RETAINED_365).isNotNull(), parts)).as(MATURE),
            sum(when(col(CustomerSummary.RETAINED_365), parts)).as(CohortRetention.RETAINED_365),
            sum(when(col(CustomerSummary.RETAINED_365_OPEN), parts))
                .as(CohortRetention.RETAINED_365_OPEN));
  }

  /** Customers with an order, and its margin, by age; partial counts. */
  private static Dataset<Row> countActivity(
      Dataset<Row> members, Dataset<Row> orderValues, CohortPeriod period) {
    Column margin =
        rint(col(MARGIN)
                .multiply(col(PARTS))
                .divide(lit(CohortCurve.PARTS))
                .multiply(lit(CohortCurve.MILLIONTHS / MinorUnits.PER_MAJOR)))
            .cast("long");
    return orderValues
        .filter(col(OrderValue.COUNTED).and(col(OrderValue.CUSTOMER_ID).isNotNull()))
        .groupBy(col(OrderValue.CUSTOMER_ID), period.number(col(OrderValue.ORDERED_ON)).as(PERIOD))
        .agg(sum(MinorUnits.of(col(OrderValue.MARGIN))).as(MARGIN))
        .join(members, new String[] {CustomerAcquisition.CUSTOMER_ID})
        .groupBy(
            Stream.concat(
                    OWN_KEYS.stream().map(c -> col(c)),
                    Stream.of(col(PERIOD).minus(col(COHORT)).as(AGE)))
                .toArray(Column[]::new))
        .agg(sum(PARTS).as(ACTIVITY), sum(margin).as(MARGIN));
  }

  /** One row a cohort of each level, with its partial counts in two lists. */
  private static Dataset<Row> addUpByCohort(Dataset<Row> counts) {
    Column affiliate = col(CohortRetention.AFFILIATE_ID);
    Column type =
        struct(lit(CohortRetention.TYPE).as(LEVEL), lit(null).cast("string").as(AFFILIATE));
    Column levels =
        when(
                affiliate.isNotNull(),
                array(
                    type,
                    struct(lit(CohortRetention.AFFILIATE).as(LEVEL), affiliate.as(AFFILIATE))))
            .otherwise(array(type));
    Column stays =
        struct(col(CustomerSummary.SURVIVAL_DAYS), col(CustomerSummary.CHURNED), col(PARTS));
    Column activity = struct(col(AGE), col(ACTIVITY), col(MARGIN));
    return counts
        .withColumn(LEVEL, explode(levels))
        .withColumn(CohortRetention.COHORT_LEVEL, col(LEVEL).getField(LEVEL))
        .withColumn(CohortRetention.AFFILIATE_ID, col(LEVEL).getField(AFFILIATE))
        .groupBy(columns(OWN_KEYS, CohortRetention.COHORT_LEVEL))
        .agg(
            sum(PARTS).as(PARTS),
            sum(MATURE).as(MATURE),
            sum(CohortRetention.RETAINED_365).as(CohortRetention.RETAINED_365),
            sum(CohortRetention.RETAINED_365_OPEN).as(CohortRetention.RETAINED_365_OPEN),
            collect_list(when(col(CustomerSummary.CHURNED).isNotNull(), stays)).as(STAYS),
            collect_list(when(col(AGE).isNotNull(), activity)).as(ACTIVITY));
  }

  private static Dataset<Row> explodeAges(
      Dataset<Row> cohorts, LocalDate asOf, CohortPeriod period) {
    Column begun = lit(period.number(asOf) + 1).minus(col(COHORT));
    Column ended = lit(period.number(asOf.plusDays(1))).minus(col(COHORT));
    Column curve =
        udf(new CohortCurve(period), DataTypes.createArrayType(CohortCurve.ROW))
            .apply(col(STAYS), col(ACTIVITY), col(PARTS), begun, ended);
    Column customers = col(PARTS).divide(lit(CohortCurve.PARTS));
    return cohorts
        .select(
            Stream.concat(
                    Arrays.stream(
                        columns(
                            OWN_KEYS,
                            CohortRetention.COHORT_LEVEL,
                            CohortRetention.RETAINED_365,
                            CohortRetention.RETAINED_365_OPEN,
                            MATURE)),
                    Stream.of(customers.as(CohortRetention.CUSTOMERS), inline(curve)))
                .toArray(Column[]::new))
        .withColumn(
            CohortRetention.RETENTION,
            col(CohortRetention.ACTIVE).divide(col(CohortRetention.CUSTOMERS)))
        .withColumn(CohortRetention.RETAINED_365, ofMature(CohortRetention.RETAINED_365))
        .withColumn(CohortRetention.RETAINED_365_OPEN, ofMature(CohortRetention.RETAINED_365_OPEN));
  }

  /** Nobody retained of somebody mature is 0; of nobody mature it is not known. */
  private static Column ofMature(String retained) {
    return coalesce(col(retained), lit(0L)).divide(col(MATURE));
  }

  private static Column[] columns(List<String> names, String... more) {
    return Stream.concat(names.stream(), Arrays.stream(more))
        .map(c -> col(c))
        .toArray(Column[]::new);
  }
}
