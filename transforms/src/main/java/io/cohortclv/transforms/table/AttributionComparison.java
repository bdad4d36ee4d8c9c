package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.money;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;
import static io.cohortclv.transforms.table.Table.whole;

/** How an affiliate's worth and rank hang on the model that credits it. */
public final class AttributionComparison {
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String MODEL = "model";
  public static final String IS_CONTRACT_MODEL = "is_contract_model";
  public static final String CREDITED_NET = "credited_net";
  public static final String N_CUSTOMERS = "n_customers";
  public static final String RANK = "rank";
  public static final String RANK_CHANGE = "rank_change";

  public static final Table TABLE =
      Table.snapshot(
          "attribution_comparison",
          "one affiliate that any model credits x model",
          text(AFFILIATE_ID, "The network's id of the affiliate"),
          text(MODEL, "Attribution model"),
          flag(IS_CONTRACT_MODEL, "The model commissions, cohorts and values go by"),
          money(CREDITED_NET, "Net revenue credited to the affiliate by the as-of date"),
          real(N_CUSTOMERS, "Customers acquired: sum of shares, left-censored ones out"),
          whole(RANK, "Rank by credited_net among the affiliates of the model; 1 is the highest"),
          whole(
              RANK_CHANGE,
              "Ranks the affiliate gains against the contract model: rank there - rank here"));

  private AttributionComparison() {}
}
