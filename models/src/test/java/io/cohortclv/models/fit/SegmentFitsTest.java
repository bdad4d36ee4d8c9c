package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.commons.numbers.gamma.RegularizedGamma;
import org.junit.jupiter.api.Test;

class SegmentFitsTest {
  private static final int YEAR = 365;

  private record Data(List<Histories> segments, List<PurchaseModel> truth, PurchaseFit parent) {}

  /** Segments of 40 to 600 customers whose log parameters differ with these deviations. */
  private static Data data(int count, double[] deviations, long seed) {
    Random random = new Random(seed);
    double[] center = {0.9, 40, 0.8, 2};
    List<Histories> segments = new ArrayList<>();
    List<PurchaseModel> truth = new ArrayList<>();
    Histories.Builder all = Histories.builder();
    for (int g = 0; g < count; g++) {
      double[] p = center.clone();
      for (int i = 0; i < 4; i++) {
        p[i] *= Math.exp(deviations[i] * random.nextGaussian());
      }
      PurchaseModel model = ModelFamily.MBG_NBD.model(p);
      int size = (int) (40 * Math.exp(2.7 * random.nextDouble()));
      Histories table = HostileDataTest.simulated(model, size, 30, 400, seed * 1000 + g);
      for (int i = 0; i < table.distinct(); i++) {
        all.add(table.repeats(i), table.recency(i), table.age(i), table.weight(i));
      }
      segments.add(table);
      truth.add(model);
    }
    return new Data(segments, truth, PurchaseFits.fit(ModelFamily.MBG_NBD, all.build()));
  }

  private static double error(PurchaseModel estimate, PurchaseModel truth) {
    return Math.log(estimate.expectedPurchases(YEAR) / truth.expectedPurchases(YEAR));
  }

  @Test
  void shrunkSegments_areNearerToTheTruthThanTheirOwnFitsAndThanTheParent() {
    Data data = data(60, new double[] {0.2, 0.5, 0.3, 0.3}, 1);
    SegmentFits fits = SegmentFits.fit(data.parent(), data.segments(), 30);
    double shrunk = 0;
    double own = 0;
    double pooled = 0;
    for (int g = 0; g < 60; g++) {
      PurchaseModel truth = data.truth().get(g);
      PurchaseFit fit = fits.segments().get(g).fit();
      assertThat(fit.converged()).isTrue();
      shrunk += Math.pow(error(fit.model(), truth), 2);
      pooled += Math.pow(error(data.parent().model(), truth), 2);
      own +=
          Math.pow(
              error(PurchaseFits.fit(ModelFamily.MBG_NBD, data.segments().get(g)).model(), truth),
              2);
    }
    assertThat(shrunk).isLessThan(0.9 * own);
    assertThat(shrunk).isLessThan(0.5 * pooled);
  }

  @Test
  void strength_isLearnedFromTheData() {
    Data alike = data(60, new double[4], 2);
    Data unlike = data(60, new double[] {0, 0.6, 0, 0}, 3);
    SegmentFits same = SegmentFits.fit(alike.parent(), alike.segments(), 30);
    SegmentFits apart = SegmentFits.fit(unlike.parent(), unlike.segments(), 30);
    // The scale of the rate, with r and alpha moving together taken out.
    assertThat(rateVariance(same.between())).isLessThan(0.02);
    assertThat(rateVariance(apart.between())).isBetween(0.2, 0.6);
    long rejected = same.segments().stream().filter(s -> s.pValue() < 0.05).count();
    long rejectedApart = apart.segments().stream().filter(s -> s.pValue() < 0.05).count();
    assertWithinChance(rejected, rejections(alike));
    assertWithinChance(rejectedApart, rejections(unlike));
  }

  /** Four deviations of a sum of independent trials. */
  private static void assertWithinChance(long count, double[] probabilities) {
    double mean = Arrays.stream(probabilities).sum();
    double variance = Arrays.stream(probabilities).map(p -> p * (1 - p)).sum();
    assertThat((double) count).isCloseTo(mean, within(4 * Math.sqrt(variance)));
  }

  /**
   * The power of the test at 5 % for each segment: the statistic is noncentral χ² with 4 degrees
   * (Wilks 1938, Wald 1943), and its noncentrality twice the segment's customers times the
   * Kullback-Leibler distance of the parent's model from the best one. The distance comes from
   * 4,000 other customers of the segment, less what their own four parameters gain by chance.
   */
  private static double[] rejections(Data data) {
    double critical = 9.4877; // the 95 % quantile of χ² with 4 degrees
    double[] out = new double[data.segments().size()];
    for (int g = 0; g < out.length; g++) {
      Histories others = HostileDataTest.simulated(data.truth().get(g), 4000, 30, 400, 90_000 + g);
      Maximizer.Summit best =
          PurchaseFits.maximizer(ModelFamily.MBG_NBD, others, others.weights())
              .climb(data.truth().get(g).parameters());
      double underParent =
          PurchaseFits.likelihood(ModelFamily.MBG_NBD, others)
              .at(data.parent().model().parameters(), others.weights())
              .value();
      double half =
          Math.max(0, best.value() - underParent - 2) / 4000 * data.segments().get(g).customers();
      // A Poisson mixture of central ones, summed as far as it matters.
      double weight = Math.exp(-half);
      for (int j = 0; j < 60 + 2 * half + 10 * Math.sqrt(half); j++) {
        out[g] += weight * RegularizedGamma.Q.value(2 + j, critical / 2);
        weight *= half / (j + 1);
      }
      // Beyond e^−700 the weights underflow, and the test cannot miss.
      out[g] = half > 700 ? 1 : Math.min(1, out[g]);
    }
    return out;
  }

  /** Variance between segments of ln(r/alpha). */
  private static double rateVariance(double[][] between) {
    return between[0][0] + between[1][1] - 2 * between[0][1];
  }

  @Test
  void segmentsWithoutRepeatsOrCustomersEnough_getAModelNearTheParents() {
    Data data = data(30, new double[] {0.1, 0.2, 0.1, 0.1}, 4);
    List<Histories> segments = new ArrayList<>(data.segments());
    segments.add(Histories.builder().add(0, 0, 20, 3).build());
    segments.add(Histories.builder().add(0, 0, 0, 1).build());
    SegmentFits fits = SegmentFits.fit(data.parent(), segments, 30);
    double parents = data.parent().model().expectedPurchases(YEAR);
    for (int g : new int[] {30, 31}) {
      SegmentFits.Segment segment = fits.segments().get(g);
      assertThat(segment.pValue()).isNaN();
      assertThat(segment.fit().model().expectedPurchases(YEAR))
          .isBetween(0.6 * parents, 1.4 * parents);
      assertThat(Arrays.stream(segment.fit().standardErrors()).allMatch(Double::isFinite)).isTrue();
    }
  }

  /** k is the parent's, and no parameter that a segment could learn or be tested on. */
  @Test
  void segmentsOfARegularParent_keepItsK() {
    List<Histories> segments = new ArrayList<>();
    Histories.Builder all = Histories.builder();
    double logGaps = 0;
    for (int g = 0; g < 8; g++) {
      PurchaseModel model = ModelFamily.MBG_CNBD_K.model(0.9, 14 + g, 0.8, 2, 3);
      Histories table = HostileDataTest.simulated(model, 300, 30, 400, 6000 + g);
      for (int i = 0; i < table.distinct(); i++) {
        all.add(table.repeats(i), table.recency(i), table.age(i), table.weight(i));
      }
      logGaps += table.logGaps();
      segments.add(table);
    }
    PurchaseFit parent = PurchaseFits.fit(ModelFamily.MBG_CNBD_K, all.logGaps(logGaps).build());
    assertThat(parent.model().parameters()[4]).isEqualTo(3);
    for (SegmentFits.Segment segment : SegmentFits.fit(parent, segments, 30).segments()) {
      assertThat(segment.fit().model().parameters()[4]).isCloseTo(3, within(1e-9));
      assertThat(segment.fit().converged()).isTrue();
      assertThat(segment.pValue()).isBetween(0.0, 1.0);
    }
  }

  @Test
  void fits_haveTheSameBitsEachTime() {
    Data data = data(12, new double[] {0.1, 0.3, 0.1, 0.1}, 5);
    SegmentFits once = SegmentFits.fit(data.parent(), data.segments(), 30);
    SegmentFits again = SegmentFits.fit(data.parent(), data.segments(), 30);
    for (int g = 0; g < 12; g++) {
      assertThat(again.segments().get(g).fit().model().parameters())
          .containsExactly(once.segments().get(g).fit().model().parameters());
    }
  }
}
