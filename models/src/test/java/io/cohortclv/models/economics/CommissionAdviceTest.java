package io.cohortclv.models.economics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.shrink.Posterior;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CommissionAdviceTest {
  private static final double CENT = 0.005;

  /** No step limit that binds, everything incremental. */
  private static CommissionPolicy policy(double incrementality, double ratio, double quantile) {
    return new CommissionPolicy(incrementality, ratio, quantile, 12, 10);
  }

  /** The calculator of an affiliate vendor: 600/3 · 0.75/1.30 = 115.38, "about 115". */
  @Test
  void ceiling_isTheVendorsExample() {
    CommissionAdvice advice =
        CommissionAdvice.of(
            policy(0.75, 3, 0.2), new PartnerTerms(0.10, 500, 0.30, 0), new Posterior(600, 0), 1);
    assertThat(advice.ceiling()).isCloseTo(115.38, within(CENT));
    // At break-even R is 1: 600 · 0.75/1.30.
    assertThat(advice.breakEven()).isCloseTo(346.15, within(CENT));
    assertThat(advice.cashCeiling()).isCloseTo(346.15, within(CENT));
    // 115.38/500
    assertThat(advice.recommendedRate()).isCloseTo(0.2308, within(5e-5));
    // 450 − 50 · 1.3
    assertThat(advice.expectedProfit()).isCloseTo(385, within(CENT));
    assertThat(advice.paysOverCeiling()).isFalse();
  }

  /**
   * By hand, N(80, 10²): the 20 % quantile is 80 − 0.841621 · 10 = 71.58379, and ι Q/R = 23.86126.
   */
  @Test
  void everyFigure_byHand() {
    CommissionAdvice advice =
        CommissionAdvice.of(
            new CommissionPolicy(1, 3, 0.2, 3, 0.01),
            new PartnerTerms(0.50, 60, 0.20, 5),
            new Posterior(80, 10),
            0.25);
    // (80 − 5)/1.2
    assertThat(advice.breakEven()).isCloseTo(62.5, within(1e-9));
    // (23.86126 − 5)/1.2
    assertThat(advice.ceiling()).isCloseTo(15.7177, within(5e-5));
    // (80 · 0.25 − 5)/1.2
    assertThat(advice.cashCeiling()).isCloseTo(12.5, within(1e-9));
    assertThat(advice.limit()).isEqualTo(advice.cashCeiling());
    // 12.5/60 = 0.2083 is wanted, one point down from 0.50 allowed.
    assertThat(advice.recommendedRate()).isCloseTo(0.49, within(1e-12));
    // The cost is 30 · 1.2 + 5 = 41: P(N(80, 10²) < 41) = Φ(−3.9) = 4.8096e-5.
    assertThat(advice.lossProbability()).isCloseTo(4.8096e-5, within(5e-10));
    assertThat(advice.expectedProfit()).isCloseTo(39, within(1e-9));
    assertThat(advice.paysOverCeiling()).isTrue();
    assertThat(advice.reason())
        .isEqualTo(
            "lower 50.0 % to 49.0 %, a step of the way to 20.8 %: cash of the first 3 months allows"
                + " 12.50 a customer");
  }

  @Test
  void negativeMargin_leavesNothingForACommission() {
    CommissionAdvice advice =
        CommissionAdvice.of(
            policy(1, 3, 0.2), new PartnerTerms(0.05, 40, 0.2, 1), new Posterior(-12, 4), 0.9);
    assertThat(advice.breakEven()).isZero();
    assertThat(advice.ceiling()).isZero();
    assertThat(advice.cashCeiling()).isZero();
    assertThat(advice.recommendedRate()).isZero();
    // −12 − (2 · 1.2 + 1)
    assertThat(advice.expectedProfit()).isCloseTo(-15.4, within(1e-9));
    assertThat(advice.lossProbability()).isGreaterThan(0.9999);
    assertThat(advice.reason())
        .isEqualTo(
            "lower 5.0 % to 0.0 %: a customer is not expected to earn even the costs beside the"
                + " commission");
  }

  @Test
  void zeroCommission_isRaisedByAStepAtMost() {
    CommissionAdvice advice =
        CommissionAdvice.of(
            new CommissionPolicy(1, 3, 0.2, 12, 0.01),
            new PartnerTerms(0, 50, 0, 0),
            new Posterior(60, 0),
            1);
    // 60/3 on a basis of 50 is 40 %.
    assertThat(advice.recommendedRate()).isCloseTo(0.01, within(1e-12));
    assertThat(advice.expectedProfit()).isCloseTo(60, within(1e-9));
    assertThat(advice.lossProbability()).isZero();
    assertThat(advice.reason())
        .isEqualTo(
            "raise 0.0 % to 1.0 %, a step of the way to 40.0 %: a value of 60.00 at the 20 %"
                + " quantile, 3.0 times the cost, allows 20.00 a customer");
  }

  @Test
  void rightRate_isKept() {
    CommissionAdvice advice =
        CommissionAdvice.of(
            policy(1, 3, 0.5), new PartnerTerms(0.40, 50, 0, 0), new Posterior(60, 5), 1);
    assertThat(advice.recommendedRate()).isCloseTo(0.40, within(1e-9));
    assertThat(advice.paysOverCeiling()).isFalse();
    assertThat(advice.reason()).startsWith("keep 40.0 %: ");
  }

  /** Customers who would have come anyway are worth nothing to the partner's commission. */
  @Test
  void nothingIncremental_makesEveryCostALoss() {
    PartnerTerms terms = new PartnerTerms(0.05, 40, 0.2, 0);
    CommissionAdvice advice =
        CommissionAdvice.of(policy(0, 3, 0.2), terms, new Posterior(100, 10), 1);
    assertThat(advice.lossProbability()).isEqualTo(1);
    assertThat(advice.breakEven()).isZero();
    assertThat(advice.expectedProfit()).isCloseTo(-2.4, within(1e-12));
  }

  /** Over seeded terms: ceilings lie in order, floors hold, and advice lies within its step. */
  @Test
  void laws_holdOverSeeds() {
    for (int seed = 0; seed < 500; seed++) {
      Random random = new Random(seed);
      CommissionPolicy policy =
          new CommissionPolicy(
              random.nextDouble(),
              1 + 4 * random.nextDouble(),
              0.01 + 0.49 * random.nextDouble(),
              12,
              0.001 + random.nextDouble());
      PartnerTerms terms =
          new PartnerTerms(
              random.nextDouble(),
              1 + 100 * random.nextDouble(),
              random.nextDouble(),
              20 * random.nextDouble());
      Posterior value = new Posterior(-20 + 150 * random.nextDouble(), 40 * random.nextDouble());
      CommissionAdvice advice =
          CommissionAdvice.of(policy, terms, value, 0.2 + random.nextDouble());
      assertThat(advice.ceiling()).isBetween(0.0, advice.breakEven());
      assertThat(advice.limit()).isBetween(0.0, advice.ceiling());
      assertThat(advice.recommendedRate()).isNotNegative();
      assertThat(Math.abs(advice.recommendedRate() - terms.rate()))
          .isLessThanOrEqualTo(policy.largestStep() + 1e-12);
      // Paying break-even earns nothing: the two formulas are one.
      if (advice.breakEven() > 0) {
        PartnerTerms even =
            new PartnerTerms(
                advice.breakEven() / terms.basis(),
                terms.basis(),
                terms.networkFee(),
                terms.otherCost());
        CommissionAdvice atBreakEven = CommissionAdvice.of(policy, even, value, 1);
        assertThat(atBreakEven.expectedProfit()).isCloseTo(0, within(1e-9));
        assertThat(atBreakEven.lossProbability()).isCloseTo(0.5, within(1e-6));
      }
    }
  }

  @Test
  void nonsense_isRefused() {
    assertThatThrownBy(() -> policy(1.5, 3, 0.2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("incrementality of a policy: 1.5");
    assertThatThrownBy(() -> policy(1, 0.5, 0.2)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PartnerTerms(0.1, 0, 0, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("basis of terms: 0.0");
    assertThatThrownBy(() -> new PartnerTerms(0.1, 10, 0, Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
