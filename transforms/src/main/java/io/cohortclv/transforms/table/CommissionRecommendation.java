package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.money;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;

/** What to pay each affiliate for its next customer, and why. */
public final class CommissionRecommendation {
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String PROGRAM_ID = "program_id";
  public static final String AFFILIATE_TYPE = "affiliate_type";
  public static final String N_CUSTOMERS = "n_customers";
  public static final String CLV = "clv";
  public static final String CLV_SD = "clv_sd";
  public static final String CASH_MARGIN = "cash_margin";
  public static final String CURRENT_RATE = "current_rate";
  public static final String COMMISSION_BASIS = "commission_basis";
  public static final String NETWORK_FEE_PCT = "network_fee_pct";
  public static final String OTHER_COST = "other_cost";
  public static final String BREAK_EVEN = "break_even";
  public static final String CEILING = "ceiling";
  public static final String CASH_CEILING = "cash_ceiling";
  public static final String RECOMMENDED_RATE = "recommended_rate";
  public static final String REASON = "reason";
  public static final String P_LOSS_AT_CURRENT = "p_loss_at_current";
  public static final String EXPECTED_PROFIT_AT_CURRENT = "expected_profit_at_current";
  public static final String PAYS_OVER_CEILING = "pays_over_ceiling";
  public static final String IOTA = "iota";
  public static final String IOTA_SOURCE = "iota_source";

  /** Values of {@link #IOTA_SOURCE}. */
  public static final String ASSUMED = "assumed";

  public static final String CONFIGURED = "configured";

  public static final Table TABLE =
      Table.snapshot(
          "commission_recommendation",
          "one affiliate x program with terms",
          text(AFFILIATE_ID, "Affiliate"),
          text(PROGRAM_ID, "Program"),
          text(AFFILIATE_TYPE, "Kind of affiliate; unknown when no log names it"),
          real(N_CUSTOMERS, "Customers it acquired so far; of none its type speaks"),
          real(CLV, "Value of its next customer: clv_shrunk, reporting currency"),
          real(CLV_SD, "Standard deviation of that belief"),
          real(
              CASH_MARGIN,
              "Margin of the next customer within commission.payback-months, not discounted"),
          real(
              CURRENT_RATE,
              "Commission by the terms of the as-of date, a fraction of the sale; of flat terms the"
                  + " amount / a first order; of tiers the lowest"),
          money(
              COMMISSION_BASIS,
              "Sales a commission is expected on per new customer: the first order after discount,"
                  + " times what affiliates of the type are paid against commissions on first orders"
                  + " alone"),
          real(NETWORK_FEE_PCT, "The network's fee as a fraction of the commission"),
          money(
              OTHER_COST,
              "Other acquisition costs per new customer so far, see affiliate_scorecard"),
          money(
              BREAK_EVEN,
              "Commission per new customer at which a customer is worth what it costs:"
                  + " (iota x clv - other) / (1 + fee)"),
          money(
              CEILING,
              "Commission at which a customer is worth commission.target-ratio times the cost even at"
                  + " the commission.quantile of what is believed"),
          money(
              CASH_CEILING, "Commission that comes back in cash within commission.payback-months"),
          real(
              RECOMMENDED_RATE,
              "The lower ceiling as a fraction of the basis, at most commission.largest-step from"
                  + " current_rate"),
          text(REASON, "Why, in words"),
          real(P_LOSS_AT_CURRENT, "Probability that a customer costs more than it is worth today"),
          money(
              EXPECTED_PROFIT_AT_CURRENT,
              "iota x clv - cost of the next customer at today's terms"),
          flag(PAYS_OVER_CEILING, "Today's commission is above the ceiling"),
          real(IOTA, "Incrementality: share of the customers who would not have come anyway"),
          text(IOTA_SOURCE, "assumed: nobody has measured or configured it; configured"));

  private CommissionRecommendation() {}
}
