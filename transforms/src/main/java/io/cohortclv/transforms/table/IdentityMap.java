package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.optional;
import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** Which identifiers are one person, and since when; one row an identifier and period. */
public final class IdentityMap {
  public static final String ID_TYPE = "id_type";

  public static final String VISITOR = "visitor";
  public static final String EMAIL = "email";
  public static final String CUSTOMER = "customer";

  public static final String ID_HASH = "id_hash";
  public static final String ENTITY_ID = "entity_id";
  public static final String PERSON_ID = "person_id";
  public static final String PERSON_KEY = "person_key";
  public static final String CONFIDENCE = "confidence";
  public static final String CONSENT = "consent";
  public static final String VALID_FROM = Contract.VALID_FROM;
  public static final String VALID_TO = Contract.VALID_TO;

  public static final Contract CONTRACT =
      new Contract(
          "identity_map",
          "one identifier of one person from valid_from to before valid_to",
          List.of(
              required(ID_TYPE, Kind.TEXT, "What kind of identifier it is")
                  .oneOf(VISITOR, EMAIL, "phone", CUSTOMER, "device"),
              required(
                      ID_HASH,
                      Kind.TEXT,
                      "The identifier as the other logs have it: visitor_id, email_hash, customer_ref, device_hash")
                  .identifies(ENTITY_ID),
              required(PERSON_ID, Kind.TEXT, "The person, as the source names people")
                  .identifies(PERSON_KEY),
              optional(CONFIDENCE, Kind.NUMBER, "How sure the source is").between(0, 1),
              optional(
                  CONSENT,
                  Kind.FLAG,
                  "Whether the person agreed to be recognised; null for not asked"),
              Contract.validFrom(),
              Contract.validTo(),
              Contract.updatedTs()),
          List.of(CleanColumns.SOURCE_SYSTEM, ID_TYPE, ID_HASH, VALID_FROM),
          List.of(Contract.UPDATED_TS),
          VALID_FROM);

  private IdentityMap() {}
}
