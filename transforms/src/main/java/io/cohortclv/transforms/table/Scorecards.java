package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.money;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;
import static io.cohortclv.transforms.table.Table.whole;

import java.util.ArrayList;
import java.util.List;

/** What each affiliate, and each source, brought; acquisition by the contract model. */
public final class Scorecards {
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String AFFILIATE_TYPE = "affiliate_type";
  public static final String SOURCE_TYPE = "source_type";
  public static final String N_CUSTOMERS = "n_customers";
  public static final String CLICKS = "clicks";
  public static final String ORDERS = "orders";
  public static final String GROSS = "gross";
  public static final String NET_REVENUE = "net_revenue";
  public static final String MARGIN = "margin";
  public static final String AOV = "aov";
  public static final String EPC = "epc";
  public static final String COMMISSION_PENDING = "commission_pending";
  public static final String COMMISSION_APPROVED = "commission_approved";
  public static final String COMMISSION_PAID = "commission_paid";
  public static final String COMMISSION_REVERSED = "commission_reversed";
  public static final String CLV_RAW = "clv_raw";
  public static final String HIGH_VALUE_SHARE = "high_value_share";
  public static final String SMALL_N = "small_n";

  private static final List<Field> MEASURES =
      List.of(
          real(
              N_CUSTOMERS, "Customers acquired: sum of acquisition shares, left-censored ones out"),
          whole(ORDERS, "Counted orders of these customers by the as-of date"),
          money(GROSS, "Gross sales of these orders"),
          money(NET_REVENUE, "Net revenue of these orders"),
          money(MARGIN, "Contribution margin of these orders"),
          money(AOV, "Average order value: net revenue / orders; null without orders"),
          real(
              CLV_RAW,
              "Mean acquisition_clv of these customers, unshrunk, reporting currency; read small_n"
                  + " before comparing"),
          real(HIGH_VALUE_SHARE, "Share of these customers in the top quintile of acquisition_clv"),
          flag(SMALL_N, "Too few customers for the mean to say much"));

  private static final List<Field> NETWORK =
      List.of(
          whole(CLICKS, "Creditable clicks by the as-of date: no bots, no tests"),
          real(EPC, "Earnings per click: commission not reversed / clicks; null without clicks"),
          money(COMMISSION_PENDING, "Commission pending, its latest state by the as-of date"),
          money(COMMISSION_APPROVED, "Commission approved"),
          money(COMMISSION_PAID, "Commission paid"),
          money(COMMISSION_REVERSED, "Commission reversed: what was not to be paid"));

  public static final Table AFFILIATE_SCORECARD =
      new Table(
          Table.Layout.SNAPSHOT,
          "affiliate_scorecard",
          "one affiliate with a click, a customer or a commission",
          join(
              List.of(
                  text(AFFILIATE_ID, "The network's id of the affiliate"),
                  text(AFFILIATE_TYPE, "Kind of affiliate; unknown when no log names it")),
              MEASURES,
              NETWORK));

  public static final Table SOURCE_SCORECARD =
      new Table(
          Table.Layout.SNAPSHOT,
          "source_scorecard",
          "one source type",
          join(
              List.of(text(SOURCE_TYPE, "affiliate, referral, campaign, direct or unattributed")),
              MEASURES));

  @SafeVarargs
  private static List<Field> join(List<Field>... parts) {
    List<Field> all = new ArrayList<>();
    for (List<Field> part : parts) {
      all.addAll(part);
    }
    return all;
  }

  private Scorecards() {}
}
