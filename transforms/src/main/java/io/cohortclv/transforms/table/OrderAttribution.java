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
  public static final String IS_FIRST_ORDER = "is_first_order";
  public static final String DISCOUNT_RATE = "discount_rate";
  public static final String COUPON = "coupon";
  public static final String COUPON_STATE = "coupon_state";
  public static final String MODEL = "model";
  public static final String TOUCH_ID = "touch_id";
  public static final String TOUCH_TS = "touch_ts";
  public static final String SOURCE_TYPE = "source_type";
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String CAMPAIGN_ID = "campaign_id";
  public static final String SUB_ID = "sub_id";
  public static final String REFERRER_ID = "referrer_id";
  public static final String CREDIT_SHARE = "credit_share";
  public static final String CREDITED_NET = "credited_net";
  public static final String IS_CONTRACT_MODEL = "is_contract_model";
  public static final String RULE_FIRED = "rule_fired";
  public static final String WINDOW_TRUNCATED = "window_truncated";
  public static final String COMMISSION_EXPECTED = "commission_expected";

  /** Rules fired: what an order was credited by. */
  public static final String REFERRAL_CODE = "referral_code";

  public static final String REFERRAL_SIGNUP = "referral_signup";
  public static final String TOUCH = "touch";
  public static final String NONE = "none";

  /** States of a coupon code. */
  public static final String EXCLUSIVE = "exclusive";

  public static final String SHARED = "shared";
  public static final String LEAKED = "leaked";

  /** A code redeemed far more often that day than before: leaked to who never saw its owner. */
  public static final String SPIKE = "spike";

  public static final Table TABLE =
      Table.ledger(
          "order_attribution",
          "one order x model x touch",
          text(SOURCE_SYSTEM, "System the order came from"),
          text(ORDER_ID, "The shop's id of the order"),
          text(CUSTOMER_ID, "Keyed hash of the customer; null for an anonymous guest"),
          instant(ORDER_TS, "When the order was placed"),
          flag(IS_FIRST_ORDER, "First counted order of its customer"),
          real(DISCOUNT_RATE, "Discount of the order as a fraction of its gross"),
          text(COUPON, "Code of an affiliate redeemed with the order"),
          text(
              COUPON_STATE,
              "exclusive; shared: given to more than one; leaked: redeemed far more often that day"
                  + " than before, by someone who never touched its owner. Null without a code"),
          text(MODEL, "Attribution model"),
          text(
              TOUCH_ID,
              "Touch or referral event credited; null when unattributed, or for a code without a"
                  + " touch"),
          instant(TOUCH_TS, "When that touch or sign-up was"),
          text(SOURCE_TYPE, "affiliate, referral, campaign, direct or unattributed"),
          text(AFFILIATE_ID, "Affiliate credited"),
          text(CAMPAIGN_ID, "Campaign credited"),
          text(SUB_ID, "The affiliate's own sub-id of the touch"),
          text(REFERRER_ID, "Keyed hash of the customer who referred"),
          real(CREDIT_SHARE, "Share of the order; sums to 1 over an order and model"),
          money(CREDITED_NET, "Share of the order's net revenue; sums to it exactly"),
          flag(IS_CONTRACT_MODEL, "The model commissions are paid by"),
          text(
              RULE_FIRED,
              "What decided: referral_code, referral_signup, coupon, touch, or none when nobody is"
                  + " credited"),
          flag(
              WINDOW_TRUNCATED,
              "Earlier touches may be missing: the touch log begins within the window, or the"
                  + " person had too many touches"),
          money(
              COMMISSION_EXPECTED,
              "Commission the terms promise for this credit, of the contract model; null for other"
                  + " models and for who is no affiliate"));

  private OrderAttribution() {}
}
