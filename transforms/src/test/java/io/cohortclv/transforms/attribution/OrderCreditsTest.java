package io.cohortclv.transforms.attribution;

import static io.cohortclv.transforms.attribution.JourneyRows.FRIENDS_FIRST;
import static io.cohortclv.transforms.attribution.JourneyRows.WINDOWS;
import static io.cohortclv.transforms.attribution.JourneyRows.day;
import static io.cohortclv.transforms.attribution.JourneyRows.rules;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.transforms.table.OrderAttribution;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/** What settings and other people's journeys change; single journeys are in WorkedJourneysTest. */
class OrderCreditsTest {
  private final JourneyRows rows = new JourneyRows();

  @Test
  void withoutReset_aTouchCountsForEveryOrderInItsWindow() {
    rows.touch("1", 4, "A").order("o1", "1", 5).order("o2", "1", 6).order("o3", "1", 35);

    AttributionRules never =
        new AttributionRules(
            List.of("last_touch"),
            "last_touch",
            WINDOWS,
            Duration.ofDays(7),
            false,
            9,
            FRIENDS_FIRST);
    assertThat(rows.credits(never)).containsExactly("o1 A", "o2 A", "o3 unattributed");
  }

  @Test
  void tooManyTouches_leaveTheLatestAndSaySo() {
    rows.touch("1", 1, "A").touch("1", 2, "B").touch("1", 3, "C").order("o1", "1", 5);
    rows.touch("1", 6, "D").order("o2", "1", 7);

    AttributionRules two =
        new AttributionRules(
            List.of("first_touch"),
            "first_touch",
            WINDOWS,
            Duration.ofDays(7),
            true,
            2,
            FRIENDS_FIRST);
    assertThat(rows.credits(two)).containsExactly("o1 B", "o2 D");
    assertThat(rows.credited(two).orderBy(OrderAttribution.ORDER_ID).collectAsList())
        .extracting(r -> r.<Boolean>getAs(OrderAttribution.WINDOW_TRUNCATED))
        .containsExactly(true, false);
  }

  /**
   * The log begins on day 0: a year before day 20 nobody looked, 30 days before day 40 they did.
   */
  @Test
  void windowIsTruncated_whereTheLogBeginsWithinIt() {
    rows.touch("1", 19, "A").order("o1", "1", 20).touch("1", 39, "A").order("o2", "1", 40);

    List<Row> credits =
        OrderCredits.creditOrders(
                JourneyLogs.of(rows.inputs(), rules("last_touch", "first_touch")),
                rows.inputs(),
                rules("last_touch", "first_touch"),
                RemovalEffects.NONE,
                Optional.of(Instant.parse(day(0))),
                JourneyRows.COMMISSIONS)
            .orderBy(OrderAttribution.ORDER_ID, OrderAttribution.MODEL)
            .collectAsList();
    assertThat(credits)
        .extracting(r -> r.<Boolean>getAs(OrderAttribution.WINDOW_TRUNCATED))
        .containsExactly(true, true, true, false);
  }

  @Test
  void firstOrder_isTheCustomersNotThePersons() {
    // Two accounts on one browser.
    rows.stitching();
    rows.order("o1", "1", 5).order("o2", "2", 6, "visitor_id", "v1").order("o3", "1", 7);
    rows.order("o4", "4", 3, "status", "cancelled").order("o5", "4", 4);

    assertThat(
            rows.credited(rules("last_touch")).orderBy(OrderAttribution.ORDER_ID).collectAsList())
        .extracting(r -> r.<Boolean>getAs(OrderAttribution.IS_FIRST_ORDER))
        .containsExactly(true, true, false, true);
  }

  @Test
  void couponOwnersOwnClick_keepsItsIds() {
    rows.coupons.row("code", "POD", "affiliate_id", "P");
    rows.touch("1", 10, "P", "sub_id1", "s1")
        .touch("1", 11, "P", "sub_id1", "s2", "campaign_id", "K")
        .touch("1", 12, "A")
        .order("o1", "1", 20, "coupon_codes", new String[] {"POD"});
    rows.order("o2", "2", 20, "coupon_codes", new String[] {"POD"});

    List<Row> credits =
        rows.credited(rules("last_touch")).orderBy(OrderAttribution.ORDER_ID).collectAsList();
    assertThat(credits)
        .extracting(
            r ->
                r.<String>getAs(OrderAttribution.AFFILIATE_ID)
                    + " "
                    + r.getAs(OrderAttribution.TOUCH_ID)
                    + " "
                    + r.getAs(OrderAttribution.SUB_ID)
                    + " "
                    + r.getAs(OrderAttribution.CAMPAIGN_ID)
                    + " "
                    + r.getAs(OrderAttribution.RULE_FIRED)
                    + " "
                    + r.getAs(OrderAttribution.COUPON_STATE))
        .containsExactly("P t2 s2 K coupon exclusive", "P null null null coupon exclusive");
  }

  @Test
  void sharedCoupon_paysItsOwnerOnlyWhereTheSettingSaysSo() {
    rows.coupons
        .row("code", "SALE", "affiliate_id", "P", "is_exclusive", false)
        .row("code", "BOTH", "affiliate_id", "P")
        .row("code", "BOTH", "affiliate_id", "Q");
    rows.touch("1", 12, "A").order("o1", "1", 20, "coupon_codes", new String[] {"SALE"});
    rows.touch("2", 12, "A").order("o2", "2", 20, "coupon_codes", new String[] {"BOTH"});

    AttributionRules owner =
        rules(WINDOWS, new AttributionRules.Precedence(Set.of(), true, 10, 20), "last_touch");
    assertThat(rows.credits(rules("last_touch"))).containsExactly("o1 A", "o2 A");
    // A code of two has no owner to name.
    assertThat(rows.credits(owner)).containsExactly("o1 P", "o2 A");
    assertThat(rows.credited(owner).collectAsList())
        .extracting(r -> r.<String>getAs(OrderAttribution.COUPON_STATE))
        .containsOnly("shared");
  }

  /**
   * One redemption a day for 28 days, then 11 on one day: more than 10 times the mean of 1. On the
   * next day, with 1, the spike is over.
   */
  @Test
  void couponRedeemedFarMoreThanBefore_isLeakedToWhoNeverSawItsOwner() {
    rows.coupons.row("code", "POD", "affiliate_id", "P");
    String[] code = {"POD"};
    for (int d = 0; d < 28; d++) {
      rows.order("before" + d, "b" + d, d + 0.5, "coupon_codes", code);
    }
    for (int i = 10; i < 20; i++) {
      rows.order("leaked" + i, "l" + i, 28.5, "coupon_codes", code);
    }
    rows.touch("s", 28.1, "P").order("seen", "s", 28.5, "coupon_codes", code);
    rows.order("after", "a", 29.5, "coupon_codes", code);

    AttributionRules rules =
        rules(WINDOWS, new AttributionRules.Precedence(Set.of(), false, 10, 11), "last_touch");
    List<String> credits = rows.credits(rules);
    assertThat(credits.stream().filter(c -> c.startsWith("leaked")))
        .hasSize(10)
        .allMatch(c -> c.endsWith("unattributed"));
    assertThat(credits.stream().filter(c -> !c.startsWith("leaked")))
        .hasSize(30)
        .allMatch(c -> c.endsWith(" P"));
    // One redemption fewer than asked for is never a spike.
    AttributionRules blunt =
        rules(WINDOWS, new AttributionRules.Precedence(Set.of(), false, 10, 12), "last_touch");
    assertThat(rows.credits(blunt)).allMatch(c -> c.endsWith(" P"));
  }

  /**
   * The example of MarkovChainTest as people: Google alone converts twice and once not, mail once,
   * Google then mail once. Removal effects 0.75 and 0.5, so that the shared order splits 3 to 2.
   */
  @Test
  void markov_splitsAnOrderByRemovalEffects() {
    rows.touch("1", 1, "google").order("o1", "1", 2);
    rows.touch("2", 1, "google").order("o2", "2", 2);
    rows.touch("3", 1, "mail").order("o3", "3", 2);
    rows.touch("4", 1, "google").touch("4", 1.5, "mail").order("o4", "4", 2);
    rows.touch("5", 1, "google");

    List<Row> passages = passages();
    RemovalEffects effects = RemovalEffects.of(passages, 1, 10);
    assertThat(effects.conversion()).isCloseTo(0.8, within(1e-15));
    assertThat(effects.effects().get("campaign/google")).isCloseTo(0.75, within(1e-15));
    assertThat(effects.effects().get("campaign/mail")).isCloseTo(0.5, within(1e-15));
    assertThat(rows.credits(rules("markov")))
        .containsExactly(
            "o1 campaign",
            "o2 campaign",
            "o3 campaign",
            "o4 campaign 0.4000 40.00",
            "o4 campaign 0.6000 60.00");
  }

  @Test
  void markov_poolsRareAffiliatesByTypeAndChannel() {
    rows.affiliates
        .row("affiliate_id", "A", "type", "content")
        .row("affiliate_id", "B", "type", "content")
        .row("affiliate_id", "C", "type", "coupon");
    for (int i = 0; i < 3; i++) {
      rows.touch("a" + i, 1, "A").order("a" + i, "a" + i, 2);
    }
    rows.touch("b", 1, "B").touch("b", 1.5, "B").order("b", "b", 2);
    rows.touch("c", 1, "C").touch("d", 1, "D");

    List<Row> passages = passages();
    // B is on one path, though twice.
    assertThat(RemovalEffects.of(passages, 2, 10).effects().keySet())
        .containsExactlyInAnyOrder(
            "(affiliate) A", "content/affiliate", "coupon/affiliate", "unknown/affiliate");
    assertThat(RemovalEffects.of(passages, 1, 2).effects().keySet())
        .containsExactlyInAnyOrder(
            "(affiliate) A", "(affiliate) B", "coupon/affiliate", "unknown/affiliate");
    assertThat(RemovalEffects.of(List.of(), 1, 2)).isEqualTo(RemovalEffects.NONE);
  }

  /** Touches that the order's window missed are a path that did not convert: 1 of 2 paths did. */
  @Test
  void markov_countsMissedTouchesAsAPathOfTheirOwn() {
    rows.touch("1", 1, "old").touch("1", 50, "new").order("o1", "1", 51);

    RemovalEffects effects = RemovalEffects.of(passages(), 1, 10);
    assertThat(effects.conversion()).isCloseTo(0.5, within(1e-15));
    assertThat(effects.effects())
        .containsEntry("campaign/new", 1.0)
        .containsEntry("campaign/old", 0.0);
  }

  private List<Row> passages() {
    AttributionRules rules = rules("markov");
    return OrderCredits.countPassages(JourneyLogs.of(rows.inputs(), rules), rules).collectAsList();
  }
}
