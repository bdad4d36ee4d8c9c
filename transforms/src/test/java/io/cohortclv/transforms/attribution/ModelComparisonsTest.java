package io.cohortclv.transforms.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.AttributionComparison;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderAttribution;
import org.junit.jupiter.api.Test;

class ModelComparisonsTest {
  private final TypedRows credits = TypedRows.of(OrderAttribution.TABLE.schema());
  private final TypedRows acquisitions =
      TypedRows.of(CustomerAcquisition.TABLE.schema()).defaults("is_left_censored", false);

  private void credit(String model, String affiliate, String net) {
    credits.row("model", model, "affiliate_id", affiliate, "credited_net", net);
  }

  /**
   * Last touch: A 60, B 40. Linear: B 55, C 30, A 15. C is not among last touch's: 0, third. A goes
   * from first to third, B up by one, C from third to second.
   */
  @Test
  void ranks_moveAgainstTheContractModel() {
    credit("last_touch", "A", "60");
    credit("last_touch", "B", "25");
    credit("last_touch", "B", "15");
    credit("last_touch", null, "100");
    credit("linear", "A", "15");
    credit("linear", "B", "55");
    credit("linear", "C", "30");
    acquisitions
        .row("model", "last_touch", "affiliate_id", "A", "acquisition_share", 1.0)
        .row("model", "linear", "affiliate_id", "A", "acquisition_share", 0.25)
        .row("model", "linear", "affiliate_id", "C", "acquisition_share", 0.75)
        .row(
            "model",
            "linear",
            "affiliate_id",
            "C",
            "acquisition_share",
            1.0,
            "is_left_censored",
            true);

    assertThat(
            ModelComparisons.compare(
                    credits.dataset(),
                    acquisitions.dataset(),
                    JourneyRows.rules("last_touch", "linear"))
                .orderBy(AttributionComparison.MODEL, AttributionComparison.AFFILIATE_ID)
                .collectAsList())
        .extracting(Object::toString)
        .containsExactly(
            "[A,last_touch,true,60.00,1.0,1,0]",
            "[B,last_touch,true,40.00,0.0,2,0]",
            "[C,last_touch,true,0.00,0.0,3,0]",
            "[A,linear,false,15.00,0.25,3,-2]",
            "[B,linear,false,55.00,0.0,1,1]",
            "[C,linear,false,30.00,0.75,2,1]");
  }
}
