package io.cohortclv.transforms.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.orders.OrderValues;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Refunds;
import io.cohortclv.transforms.table.Terms;
import io.cohortclv.transforms.table.Touchpoints;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** Journeys worked by hand: each row of an expectation is order, model, source type, owner. */
class OrderCreditsTest {
  private static final AttributionRules RULES =
      new AttributionRules(
          List.of("last_touch", "first_touch"),
          "last_touch",
          Duration.ofDays(30),
          Duration.ofDays(1),
          Duration.ofDays(365));

  private final TypedRows orders =
      TypedRows.of(Orders.CONTRACT.clean().schema())
          .defaults(
              "source_system", "shop", "customer_id", "c1", "status", "paid", "is_test", false)
          .defaults("currency", "EUR", "discount", "0", "subtotal", "100");
  private final TypedRows touches =
      TypedRows.of(Touchpoints.CONTRACT.clean().schema())
          .defaults("source_system", "clicks", "customer_id", "c1", "visitor_id", "v1")
          .defaults("touch_type", "click", "is_bot", false, "is_test", false);
  private final TypedRows referrals =
      TypedRows.of(ReferralEvents.CONTRACT.clean().schema())
          .defaults("source_system", "friends", "program_id", "p");
  private final TypedRows terms =
      TypedRows.of(Terms.CONTRACT.clean().schema())
          .defaults(
              "program_id", "p", "valid_from", "2000-01-01T00:00:00Z", "view_window_s", 86400);

  private Dataset<Row> credited() {
    Dataset<Row> placed = orders.dataset();
    Dataset<Row> values =
        OrderValues.valueAsOf(
            placed,
            TypedRows.of(Refunds.CONTRACT.clean().schema()).dataset(),
            TypedRows.of(OrderItems.CONTRACT.clean().schema()).dataset(),
            ZoneOffset.UTC,
            1);
    return OrderCredits.creditOrders(
        values, placed, touches.dataset(), referrals.dataset(), terms.dataset(), RULES);
  }

  private List<String> credits(String model) {
    return credited().collectAsList().stream()
        .filter(r -> r.getAs(OrderAttribution.MODEL).equals(model))
        .sorted(Comparator.comparing(r -> r.<String>getAs(OrderAttribution.ORDER_ID)))
        .map(
            r ->
                r.getAs(OrderAttribution.ORDER_ID)
                    + " "
                    + r.getAs(OrderAttribution.SOURCE_TYPE)
                    + " "
                    + Objects.requireNonNullElse(
                        r.getAs(OrderAttribution.AFFILIATE_ID),
                        Objects.requireNonNullElse(
                            r.getAs(OrderAttribution.CAMPAIGN_ID),
                            Objects.requireNonNullElse(
                                r.getAs(OrderAttribution.REFERRER_ID), "-"))))
        .collect(Collectors.toList());
  }

  @Test
  void lastAndFirstTouch_takeTheLatestAndTheEarliest() {
    orders.row("order_id", "o1", "order_ts", "2024-05-20T12:00:00Z");
    touches
        .row("touch_id", "t1", "affiliate_id", "A", "touch_ts", "2024-05-01T12:00:00Z")
        .row("touch_id", "t2", "campaign_id", "K", "touch_ts", "2024-05-10T12:00:00Z")
        .row("touch_id", "t3", "affiliate_id", "B", "touch_ts", "2024-05-19T12:00:00Z")
        .row("touch_id", "t4", "affiliate_id", "C", "touch_ts", "2024-05-20T12:00:01Z");

    assertThat(credits("last_touch")).containsExactly("o1 affiliate B");
    assertThat(credits("first_touch")).containsExactly("o1 affiliate A");
  }

  @Test
  void window_isElapsedSecondsAndInclusive() {
    orders
        .row("order_id", "in", "customer_id", "c1", "order_ts", "2024-05-31T12:00:00Z")
        .row("order_id", "out", "customer_id", "c2", "order_ts", "2024-05-31T12:00:00Z");
    touches
        .row("touch_id", "t1", "affiliate_id", "A", "touch_ts", "2024-05-01T12:00:00Z")
        .row(
            "touch_id",
            "t2",
            "affiliate_id",
            "A",
            "touch_ts",
            "2024-05-01T11:59:59Z",
            "customer_id",
            "c2",
            "visitor_id",
            "v2");

    assertThat(credits("last_touch")).containsExactly("in affiliate A", "out unattributed -");
    assertThat(credits("first_touch")).containsExactly("in affiliate A", "out affiliate A");
  }

  @Test
  void viewWindow_isShorterThanTheClickWindow() {
    orders.row("order_id", "o1", "order_ts", "2024-05-20T12:00:00Z");
    touches.row(
        "touch_id",
        "t1",
        "affiliate_id",
        "A",
        "touch_ts",
        "2024-05-18T12:00:00Z",
        "touch_type",
        "view");

    assertThat(credits("last_touch")).containsExactly("o1 unattributed -");
  }

  @Test
  void touch_isPaidForOneOrderOnly() {
    orders
        .row("order_id", "o1", "order_ts", "2024-05-05T12:00:00Z")
        .row("order_id", "o2", "order_ts", "2024-05-06T12:00:00Z");
    touches.row("touch_id", "t1", "affiliate_id", "A", "touch_ts", "2024-05-04T12:00:00Z");

    assertThat(credits("last_touch")).containsExactly("o1 affiliate A", "o2 unattributed -");
  }

  @Test
  void cancelledOrder_neitherTakesNorUsesUpATouch() {
    orders
        .row("order_id", "o1", "order_ts", "2024-05-05T12:00:00Z", "status", "cancelled")
        .row("order_id", "o2", "order_ts", "2024-05-06T12:00:00Z");
    touches.row("touch_id", "t1", "affiliate_id", "A", "touch_ts", "2024-05-04T12:00:00Z");

    assertThat(credits("last_touch")).containsExactly("o2 affiliate A");
  }

  @Test
  void botsTestsAndFunnelSteps_areNeverCredited() {
    orders.row("order_id", "o1", "order_ts", "2024-05-20T12:00:00Z");
    touches
        .row("touch_id", "t1", "affiliate_id", "A", "touch_ts", "2024-05-11T12:00:00Z")
        .row(
            "touch_id",
            "t2",
            "affiliate_id",
            "B",
            "touch_ts",
            "2024-05-12T12:00:00Z",
            "is_bot",
            true)
        .row(
            "touch_id",
            "t3",
            "affiliate_id",
            "C",
            "touch_ts",
            "2024-05-13T12:00:00Z",
            "is_test",
            true)
        .row("touch_id", "t4", "touch_ts", "2024-05-14T12:00:00Z", "touch_type", "checkout");

    assertThat(credits("last_touch")).containsExactly("o1 affiliate A");
  }

  @Test
  void twoTouchesAtOneInstant_areOrderedByKindThenSequenceThenId() {
    orders.row("order_id", "o1", "order_ts", "2024-05-20T12:00:00Z");
    touches.defaults("touch_ts", "2024-05-19T12:00:00Z");
    touches
        .row("touch_id", "a", "affiliate_id", "second", "source_seq", 2)
        .row("touch_id", "z", "affiliate_id", "first", "source_seq", 1)
        .row("touch_id", "y", "affiliate_id", "view", "touch_type", "view", "source_seq", 9);

    assertThat(credits("last_touch")).containsExactly("o1 affiliate second");
    assertThat(credits("first_touch")).containsExactly("o1 affiliate view");
  }

  @Test
  void visitor_leadsToTheCustomerItWasSeenWith() {
    orders.row("order_id", "o1", "order_ts", "2024-05-20T12:00:00Z", "visitor_id", "phone");
    touches.row(
        "touch_id",
        "t1",
        "affiliate_id",
        "A",
        "touch_ts",
        "2024-05-19T12:00:00Z",
        "customer_id",
        null,
        "visitor_id",
        "phone");

    assertThat(credits("last_touch")).containsExactly("o1 affiliate A");
  }

  @Test
  void anonymousOrder_isCreditedByItsVisitor() {
    orders
        .row(
            "order_id",
            "o1",
            "order_ts",
            "2024-05-20T12:00:00Z",
            "customer_id",
            null,
            "visitor_id",
            "v9")
        .row("order_id", "o2", "order_ts", "2024-05-20T12:00:00Z", "customer_id", null);
    touches.row(
        "touch_id",
        "t1",
        "affiliate_id",
        "A",
        "touch_ts",
        "2024-05-19T12:00:00Z",
        "customer_id",
        null,
        "visitor_id",
        "v9");

    assertThat(credits("last_touch")).containsExactly("o1 affiliate A", "o2 unattributed -");
  }

  @Test
  void window_comesFromTheTermsValidAtTheClick() {
    orders
        .row("order_id", "o1", "customer_id", "c1", "order_ts", "2024-05-20T12:00:00Z")
        .row("order_id", "o2", "customer_id", "c2", "order_ts", "2024-07-20T12:00:00Z");
    terms
        .row("affiliate_id", "A", "click_window_s", 864000, "valid_to", "2024-06-01T00:00:00Z")
        .row("affiliate_id", "A", "click_window_s", 86400, "valid_from", "2024-06-01T00:00:00Z")
        .row("click_window_s", 86400);
    touches
        .row("touch_id", "t1", "affiliate_id", "A", "touch_ts", "2024-05-12T12:00:00Z")
        .row("touch_id", "t2", "affiliate_id", "B", "touch_ts", "2024-05-13T12:00:00Z")
        .row(
            "touch_id",
            "t3",
            "affiliate_id",
            "A",
            "touch_ts",
            "2024-07-12T12:00:00Z",
            "customer_id",
            "c2",
            "visitor_id",
            "v2");

    // A's own 10 days hold in May; B falls under the default day; in July A has one day too.
    assertThat(credits("last_touch")).containsExactly("o1 affiliate A", "o2 unattributed -");
  }

  @Test
  void referralCode_comesBeforeAnyClick() {
    orders.row("order_id", "o1", "order_ts", "2024-05-20T12:00:00Z", "referral_code", "FRIEND");
    touches.row("touch_id", "t1", "affiliate_id", "A", "touch_ts", "2024-05-19T12:00:00Z");
    referrals.row(
        "event_id",
        "e1",
        "event_type",
        "invite",
        "code",
        "FRIEND",
        "referrer_id",
        "c7",
        "event_ts",
        "2024-01-01T12:00:00Z");

    assertThat(credits("last_touch")).containsExactly("o1 referral c7");
    assertThat(credits("first_touch")).containsExactly("o1 referral c7");
  }

  @Test
  void ownReferralCode_isNoReferral() {
    orders.row("order_id", "o1", "order_ts", "2024-05-20T12:00:00Z", "referral_code", "MINE");
    touches.row("touch_id", "t1", "affiliate_id", "A", "touch_ts", "2024-05-19T12:00:00Z");
    referrals.row(
        "event_id",
        "e1",
        "event_type",
        "invite",
        "code",
        "MINE",
        "referrer_id",
        "c1",
        "event_ts",
        "2024-01-01T12:00:00Z");

    assertThat(credits("last_touch")).containsExactly("o1 affiliate A");
  }

  @Test
  void referralSignUp_takesTheNextOrderOnly() {
    orders
        .row("order_id", "o1", "order_ts", "2024-05-20T12:00:00Z")
        .row("order_id", "o2", "order_ts", "2024-05-21T12:00:00Z");
    touches.row("touch_id", "t1", "affiliate_id", "A", "touch_ts", "2024-05-19T12:00:00Z");
    referrals.row(
        "event_id",
        "e1",
        "event_type",
        "signup",
        "code",
        "X",
        "referrer_id",
        "c7",
        "referee_id",
        "c1",
        "event_ts",
        "2024-05-01T12:00:00Z");

    assertThat(credits("last_touch")).containsExactly("o1 referral c7", "o2 unattributed -");
  }

  @Test
  void directVisit_isASourceOfItsOwn() {
    orders.row("order_id", "o1", "order_ts", "2024-05-20T12:00:00Z");
    touches
        .row(
            "touch_id",
            "t1",
            "touch_type",
            "visit",
            "channel",
            "direct",
            "touch_ts",
            "2024-05-19T12:00:00Z")
        .row(
            "touch_id",
            "t0",
            "touch_type",
            "visit",
            "channel",
            "newsletter",
            "touch_ts",
            "2024-05-18T12:00:00Z");

    assertThat(credits("last_touch")).containsExactly("o1 direct -");
    assertThat(credits("first_touch")).containsExactly("o1 campaign -");
  }

  @Test
  void everyCountedOrder_isCreditedInFullByEveryModel() {
    orders
        .row("order_id", "o1", "order_ts", "2024-05-20T12:00:00Z", "subtotal", "12.34")
        .row("order_id", "o2", "order_ts", "2024-05-20T12:00:00Z", "subtotal", "0.01");
    touches.row("touch_id", "t1", "affiliate_id", "A", "touch_ts", "2024-05-19T12:00:00Z");

    BigDecimal sum =
        credited().collectAsList().stream()
            .map(r -> r.<BigDecimal>getAs(OrderAttribution.CREDITED_NET))
            .reduce(BigDecimal.ZERO, BigDecimal::add);
    assertThat(sum).isEqualByComparingTo("24.70");
    assertThat(
            credited().collectAsList().stream()
                .filter(r -> r.<Boolean>getAs(OrderAttribution.IS_CONTRACT_MODEL))
                .map(r -> r.<String>getAs(OrderAttribution.MODEL)))
        .containsOnly("last_touch");
  }
}
