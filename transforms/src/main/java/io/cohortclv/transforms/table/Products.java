package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.optional;
import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** Products with their prices and costs over time; one row a version valid from a time on. */
public final class Products {
  public static final String PRODUCT_ID = "product_id";
  public static final String CATEGORY = "category";
  public static final String PRICE_TIER = "price_tier";
  public static final String LIST_PRICE = "list_price";
  public static final String COGS = "cogs";
  public static final String MARGIN_RATE = "margin_rate";
  public static final String CURRENCY = "currency";
  public static final String VALID_FROM = Contract.VALID_FROM;
  public static final String VALID_TO = Contract.VALID_TO;

  public static final Contract CONTRACT =
      new Contract(
          "products",
          "one product from valid_from to before valid_to",
          List.of(
              required(PRODUCT_ID, Kind.TEXT, "Id of the product"),
              required(CATEGORY, Kind.TEXT, "Category").orElse("unknown"),
              optional(PRICE_TIER, Kind.TEXT, "Class of price, such as low, mid, high"),
              optional(LIST_PRICE, Kind.MONEY, "Price of one unit before discount and tax")
                  .notNegative(),
              optional(COGS, Kind.MONEY, "Cost of the goods of one unit").notNegative(),
              optional(
                      MARGIN_RATE,
                      Kind.NUMBER,
                      "Margin as a fraction of net revenue where cogs are not known")
                  .between(-1, 1),
              optional(CURRENCY, Kind.TEXT, "ISO 4217 code"),
              Contract.validFrom(),
              Contract.validTo(),
              Contract.updatedTs()),
          List.of(CleanColumns.SOURCE_SYSTEM, PRODUCT_ID, VALID_FROM),
          List.of(Contract.UPDATED_TS),
          VALID_FROM);

  private Products() {}
}
