package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.money;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;
import static io.cohortclv.transforms.table.Table.whole;

import java.util.List;
import java.util.stream.Stream;

/**
 * What each source, campaign, affiliate and sub-id brought and cost, and what its next customer is
 * believed to be worth; acquisition by the contract model.
 */
public final class Scorecards {
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String AFFILIATE_TYPE = "affiliate_type";
  public static final String SOURCE_TYPE = "source_type";
  public static final String CAMPAIGN_ID = "campaign_id";
  public static final String SUB_ID = "sub_id";
  public static final String N_CUSTOMERS = "n_customers";
  public static final String CLICKS = "clicks";
  public static final String SIGNUPS = "signups";
  public static final String CONVERSION_RATE = "conversion_rate";
  public static final String EPC = "epc";
  public static final String ORDERS = "orders";
  public static final String GROSS = "gross";
  public static final String NET_REVENUE = "net_revenue";
  public static final String MARGIN = "margin";
  public static final String AOV = "aov";
  public static final String COMMISSION_PENDING = "commission_pending";
  public static final String COMMISSION_APPROVED = "commission_approved";
  public static final String COMMISSION_PAID = "commission_paid";
  public static final String COMMISSION_REVERSED = "commission_reversed";
  public static final String CLV_RAW = "clv_raw";
  public static final String CLV_SHRUNK = "clv_shrunk";
  public static final String CLV_SD = "clv_sd";
  public static final String CLV_LO80 = "clv_lo80";
  public static final String CLV_HI80 = "clv_hi80";
  public static final String P_TOP_DECILE = "p_top_decile";
  public static final String HIGH_VALUE_SHARE = "high_value_share";
  public static final String REPEAT_RATE_180 = "repeat_rate_180";
  public static final String ORDERS_PER_CUSTOMER_365 = "orders_per_customer_365";
  public static final String RETAINED_365 = "retained_365";
  public static final String KM_S12 = "km_s12";
  public static final String REFUND_RATE = "refund_rate";
  public static final String REVERSAL_RATE_SHRUNK = "reversal_rate_shrunk";
  public static final String COST_COMMISSION = "cost_commission";
  public static final String COST_NETWORK_FEE = "cost_network_fee";
  public static final String COST_REFERRER_REWARD = "cost_referrer_reward";
  public static final String COST_REFEREE_REWARD = "cost_referee_reward";
  public static final String COST_ACQUISITION_DISCOUNT = "cost_acquisition_discount";
  public static final String COST_BONUS = "cost_bonus";
  public static final String COST_FIXED_FEES = "cost_fixed_fees";
  public static final String COST_AD_SPEND = "cost_ad_spend";
  public static final String TOTAL_COST = "total_cost";
  public static final String CAC = "cac";
  public static final String CLV_TO_CAC = "clv_to_cac";
  public static final String PAYBACK_MONTHS = "payback_months";
  public static final String PAYBACK_STATUS = "payback_status";
  public static final String ROI = "roi";
  public static final String QUADRANT = "quadrant";
  public static final String SMALL_N = "small_n";

  /** Values of {@link #QUADRANT}. */
  public static final List<String> QUADRANTS =
      List.of(
          "high_value_low_cost",
          "high_value_high_cost",
          "low_value_low_cost",
          "low_value_high_cost");

  /** Costs in the order of {@link AffiliateEconomics#PARTS}. */
  public static final List<String> COSTS =
      List.of(
          COST_COMMISSION,
          COST_NETWORK_FEE,
          COST_REFERRER_REWARD,
          COST_REFEREE_REWARD,
          COST_ACQUISITION_DISCOUNT,
          COST_BONUS,
          COST_FIXED_FEES,
          COST_AD_SPEND);

  private static final List<Field> MEASURES =
      List.of(
          real(
              N_CUSTOMERS, "Customers acquired: sum of acquisition shares, left-censored ones out"),
          whole(CLICKS, "Clicks by the as-of date: no bots, no tests; null without a touch log"),
          whole(SIGNUPS, "Sign-ups likewise"),
          real(CONVERSION_RATE, "Customers acquired / clicks; null without clicks"),
          real(
              EPC,
              "Earnings per click: commission pending, approved and paid / clicks; null without"
                  + " clicks"),
          real(ORDERS, "Counted orders of these customers by the as-of date, by shares"),
          money(GROSS, "Gross sales of these orders"),
          money(NET_REVENUE, "Net revenue of these orders"),
          money(MARGIN, "Contribution margin of these orders"),
          money(AOV, "Average order value: net revenue / orders; null without orders"),
          money(COMMISSION_PENDING, "Commission pending or held, by its latest state"),
          money(COMMISSION_APPROVED, "Commission approved"),
          money(COMMISSION_PAID, "Commission paid"),
          money(COMMISSION_REVERSED, "Commission reversed: what was not to be paid"),
          real(
              CLV_RAW,
              "Mean acquisition_clv of these customers, reporting currency; of few customers mostly"
                  + " chance: compare clv_shrunk"),
          real(
              CLV_SHRUNK,
              "What the next customer's acquisition_clv is expected to be, reporting currency: what"
                  + " these customers have brought, as far as their age has shown it, drawn toward"
                  + " their kind the more, the fewer they are"),
          real(CLV_SD, "Standard deviation of that belief"),
          real(CLV_LO80, "Lower end of the interval that holds the true mean with 80 %"),
          real(CLV_HI80, "Upper end of it"),
          real(
              P_TOP_DECILE,
              "Probability that the true mean is among the highest tenth of the table"),
          real(HIGH_VALUE_SHARE, "Share of these customers in the top quintile of acquisition_clv"),
          real(
              REPEAT_RATE_180,
              "Of customers of 180 days or more, the share with a second purchase day within 180"
                  + " days; null without such customers"),
          real(
              ORDERS_PER_CUSTOMER_365,
              "Orders of the first 365 days per customer of 365 days or more; null without such"),
          real(
              RETAINED_365,
              "Of customers of 455 days or more, the share with an order in days 365 to 454; null"
                  + " without such customers"),
          real(
              KM_S12,
              "Share that stays 365 days by Kaplan and Meier (see cohort_retention); null where"
                  + " nobody was seen so long"),
          real(REFUND_RATE, "Refunds / (gross - discount) of these customers' counted orders"),
          money(COST_COMMISSION, "Commission expected to be paid, see affiliate_economics"),
          money(COST_NETWORK_FEE, "The network's fees"),
          money(COST_REFERRER_REWARD, "Rewards to customers who referred"),
          money(COST_REFEREE_REWARD, "Rewards to customers who were referred"),
          money(
              COST_ACQUISITION_DISCOUNT,
              "Discounts of codes on these customers' first orders; known from the orders alone"),
          money(COST_BONUS, "Bonuses"),
          money(COST_FIXED_FEES, "Fixed fees, placements and tools"),
          money(COST_AD_SPEND, "Ads"),
          money(TOTAL_COST, "All costs together; null where no log tells costs"),
          money(CAC, "Customer acquisition cost: total_cost / n_customers; null without customers"),
          real(CLV_TO_CAC, "clv_shrunk / cac: a ratio of sums; null without positive cac"),
          whole(
              PAYBACK_MONTHS,
              "Months of 30.4375 days until the margin of a customer has reached cac; null for"
                  + " NOT_YET"),
          text(
              PAYBACK_STATUS,
              "RECOVERED: customers of that age have brought it; PROJECTED: expected within the"
                  + " horizon; NOT_YET: neither; null without cac"),
          real(ROI, "(incrementality x clv_shrunk - cac) / cac; null without positive cac"),
          text(
              QUADRANT,
              "clv_shrunk and cac against the medians of the table, high_value_low_cost and so on;"
                  + " null without cac"),
          flag(SMALL_N, "Too few customers for clv_raw to say much"));

  public static final Table AFFILIATE_SCORECARD =
      scorecard(
          "affiliate_scorecard",
          "one affiliate with a click, a customer or a cost",
          text(AFFILIATE_ID, "The network's id of the affiliate"),
          text(AFFILIATE_TYPE, "Kind of affiliate; unknown when no log names it"),
          real(
              REVERSAL_RATE_SHRUNK,
              "Share of its actions that end reversed, drawn toward the network's rate; null"
                  + " without actions"));

  public static final Table SOURCE_SCORECARD =
      scorecard(
          "source_scorecard",
          "one source type",
          text(SOURCE_TYPE, "affiliate, referral, campaign, direct or unattributed"));

  public static final Table CAMPAIGN_SCORECARD =
      scorecard(
          "campaign_scorecard",
          "one campaign with a click, a customer or a cost",
          text(CAMPAIGN_ID, "Campaign"));

  public static final Table SUB_ID_SCORECARD =
      scorecard(
          "sub_id_scorecard",
          "one affiliate x sub-id with a click, a customer or a cost",
          text(AFFILIATE_ID, "The network's id of the affiliate"),
          text(SUB_ID, "The affiliate's own sub-id"));

  private static Table scorecard(String name, String grain, Field... keys) {
    return new Table(
        Table.Layout.SNAPSHOT,
        name,
        grain,
        Stream.concat(Stream.of(keys), MEASURES.stream()).toList());
  }

  private Scorecards() {}
}
