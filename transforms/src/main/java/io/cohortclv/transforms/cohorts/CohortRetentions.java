package io.cohortclv.transforms.cohorts;

import static org.apache.spark.sql.functions.add_months;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.last_day;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.months_between;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sequence;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.trunc;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.CohortRetention;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderValue;
import java.time.LocalDate;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/** Who of each acquisition month came back, and what the cohort has brought, by calendar month. */
public final class CohortRetentions {
  private static final DecimalType EXACT = DataTypes.createDecimalType(28, 10);
  private static final String MARGIN = "margin";
  private static final String[] COHORT = {
    CohortRetention.COHORT_MONTH, CohortRetention.SOURCE_TYPE, CohortRetention.AFFILIATE_ID
  };

  private CohortRetentions() {}

  /**
   * One {@link CohortRetention} row a cohort and month of age, from the acquisition month to the
   * month of {@code asOf}; a month nobody ordered in has a row too. Values of a month that has not
   * ended are null: a half month is not comparable.
   *
   * @param acquisitions {@link CustomerAcquisition} rows; only the contract model's are read, and
   *     left-censored customers stay out
   * @param orderValues {@link OrderValue} rows of the same run
   */
  public static Dataset<Row> retainCohorts(
      Dataset<Row> acquisitions, Dataset<Row> orderValues, LocalDate asOf) {
    Dataset<Row> members =
        acquisitions
            .filter(
                col(CustomerAcquisition.IS_CONTRACT_MODEL)
                    .and(not(col(CustomerAcquisition.IS_LEFT_CENSORED))))
            .select(
                col(CustomerAcquisition.CUSTOMER_ID),
                col(CustomerAcquisition.COHORT_MONTH),
                col(CustomerAcquisition.SOURCE_TYPE),
                coalesce(col(CustomerAcquisition.AFFILIATE_ID), lit(""))
                    .as(CustomerAcquisition.AFFILIATE_ID),
                col(CustomerAcquisition.ACQUISITION_SHARE).cast(EXACT).as("share"));
    Dataset<Row> months =
        orderValues
            .filter(col(OrderValue.COUNTED).and(col(OrderValue.CUSTOMER_ID).isNotNull()))
            .groupBy(
                col(OrderValue.CUSTOMER_ID), trunc(col(OrderValue.ORDERED_ON), "month").as("month"))
            .agg(sum(OrderValue.MARGIN).as(MARGIN));
    Dataset<Row> activity =
        members
            .join(months, new String[] {CustomerAcquisition.CUSTOMER_ID})
            .withColumn(
                CohortRetention.AGE_MONTH,
                monthsBetween(col(CohortRetention.COHORT_MONTH), col("month")))
            .groupBy(COHORT[0], COHORT[1], COHORT[2], CohortRetention.AGE_MONTH)
            .agg(
                sum("share").as(CohortRetention.ACTIVE),
                sum(col("share").multiply(col(MARGIN)).cast(EXACT)).as(MARGIN));
    Dataset<Row> cohorts =
        members
            .groupBy(COHORT[0], COHORT[1], COHORT[2])
            .agg(sum("share").as(CohortRetention.CUSTOMERS))
            .withColumn(
                CohortRetention.AGE_MONTH,
                explode(
                    sequence(lit(0), monthsBetween(col(CohortRetention.COHORT_MONTH), lit(asOf)))));
    WindowSpec sinceAcquisition =
        Window.partitionBy(COHORT[0], COHORT[1], COHORT[2]).orderBy(CohortRetention.AGE_MONTH);
    Column monthEnd =
        last_day(add_months(col(CohortRetention.COHORT_MONTH), col(CohortRetention.AGE_MONTH)));
    Column complete = monthEnd.leq(lit(asOf));
    Column active = coalesce(col(CohortRetention.ACTIVE), lit(0)).cast("double");
    Column customers = col(CohortRetention.CUSTOMERS).cast("double");
    return cohorts
        .join(
            activity,
            new String[] {COHORT[0], COHORT[1], COHORT[2], CohortRetention.AGE_MONTH},
            "left")
        .withColumn(
            CohortRetention.CUM_MARGIN_PER_CUSTOMER,
            when(
                complete,
                sum(coalesce(col(MARGIN), lit(0)))
                    .over(sinceAcquisition)
                    .cast("double")
                    .divide(customers)))
        .withColumn(CohortRetention.IS_COMPLETE, complete)
        .withColumn(CohortRetention.ACTIVE, when(complete, active))
        .withColumn(CohortRetention.RETENTION, when(complete, active.divide(customers)))
        .withColumn(
            CohortRetention.AFFILIATE_ID,
            when(col(CohortRetention.AFFILIATE_ID).notEqual(""), col(CohortRetention.AFFILIATE_ID)))
        .transform(CohortRetention.TABLE::conform);
  }

  private static Column monthsBetween(Column from, Column to) {
    return months_between(trunc(to, "month"), from).cast("int");
  }
}
