package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.day;
import static io.cohortclv.transforms.table.Table.money;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;

import java.util.List;

/** What acquiring customers cost, by affiliate, program and month. */
public final class AffiliateEconomics {
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String PROGRAM_ID = "program_id";
  public static final String MONTH = "month";
  public static final String COMMISSION_SETTLED = "commission_settled";
  public static final String COMMISSION_PENDING = "commission_pending";
  public static final String COMMISSION_EXPECTED = "commission_expected";
  public static final String NETWORK_FEE = "network_fee";
  public static final String REFERRER_REWARD = "referrer_reward";
  public static final String REFEREE_REWARD = "referee_reward";
  public static final String ACQUISITION_DISCOUNT = "acquisition_discount";
  public static final String BONUS = "bonus";
  public static final String FIXED_FEES = "fixed_fees";
  public static final String AD_SPEND = "ad_spend";
  public static final String TOTAL_COST = "total_cost";
  public static final String NEW_CUSTOMERS = "new_customers";
  public static final String CAC = "cac";
  public static final String UNALLOCATED_COST = "unallocated_cost";

  /** The parts that make up {@link #TOTAL_COST}. */
  public static final List<String> PARTS =
      List.of(
          COMMISSION_EXPECTED,
          NETWORK_FEE,
          REFERRER_REWARD,
          REFEREE_REWARD,
          ACQUISITION_DISCOUNT,
          BONUS,
          FIXED_FEES,
          AD_SPEND);

  public static final Table TABLE =
      Table.snapshot(
          "affiliate_economics",
          "one affiliate x program x month",
          text(
              AFFILIATE_ID,
              "Affiliate; null for what was spent on none in particular, such as ads and rewards to"
                  + " customers who referred: source_scorecard says on which source"),
          text(
              PROGRAM_ID,
              "Program; new customers and costs of none are counted in the one the affiliate has"
                  + " most commissions of; null where none is known"),
          day(MONTH, "First day of the month, business zone"),
          money(
              COMMISSION_SETTLED,
              "Commission approved or paid, of the month's actions; clawbacks are negative rows in"
                  + " it"),
          money(COMMISSION_PENDING, "Commission still pending or held"),
          money(
              COMMISSION_EXPECTED,
              "commission_settled + what is pending times the probability that it is approved, by"
                  + " affiliate and age of the action; reversed is 0"),
          money(NETWORK_FEE, "The network's fees on these, pending ones by the same probability"),
          money(REFERRER_REWARD, "Rewards to customers who referred"),
          money(REFEREE_REWARD, "Rewards to customers who were referred"),
          money(
              ACQUISITION_DISCOUNT,
              "Discounts of codes on the first orders of customers acquired, see order_value"),
          money(BONUS, "Bonuses of the cost log"),
          money(FIXED_FEES, "Fixed fees, placements and tools of the cost log"),
          money(AD_SPEND, "Ads of the cost log"),
          money(TOTAL_COST, "All parts together"),
          real(NEW_CUSTOMERS, "Customers acquired in the month: sum of acquisition shares"),
          money(CAC, "total_cost / new_customers; null without new customers"),
          money(UNALLOCATED_COST, "total_cost of a row without new customers, else 0"));

  private AffiliateEconomics() {}
}
