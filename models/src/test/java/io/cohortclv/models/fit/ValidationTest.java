package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ValidationTest {
  private static final PurchaseModel MODEL = ModelFamily.NBD.model(1, 1);

  /** With r = alpha = 1 and age 1, x repeats expect (1 + x)/2 · horizon = 1 + x purchases. */
  private static Holdout holdout() {
    return Holdout.builder(MODEL, 2)
        .add(0, 0, 1, 0, 6)
        .add(1, 1, 1, 3, 2)
        .add(3, 1, 1, 5, 1)
        .add(0, 0, 1, 2, 1)
        .build();
  }

  @Test
  void errors_areThoseByHand() {
    Holdout holdout = holdout();
    assertThat(holdout.customers()).isEqualTo(10);
    assertThat(holdout.expectedTotal()).isCloseTo(6 + 2 * 2 + 4 + 1, within(1e-12));
    assertThat(holdout.actualTotal()).isEqualTo(0 + 6 + 5 + 2);
    assertThat(holdout.bias()).isCloseTo(15.0 / 13 - 1, within(1e-12));
    assertThat(holdout.meanAbsoluteError()).isCloseTo((6 + 2 + 1 + 1) / 10.0, within(1e-12));
    assertThat(holdout.rootMeanSquareError()).isCloseTo(1, within(1e-12));
  }

  @Test
  void calibration_splitsTenEqualGroups() {
    List<Holdout.Decile> deciles = holdout().calibration();
    assertThat(deciles).hasSize(10).allMatch(d -> d.customers() == 1);
    assertThat(deciles.get(0).expectedMean()).isCloseTo(1, within(1e-12));
    assertThat(deciles.get(9)).isEqualTo(new Holdout.Decile(1, 4, 5));
    assertThat(deciles.get(7).actualMean()).isEqualTo(3);
    assertThat(deciles.stream().mapToDouble(Holdout.Decile::actualMean).sum())
        .isCloseTo(13, within(1e-12));
  }

  @Test
  void gini_isOneForTheRightOrderAndZeroForNone() {
    Holdout right =
        Holdout.builder(MODEL, 2).add(0, 0, 1, 0, 5).add(1, 1, 1, 2, 3).add(2, 1, 1, 9, 2).build();
    Holdout none = Holdout.builder(MODEL, 2).add(1, 1, 1, 0, 5).add(1, 1, 1, 4, 5).build();
    Holdout wrong = Holdout.builder(MODEL, 2).add(0, 0, 1, 8, 4).add(3, 1, 1, 0, 4).build();
    assertThat(right.gini()).isCloseTo(1, within(1e-12));
    assertThat(none.gini()).isCloseTo(0, within(1e-12));
    assertThat(wrong.gini()).isCloseTo(-1, within(1e-12));
  }

  @Test
  void measures_doNotDependOnTheOrderOfAdding() {
    PurchaseModel model = ModelFamily.MBG_NBD.model(.8, 40, .8, 2);
    Histories table = GoldenFitsTest.histories();
    Holdout.Builder forward = Holdout.builder(model, 90);
    Holdout.Builder backward = Holdout.builder(model, 90);
    for (int i = 0; i < table.distinct(); i++) {
      int j = table.distinct() - 1 - i;
      forward.add(table.repeats(i), table.recency(i), table.age(i), i % 4, table.weight(i));
      backward.add(table.repeats(j), table.recency(j), table.age(j), j % 4, table.weight(j));
    }
    Holdout one = forward.build();
    Holdout other = backward.build();
    assertThat(one.meanAbsoluteError()).isEqualTo(other.meanAbsoluteError());
    assertThat(one.rootMeanSquareError()).isEqualTo(other.rootMeanSquareError());
    assertThat(one.gini()).isEqualTo(other.gini());
    assertThat(one.calibration()).isEqualTo(other.calibration());
  }

  @Test
  void likelihoodRatio_findsDropoutWhereThereIsSome() {
    Histories table = GoldenFitsTest.histories();
    PurchaseFit nbd = PurchaseFits.fit(ModelFamily.NBD, table);
    PurchaseFit pareto = PurchaseFits.fit(ModelFamily.PARETO_NBD, table);
    assertThat(ModelComparison.likelihoodRatio(nbd, pareto)).isLessThan(1e-20);
    assertThat(ModelComparison.aic(pareto)).isLessThan(ModelComparison.aic(nbd));
    assertThat(ModelComparison.aic(nbd)).isCloseTo(4 + 2 * 5682.3711338, within(1e-5));
    assertThatThrownBy(() -> ModelComparison.likelihoodRatio(pareto, nbd))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("NBD has no more parameters than Pareto/NBD");
  }

  /** NBD at r = alpha = 1 expects one repeat a unit of time and customer. */
  @Test
  void tracking_countsFromEachArrival() {
    TreeMap<Double, Long> arrivals = new TreeMap<>();
    arrivals.put(0.0, 3L);
    arrivals.put(1.5, 2L);
    assertThat(ModelComparison.tracking(MODEL, arrivals, 1, 3))
        .containsExactly(new double[] {3, 4, 5}, within(1e-12));
  }

  /** CDNOW, 946 repeat customers: Pearson 0.114 (Fader and Hardie), Spearman 0.206. */
  @Test
  void spendIndependence_ofCdnowIsThePublishedOne() {
    SpendHistories.Builder builder = SpendHistories.builder();
    for (Cdnow.Customer c : Cdnow.customers(Cdnow.CALIBRATION_END)) {
      double mean = c.repeatSpend().stream().mapToDouble(d -> d).average().orElse(0);
      if (mean > 0) {
        builder.add(c.repeats(), mean, 1);
      }
    }
    SpendIndependence independence = SpendIndependence.of(builder.build());
    assertThat(independence.pearson()).isCloseTo(0.114, within(5e-4));
    assertThat(independence.spearman()).isCloseTo(0.206, within(5e-4));
  }

  @Test
  void correlations_countEqualCustomersEach() {
    SpendHistories weighted =
        SpendHistories.builder().add(1, 10, 3).add(2, 30, 1).add(3, 20, 2).build();
    // By hand: x = 1,1,1,2,3,3 and y = 10,10,10,30,20,20; ranks 2,2,2,4,5.5,5.5 and
    // 2,2,2,6,4.5,4.5.
    assertThat(SpendIndependence.of(weighted).pearson())
        .isCloseTo(0.6643638388299199, within(1e-14));
    assertThat(SpendIndependence.of(weighted).spearman()).isCloseTo(0.8, within(1e-14));
  }
}
