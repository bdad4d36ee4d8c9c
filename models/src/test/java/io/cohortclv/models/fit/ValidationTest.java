package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValidationTest {
  private static final PurchaseModel MODEL = ModelFamily.NBD.model(1, 1);

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
    PurchaseTracking tracking = PurchaseTracking.of(MODEL, Map.of(0.0, 3L, 1.5, 2L));
    assertThat(tracking.expectedUntil(1)).isCloseTo(3, within(1e-12));
    assertThat(tracking.expectedUntil(2)).isCloseTo(3 + 4, within(1e-12));
    assertThat(tracking.expectedUntil(3)).isCloseTo(3 + 4 + 5, within(1e-12));
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
    assertThat(independence.warning(946).orElseThrow())
        .contains("Pearson 0.114, Spearman 0.206")
        .endsWith("too low");
  }

  /** Two standard errors of 100 customers are 0.2, of 1,000 customers 0.063. */
  @Test
  void spendIndependence_warnsOfWhatIsBothLargeAndNoChance() {
    assertThat(new SpendIndependence(0.15, 0.05).warning(100)).isEmpty();
    assertThat(new SpendIndependence(0.05, 0.15).warning(1000)).isPresent();
    assertThat(new SpendIndependence(0.09, 0.09).warning(1000)).isEmpty();
    assertThat(new SpendIndependence(Double.NaN, Double.NaN).warning(1000)).isEmpty();
    assertThat(new SpendIndependence(-0.3, -0.2).warning(1000).orElseThrow()).endsWith("too high");
  }

  /**
   * The sample a fit of many starts from, every third of 60,000 rows, tells the same: within three
   * standard errors of a correlation of 20,000, 1/√n, for amounts that rise, stay and fall.
   */
  @ParameterizedTest
  @ValueSource(doubles = {-2, 0, 2})
  void spendIndependence_ofTheSampleIsThatOfAll(double slope) {
    for (int seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      SpendHistories.Builder builder = SpendHistories.builder();
      for (int i = 0; i < 60_000; i++) {
        int purchases = 1 + random.nextInt(10);
        builder.add(purchases, 60 + slope * purchases + 10 * Math.abs(random.nextGaussian()), 1);
      }
      SpendHistories all = builder.build();
      SpendIndependence whole = SpendIndependence.of(all);
      SpendIndependence sample = SpendIndependence.of(all.thinned(3));
      assertThat(sample.pearson()).isCloseTo(whole.pearson(), within(3 / Math.sqrt(20_000)));
      assertThat(sample.spearman()).isCloseTo(whole.spearman(), within(3 / Math.sqrt(20_000)));
    }
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
