package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.optional;
import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** Money given back; one row a version of a refund. */
public final class Refunds {
  public static final String REFUND_ID = "refund_id";
  public static final String ORDER_ID = "order_id";
  public static final String CUSTOMER_REF = "customer_ref";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String PRODUCT_ID = "product_id";
  public static final String ORDER_ITEM_ID = "order_item_id";
  public static final String REFUND_TS = "refund_ts";
  public static final String CURRENCY = "currency";
  public static final String AMOUNT = "amount";
  public static final String TAX = "tax";
  public static final String QUANTITY = "quantity";
  public static final String RESTOCKED = "restocked";
  public static final String TYPE = "type";
  public static final String REASON = "reason";

  public static final Contract CONTRACT =
      new Contract(
          "refunds",
          "one version of one refund",
          List.of(
              required(REFUND_ID, Kind.TEXT, "Id of the refund"),
              optional(ORDER_ID, Kind.TEXT, "Order it refunds; null when the log does not say"),
              optional(CUSTOMER_REF, Kind.TEXT, "Customer refunded").identifies(CUSTOMER_ID),
              optional(PRODUCT_ID, Kind.TEXT, "Product given back"),
              optional(ORDER_ITEM_ID, Kind.TEXT, "Line given back"),
              required(REFUND_TS, Kind.INSTANT, "When the refund was made"),
              Contract.updatedTs(),
              required(CURRENCY, Kind.TEXT, "ISO 4217 code"),
              required(AMOUNT, Kind.MONEY, "Amount given back, before tax").notNegative(),
              optional(TAX, Kind.MONEY, "Tax given back").notNegative(),
              optional(QUANTITY, Kind.WHOLE, "Units given back").notNegative(),
              optional(RESTOCKED, Kind.FLAG, "The goods went back to stock: their cost is none"),
              required(TYPE, Kind.TEXT, "Kind of refund")
                  .orElse("return")
                  .oneOf("return", "cancel", "chargeback", "adjust"),
              optional(REASON, Kind.TEXT, "Reason as the source gives it")),
          List.of(CleanColumns.SOURCE_SYSTEM, REFUND_ID),
          List.of(Contract.UPDATED_TS),
          REFUND_TS);

  private Refunds() {}
}
