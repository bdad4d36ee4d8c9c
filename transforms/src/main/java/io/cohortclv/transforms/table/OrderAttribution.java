package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.instant;
import static io.cohortclv.transforms.table.Table.money;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;

/** Who is credited with each counted order, by each model; decides commissions, not lifetimes. */
public final class OrderAttribution {
  public static final String SOURCE_SYSTEM = "source_system";
  public static final String ORDER_ID = "order_id";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String ORDER_TS = "order_ts";
  public static final String MODEL = "model";
  public static final String TOUCH_ID = "touch_id";
  public static final String SOURCE_TYPE = "source_type";
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String CAMPAIGN_ID = "campaign_id";
  public static final String REFERRER_ID = "referrer_id";
  public static final String CREDIT_SHARE = "credit_share";
  public static final String CREDITED_NET = "credited_net";
  public static final String IS_CONTRACT_MODEL = "is_contract_model";
  public static final String RULE_FIRED = "rule_fired";

  public static final Table TABLE =
      Table.ledger(
          "order_attribution",
          "one order x model x touch",
          text(SOURCE_SYSTEM, "System the order came from"),
          text(ORDER_ID, "The shop's id of the order"),
          text(CUSTOMER_ID, "Keyed hash of the customer; null for an anonymous guest"),
          instant(ORDER_TS, "When the order was placed"),
          text(MODEL, "Attribution model"),
          text(TOUCH_ID, "Touch or referral event credited; null when unattributed"),
          text(SOURCE_TYPE, "affiliate, referral, campaign, direct or unattributed"),
          text(AFFILIATE_ID, "Affiliate credited"),
          text(CAMPAIGN_ID, "Campaign credited"),
          text(REFERRER_ID, "Keyed hash of the customer who referred"),
          real(CREDIT_SHARE, "Share of the order; sums to 1 over an order and model"),
          money(CREDITED_NET, "Share of the order's net revenue; sums to it exactly"),
          flag(IS_CONTRACT_MODEL, "The model commissions are paid by"),
          text(RULE_FIRED, "Why this touch: touch, referral_code or none"));

  private OrderAttribution() {}
}
