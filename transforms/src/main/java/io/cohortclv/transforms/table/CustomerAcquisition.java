package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.day;
import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.instant;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;

import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Who brought each customer: the credit of the first counted order, by each model. */
public final class CustomerAcquisition {
  public static final String CUSTOMER_ID = "customer_id";
  public static final String MODEL = "model";
  public static final String ACQUISITION_SHARE = "acquisition_share";
  public static final String FIRST_ORDER_TS = "first_order_ts";
  public static final String COHORT_MONTH = "cohort_month";
  public static final String SOURCE_TYPE = "source_type";
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String AFFILIATE_TYPE = "affiliate_type";
  public static final String CAMPAIGN_ID = "campaign_id";
  public static final String SUB_ID = "sub_id";
  public static final String REFERRER_ID = "referrer_id";
  public static final String COUPON = "coupon";
  public static final String FIRST_DISCOUNT_RATE = "first_discount_rate";
  public static final String WINDOW_TRUNCATED = "window_truncated";
  public static final String IS_CONTRACT_MODEL = "is_contract_model";
  public static final String IS_LEFT_CENSORED = "is_left_censored";

  public static final String AFFILIATE = "affiliate";
  public static final String REFERRAL = "referral";
  public static final String CAMPAIGN = "campaign";
  public static final String DIRECT = "direct";
  public static final String UNATTRIBUTED = "unattributed";

  /** Every source type, in the order reports show them. */
  public static final List<String> SOURCE_TYPES =
      List.of(AFFILIATE, REFERRAL, CAMPAIGN, DIRECT, UNATTRIBUTED);

  public static final Table TABLE =
      Table.snapshot(
          "customer_acquisition",
          "one customer x model x touch source",
          text(CUSTOMER_ID, "Keyed hash of the customer"),
          text(MODEL, "Attribution model"),
          real(ACQUISITION_SHARE, "Share of the customer; sums to 1 over a customer and model"),
          instant(FIRST_ORDER_TS, "First counted order"),
          day(COHORT_MONTH, "First day of the month of the first counted order, business zone"),
          text(SOURCE_TYPE, "affiliate, referral, campaign, direct or unattributed"),
          text(AFFILIATE_ID, "Affiliate that brought the customer"),
          text(AFFILIATE_TYPE, "Type of that affiliate at the first order"),
          text(CAMPAIGN_ID, "Campaign that brought the customer"),
          text(SUB_ID, "The affiliate's own sub-id of the touch"),
          text(REFERRER_ID, "Keyed hash of the customer who referred"),
          text(COUPON, "Code of an affiliate redeemed with the first order"),
          real(FIRST_DISCOUNT_RATE, "Discount of the first order as a fraction of its gross"),
          flag(
              WINDOW_TRUNCATED,
              "Earlier touches may be missing: the touch log begins within the model's window"
                  + " before the first order"),
          flag(IS_CONTRACT_MODEL, "The model cohorts, values and costs go by"),
          flag(
              IS_LEFT_CENSORED,
              "First order before the log is complete: not a true acquisition; kept out of"
                  + " acquisition cohorts and source fits"));

  /**
   * Of customers truly acquired within the log, by the contract model: whoever's first order lies
   * before the log is older than it seems, and who brought them is not known.
   */
  public static final Column COUNTS = col(IS_CONTRACT_MODEL).and(not(col(IS_LEFT_CENSORED)));

  private CustomerAcquisition() {}

  /**
   * Who brought each customer as far as models go: one row a customer of {@link #COUNTS}, with the
   * columns asked for of the owner who has most of the customer (of several with as much, the last
   * by name).
   *
   * @param acquisitions rows of this table
   */
  public static Dataset<Row> principalOwners(Dataset<Row> acquisitions, String... columns) {
    Column rank =
        struct(
            Stream.of(ACQUISITION_SHARE, SOURCE_TYPE, AFFILIATE_ID, CAMPAIGN_ID, REFERRER_ID)
                .map(c -> col(c))
                .toArray(Column[]::new));
    Column[] owner = Stream.of(columns).map(c -> col("owner." + c)).toArray(Column[]::new);
    return acquisitions
        .filter(COUNTS)
        .groupBy(CUSTOMER_ID)
        .agg(
            max_by(struct(Stream.of(columns).map(c -> col(c)).toArray(Column[]::new)), rank)
                .as("owner"))
        .select(
            Stream.concat(Stream.of(col(CUSTOMER_ID)), Stream.of(owner)).toArray(Column[]::new));
  }
}
