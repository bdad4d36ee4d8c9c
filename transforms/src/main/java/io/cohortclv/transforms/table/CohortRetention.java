package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.day;
import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;
import static io.cohortclv.transforms.table.Table.whole;

/** How each acquisition cohort stays and what it has brought, by month of age. */
public final class CohortRetention {
  public static final String COHORT_MONTH = "cohort_month";
  public static final String SOURCE_TYPE = "source_type";
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String AGE_MONTH = "age_month";
  public static final String CUSTOMERS = "customers";
  public static final String ACTIVE = "active";
  public static final String RETENTION = "retention";
  public static final String CUM_MARGIN_PER_CUSTOMER = "cum_margin_per_customer";
  public static final String IS_COMPLETE = "is_complete";

  public static final Table TABLE =
      Table.snapshot(
          "cohort_retention",
          "one cohort month x source type x affiliate x month of age",
          day(COHORT_MONTH, "First day of the acquisition month"),
          text(SOURCE_TYPE, "affiliate, referral, campaign, direct or unattributed"),
          text(AFFILIATE_ID, "Affiliate of the cohort; null for other sources"),
          whole(AGE_MONTH, "Calendar months since the acquisition month; 0 is that month"),
          real(CUSTOMERS, "Customers of the cohort: sum of acquisition shares"),
          real(ACTIVE, "Customers with a counted order in that month; null until it is complete"),
          real(RETENTION, "active / customers; null until the month is complete"),
          real(
              CUM_MARGIN_PER_CUSTOMER,
              "Margin of the cohort to the end of that month per customer, reporting currency; null"
                  + " until the month is complete"),
          flag(IS_COMPLETE, "The calendar month had ended by the as-of date"));

  private CohortRetention() {}
}
