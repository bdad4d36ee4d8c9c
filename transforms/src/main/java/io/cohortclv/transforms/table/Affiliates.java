package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.optional;
import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** Affiliates with their history; one row a version valid from a time on. */
public final class Affiliates {
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String NAME = "name";
  public static final String TYPE = "type";
  public static final String PARENT_ID = "parent_id";
  public static final String STATUS = "status";

  /** Keeps its credit and loses its commission. */
  public static final String SUSPENDED = "suspended";

  public static final String EMAIL_HASH = "email_hash";
  public static final String EMAIL_ID = "email_id";
  public static final String PAYOUT_HASH = "payout_hash";
  public static final String COUNTRY = "country";
  public static final String CATEGORY = "category";
  public static final String FOLLOWERS = "followers";
  public static final String SCREENING_RESULT = "screening_result";
  public static final String JOINED_TS = "joined_ts";
  public static final String VALID_FROM = Contract.VALID_FROM;
  public static final String VALID_TO = Contract.VALID_TO;

  public static final String IS_INFERRED = "is_inferred";

  public static final Contract CONTRACT =
      new Contract(
          "affiliates",
          "one affiliate from valid_from to before valid_to",
          List.of(
              required(AFFILIATE_ID, Kind.TEXT, "Id of the affiliate"),
              optional(NAME, Kind.TEXT, "Name shown in reports"),
              required(TYPE, Kind.TEXT, "Kind of affiliate")
                  .oneOf(
                      "content",
                      "coupon",
                      "cashback",
                      "influencer",
                      "ppc",
                      "email",
                      "customer",
                      "b2b"),
              optional(PARENT_ID, Kind.TEXT, "Affiliate it belongs to"),
              required(STATUS, Kind.TEXT, "active, suspended, or as the network says")
                  .orElse("active"),
              optional(EMAIL_HASH, Kind.TEXT, "Hash of the normalised e-mail, as orders have it")
                  .identifies(EMAIL_ID),
              optional(PAYOUT_HASH, Kind.TEXT, "Hash of the account paid to"),
              optional(COUNTRY, Kind.TEXT, "Country"),
              optional(CATEGORY, Kind.TEXT, "What it writes about"),
              optional(FOLLOWERS, Kind.WHOLE, "People it reaches").notNegative(),
              optional(SCREENING_RESULT, Kind.TEXT, "Outcome of the screening before it joined"),
              required(JOINED_TS, Kind.INSTANT, "When it joined"),
              Contract.validFrom(),
              Contract.validTo(),
              optional(IS_INFERRED, Kind.FLAG, "Only other logs name it; nothing else is known")
                  .orElse("false"),
              Contract.updatedTs()),
          List.of(CleanColumns.SOURCE_SYSTEM, AFFILIATE_ID, VALID_FROM),
          List.of(Contract.UPDATED_TS),
          VALID_FROM);

  private Affiliates() {}
}
