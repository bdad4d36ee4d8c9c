package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.optional;
import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** What acquiring customers cost beside commissions; one row a cost of one day. */
public final class Costs {
  public static final String COST_ID = "cost_id";
  public static final String COST_DATE = "cost_date";
  public static final String PROGRAM_ID = "program_id";
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String CAMPAIGN_ID = "campaign_id";
  public static final String CHANNEL = "channel";
  public static final String COST_TYPE = "cost_type";
  public static final String AMOUNT = "amount";
  public static final String CURRENCY = "currency";

  public static final Contract CONTRACT =
      new Contract(
          "costs",
          "one version of one cost of one day",
          List.of(
              required(COST_ID, Kind.TEXT, "Id of the cost"),
              required(
                  COST_DATE, Kind.DAY, "Day it is for; a period's cost is spread over its days"),
              optional(PROGRAM_ID, Kind.TEXT, "Program it was spent on"),
              optional(AFFILIATE_ID, Kind.TEXT, "Affiliate it was spent on"),
              optional(CAMPAIGN_ID, Kind.TEXT, "Campaign it was spent on"),
              required(CHANNEL, Kind.TEXT, "Marketing channel it was spent in"),
              required(COST_TYPE, Kind.TEXT, "Kind of cost")
                  .oneOf("fixed", "placement", "ads", "tool", "bonus"),
              required(AMOUNT, Kind.MONEY, "Amount spent; negative rows are corrections"),
              required(CURRENCY, Kind.TEXT, "ISO 4217 code"),
              Contract.updatedTs()),
          List.of(CleanColumns.SOURCE_SYSTEM, COST_ID),
          List.of(Contract.UPDATED_TS),
          COST_DATE);

  private Costs() {}
}
