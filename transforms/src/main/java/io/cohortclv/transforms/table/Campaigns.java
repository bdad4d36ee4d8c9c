package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.optional;
import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** Campaigns with their budgets; one row a version of a campaign. */
public final class Campaigns {
  public static final String CAMPAIGN_ID = "campaign_id";
  public static final String PROGRAM_ID = "program_id";
  public static final String NAME = "name";
  public static final String CHANNEL = "channel";
  public static final String STARTS_ON = "starts_on";
  public static final String ENDS_ON = "ends_on";
  public static final String BUDGET = "budget";
  public static final String CURRENCY = "currency";

  public static final String IS_INFERRED = "is_inferred";

  public static final Contract CONTRACT =
      new Contract(
          "campaigns",
          "one version of one campaign",
          List.of(
              required(CAMPAIGN_ID, Kind.TEXT, "Id of the campaign"),
              optional(PROGRAM_ID, Kind.TEXT, "Program it belongs to"),
              optional(NAME, Kind.TEXT, "Name shown in reports"),
              optional(CHANNEL, Kind.TEXT, "Marketing channel"),
              optional(STARTS_ON, Kind.DAY, "First day"),
              optional(ENDS_ON, Kind.DAY, "Last day, inclusive; null for open"),
              optional(BUDGET, Kind.MONEY, "Money set aside for all of it").notNegative(),
              optional(CURRENCY, Kind.TEXT, "ISO 4217 code of the budget"),
              optional(IS_INFERRED, Kind.FLAG, "Only other logs name it; nothing else is known")
                  .orElse("false"),
              Contract.updatedTs()),
          List.of(CleanColumns.SOURCE_SYSTEM, CAMPAIGN_ID),
          List.of(Contract.UPDATED_TS),
          Contract.UPDATED_TS);

  private Campaigns() {}
}
