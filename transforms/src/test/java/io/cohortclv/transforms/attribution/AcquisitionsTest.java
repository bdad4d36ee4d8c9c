package io.cohortclv.transforms.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderAttribution;
import java.sql.Date;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class AcquisitionsTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private final TypedRows credits =
      TypedRows.of(OrderAttribution.TABLE.schema())
          .defaults("source_system", "shop", "model", "last_touch", "is_contract_model", true)
          .defaults("credit_share", 1.0, "credited_net", "10", "customer_id", "c1")
          .defaults("is_first_order", true, "window_truncated", false);
  private final TypedRows affiliates =
      TypedRows.of(Affiliates.CONTRACT.clean().schema()).defaults("affiliate_id", "A");

  private List<Row> acquired(LocalDate completeFrom) {
    return Acquisitions.acquireCustomers(
            credits.dataset(), affiliates.dataset(), BERLIN, Optional.ofNullable(completeFrom))
        .orderBy(CustomerAcquisition.CUSTOMER_ID, CustomerAcquisition.MODEL)
        .collectAsList();
  }

  @Test
  void firstOrder_decidesAndLaterCreditsDoNot() {
    credits
        .row(
            "order_id",
            "o2",
            "order_ts",
            "2024-03-01T12:00:00Z",
            "affiliate_id",
            "LATE",
            "source_type",
            "affiliate",
            "is_first_order",
            false)
        .row(
            "order_id",
            "o1",
            "order_ts",
            "2024-01-31T23:30:00Z",
            "affiliate_id",
            "A",
            "source_type",
            "affiliate")
        .row(
            "order_id",
            "o1",
            "order_ts",
            "2024-01-31T23:30:00Z",
            "model",
            "first_touch",
            "source_type",
            "direct",
            "is_contract_model",
            false);

    List<Row> rows = acquired(null);
    assertThat(rows)
        .extracting(
            r -> r.<String>getAs(CustomerAcquisition.MODEL),
            r -> r.<String>getAs(CustomerAcquisition.AFFILIATE_ID),
            r -> r.<String>getAs(CustomerAcquisition.SOURCE_TYPE),
            r -> r.<Double>getAs(CustomerAcquisition.ACQUISITION_SHARE))
        .containsExactly(
            tuple("first_touch", null, "direct", 1.0), tuple("last_touch", "A", "affiliate", 1.0));
    // 23:30 UTC is the next day, and month, in Berlin.
    assertThat(rows.get(0).<Date>getAs(CustomerAcquisition.COHORT_MONTH))
        .isEqualTo(Date.valueOf("2024-02-01"));
  }

  @Test
  void sharesOfOneFirstOrder_sumToOne() {
    credits
        .row(
            "order_id",
            "o1",
            "order_ts",
            "2024-01-01T12:00:00Z",
            "affiliate_id",
            "A",
            "source_type",
            "affiliate",
            "credit_share",
            0.25)
        .row(
            "order_id",
            "o1",
            "order_ts",
            "2024-01-01T12:00:00Z",
            "affiliate_id",
            "A",
            "source_type",
            "affiliate",
            "credit_share",
            0.25)
        .row(
            "order_id",
            "o1",
            "order_ts",
            "2024-01-01T12:00:00Z",
            "affiliate_id",
            "B",
            "source_type",
            "affiliate",
            "credit_share",
            0.5);

    assertThat(acquired(null))
        .extracting(r -> r.<Double>getAs(CustomerAcquisition.ACQUISITION_SHARE))
        .containsExactly(0.5, 0.5);
  }

  @Test
  void firstOrderBeforeTheLogIsComplete_isLeftCensored() {
    credits
        .row("order_id", "o1", "order_ts", "2023-12-31T22:59:59Z", "source_type", "direct")
        .row(
            "order_id",
            "o2",
            "order_ts",
            "2023-12-31T23:00:00Z",
            "source_type",
            "direct",
            "customer_id",
            "c2");

    assertThat(acquired(LocalDate.of(2024, 1, 1)))
        .extracting(r -> r.<Boolean>getAs(CustomerAcquisition.IS_LEFT_CENSORED))
        .containsExactly(true, false);
  }

  @Test
  void affiliateType_isTheOneValidAtTheFirstOrder() {
    affiliates
        .row(
            "type",
            "content",
            "valid_from",
            "2024-01-01T00:00:00Z",
            "valid_to",
            "2024-06-01T00:00:00Z")
        .row(
            "type",
            "coupon",
            "valid_from",
            "2024-06-01T00:00:00Z",
            "valid_to",
            "2024-07-01T00:00:00Z");
    credits.defaults("affiliate_id", "A", "source_type", "affiliate");
    credits
        .row("order_id", "o0", "order_ts", "2023-05-01T12:00:00Z", "customer_id", "c0")
        .row("order_id", "o1", "order_ts", "2024-05-01T12:00:00Z", "customer_id", "c1")
        .row("order_id", "o2", "order_ts", "2024-06-01T00:00:00Z", "customer_id", "c2")
        .row(
            "order_id",
            "o3",
            "order_ts",
            "2024-06-01T00:00:00Z",
            "customer_id",
            "c3",
            "affiliate_id",
            "NOBODY")
        // After the last version's end it is still the newest known.
        .row("order_id", "o4", "order_ts", "2024-08-01T00:00:00Z", "customer_id", "c4");

    assertThat(acquired(null))
        .extracting(r -> r.<String>getAs(CustomerAcquisition.AFFILIATE_TYPE))
        .containsExactly("content", "content", "coupon", "unknown", "coupon");
  }

  @Test
  void anonymousOrders_acquireNobody() {
    credits.row(
        "order_id",
        "o1",
        "order_ts",
        "2024-05-01T12:00:00Z",
        "customer_id",
        null,
        "source_type",
        "direct");

    assertThat(acquired(null)).isEmpty();
  }
}
