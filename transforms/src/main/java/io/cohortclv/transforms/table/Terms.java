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
  public static final String LOCK_DAYS = "lock_days";
  public static final String NETWORK_FEE_PCT = "network_fee_pct";
  public static final String CURRENCY = "currency";
  public static final String VALID_FROM = "valid_from";
  public static final String VALID_TO = "valid_to";

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
              required(
                  CLICK_WINDOW_S, Kind.WHOLE, "Seconds after a click in which an order counts"),
              required(VIEW_WINDOW_S, Kind.WHOLE, "Seconds after a view in which an order counts"),
              required(RATE_TYPE, Kind.TEXT, "How the rate is read").oneOf("pct", "flat", "tier"),
              required(RATE, Kind.NUMBER, "Fraction of the basis, or flat amount an order"),
              optional(LOCK_DAYS, Kind.WHOLE, "Days until a commission locks"),
              optional(
                  NETWORK_FEE_PCT,
                  Kind.NUMBER,
                  "The network's override, a fraction of the commission"),
              required(CURRENCY, Kind.TEXT, "ISO 4217 code"),
              required(VALID_FROM, Kind.INSTANT, "From when the terms hold"),
              optional(VALID_TO, Kind.INSTANT, "Until before when they hold; null for open"),
              Contract.updatedTs()),
          List.of(CleanColumns.SOURCE_SYSTEM, PROGRAM_ID, CAMPAIGN_ID, AFFILIATE_ID, VALID_FROM),
          List.of(Contract.UPDATED_TS),
          VALID_FROM);

  private Terms() {}
}
