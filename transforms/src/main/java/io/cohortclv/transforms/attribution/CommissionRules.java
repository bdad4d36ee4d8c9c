package io.cohortclv.transforms.attribution;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.size;

import io.cohortclv.transforms.table.Terms;
import java.time.ZoneId;
import org.apache.spark.sql.Column;

/**
 * What expected commissions depend on beside the terms.
 *
 * @param zone the business zone, which decides days and months
 * @param currency the reporting currency
 * @param countsOrders whether any terms have tiers or caps, so that orders must be numbered
 */
public record CommissionRules(ZoneId zone, String currency, boolean countsOrders) {
  /** Terms under which what one order pays hangs on others. */
  public static final Column COUNTS_ORDERS =
      countsOrders(col(Terms.TIERS), col(Terms.DAILY_CAP), col(Terms.MONTHLY_CAP));

  static Column countsOrders(Column tiers, Column dailyCap, Column monthlyCap) {
    return coalesce(size(tiers).gt(0), lit(false))
        .or(dailyCap.isNotNull())
        .or(monthlyCap.isNotNull());
  }
}
