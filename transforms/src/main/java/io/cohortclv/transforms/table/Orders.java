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
  public static final String STATUS = "status";
  public static final String IS_TEST = "is_test";
  public static final String CURRENCY = "currency";
  public static final String SUBTOTAL = "subtotal";
  public static final String DISCOUNT = "discount";
  public static final String TAX = "tax";
  public static final String SHIPPING = "shipping";
  public static final String CHANNEL = "channel";
  public static final String CLICK_ID = "click_id";
  public static final String REFERRAL_CODE = "referral_code";
  public static final String COUPON_CODES = "coupon_codes";
  public static final String COUNTRY = "country";

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
              required(STATUS, Kind.TEXT, "State of the order")
                  .orElse(PAID)
                  .oneOf("open", PAID, CANCELLED, TEST, FRAUD),
              optional(IS_TEST, Kind.FLAG, "A test order, never counted").orElse("false"),
              required(CURRENCY, Kind.TEXT, "ISO 4217 code of the order's money"),
              required(SUBTOTAL, Kind.MONEY, "Sum of the lines before discount, tax and shipping"),
              required(DISCOUNT, Kind.MONEY, "Discount on the lines").orElse("0"),
              required(TAX, Kind.MONEY, "Tax").orElse("0"),
              required(SHIPPING, Kind.MONEY, "Shipping charged").orElse("0"),
              required(CHANNEL, Kind.TEXT, "Where it was ordered")
                  .orElse("web")
                  .oneOf("web", "app", "pos"),
              optional(CLICK_ID, Kind.TEXT, "Click the shop recorded with the order"),
              optional(REFERRAL_CODE, Kind.TEXT, "Friend's code redeemed with the order"),
              optional(COUPON_CODES, Kind.TEXTS, "Coupon codes redeemed"),
              optional(COUNTRY, Kind.TEXT, "Country of the customer")),
          List.of(CleanColumns.SOURCE_SYSTEM, ORDER_ID),
          List.of(Contract.UPDATED_TS),
          ORDER_TS);

  private Orders() {}
}
