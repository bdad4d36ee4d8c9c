package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.optional;
import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** Marketing touches and visits; one row a touch. */
public final class Touchpoints {
  public static final String TOUCH_ID = "touch_id";
  public static final String SOURCE_SEQ = "source_seq";
  public static final String VISITOR_ID = "visitor_id";
  public static final String CUSTOMER_REF = "customer_ref";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String TOUCH_TS = "touch_ts";
  public static final String TOUCH_TYPE = "touch_type";
  public static final String CHANNEL = "channel";
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String CAMPAIGN_ID = "campaign_id";
  public static final String CREATIVE_ID = "creative_id";
  public static final String SUB_ID1 = "sub_id1";
  public static final String SUB_ID2 = "sub_id2";
  public static final String SUB_ID3 = "sub_id3";
  public static final String SUB_ID4 = "sub_id4";
  public static final String SUB_ID5 = "sub_id5";
  public static final String UTM_SOURCE = "utm_source";
  public static final String UTM_MEDIUM = "utm_medium";
  public static final String UTM_CAMPAIGN = "utm_campaign";
  public static final String UTM_TERM = "utm_term";
  public static final String UTM_CONTENT = "utm_content";
  public static final String CLICK_ID = "click_id";
  public static final String LANDING_URL = "landing_url";
  public static final String REFERRER_HOST = "referrer_host";
  public static final String IP_HASH = "ip_hash";
  public static final String DEVICE_HASH = "device_hash";
  public static final String USER_AGENT = "user_agent";
  public static final String DWELL_S = "dwell_s";
  public static final String CART_ID = "cart_id";
  public static final String CART_ITEMS = "cart_items";
  public static final String IS_BOT = "is_bot";
  public static final String IS_TEST = "is_test";

  public static final Contract CONTRACT =
      new Contract(
          "touchpoints",
          "one touch of one visitor",
          List.of(
              required(TOUCH_ID, Kind.TEXT, "Id of the touch")
                  .orElseHashOf(VISITOR_ID, TOUCH_TS, TOUCH_TYPE, AFFILIATE_ID, LANDING_URL),
              optional(SOURCE_SEQ, Kind.WHOLE, "Order within the source, breaks ties of time"),
              required(VISITOR_ID, Kind.TEXT, "Browser or device"),
              optional(CUSTOMER_REF, Kind.TEXT, "Customer, where the visitor was known")
                  .identifies(CUSTOMER_ID),
              required(TOUCH_TS, Kind.INSTANT, "When it happened"),
              Contract.updatedTs(),
              required(TOUCH_TYPE, Kind.TEXT, "Kind of touch")
                  .orElse("click")
                  .oneOf(
                      "view",
                      "soft_click",
                      "click",
                      "coupon",
                      "visit",
                      "cart",
                      "checkout",
                      "signup"),
              optional(CHANNEL, Kind.TEXT, "Marketing channel; direct for none"),
              optional(AFFILIATE_ID, Kind.TEXT, "Affiliate whose link or code it was"),
              optional(CAMPAIGN_ID, Kind.TEXT, "Campaign"),
              optional(CREATIVE_ID, Kind.TEXT, "Banner, link or text that was shown"),
              optional(SUB_ID1, Kind.TEXT, "The affiliate's own first sub-id"),
              optional(SUB_ID2, Kind.TEXT, "Second sub-id"),
              optional(SUB_ID3, Kind.TEXT, "Third sub-id"),
              optional(SUB_ID4, Kind.TEXT, "Fourth sub-id"),
              optional(SUB_ID5, Kind.TEXT, "Fifth sub-id"),
              optional(UTM_SOURCE, Kind.TEXT, "utm_source of the landing page"),
              optional(UTM_MEDIUM, Kind.TEXT, "utm_medium"),
              optional(UTM_CAMPAIGN, Kind.TEXT, "utm_campaign"),
              optional(UTM_TERM, Kind.TEXT, "utm_term"),
              optional(UTM_CONTENT, Kind.TEXT, "utm_content"),
              optional(CLICK_ID, Kind.TEXT, "Network's id of the click"),
              optional(LANDING_URL, Kind.TEXT, "Page it led to"),
              optional(REFERRER_HOST, Kind.TEXT, "Host it came from"),
              optional(IP_HASH, Kind.TEXT, "Hash of the address it came from"),
              optional(DEVICE_HASH, Kind.TEXT, "Hash of the device's fingerprint"),
              optional(USER_AGENT, Kind.TEXT, "What the browser calls itself"),
              optional(DWELL_S, Kind.NUMBER, "Seconds stayed").notNegative(),
              optional(CART_ID, Kind.TEXT, "Cart the touch belongs to"),
              optional(CART_ITEMS, Kind.TEXTS, "Products in the cart"),
              optional(IS_BOT, Kind.FLAG, "A bot's touch: kept, never credited").orElse("false"),
              optional(IS_TEST, Kind.FLAG, "A test touch: kept, never credited").orElse("false")),
          List.of(CleanColumns.SOURCE_SYSTEM, TOUCH_ID),
          List.of(Contract.UPDATED_TS),
          TOUCH_TS);

  private Touchpoints() {}
}
