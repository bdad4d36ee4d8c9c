package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.optional;
import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** Orders as the shop's systems report them; one row a version of an order. */
public final class Orders {
  public static final String ORDER_ID = "order_id";
  public static final String CUSTOMER_REF = "customer_ref";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String EMAIL_HASH = "email_hash";
  public static final String EMAIL_ID = "email_id";
  public static final String VISITOR_ID = "visitor_id";
  public static final String ORDER_TS = "order_ts";
  public static final String CONVERSION_TYPE = "conversion_type";
  public static final String STATUS = "status";
  public static final String CANCELLED_TS = "cancelled_ts";
  public static final String IS_TEST = "is_test";
  public static final String CURRENCY = "currency";
  public static final String SUBTOTAL = "subtotal";
  public static final String DISCOUNT = "discount";
  public static final String TAX = "tax";
  public static final String SHIPPING = "shipping";
  public static final String PAYMENT_FEE = "payment_fee";
  public static final String FULFILMENT_COST = "fulfilment_cost";
  public static final String GIFT_CARD_TENDER = "gift_card_tender";
  public static final String CHANNEL = "channel";
  public static final String CLICK_ID = "click_id";
  public static final String REFERRAL_CODE = "referral_code";
  public static final String COUPON_CODES = "coupon_codes";
  public static final String PAYMENT_HASH = "payment_hash";
  public static final String IP_HASH = "ip_hash";
  public static final String DEVICE_HASH = "device_hash";
  public static final String SHIP_HASH = "ship_hash";
  public static final String COUNTRY = "country";

  public static final String ORDER = "order";

  public static final String PAID = "paid";
  public static final String CANCELLED = "cancelled";
  public static final String TEST = "test";
  public static final String FRAUD = "fraud";

  public static final Contract CONTRACT =
      new Contract(
          "orders",
          "one version of one order",
          List.of(
              required(ORDER_ID, Kind.TEXT, "The shop's id of the order"),
              optional(CUSTOMER_REF, Kind.TEXT, "The shop's id of the customer; null for a guest")
                  .identifies(CUSTOMER_ID),
              optional(EMAIL_HASH, Kind.TEXT, "Hash of the normalised e-mail; identifies guests")
                  .identifies(EMAIL_ID),
              optional(VISITOR_ID, Kind.TEXT, "Browser or device that ordered"),
              required(ORDER_TS, Kind.INSTANT, "When the order was placed"),
              Contract.updatedTs(),
              optional(CONVERSION_TYPE, Kind.TEXT, "What the customer did; only orders earn")
                  .orElse(ORDER)
                  .oneOf(ORDER, "signup", "trial", "upgrade", "lead", "download"),
              required(STATUS, Kind.TEXT, "State of the order")
                  .orElse(PAID)
                  .oneOf("open", PAID, CANCELLED, TEST, FRAUD),
              optional(CANCELLED_TS, Kind.INSTANT, "When it was cancelled"),
              optional(IS_TEST, Kind.FLAG, "A test order, never counted").orElse("false"),
              required(CURRENCY, Kind.TEXT, "ISO 4217 code of the order's money"),
              required(SUBTOTAL, Kind.MONEY, "Sum of the lines before discount, tax and shipping")
                  .notNegative(),
              required(DISCOUNT, Kind.MONEY, "Discount on the lines").orElse("0").notNegative(),
              required(TAX, Kind.MONEY, "Tax").orElse("0").notNegative(),
              required(SHIPPING, Kind.MONEY, "Shipping charged").orElse("0").notNegative(),
              optional(PAYMENT_FEE, Kind.MONEY, "What the payment cost the shop").notNegative(),
              optional(FULFILMENT_COST, Kind.MONEY, "Picking, packing and sending").notNegative(),
              optional(
                      GIFT_CARD_TENDER,
                      Kind.MONEY,
                      "Part paid by gift card: earned when the card was sold")
                  .notNegative(),
              required(CHANNEL, Kind.TEXT, "Where it was ordered")
                  .orElse("web")
                  .oneOf("web", "app", "pos"),
              optional(CLICK_ID, Kind.TEXT, "Click the shop recorded with the order"),
              optional(REFERRAL_CODE, Kind.TEXT, "Friend's code redeemed with the order"),
              optional(COUPON_CODES, Kind.TEXTS, "Coupon codes redeemed"),
              optional(PAYMENT_HASH, Kind.TEXT, "Hash of the means of payment"),
              optional(IP_HASH, Kind.TEXT, "Hash of the address it was ordered from"),
              optional(DEVICE_HASH, Kind.TEXT, "Hash of the device's fingerprint"),
              optional(SHIP_HASH, Kind.TEXT, "Hash of the address it was sent to"),
              optional(COUNTRY, Kind.TEXT, "Country of the customer")),
          List.of(CleanColumns.SOURCE_SYSTEM, ORDER_ID),
          List.of(Contract.UPDATED_TS),
          ORDER_TS);

  private Orders() {}
}
