package io.cohortclv.transforms.cohorts;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.flatten;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.CohortRetention;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.CustomerWalk;
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
  private static final String LEVEL = "level";
  private static final String AFFILIATE = "affiliate";
  private static final List<String> OWN_KEYS =
      List.of(
          CohortCounts.COHORT,
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
    return CustomerWalk.through(
            List.of(members(summaries, period), sources(acquisitions), orders(orderValues, period)))
        .make(CohortCounts.ROW, CohortCounts::new)
        .transform(CohortRetentions::addUpByCohort)
        .transform(cohorts -> explodeAges(cohorts, asOf, period))
        .withColumn(CohortRetention.COHORT_PERIOD, lit(period.id()))
        .withColumn(CohortRetention.COHORT_MONTH, period.firstDay(col(CohortCounts.COHORT)))
        .withColumn(
            CohortRetention.CHURN_GAP_DAYS,
            churnGapDays.isPresent() ? lit(churnGapDays.getAsInt()) : lit(null))
        .transform(CohortRetention.TABLE::conform);
  }

  /** Who each customer is: {@link CohortCounts#MEMBER}. */
  private static Dataset<Row> members(Dataset<Row> summaries, CohortPeriod period) {
    return summaries.select(
        col(CustomerSummary.CUSTOMER_ID),
        lit(null),
        period.number(col(CustomerSummary.FIRST_ORDER_ON)),
        col(CustomerSummary.SURVIVAL_DAYS),
        col(CustomerSummary.CHURNED),
        col(CustomerSummary.RETAINED_365),
        col(CustomerSummary.RETAINED_365_OPEN));
  }

  /** Who brought each customer: {@link CohortCounts#SOURCE}. */
  private static Dataset<Row> sources(Dataset<Row> acquisitions) {
    return acquisitions
        .filter(CustomerAcquisition.COUNTS)
        .select(
            col(CustomerAcquisition.CUSTOMER_ID),
            lit(null),
            col(CustomerAcquisition.SOURCE_TYPE),
            col(CustomerAcquisition.AFFILIATE_TYPE),
            col(CustomerAcquisition.AFFILIATE_ID),
            rint(col(CustomerAcquisition.ACQUISITION_SHARE).multiply(lit(CohortCurve.PARTS)))
                .cast("long"));
  }

  /** What each customer ordered, by period: {@link CohortCounts#ORDER}. */
  private static Dataset<Row> orders(Dataset<Row> orderValues, CohortPeriod period) {
    return orderValues
        .filter(col(OrderValue.COUNTED).and(col(OrderValue.CUSTOMER_ID).isNotNull()))
        .select(
            col(OrderValue.CUSTOMER_ID),
            period.number(col(OrderValue.ORDERED_ON)),
            MinorUnits.of(col(OrderValue.MARGIN)));
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
    return counts
        .withColumn(LEVEL, explode(levels))
        .withColumn(CohortRetention.COHORT_LEVEL, col(LEVEL).getField(LEVEL))
        .withColumn(CohortRetention.AFFILIATE_ID, col(LEVEL).getField(AFFILIATE))
        .groupBy(columns(OWN_KEYS, CohortRetention.COHORT_LEVEL))
        .agg(
            sum(CohortCounts.PARTS).as(CohortCounts.PARTS),
            sum(CohortCounts.MATURE).as(CohortCounts.MATURE),
            sum(CohortRetention.RETAINED_365).as(CohortRetention.RETAINED_365),
            sum(CohortRetention.RETAINED_365_OPEN).as(CohortRetention.RETAINED_365_OPEN),
            flatten(collect_list(CohortCounts.STAYS)).as(CohortCounts.STAYS),
            flatten(collect_list(CohortCounts.ACTIVITY)).as(CohortCounts.ACTIVITY));
  }

  private static Dataset<Row> explodeAges(
      Dataset<Row> cohorts, LocalDate asOf, CohortPeriod period) {
    Column begun = lit(period.number(asOf) + 1).minus(col(CohortCounts.COHORT));
    Column ended = lit(period.number(asOf.plusDays(1))).minus(col(CohortCounts.COHORT));
    Column curve =
        udf(new CohortCurve(period), DataTypes.createArrayType(CohortCurve.ROW))
            .apply(
                col(CohortCounts.STAYS),
                col(CohortCounts.ACTIVITY),
                col(CohortCounts.PARTS),
                begun,
                ended);
    Column customers = col(CohortCounts.PARTS).divide(lit(CohortCurve.PARTS));
    return cohorts
        .select(
            Stream.concat(
                    Arrays.stream(
                        columns(
                            OWN_KEYS,
                            CohortRetention.COHORT_LEVEL,
                            CohortRetention.RETAINED_365,
                            CohortRetention.RETAINED_365_OPEN,
                            CohortCounts.MATURE)),
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
    return col(retained).divide(col(CohortCounts.MATURE));
  }

  private static Column[] columns(List<String> names, String... more) {
    return Stream.concat(names.stream(), Arrays.stream(more))
        .map(c -> col(c))
        .toArray(Column[]::new);
  }
}
