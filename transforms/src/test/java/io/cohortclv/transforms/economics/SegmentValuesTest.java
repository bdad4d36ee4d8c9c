package io.cohortclv.transforms.economics;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import io.cohortclv.transforms.table.SegmentClv;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class SegmentValuesTest {
  private final TypedRows clv =
      TypedRows.of(CustomerClv.TABLE.schema())
          .defaults("hist_margin", "10", "residual_h", "5", "clv_h", "15");
  private final TypedRows summaries = TypedRows.of(CustomerSummary.TABLE.schema());
  private final TypedRows acquisitions =
      TypedRows.of(CustomerAcquisition.TABLE.schema())
          .defaults("is_contract_model", true, "is_left_censored", false, "acquisition_share", 1.0);

  @Test
  void everyDimension_addsUpToAllCustomers() {
    clv.row("customer_id", "a", "acquisition_clv", "40")
        .row("customer_id", "b", "acquisition_clv", "80")
        .row("customer_id", "c", "acquisition_clv", "-7");
    summaries
        .row("customer_id", "a", "first_country", "DE", "first_incentive", "coupon")
        .row("customer_id", "b", "first_country", "FR", "first_category", "shoes")
        .row("customer_id", "c");
    acquisitions
        .row("customer_id", "a", "source_type", "affiliate", "affiliate_type", "content")
        .row("customer_id", "b", "acquisition_share", 0.25, "source_type", "direct")
        .row(
            "customer_id",
            "b",
            "acquisition_share",
            0.75,
            "source_type",
            "campaign",
            "campaign_id",
            "spring")
        .row("customer_id", "b", "is_contract_model", false, "source_type", "referral")
        .row("customer_id", "c", "is_left_censored", true, "source_type", "direct");

    List<Row> rows =
        SegmentValues.sumSegments(clv.dataset(), summaries.dataset(), acquisitions.dataset())
            .orderBy(SegmentClv.DIMENSION, SegmentClv.SEGMENT)
            .collectAsList();
    assertThat(rows)
        .extracting(
            r ->
                String.join(" ", r.<String>getAs("dimension"), r.<String>getAs("segment"))
                    + " "
                    + r.getAs("customers")
                    + " "
                    + r.getAs("acquisition_clv"))
        .containsExactly(
            "affiliate_type content 1.0 40.0",
            "affiliate_type none 1.0 80.0",
            "affiliate_type unknown 1.0 -7.0",
            // a and a quarter of b: 40 + 0.25 x 80.
            "campaign none 1.25 60.0",
            "campaign spring 0.75 60.0",
            "campaign unknown 1.0 -7.0",
            "country DE 1.0 40.0",
            "country FR 1.0 80.0",
            "country unknown 1.0 -7.0",
            "first_category shoes 1.0 80.0",
            "first_category unknown 2.0 33.0",
            "incentive coupon 1.0 40.0",
            "incentive none 2.0 73.0",
            "source affiliate 1.0 40.0",
            "source campaign 0.75 60.0",
            "source direct 0.25 20.0",
            "source unknown 1.0 -7.0");
    for (String dimension : SegmentClv.DIMENSIONS) {
      assertThat(
              rows.stream()
                  .filter(r -> r.getAs("dimension").equals(dimension))
                  .mapToDouble(r -> r.<Double>getAs("clv_h"))
                  .sum())
          .isEqualTo(45);
    }
  }
}
