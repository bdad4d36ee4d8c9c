package io.cohortclv.jobs.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.data.Percentage.withPercentage;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.TimeUnit;
import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.InfeasibleDataException;
import io.cohortclv.models.fit.PurchaseFit;
import io.cohortclv.models.fit.PurchaseFits;
import io.cohortclv.models.fit.SegmentFits;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EstimatorTest {
  private static final List<History> HISTORIES = histories();

  private static List<History> histories() {
    Random random = new Random(17);
    List<History> histories = new ArrayList<>();
    for (int i = 0; i < 1500; i++) {
      int age = 200 + random.nextInt(200);
      double daysBetween = 10 - 40 * Math.log(random.nextDouble());
      double dropout = 0.6 * random.nextDouble();
      int repeats = 0;
      int recency = 0;
      int holdout = 0;
      int day = 0;
      while (random.nextDouble() > dropout) {
        day += 1 + (int) (-daysBetween * Math.log(random.nextDouble()));
        if (day > age + 65) {
          break;
        }
        if (day > age) {
          holdout++;
        } else {
          repeats++;
          recency = day;
        }
      }
      BigDecimal spend = BigDecimal.valueOf(repeats * (500L + random.nextInt(4000)), 2);
      histories.add(new History("", repeats, recency, age, holdout, repeats, spend, 1));
    }
    histories.sort(History.ORDER);
    return histories;
  }

  private static EstimateQuery query(TimeUnit unit, ModelFamily... families) {
    return new EstimateQuery(
        Arrays.asList(families),
        unit,
        LocalDate.of(2020, 10, 27),
        Optional.of(LocalDate.of(2020, 12, 31)),
        365,
        0.1,
        false);
  }

  private static Estimate estimate(EstimateQuery query) {
    return estimator(query, HISTORIES).estimate();
  }

  private static Estimator estimator(EstimateQuery query, List<History> histories) {
    return new Estimator(query, new OrderLog.Histories(histories, List.of(), List.of()));
  }

  @Test
  void estimate_sizesDoNotDependOnTheTimeUnit() {
    Estimate days = estimate(query(TimeUnit.DAYS, ModelFamily.MBG_NBD));
    Estimate weeks = estimate(query(TimeUnit.WEEKS, ModelFamily.MBG_NBD));

    assertThat(weeks.parameters().get("alpha") * 7)
        .isCloseTo(days.parameters().get("alpha"), withPercentage(1e-3));
    assertThat(weeks.holdout().orElseThrow().expectedPurchases())
        .isCloseTo(days.holdout().orElseThrow().expectedPurchases(), withPercentage(1e-4));
    assertThat(weeks.clv().orElseThrow().total())
        .isCloseTo(days.clv().orElseThrow().total(), withPercentage(1e-4));
  }

  @Test
  void estimate_choosesTheLikeliestFamilyAndSaysSo() {
    Estimate chosen = estimate(query(TimeUnit.DAYS, ModelFamily.BG_NBD, ModelFamily.MBG_NBD));

    double best =
        Math.max(
            estimate(query(TimeUnit.DAYS, ModelFamily.BG_NBD)).logLikelihood(),
            estimate(query(TimeUnit.DAYS, ModelFamily.MBG_NBD)).logLikelihood());
    assertThat(chosen.logLikelihood()).isEqualTo(best);
    assertThat(chosen.warnings()).anyMatch(w -> w.startsWith(chosen.model() + " was chosen"));
  }

  /** Segments are those of the plain API, shrunk toward their parent, whatever their size. */
  @Test
  void segments_areShrunkTowardTheWhole() {
    List<History> histories = new ArrayList<>();
    for (int i = 0; i < HISTORIES.size(); i++) {
      History h = HISTORIES.get(i);
      histories.add(
          new History(
              i % 25 == 0 ? "few" : i % 2 == 0 ? "a" : "b",
              h.repeats(),
              h.recencyDays(),
              h.ageDays(),
              h.holdoutPurchases(),
              h.spendDays(),
              h.spend(),
              1));
    }
    histories.sort(History.ORDER);
    EstimateQuery whole = query(TimeUnit.DAYS, ModelFamily.MBG_NBD);
    Estimate estimate =
        estimator(
                new EstimateQuery(
                    whole.families(),
                    whole.timeUnit(),
                    whole.calibrationEnd(),
                    whole.holdoutEnd(),
                    whole.horizonDays(),
                    whole.discountRatePerYear(),
                    true),
                histories)
            .estimate();

    List<Histories> tables =
        Stream.of("a", "b", "few").map(segment -> table(histories, segment)).toList();
    SegmentFits plain =
        SegmentFits.fit(PurchaseFits.fit(ModelFamily.MBG_NBD, table(histories, "")), tables, 500);
    List<Estimate> segments = estimate.segments().orElseThrow();
    for (int i = 0; i < tables.size(); i++) {
      assertThat(segments.get(i).parameters().values().stream().mapToDouble(v -> v).toArray())
          .isEqualTo(plain.segments().get(i).fit().model().parameters());
      assertThat(segments.get(i).customers()).isEqualTo(tables.get(i).customers());
    }
    assertThat(segments.get(2).spend().orElseThrow().parameters())
        .isEqualTo(estimate.spend().orElseThrow().parameters());
    assertThat(segments.get(0).spend().orElseThrow().parameters())
        .isNotEqualTo(estimate.spend().orElseThrow().parameters());
    assertThat(segments.stream().mapToDouble(s -> s.clv().orElseThrow().total()).sum())
        .isCloseTo(estimate.clv().orElseThrow().total(), withPercentage(10));
    assertThat(estimate.warnings()).anyMatch(w -> w.startsWith("1 of 3 segments"));
  }

  private static Histories table(List<History> histories, String segment) {
    Histories.Builder table = Histories.builder();
    histories.stream()
        .filter(h -> segment.isEmpty() || h.segment().equals(segment))
        .forEach(h -> table.add(h.repeats(), h.recencyDays(), h.ageDays(), h.customers()));
    return table.build();
  }

  @Test
  void value_ofEveryCustomerSumsToTheWhole() {
    Estimator estimator = estimator(query(TimeUnit.WEEKS, ModelFamily.BG_NBD), HISTORIES);

    double sum = HISTORIES.stream().mapToDouble(h -> estimator.value(h).clv().orElseThrow()).sum();
    assertThat(sum)
        .isCloseTo(estimator.estimate().clv().orElseThrow().total(), withPercentage(1e-10));
  }

  @Test
  void estimate_withoutAmountsHasNoMoney() {
    List<History> free =
        HISTORIES.stream()
            .map(
                h ->
                    new History(
                        "", h.repeats(), h.recencyDays(), h.ageDays(), 0, 0, BigDecimal.ZERO, 1))
            .toList();
    Estimate estimate = estimator(query(TimeUnit.DAYS, ModelFamily.MBG_NBD), free).estimate();

    assertThat(estimate.spend()).isEmpty();
    assertThat(estimate.clv()).isEmpty();
    assertThat(EstimateFormat.JSON.write(estimate)).contains("\"spend\":null,\"clv\":null");
  }

  @Test
  void estimate_refusesCustomersWhoNeverCameBack() {
    List<History> once = List.of(new History("", 0, 0, 100, 0, 0, BigDecimal.ZERO, 50));

    assertThatExceptionOfType(InfeasibleDataException.class)
        .isThrownBy(() -> estimator(query(TimeUnit.DAYS, ModelFamily.MBG_NBD), once));
  }

  /** Gaps of three events each: the fit is that of the plain API, and k is found. */
  @Test
  void regularBuyers_areFittedByTheirGaps() {
    Random random = new Random(23);
    List<History> histories = new ArrayList<>();
    TreeMap<Integer, Long> gaps = new TreeMap<>();
    Histories.Builder table = Histories.builder();
    double logGaps = 0;
    for (int i = 0; i < 800; i++) {
      int age = 200 + random.nextInt(200);
      double daysBetween = 8 - 10 * Math.log(random.nextDouble());
      double dropout = 0.4 * random.nextDouble();
      int repeats = 0;
      int recency = 0;
      while (random.nextDouble() > dropout) {
        double events = random.nextDouble() * random.nextDouble() * random.nextDouble();
        int gap = 1 + (int) (-daysBetween * Math.log(events));
        if (recency + gap > age) {
          break;
        }
        repeats++;
        recency += gap;
        gaps.merge(gap, 1L, Long::sum);
        logGaps += Math.log(gap / 7.0);
      }
      histories.add(new History("", repeats, recency, age, 0, 0, BigDecimal.ZERO, 1));
      table.add(repeats, recency / 7.0, age / 7.0, 1);
    }
    histories.sort(History.ORDER);
    Estimate estimate =
        new Estimator(
                query(TimeUnit.WEEKS, ModelFamily.MBG_CNBD_K),
                new OrderLog.Histories(
                    histories,
                    gaps.entrySet().stream()
                        .map(gap -> new Gap("", gap.getKey(), gap.getValue()))
                        .toList(),
                    List.of()))
            .estimate();

    PurchaseFit plain = PurchaseFits.fit(ModelFamily.MBG_CNBD_K, table.logGaps(logGaps).build());
    assertThat(estimate.parameters().get("k")).isEqualTo(3);
    assertThat(estimate.parameters().values().stream().mapToDouble(v -> v).toArray())
        .isEqualTo(plain.model().parameters());
    assertThat(estimate.logLikelihood()).isCloseTo(plain.logLikelihood(), withPercentage(1e-10));
    assertThat(EstimateFormat.JSON.write(estimate)).contains("\"k\":null");
  }
}
