package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.day;
import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;
import static io.cohortclv.transforms.table.Table.whole;

/** How each acquisition cohort stays and what it has brought, by month of age. */
public final class CohortRetention {
  public static final String COHORT_PERIOD = "cohort_period";
  public static final String COHORT_MONTH = "cohort_month";
  public static final String SOURCE_TYPE = "source_type";
  public static final String COHORT_LEVEL = "cohort_level";
  public static final String AFFILIATE_TYPE = "affiliate_type";
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String AGE_MONTH = "age_month";
  public static final String CUSTOMERS = "customers";
  public static final String ACTIVE = "active";
  public static final String RETENTION = "retention";
  public static final String AT_RISK = "at_risk";
  public static final String KM_S = "km_s";
  public static final String KM_LO95 = "km_lo95";
  public static final String KM_HI95 = "km_hi95";
  public static final String HAZARD = "hazard";
  public static final String CUM_MARGIN_PER_CUSTOMER = "cum_margin_per_customer";
  public static final String RETAINED_365 = "retained_365";
  public static final String RETAINED_365_OPEN = "retained_365_open";
  public static final String CHURN_GAP_DAYS = "churn_gap_days";
  public static final String IS_COMPLETE = "is_complete";

  /** {@link #COHORT_LEVEL}: every customer is in one cohort of this level. */
  public static final String TYPE = "type";

  /** {@link #COHORT_LEVEL}: the same customers again, of each affiliate. */
  public static final String AFFILIATE = "affiliate";

  public static final Table TABLE =
      Table.snapshot(
          "cohort_retention",
          "one cohort month x source type x affiliate or type x month of age",
          text(
              COHORT_PERIOD,
              "month, or as cohorts.periods says also week (Monday to Sunday) or quarter; of other"
                  + " periods read week or quarter where these columns say month"),
          day(COHORT_MONTH, "First day of the month of the first counted order, business zone"),
          text(SOURCE_TYPE, "affiliate, referral, campaign, direct or unattributed"),
          text(
              COHORT_LEVEL,
              "type: all customers of the source and affiliate type; affiliate: those of one"
                  + " affiliate, who are in the row of its type too"),
          text(AFFILIATE_TYPE, "Type of the affiliate; null for other sources"),
          text(AFFILIATE_ID, "Affiliate of the cohort; null at level type"),
          whole(AGE_MONTH, "Calendar months since the acquisition month; 0 is that month"),
          real(CUSTOMERS, "Customers of the cohort: sum of acquisition shares"),
          real(ACTIVE, "Customers with a counted order in that month; null until it is complete"),
          real(RETENTION, "active / customers; null until the month is complete"),
          real(
              AT_RISK,
              "Customers known to have stayed until age_month months of 30.4375 days (7 a week,"
                  + " 91.3125 a quarter) after their own first order, and not lost from sight before"),
          real(
              KM_S,
              "Share that stays that long, Kaplan and Meier: not stopped, that is silent for more"
                  + " than churn_gap_days, before that age; null where nobody is at risk any more"),
          real(
              KM_LO95,
              "Lower end of its 95 % interval, log-log; null where none or all have stopped"),
          real(KM_HI95, "Upper end of that interval"),
          real(
              HAZARD,
              "Share of those who stayed until that age that stops within the month of age after"
                  + " it; null until the whole month was seen of somebody"),
          real(
              CUM_MARGIN_PER_CUSTOMER,
              "Margin of the cohort to the end of that month per customer, reporting currency; null"
                  + " until the month is complete"),
          real(
              RETAINED_365,
              "Of the customers acquired 455 days ago or earlier, the share with a counted order in"
                  + " days 365 to 454 after the first; null without such customers; the same on"
                  + " every row of a cohort"),
          real(
              RETAINED_365_OPEN,
              "The same with an order on day 365 or any later: not for comparing cohorts, since"
                  + " older ones had longer"),
          whole(
              CHURN_GAP_DAYS,
              "Silence that counts as having stopped when it is exceeded, days; of customers whose first"
                  + " category has none of its own"),
          flag(IS_COMPLETE, "The calendar month had ended by the as-of date"));

  private CohortRetention() {}
}
