package io.cohortclv.transforms.attribution;

import static io.cohortclv.transforms.attribution.JourneyRows.FRIENDS_FIRST;
import static io.cohortclv.transforms.attribution.JourneyRows.WINDOWS;
import static io.cohortclv.transforms.attribution.JourneyRows.rules;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderAttribution;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/** What holds of any journeys: 300 seeds, each a person with orders and touches of its own. */
@TestInstance(Lifecycle.PER_CLASS)
class AttributionLawsTest {
  private static final int SEEDS = 300;
  private static final String[] SOURCES = {"A", "B", "C", "#K", "#L", "direct", "newsletter"};
  private static final AttributionRules ALL = rules(AttributionRules.KNOWN.toArray(String[]::new));

  private JourneyRows rows;
  private List<Row> credits;

  @BeforeAll
  void credit() {
    rows = journeys(false);
    credits = rows.credited(ALL).collectAsList();
  }

  /**
   * @param withFarTouches whether each person has touches that no window reaches too: two years
   *     before the first order and after the last
   */
  private static JourneyRows journeys(boolean withFarTouches) {
    JourneyRows rows = new JourneyRows();
    for (int seed = 0; seed < SEEDS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      String who = Integer.toString(seed);
      double time = 10;
      for (int o = random.nextInt(4); o >= 0; o--) {
        double ordered = time + random.nextDouble(60);
        for (int t = random.nextInt(6); t > 0; t--) {
          String source = SOURCES[random.nextInt(SOURCES.length)];
          rows.touch(who, time + random.nextDouble(ordered - time), source);
        }
        rows.order(who + "-" + o, who, ordered, "subtotal", (1 + random.nextInt(9_999)) / 100.0);
        time = ordered;
      }
      if (withFarTouches) {
        rows.touch(who, -720, "A").touch(who, time + 1, "B");
      }
    }
    return rows;
  }

  @Test
  void credits_sumToTheOrderUnderEveryModel() {
    var byOrder =
        credits.stream()
            .collect(
                groupingBy(
                    r ->
                        r.<String>getAs(OrderAttribution.ORDER_ID)
                            + " "
                            + r.getAs(OrderAttribution.MODEL)));
    long orders = rows.inputs().orders().count();
    assertThat(byOrder).hasSize((int) orders * AttributionRules.KNOWN.size());
    byOrder.forEach(
        (order, rows) -> {
          assertThat(
                  rows.stream()
                      .mapToDouble(r -> r.<Double>getAs(OrderAttribution.CREDIT_SHARE))
                      .sum())
              .as(order)
              .isCloseTo(1, within(1e-12));
        });
    var nets =
        rows.inputs().orderValues().collectAsList().stream()
            .collect(groupingBy(r -> r.<String>getAs(OrderAttribution.ORDER_ID)));
    byOrder.forEach(
        (order, rows) ->
            assertThat(sum(rows))
                .as(order)
                .isEqualByComparingTo(
                    nets.get(order.split(" ", -1)[0]).get(0).<BigDecimal>getAs("net_revenue")));
  }

  private static BigDecimal sum(Collection<Row> rows) {
    return rows.stream()
        .map(r -> r.<BigDecimal>getAs(OrderAttribution.CREDITED_NET))
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  @Test
  void orderAndPartitionsOfTheRows_changeNothing() {
    AttributionInputs in = rows.inputs();
    AttributionInputs shuffled =
        new AttributionInputs(
            in.orderValues().repartition(5).orderBy(OrderAttribution.ORDER_TS),
            in.orders().repartition(7),
            in.touchpoints().orderBy("landing_url", "touch_id").repartition(3),
            in.referralEvents(),
            in.terms(),
            in.affiliates(),
            in.coupons(),
            in.people());
    JourneyLogs logs = JourneyLogs.of(shuffled, ALL);
    RemovalEffects effects =
        RemovalEffects.of(
            OrderCredits.countPassages(logs, ALL).collectAsList(), 1, Integer.MAX_VALUE);
    List<Row> again =
        OrderCredits.creditOrders(
                logs,
                shuffled,
                ALL,
                effects,
                Optional.of(Instant.parse(JourneyRows.day(-900))),
                JourneyRows.COMMISSIONS)
            .collectAsList();
    assertThat(again).containsExactlyInAnyOrderElementsOf(credits);
  }

  @Test
  void touchesOutsideEveryWindow_changeNothing() {
    // The Markov model learns from paths that did not convert, and these are some.
    assertThat(withoutMarkov(journeys(true).credited(ALL).collectAsList()))
        .containsExactlyInAnyOrderElementsOf(withoutMarkov(credits));
  }

  /** By what is credited; touches are numbered anew where more are written. */
  private static List<String> withoutMarkov(List<Row> credits) {
    return credits.stream()
        .filter(r -> !r.getAs(OrderAttribution.MODEL).equals(AttributionRules.MARKOV))
        .map(
            r ->
                r.<String>getAs(OrderAttribution.ORDER_ID)
                    + r.getAs(OrderAttribution.MODEL)
                    + r.getAs(OrderAttribution.TOUCH_TS)
                    + JourneyRows.owner(r)
                    + r.getAs(OrderAttribution.CREDIT_SHARE)
                    + r.getAs(OrderAttribution.CREDITED_NET))
        .toList();
  }

  @Test
  void widerWindow_losesNoAttributedOrder() {
    Set<String> before = Set.of();
    for (int days : new int[] {2, 10, 50}) {
      AttributionRules.Windows windows =
          new AttributionRules.Windows(
              Duration.ofDays(days), WINDOWS.view(), Duration.ofDays(4L * days));
      Set<String> attributed =
          attributed(rows.credited(rules(windows, FRIENDS_FIRST, "last_touch", "first_touch")));
      assertThat(attributed).as("%d days", days).containsAll(before);
      assertThat(attributed.size()).as("%d days", days).isGreaterThan(before.size());
      before = attributed;
    }
  }

  private static Set<String> attributed(Dataset<Row> credits) {
    return credits.collectAsList().stream()
        .filter(
            r -> !r.getAs(OrderAttribution.SOURCE_TYPE).equals(CustomerAcquisition.UNATTRIBUTED))
        .map(
            r -> r.<String>getAs(OrderAttribution.ORDER_ID) + " " + r.getAs(OrderAttribution.MODEL))
        .collect(toSet());
  }

  /** One path in so many converts: what the chain says is what is counted. */
  @Test
  void markovsConversion_isTheEmpiricalOne() {
    JourneyLogs logs = JourneyLogs.of(rows.inputs(), ALL);
    List<Row> passages = OrderCredits.countPassages(logs, ALL).collectAsList();
    double paths = times(passages, PathSteps.FROM_POOL, PathSteps.START);
    double converted = times(passages, PathSteps.TO_POOL, PathSteps.CONVERSION);
    assertThat(RemovalEffects.of(passages, 1, 100).conversion())
        .isCloseTo(converted / paths, within(1e-12));
    assertThat(RemovalEffects.of(passages, 1_000_000, 100).conversion())
        .isCloseTo(converted / paths, within(1e-12));
  }

  private static double times(List<Row> passages, String column, String value) {
    return passages.stream()
        .filter(r -> value.equals(r.getAs(column)))
        .mapToDouble(r -> (double) r.<Long>getAs(PathSteps.TIMES))
        .sum();
  }
}
