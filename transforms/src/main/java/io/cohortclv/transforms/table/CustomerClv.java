package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.money;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;
import static io.cohortclv.transforms.table.Table.whole;

/** What each customer was and is expected to be worth. */
public final class CustomerClv {
  public static final String CUSTOMER_ID = "customer_id";
  public static final String REPEATS = "repeats";
  public static final String RECENCY_DAYS = "recency_days";
  public static final String AGE_DAYS = "age_days";
  public static final String P_ALIVE = "p_alive";
  public static final String EXP_ORDERS_H = "exp_orders_h";
  public static final String EXP_REVENUE = "exp_revenue";
  public static final String MARGIN_RATE = "margin_rate";
  public static final String HIST_MARGIN = "hist_margin";
  public static final String FIRST_MARGIN = "first_margin";
  public static final String REPEAT_MARGIN = "repeat_margin";
  public static final String RESIDUAL_H = "residual_h";
  public static final String CLV_H = "clv_h";
  public static final String CLV_H_LO80 = "clv_h_lo80";
  public static final String CLV_H_HI80 = "clv_h_hi80";
  public static final String ACQUISITION_CLV = "acquisition_clv";
  public static final String ACQUISITION_CLV_LO80 = "acquisition_clv_lo80";
  public static final String ACQUISITION_CLV_HI80 = "acquisition_clv_hi80";
  public static final String ACQUISITION_CLV_SD = "acquisition_clv_sd";
  public static final String RFM_CLASS = "rfm_class";
  public static final String CLV_QUINTILE = "clv_quintile";
  public static final String MODEL_ID = "model_id";
  public static final String SEGMENT_PATH = "segment_path";

  private static final String INTERVAL =
      "over the outcome (when, how often, how much) and the parameters; the margin rate is taken as"
          + " known; null where no spend model tells how amounts differ";

  public static final Table TABLE =
      Table.snapshot(
          "customer_clv",
          "one customer with a counted order by the as-of date",
          text(CUSTOMER_ID, "Keyed hash of the customer"),
          whole(REPEATS, "x: purchase days after the first"),
          real(RECENCY_DAYS, "t_x, days"),
          real(AGE_DAYS, "T, days"),
          real(P_ALIVE, "Probability of still being a customer at the as-of date"),
          real(EXP_ORDERS_H, "Purchase days expected within horizon-days after the as-of date"),
          real(EXP_REVENUE, "Net revenue expected per purchase day, reporting currency"),
          real(
              MARGIN_RATE,
              "Margin expected as a fraction of net revenue: the rate of the source and first category,"
                  + " shrunk toward the source and all"),
          money(HIST_MARGIN, "Margin of all counted orders so far"),
          money(FIRST_MARGIN, "Margin of the first purchase day"),
          money(REPEAT_MARGIN, "Margin of the repeat purchase days so far"),
          money(
              RESIDUAL_H,
              "Margin expected within horizon-days after the as-of date, discounted to it"),
          money(
              CLV_H,
              "What the customer was worth and is expected to be: first_margin + repeat_margin +"
                  + " residual_h. For customer lists; it grows with a customer's age, so it compares"
                  + " no partners"),
          money(CLV_H_LO80, "Lower end of the 80 % interval of clv_h; " + INTERVAL),
          money(CLV_H_HI80, "Upper end of that interval"),
          money(
              ACQUISITION_CLV,
              "Margin of the first horizon-days from acquisition: observed as far as they have"
                  + " passed, expected for the rest, discounted to acquisition; what compares"
                  + " partners"),
          money(
              ACQUISITION_CLV_LO80,
              "Lower end of the 80 % interval of acquisition_clv; " + INTERVAL),
          money(ACQUISITION_CLV_HI80, "Upper end of that interval"),
          money(
              ACQUISITION_CLV_SD,
              "Standard deviation of acquisition_clv, of outcome and parameters together; 0 once"
                  + " horizon-days have passed"),
          text(
              RFM_CLASS,
              "Three digits, each a quintile from 1 to 5, 5 the best fifth of all customers:"
                  + " recency by days since the last purchase, frequency by purchase days, monetary"
                  + " by net revenue per purchase day; customers alike in one share its quintile"),
          whole(CLV_QUINTILE, "1 to 5 by acquisition_clv over all customers; 5 is the highest"),
          text(MODEL_ID, "Row of model_registry the customer was scored with"),
          text(SEGMENT_PATH, "Segment of that model"));

  private CustomerClv() {}
}
