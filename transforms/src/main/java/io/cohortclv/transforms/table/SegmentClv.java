package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;

import java.util.List;

/** What the customers of each segment are worth, by what they had in common when they came. */
public final class SegmentClv {
  public static final String DIMENSION = "dimension";
  public static final String SEGMENT = "segment";
  public static final String CUSTOMERS = "customers";
  public static final String HIST_MARGIN = "hist_margin";
  public static final String RESIDUAL_H = "residual_h";
  public static final String CLV_H = "clv_h";
  public static final String ACQUISITION_CLV = "acquisition_clv";
  public static final String ACQUISITION_CLV_MEAN = "acquisition_clv_mean";

  public static final String SOURCE = "source";
  public static final String CAMPAIGN = "campaign";
  public static final String AFFILIATE_TYPE = "affiliate_type";
  public static final String COUNTRY = "country";
  public static final String FIRST_CATEGORY = "first_category";
  public static final String INCENTIVE = "incentive";

  /** Every dimension; each divides the same customers. */
  public static final List<String> DIMENSIONS =
      List.of(SOURCE, CAMPAIGN, AFFILIATE_TYPE, COUNTRY, FIRST_CATEGORY, INCENTIVE);

  /**
   * Segment of customers to whom the dimension does not apply, such as campaigns of direct ones.
   */
  public static final String NONE = "none";

  /** Segment of customers of whom the log does not tell. */
  public static final String UNKNOWN = "unknown";

  public static final Table TABLE =
      Table.snapshot(
          "segment_clv",
          "one dimension x segment; every dimension has all customers of customer_clv",
          text(
              DIMENSION,
              "source, campaign, affiliate_type (of who brought the customer), country,"
                  + " first_category or incentive (of the first counted order)"),
          text(
              SEGMENT,
              "Value of that dimension; none where it does not apply; unknown where the log does"
                  + " not tell, as the source of customers who came before it"),
          real(CUSTOMERS, "Customers: sum of acquisition shares"),
          real(HIST_MARGIN, "Sum of their hist_margin, reporting currency"),
          real(RESIDUAL_H, "Sum of their residual_h, reporting currency"),
          real(CLV_H, "Sum of their clv_h, reporting currency"),
          real(ACQUISITION_CLV, "Sum of their acquisition_clv, reporting currency"),
          real(ACQUISITION_CLV_MEAN, "acquisition_clv / customers; unshrunk"));

  private SegmentClv() {}
}
