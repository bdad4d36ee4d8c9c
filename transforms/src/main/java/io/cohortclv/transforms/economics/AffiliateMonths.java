package io.cohortclv.transforms.economics;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.trunc;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.AffiliateEconomics;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.Table;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Costs and new customers by affiliate, program and month. */
public final class AffiliateMonths {
  private static final String CUSTOMERS = "customers";
  private static final String MAIN = "main_program";

  private AffiliateMonths() {}

  /**
   * One {@link AffiliateEconomics} row an affiliate, program and month with a cost or a customer:
   * what affiliates cost, in particular and all together.
   *
   * @param costs rows of {@link AcquisitionCosts#list}
   * @param owned rows of {@link OwnedCustomers#own}
   */
  public static Dataset<Row> sumByMonth(Dataset<Row> costs, Dataset<Row> owned) {
    String[] keys = {
      AffiliateEconomics.AFFILIATE_ID, AffiliateEconomics.PROGRAM_ID, AffiliateEconomics.MONTH
    };
    Column affiliate = col(AffiliateEconomics.AFFILIATE_ID);
    Dataset<Row> programs =
        costs
            .filter(affiliate.isNotNull().and(col(AffiliateEconomics.PROGRAM_ID).isNotNull()))
            .groupBy(AffiliateEconomics.AFFILIATE_ID, AffiliateEconomics.PROGRAM_ID)
            .agg(count(lit(1)).as("rows"))
            .groupBy(AffiliateEconomics.AFFILIATE_ID)
            .agg(
                max_by(
                        col(AffiliateEconomics.PROGRAM_ID),
                        struct(col("rows"), col(AffiliateEconomics.PROGRAM_ID)))
                    .as(AffiliateEconomics.PROGRAM_ID));
    Column nothing = lit(0).cast(Table.PUBLISHED_MONEY);
    Dataset<Row> customers =
        owned
            .filter(affiliate.isNotNull())
            .withColumn(
                AffiliateEconomics.MONTH, trunc(col(CustomerSummary.FIRST_ORDER_ON), "month"))
            .groupBy(AffiliateEconomics.AFFILIATE_ID, AffiliateEconomics.MONTH)
            .agg(sum(OwnedCustomers.millionths(col(OwnedCustomers.SHARE))).as(CUSTOMERS))
            .withColumn(AffiliateEconomics.PROGRAM_ID, lit(null).cast("string"))
            .select(
                Stream.of(
                        Arrays.stream(keys).map(c -> col(c)),
                        AcquisitionCosts.AMOUNTS.stream().map(nothing::as),
                        Stream.of(col(CUSTOMERS)))
                    .flatMap(s -> s)
                    .toArray(Column[]::new));
    Column[] sums =
        Stream.concat(AcquisitionCosts.AMOUNTS.stream(), Stream.of(CUSTOMERS))
            .map(c -> sum(c).as(c))
            .toArray(Column[]::new);
    Column isOfNobody = col(AffiliateEconomics.NEW_CUSTOMERS).equalTo(lit(0));
    Column total =
        AffiliateEconomics.PARTS.stream().map(c -> col(c)).reduce(Column::plus).orElseThrow();
    return costs
        .withColumn(CUSTOMERS, lit(0L))
        .withColumn(AffiliateEconomics.MONTH, trunc(col(AcquisitionCosts.DAY), "month"))
        .drop(
            AcquisitionCosts.DAY,
            CustomerAcquisition.SOURCE_TYPE,
            CustomerAcquisition.CAMPAIGN_ID,
            OwnerSums.SUB_ID)
        .unionByName(customers)
        .join(
            broadcast(programs.withColumnRenamed(AffiliateEconomics.PROGRAM_ID, MAIN)),
            new String[] {AffiliateEconomics.AFFILIATE_ID},
            "left")
        .withColumn(
            AffiliateEconomics.PROGRAM_ID, coalesce(col(AffiliateEconomics.PROGRAM_ID), col(MAIN)))
        .groupBy(Arrays.stream(keys).map(c -> col(c)).toArray(Column[]::new))
        .agg(sums[0], Arrays.copyOfRange(sums, 1, sums.length))
        .withColumn(
            AffiliateEconomics.COMMISSION_SETTLED,
            col(AcquisitionCosts.COMMISSION_APPROVED).plus(col(AcquisitionCosts.COMMISSION_PAID)))
        .withColumn(AffiliateEconomics.NEW_CUSTOMERS, col(CUSTOMERS).divide(lit(1e6)))
        .select(
            Stream.concat(
                    Stream.of(
                            AffiliateEconomics.AFFILIATE_ID,
                            AffiliateEconomics.PROGRAM_ID,
                            AffiliateEconomics.MONTH,
                            AffiliateEconomics.NEW_CUSTOMERS)
                        .map(c -> col(c)),
                    Stream.concat(
                            Stream.of(
                                AffiliateEconomics.COMMISSION_SETTLED,
                                AffiliateEconomics.COMMISSION_PENDING),
                            AffiliateEconomics.PARTS.stream())
                        .map(c -> col(c)))
                .toArray(Column[]::new))
        .withColumn(AffiliateEconomics.TOTAL_COST, total)
        .withColumn(
            AffiliateEconomics.CAC,
            when(
                isOfNobody.equalTo(lit(false)),
                col(AffiliateEconomics.TOTAL_COST)
                    .cast("double")
                    .divide(col(AffiliateEconomics.NEW_CUSTOMERS))))
        .withColumn(
            AffiliateEconomics.UNALLOCATED_COST,
            when(isOfNobody, col(AffiliateEconomics.TOTAL_COST)).otherwise(lit(0)))
        .transform(AffiliateEconomics.TABLE::conform);
  }
}
