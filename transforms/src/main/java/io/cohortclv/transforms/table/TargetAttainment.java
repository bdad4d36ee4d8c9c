package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.day;
import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.money;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;

/** How affiliates stand against their monthly goals. */
public final class TargetAttainment {
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String MONTH = "month";
  public static final String METRIC = "metric";
  public static final String VALID_FROM = "valid_from";
  public static final String BASELINE = "baseline";
  public static final String TARGET = "target";
  public static final String ACTUAL = "actual";
  public static final String ATTAINMENT = "attainment";
  public static final String FORECAST = "forecast";
  public static final String P_REACH = "p_reach";
  public static final String BONUS_DUE = "bonus_due";
  public static final String IS_COMPLETE = "is_complete";

  public static final Table TABLE =
      Table.snapshot(
          "target_attainment",
          "one affiliate x month x metric with a goal",
          text(AFFILIATE_ID, "Affiliate"),
          day(MONTH, "First day of the month, business zone"),
          text(METRIC, "Column of affiliate_daily that the goal is on"),
          day(VALID_FROM, "From when the goal holds: its version"),
          real(
              BASELINE,
              "What the month was to bring: mean of up to three whole months before it, without"
                  + " their season, times the season of the month"),
          real(TARGET, "baseline x (1 + uplift)"),
          real(ACTUAL, "What the month has brought by the as-of date"),
          real(ATTAINMENT, "actual / target; null without a positive target"),
          real(FORECAST, "What the whole month is expected to bring"),
          real(P_REACH, "Probability that it reaches the target"),
          money(BONUS_DUE, "Bonus of a month that has ended and reached its target, else 0"),
          flag(IS_COMPLETE, "The month had ended by the as-of date"));

  private TargetAttainment() {}
}
