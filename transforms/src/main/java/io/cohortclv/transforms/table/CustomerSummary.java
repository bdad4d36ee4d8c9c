package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.day;
import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.money;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;
import static io.cohortclv.transforms.table.Table.whole;

/**
 * What the models need to know of each customer: (x, t_x, T) in days and money per purchase day.
 */
public final class CustomerSummary {
  public static final String CUSTOMER_ID = "customer_id";
  public static final String REPEATS = "repeats";
  public static final String RECENCY_DAYS = "recency_days";
  public static final String AGE_DAYS = "age_days";
  public static final String PURCHASE_DAYS = "purchase_days";
  public static final String REVENUE_PER_DAY_MEAN = "revenue_per_day_mean";
  public static final String NET_REVENUE = "net_revenue";
  public static final String MARGIN_RATE = "margin_rate";
  public static final String FIRST_MARGIN = "first_margin";
  public static final String HIST_MARGIN = "hist_margin";
  public static final String ACQUISITION_DISCOUNT = "acquisition_discount";
  public static final String CASH_REVENUE = "cash_revenue";
  public static final String FIRST_COUNTRY = "first_country";
  public static final String FIRST_CATEGORY = "first_category";
  public static final String FIRST_INCENTIVE = "first_incentive";
  public static final String ACQUISITION_MARGIN = "acquisition_margin";
  public static final String FIRST_ORDER_ON = "first_order_on";
  public static final String LAST_ORDER_ON = "last_order_on";
  public static final String SECOND_ORDER_ON = "second_order_on";
  public static final String SURVIVAL_DAYS = "survival_days";
  public static final String CHURNED = "churned";
  public static final String RETAINED_365 = "retained_365";
  public static final String RETAINED_365_OPEN = "retained_365_open";

  public static final Table TABLE =
      Table.snapshot(
          "customer_summary",
          "one customer with a counted order by the as-of date",
          text(CUSTOMER_ID, "Keyed hash of the customer"),
          whole(REPEATS, "x: purchase days after the first"),
          real(RECENCY_DAYS, "t_x: days from the first purchase to the last; 0 without repeat"),
          real(
              AGE_DAYS,
              "T: days from the first purchase to the as-of date, by fit.age-convention: midpoint"
                  + " counts from the first day's noon to the end of the as-of day"),
          whole(PURCHASE_DAYS, "Days with a counted order: repeats + 1"),
          real(
              REVENUE_PER_DAY_MEAN,
              "Mean net revenue of the repeat purchase days, reporting currency; null without"),
          money(NET_REVENUE, "Net revenue of all counted orders by the as-of date"),
          real(
              MARGIN_RATE,
              "Margin of all counted orders as a fraction of their net revenue, both before"
                  + " acquisition_discount"),
          money(
              ACQUISITION_DISCOUNT,
              "Discount given to win the customer; hist_margin and first_margin bear it"),
          money(
              CASH_REVENUE,
              "Net revenue on the refund-date basis: also less refunds that no order was found for"
                  + " or that exceed theirs, each at the rate of its own day"),
          money(FIRST_MARGIN, "Margin of the first purchase day"),
          money(HIST_MARGIN, "Margin of all counted orders by the as-of date"),
          real(
              ACQUISITION_MARGIN,
              "Margin of the first horizon-days from acquisition as far as they have passed,"
                  + " discounted to the first purchase, reporting currency"),
          day(FIRST_ORDER_ON, "Business day of the first counted order"),
          day(LAST_ORDER_ON, "Business day of the last counted order"),
          text(FIRST_COUNTRY, "Country of the first counted order"),
          text(FIRST_CATEGORY, "Category of the first counted order"),
          text(
              FIRST_INCENTIVE,
              "Incentive of the first counted order: referral_reward or coupon; null without"),
          day(SECOND_ORDER_ON, "Second day with a counted order; null without repeat"),
          whole(
              SURVIVAL_DAYS,
              "Days from the first purchase to the last one before a silence longer than the churn"
                  + " gap, else to the last day whose silence could have been seen, the as-of date"
                  + " less that gap; null for customers younger than the gap: of them nothing is"
                  + " known yet"),
          flag(
              CHURNED,
              "Such a silence was seen, whether or not the customer came back; null with"
                  + " survival_days"),
          flag(
              RETAINED_365,
              "A counted order in days 365 to 454 after the first; null until 455 days have"
                  + " passed"),
          flag(
              RETAINED_365_OPEN,
              "A counted order on day 365 or later; null until 455 days have passed; older"
                  + " customers had longer to come back"));

  private CustomerSummary() {}
}
