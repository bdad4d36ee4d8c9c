package io.cohortclv.transforms.economics;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.Touchpoints;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Clicks and sign-ups of each source, campaign, affiliate and sub-id; no bots, no tests. */
public final class TouchSums {
  static final String CLICKS = "clicks";
  static final String SIGNUPS = "signups";

  private TouchSums() {}

  /** Touches that count as clicks. */
  static Column isClick() {
    return col(Touchpoints.TOUCH_TYPE).isin("click", "soft_click");
  }

  /** Touches of people. */
  static Column isReal() {
    return not(col(Touchpoints.IS_BOT)).and(not(col(Touchpoints.IS_TEST)));
  }

  /** One row an owner with a click or sign-up. */
  public static Dataset<Row> countByOwner(Dataset<Row> touchpoints) {
    Column isSignup = col(Touchpoints.TOUCH_TYPE).equalTo("signup");
    return touchpoints
        .filter(isReal().and(isClick().or(isSignup)))
        .groupBy(Touchpoints.AFFILIATE_ID, Touchpoints.CAMPAIGN_ID, Touchpoints.SUB_ID1)
        .agg(
            sum(when(isClick(), 1L).otherwise(0L)).as(CLICKS),
            sum(when(isSignup, 1L).otherwise(0L)).as(SIGNUPS))
        .withColumn(
            CustomerAcquisition.SOURCE_TYPE,
            when(col(Touchpoints.AFFILIATE_ID).isNotNull(), CustomerAcquisition.AFFILIATE)
                .when(col(Touchpoints.CAMPAIGN_ID).isNotNull(), CustomerAcquisition.CAMPAIGN))
        .withColumnRenamed(Touchpoints.SUB_ID1, OwnerSums.SUB_ID)
        .transform(OwnerSums::explodeLevels)
        .groupBy(OwnerSums.LEVEL, OwnerSums.OWNER, OwnerSums.PART)
        .agg(sum(CLICKS).as(CLICKS), sum(SIGNUPS).as(SIGNUPS));
  }
}
