package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.optional;
import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** Commission terms of programs, with their history; one row a version valid from a time on. */
public final class Terms {
  public static final String PROGRAM_ID = "program_id";
  public static final String CAMPAIGN_ID = "campaign_id";
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String MODEL = "model";
  public static final String CLICK_WINDOW_S = "click_window_s";
  public static final String VIEW_WINDOW_S = "view_window_s";
  public static final String RATE_TYPE = "rate_type";
  public static final String RATE = "rate";
  public static final String TIERS = "tiers";
  public static final String BASIS = "basis";
  public static final String NEW_ONLY = "new_only";
  public static final String RECURRING_MONTHS = "recurring_months";
  public static final String DAILY_CAP = "daily_cap";
  public static final String MONTHLY_CAP = "monthly_cap";
  public static final String CAP_AMOUNT = "cap_amount";
  public static final String LOCK_DAYS = "lock_days";
  public static final String NETWORK_FEE_PCT = "network_fee_pct";
  public static final String CURRENCY = "currency";
  public static final String VALID_FROM = Contract.VALID_FROM;
  public static final String VALID_TO = Contract.VALID_TO;

  public static final Contract CONTRACT =
      new Contract(
          "terms",
          "terms of a program, or of one affiliate in it, from valid_from to before valid_to",
          List.of(
              required(PROGRAM_ID, Kind.TEXT, "Program"),
              optional(CAMPAIGN_ID, Kind.TEXT, "Campaign the terms are for; null for all"),
              optional(
                  AFFILIATE_ID, Kind.TEXT, "Affiliate the terms are for; null for the default"),
              required(MODEL, Kind.TEXT, "Attribution rule the program pays by"),
              required(CLICK_WINDOW_S, Kind.WHOLE, "Seconds after a click in which an order counts")
                  .notNegative(),
              required(VIEW_WINDOW_S, Kind.WHOLE, "Seconds after a view in which an order counts")
                  .notNegative(),
              required(RATE_TYPE, Kind.TEXT, "How the rate is read").oneOf("pct", "flat", "tier"),
              required(
                      RATE,
                      Kind.NUMBER,
                      "Fraction of the basis, or flat amount an order; of tiers, the lowest")
                  .notNegative(),
              optional(
                  TIERS,
                  Kind.TEXTS,
                  "Of tiers: from which orders of a calendar month on another rate holds, 100:0.08"),
              required(
                      BASIS,
                      Kind.TEXT,
                      "What the rate is a fraction of: orders before refunds, or after")
                  .orElse("net")
                  .oneOf("gross", "net"),
              optional(NEW_ONLY, Kind.FLAG, "Pays for a customer's first order only")
                  .orElse("false"),
              optional(
                      RECURRING_MONTHS,
                      Kind.WHOLE,
                      "Pays for so many months from the customer's first order on; null for ever")
                  .notNegative(),
              optional(DAILY_CAP, Kind.WHOLE, "Most orders paid a day and affiliate").notNegative(),
              optional(MONTHLY_CAP, Kind.WHOLE, "Most orders paid a month and affiliate")
                  .notNegative(),
              optional(CAP_AMOUNT, Kind.MONEY, "Most paid for one order").notNegative(),
              optional(LOCK_DAYS, Kind.WHOLE, "Days until a commission locks").notNegative(),
              optional(
                      NETWORK_FEE_PCT,
                      Kind.NUMBER,
                      "The network's override, a fraction of the commission")
                  .notNegative(),
              required(CURRENCY, Kind.TEXT, "ISO 4217 code"),
              Contract.validFrom(),
              Contract.validTo(),
              Contract.updatedTs()),
          List.of(CleanColumns.SOURCE_SYSTEM, PROGRAM_ID, CAMPAIGN_ID, AFFILIATE_ID, VALID_FROM),
          List.of(Contract.UPDATED_TS),
          VALID_FROM);

  private Terms() {}
}
