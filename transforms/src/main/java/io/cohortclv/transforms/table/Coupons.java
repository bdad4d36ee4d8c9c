package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** Coupon codes given to affiliates; one row a code and owner from a time on. */
public final class Coupons {
  public static final String CODE = "code";
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String IS_EXCLUSIVE = "is_exclusive";
  public static final String VALID_FROM = Contract.VALID_FROM;
  public static final String VALID_TO = Contract.VALID_TO;

  public static final Contract CONTRACT =
      new Contract(
          "coupons",
          "one coupon code of one affiliate from valid_from to before valid_to",
          List.of(
              required(CODE, Kind.TEXT, "The code as orders have it; letters' case is ignored"),
              required(AFFILIATE_ID, Kind.TEXT, "Affiliate the code was given to"),
              required(
                      IS_EXCLUSIVE,
                      Kind.FLAG,
                      "Given to this affiliate alone: redeeming it names the affiliate, no click"
                          + " needed")
                  .orElse("true"),
              Contract.validFrom(),
              Contract.validTo(),
              Contract.updatedTs()),
          List.of(CleanColumns.SOURCE_SYSTEM, CODE, AFFILIATE_ID, VALID_FROM),
          List.of(Contract.UPDATED_TS),
          VALID_FROM);

  private Coupons() {}
}
