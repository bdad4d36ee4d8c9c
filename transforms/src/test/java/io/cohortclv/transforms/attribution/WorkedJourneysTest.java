package io.cohortclv.transforms.attribution;

import static io.cohortclv.transforms.attribution.JourneyRows.day;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.table.OrderAttribution;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * Journeys worked by hand, each of a person of its own.
 *
 * <p>A journey is written as touches {@code SOURCE@DAY} and orders of 100.00 {@code |DAY}, further
 * columns after commas; see {@link JourneyRows} for sources and days. What is expected of a model
 * is the owners of each order, orders apart by {@code |}; where several share, each with share and
 * money. Where a share repeats, the arithmetic stands beside it.
 */
@TestInstance(Lifecycle.PER_CLASS)
class WorkedJourneysTest {
  private static final String[] MODELS =
      AttributionRules.KNOWN.stream()
          .filter(m -> !m.equals(AttributionRules.MARKOV))
          .toArray(String[]::new);

  private record Worked(String reason, String journey, List<String> expected) {}

  private static Worked worked(String reason, String journey, String... expected) {
    return new Worked(reason, journey, List.of(expected));
  }

  private static final List<Worked> WORKED =
      List.of(
          worked(
              "one touch takes all, whatever the model",
              "A@19 |20",
              "last_touch: A",
              "first_touch: A",
              "last_non_direct: A",
              "linear: A",
              "position: A",
              "time_decay: A",
              "shapley: A"),
          worked(
              // Decay: ages 19, 10, 1 days; 2^(-18/7) = 0.16824, 2^(-9/7) = 0.41017, 1 of 1.57841.
              // 1065.9 + 2598.6 + 6335.5 cents: the two units left go to the first two.
              "three sources, each model by its weights",
              "A@1 #K@10 B@19 |20",
              "last_touch: B",
              "first_touch: A",
              "last_non_direct: B",
              "linear: A 0.3333 33.34, K 0.3333 33.33, B 0.3333 33.33",
              "position: A 0.4000 40.00, K 0.2000 20.00, B 0.4000 40.00",
              "time_decay: A 0.1066 10.66, K 0.2599 25.99, B 0.6336 63.35",
              "shapley: A 0.3333 33.34, K 0.3333 33.33, B 0.3333 33.33"),
          worked(
              "of four the two in the middle share a fifth",
              "A@1 B@2 C@3 D@4 |20",
              "position: A 0.4000 40.00, B 0.1000 10.00, C 0.1000 10.00, D 0.4000 40.00"),
          worked(
              "of two each is an end", "A@1 B@2 |20", "position: A 0.5000 50.00, B 0.5000 50.00"),
          worked(
              // One half-life apart: 1 to 2.
              "a touch 7 days older weighs half",
              "A@12 B@19 |20",
              "time_decay: A 0.3333 33.33, B 0.6667 66.67"),
          worked(
              "three touches by two sources: half a source, and A's half over two touches",
              "A@1 A@5 B@19 |20",
              "shapley: A 0.2500 25.00, A 0.2500 25.00, B 0.5000 50.00",
              "linear: A 0.3333 33.34, A 0.3333 33.33, B 0.3333 33.33"),
          worked(
              "a cent cannot be split: the first of those alike gets it",
              "A@1 #K@10 B@19 |20,subtotal=0.01",
              "linear: A 0.3333 0.01, K 0.3333 0.00, B 0.3333 0.00"),
          worked(
              "what comes after the order did not bring it",
              "A@19 B@20+1s |20",
              "last_touch: A",
              "linear: A"),
          worked("a click at the moment of the order is in time", "A@20 |20", "last_touch: A"),
          worked("30 days to the second are in the window", "A@1 |31", "last_touch: A"),
          worked(
              "a second more is out of it, but within the year of the first-touch model",
              "A@1-1s |31",
              "last_touch: unattributed",
              "linear: unattributed",
              "first_touch: A"),
          worked(
              "30.98 days are more than 30, though the dates differ by 30",
              "A@0.01 |30.99",
              "last_touch: unattributed"),
          worked(
              "a year and a second is too long even for the first touch",
              "A@1-1s |366",
              "first_touch: unattributed"),
          worked(
              "a view holds for a day only",
              "A@18,touch_type=view |20",
              "last_touch: unattributed",
              "first_touch: A"),
          worked(
              "a view of the last day counts like a click",
              "A@10 B@19.5,touch_type=view |20",
              "last_touch: B",
              "linear: A 0.5000 50.00, B 0.5000 50.00"),
          worked(
              "WEEK's own terms say 7 days, so B's older click holds and WEEK's does not",
              "B@9 WEEK@12 |20",
              "last_touch: B",
              "linear: B"),
          worked(
              "for its campaign SALE the same affiliate has 20 days",
              "WEEK@5,campaign_id=SALE |20",
              "last_touch: WEEK"),
          worked(
              "CHANGED had 10 days until day 100: the click's day decides, not the order's",
              "CHANGED@98 |105",
              "last_touch: CHANGED"),
          worked("from day 100 on it has one day", "CHANGED@101 |105", "last_touch: unattributed"),
          worked(
              "an order uses up the touches before it",
              "A@4 |5 |6",
              "last_touch: A | unattributed",
              "first_touch: A | unattributed",
              "linear: A | unattributed"),
          worked(
              "the next order has touches of its own",
              "A@3 B@4 |5 C@5.5 |6",
              "last_touch: B | C",
              "first_touch: A | C",
              "linear: A 0.5000 50.00, B 0.5000 50.00 | C"),
          worked(
              "a cancelled order neither takes a touch nor uses it up",
              "A@4 |5,status=cancelled |6",
              "last_touch: A"),
          worked(
              "bots, tests and the shop's own checkout bring nobody",
              "A@11 B@12,is_bot=true C@13,is_test=true D@14,touch_type=checkout |20",
              "last_touch: A",
              "linear: A"),
          worked(
              "the same click id is the same click, reported again",
              "A@11,click_id=k1 B@12 A@15,click_id=k1 |20",
              "last_touch: B",
              "linear: A 0.5000 50.00, B 0.5000 50.00"),
          worked(
              "a page with a click id in its address, opened again after the order, is no new click",
              "A@4,click_id=k2 |5 A@5.5,click_id=k2 |6",
              "last_touch: A | unattributed"),
          worked(
              "two clicks on one link within 10 seconds are one, even with two ids",
              "A@11,landing_url=/p,click_id=k3 A@11+10s,landing_url=/p,click_id=k4 B@12 |20",
              "linear: A 0.5000 50.00, B 0.5000 50.00"),
          worked(
              "11 seconds apart they are two",
              "A@11,landing_url=/p A@11+11s,landing_url=/p B@12 |20",
              "linear: A 0.3333 33.34, A 0.3333 33.33, B 0.3333 33.33"),
          worked(
              "so are clicks to two pages",
              "A@11,landing_url=/p A@11+1s,landing_url=/q B@12 |20",
              "linear: A 0.3333 33.34, A 0.3333 33.33, B 0.3333 33.33"),
          worked(
              "of touches at one instant a view comes before a click, then the source's number",
              "C@19,touch_type=view,source_seq=9 B@19,source_seq=2 A@19,source_seq=1 |19.5",
              "last_touch: B",
              "first_touch: C"),
          worked(
              "a direct visit is a source, unless the model looks past it",
              "A@10 direct@19 |20",
              "last_touch: direct",
              "last_non_direct: A",
              "linear: A 0.5000 50.00, direct 0.5000 50.00"),
          worked(
              "where all visits are direct, direct it is, never nobody",
              "direct@18 direct@19 |20",
              "last_non_direct: direct",
              "last_touch: direct"),
          worked(
              "a newsletter is a campaign without a name",
              "newsletter@19 |20",
              "last_touch: campaign"),
          worked("who never touched anything is nobody's", "|20", "last_touch: unattributed"),
          worked(
              "a till's customer without a browser is nobody's",
              "A@19 |20,visitor_id=null",
              "last_touch: unattributed"),
          worked("a guest is known by the browser", "A@19 |20,customer_id=null", "last_touch: A"),
          worked(
              "a guest without a browser is known by nothing",
              "A@19 |20,customer_id=null,visitor_id=null",
              "last_touch: unattributed"),
          worked(
              "a phone seen with the customer once is the customer's",
              "A@10,visitor_id=phone1 |20 |21,visitor_id=phone1",
              "last_touch: A | unattributed"),
          worked(
              "so is one on which the customer was logged in",
              "A@10,visitor_id=phone2 direct@12,visitor_id=phone2,customer_id=SELF |20",
              "last_non_direct: A"),
          worked(
              "the click id on the order tells whose browser it was",
              "A@10,visitor_id=work,click_id=k5 |20,click_id=k5",
              "last_touch: A"),
          worked(
              "a guest's e-mail address leads to the customer",
              "A@10,visitor_id=cafe |20,email_id=m1,visitor_id=null"
                  + " |25,customer_id=null,email_id=m1,visitor_id=cafe",
              "last_touch: A | unattributed"),
          worked(
              "a friend's code comes before any click",
              "A@19 |20,referral_code=FRIEND",
              "last_touch: cfriend",
              "linear: cfriend"),
          worked(
              "one's own code is no referral",
              "A@19 |20,referral_code=FRIEND,customer_id=cfriend",
              "last_touch: A"),
          worked(
              "a sign-up through a friend holds for the next order only",
              "A@9 |20,customer_id=csigned |21,customer_id=csigned",
              "last_touch: cfriend | unattributed"),
          worked(
              "the program late lets affiliates come first",
              "A@9 direct@19 |20,referral_code=LATE",
              "last_touch: direct",
              "linear: A 0.5000 50.00, direct 0.5000 50.00"),
          worked(
              "but no campaign and no direct visit",
              "#K@9 |20,referral_code=LATE",
              "last_touch: cfriend"),
          worked(
              "an exclusive code names its owner without a click",
              "|20,coupon_codes=POD10",
              "last_touch: PODCAST",
              "linear: PODCAST"),
          worked(
              "and against the click of another; case does not matter",
              "A@19 |20,coupon_codes=pod10",
              "last_touch: PODCAST",
              "shapley: PODCAST"),
          worked(
              "a code that belongs to no affiliate says nothing",
              "A@19 |20,coupon_codes=SAVE10",
              "last_touch: A"),
          worked(
              "a code whose time has ended says nothing",
              "A@19 |20,coupon_codes=OLD",
              "last_touch: A"),
          worked(
              "a code given to two affiliates leaves it to the touches",
              "A@19 |20,coupon_codes=BOTH",
              "last_touch: A"),
          worked(
              "of two codes the exclusive one names the owner",
              "A@19 |20,coupon_codes=BOTH+POD10",
              "last_touch: PODCAST"),
          worked(
              "a friend's code comes before a coupon",
              "|20,referral_code=FRIEND,coupon_codes=POD10",
              "last_touch: cfriend"),
          worked(
              "in the program late it comes after",
              "|20,referral_code=LATE,coupon_codes=POD10",
              "last_touch: PODCAST"));

  private Map<String, List<Row>> credits;

  private static String prefix(int number) {
    return String.format(Locale.ROOT, "%03d", number);
  }

  @BeforeAll
  void creditAllAtOnce() {
    JourneyRows rows = new JourneyRows().stitching();
    rows.terms
        .row("affiliate_id", "WEEK", "click_window_s", 7 * 86_400)
        .row("affiliate_id", "WEEK", "click_window_s", 20 * 86_400, "campaign_id", "SALE")
        .row("affiliate_id", "CHANGED", "click_window_s", 10 * 86_400, "valid_to", day(100))
        .row("affiliate_id", "CHANGED", "click_window_s", 86_400, "valid_from", day(100))
        .row("click_window_s", 30 * 86_400);
    rows.referrals.defaults("referrer_id", "cfriend", "event_type", "invite");
    rows.referrals
        .row("code", "FRIEND")
        .row("code", "LATE", "event_id", "e2", "program_id", "late")
        .row(
            "code",
            "X",
            "event_id",
            "e3",
            "event_type",
            "signup",
            "referee_id",
            "csigned",
            "event_ts",
            day(10));
    rows.coupons
        .row("code", "POD10", "affiliate_id", "PODCAST")
        .row("code", "OLD", "affiliate_id", "PODCAST", "valid_to", day(10))
        .row("code", "BOTH", "affiliate_id", "PODCAST")
        .row("code", "BOTH", "affiliate_id", "BLOG");
    for (int i = 0; i < WORKED.size(); i++) {
      write(rows, prefix(i), WORKED.get(i).journey());
    }
    AttributionRules rules =
        JourneyRows.rules(
            JourneyRows.WINDOWS,
            new AttributionRules.Precedence(Set.of("late"), false, 10, 20),
            MODELS);
    credits =
        rows.credited(rules).collectAsList().stream()
            .collect(
                groupingBy(
                    r ->
                        r.<String>getAs(OrderAttribution.ORDER_ID).substring(0, 3)
                            + " "
                            + r.getAs(OrderAttribution.MODEL)));
  }

  private static void write(JourneyRows rows, String who, String journey) {
    int orders = 0;
    for (String token : journey.split(" ", -1)) {
      String[] parts = token.split(",", -1);
      List<Object> more = new ArrayList<>();
      for (String part : Arrays.asList(parts).subList(1, parts.length)) {
        String[] pair = part.split("=", -1);
        more.add(pair[0]);
        more.add(value(pair[0], pair[1], who));
      }
      if (token.startsWith("|")) {
        rows.order(who + "-" + ++orders, who, time(parts[0].substring(1)), more.toArray());
      } else {
        String[] touch = parts[0].split("@", -1);
        rows.touch(who, time(touch[1]), touch[0], more.toArray());
      }
    }
  }

  private static Object value(String column, String text, String who) {
    return switch (column) {
      case "is_bot", "is_test" -> Boolean.valueOf(text);
      case "source_seq" -> Integer.valueOf(text);
      case "coupon_codes" -> text.split("\\+", -1);
      // Words of one journey, not of all.
      case "visitor_id", "click_id", "email_id" -> text.equals("null") ? null : who + text;
      default -> text.equals("null") ? null : text.equals("SELF") ? "c" + who : text;
    };
  }

  /** Days, with seconds more or less: {@code 11+9s}. */
  private static double time(String text) {
    String[] parts = text.split("(?=[+-])", -1);
    double days = Double.parseDouble(parts[0]);
    return parts.length == 1 ? days : days + Double.parseDouble(parts[1].replace("s", "")) / 86_400;
  }

  @TestFactory
  Stream<DynamicTest> credits_areThoseWorkedByHand() {
    return Stream.iterate(0, i -> i < WORKED.size(), i -> i + 1)
        .map(
            i -> {
              Worked worked = WORKED.get(i);
              return DynamicTest.dynamicTest(
                  worked.reason() + ": " + worked.journey(),
                  () -> {
                    for (String expected : worked.expected()) {
                      String model = expected.substring(0, expected.indexOf(':'));
                      List<Row> rows = credits.get(prefix(i) + " " + model);
                      assertThat(model + ": " + text(rows)).isEqualTo(expected);
                    }
                  });
            });
  }

  private static String text(List<Row> rows) {
    return rows.stream()
        .collect(groupingBy(r -> r.<String>getAs(OrderAttribution.ORDER_ID)))
        .entrySet()
        .stream()
        .sorted(Map.Entry.comparingByKey())
        .map(
            order ->
                order.getValue().stream()
                    .sorted(
                        Comparator.comparing(
                            r -> r.<Timestamp>getAs(OrderAttribution.TOUCH_TS),
                            Comparator.nullsFirst(Comparator.naturalOrder())))
                    .map(WorkedJourneysTest::credit)
                    .collect(joining(", ")))
        .collect(joining(" | "));
  }

  private static String credit(Row row) {
    double share = row.getAs(OrderAttribution.CREDIT_SHARE);
    return JourneyRows.owner(row)
        + (share == 1
            ? ""
            : String.format(
                Locale.ROOT, " %.4f %s", share, row.getAs(OrderAttribution.CREDITED_NET)));
  }
}
