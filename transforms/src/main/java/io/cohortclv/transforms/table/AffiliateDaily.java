package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.day;
import static io.cohortclv.transforms.table.Table.money;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;
import static io.cohortclv.transforms.table.Table.whole;

/** What each affiliate did and sold, day by day: for trends and for the affiliates themselves. */
public final class AffiliateDaily {
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String CAMPAIGN_ID = "campaign_id";
  public static final String DAY = "day";
  public static final String IMPRESSIONS = "impressions";
  public static final String CLICKS = "clicks";
  public static final String UNIQUE_CLICKS = "unique_clicks";
  public static final String SIGNUPS = "signups";
  public static final String ORDERS = "orders";
  public static final String NEW_CUSTOMERS = "new_customers";
  public static final String GROSS = "gross";
  public static final String NET_REVENUE = "net_revenue";
  public static final String COMMISSION_PENDING = "commission_pending";
  public static final String COMMISSION_APPROVED = "commission_approved";
  public static final String COMMISSION_PAID = "commission_paid";
  public static final String COMMISSION_REVERSED = "commission_reversed";
  public static final String EPC = "epc";
  public static final String CONVERSION_RATE = "conversion_rate";
  public static final String AOV = "aov";

  public static final Table TABLE =
      Table.snapshot(
          "affiliate_daily",
          "one affiliate x campaign x day with anything, of the last scorecard.daily-days days",
          text(AFFILIATE_ID, "Affiliate"),
          text(CAMPAIGN_ID, "Campaign of the touch; null without"),
          day(DAY, "Business day"),
          whole(IMPRESSIONS, "Views: no bots, no tests"),
          whole(CLICKS, "Clicks likewise"),
          whole(UNIQUE_CLICKS, "Visitors who clicked that day"),
          whole(SIGNUPS, "Sign-ups likewise"),
          real(
              ORDERS, "Counted orders of the day credited by the contract model, by credit shares"),
          real(NEW_CUSTOMERS, "Customers acquired that day: sum of acquisition shares"),
          money(GROSS, "Credited share of these orders' gross sales"),
          money(NET_REVENUE, "Credited share of their net revenue, refunds by the as-of date off"),
          money(COMMISSION_PENDING, "Commission of the day's actions still pending or held"),
          money(COMMISSION_APPROVED, "Commission of the day's actions approved"),
          money(COMMISSION_PAID, "Commission of the day's actions paid"),
          money(COMMISSION_REVERSED, "Commission of the day's actions reversed"),
          real(EPC, "Commission not reversed / clicks; null without clicks"),
          real(CONVERSION_RATE, "orders / unique_clicks; null without clicks"),
          money(AOV, "net_revenue / orders; null without orders"));

  private AffiliateDaily() {}
}
