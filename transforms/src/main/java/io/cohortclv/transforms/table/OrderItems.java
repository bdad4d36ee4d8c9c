package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.optional;
import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** Lines of orders; one row a version of a line. */
public final class OrderItems {
  public static final String ORDER_ITEM_ID = "order_item_id";
  public static final String ORDER_ID = "order_id";
  public static final String PRODUCT_ID = "product_id";
  public static final String ITEM_TS = "item_ts";
  public static final String QUANTITY = "quantity";
  public static final String UNIT_PRICE = "unit_price";
  public static final String DISCOUNT = "discount";
  public static final String TAX = "tax";
  public static final String COGS = "cogs";
  public static final String IS_GIFT_CARD = "is_gift_card";

  public static final Contract CONTRACT =
      new Contract(
          "order_items",
          "one version of one line of an order",
          List.of(
              required(ORDER_ITEM_ID, Kind.TEXT, "Id of the line"),
              required(ORDER_ID, Kind.TEXT, "Order the line belongs to"),
              required(PRODUCT_ID, Kind.TEXT, "Product sold"),
              optional(ITEM_TS, Kind.INSTANT, "When the line was added; else it is undated"),
              Contract.updatedTs(),
              required(QUANTITY, Kind.WHOLE, "Units sold").notNegative(),
              required(UNIT_PRICE, Kind.MONEY, "Price of one unit before discount and tax")
                  .notNegative(),
              required(DISCOUNT, Kind.MONEY, "Discount on the line").orElse("0").notNegative(),
              optional(TAX, Kind.MONEY, "Tax on the line").notNegative(),
              optional(COGS, Kind.MONEY, "Cost of the goods of the whole line").notNegative(),
              optional(IS_GIFT_CARD, Kind.FLAG, "The line sells a gift card: no revenue yet")
                  .orElse("false")),
          List.of(CleanColumns.SOURCE_SYSTEM, ORDER_ITEM_ID),
          List.of(Contract.UPDATED_TS),
          ITEM_TS);

  private OrderItems() {}
}
