package io.cohortclv.models.economics;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.models.btyd.MbgNbd;
import io.cohortclv.models.btyd.MbgNbdParameters;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.PurchaseFits;
import io.cohortclv.models.fit.SpendFits;
import io.cohortclv.models.fit.SpendHistories;
import io.cohortclv.models.population.Population;
import io.cohortclv.models.population.SpendPopulation;
import io.cohortclv.models.shrink.GroupMoments;
import io.cohortclv.models.shrink.NormalShrinkage;
import io.cohortclv.models.shrink.Posterior;
import io.cohortclv.models.shrink.ValueCap;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;

/**
 * Partners whose true value is known, from purchases drawn one by one to intervals of partners: the
 * mathematics of the scorecards without Spark.
 */
class PartnerValueTest {
  private static final int PARTNERS = 2_000;
  private static final double HORIZON = 365;
  private static final double MARGIN = 0.35;
  private static final DiscountRate DISCOUNT = new DiscountRate(0.10);
  private static final PurchaseModel PURCHASES = MbgNbd.of(new MbgNbdParameters(0.9, 75, 0.9, 2.1));
  private static final GammaGamma SPEND = GammaGamma.of(new GammaGammaParameters(6, 4, 25));

  /** Spend of the customers of four kinds of partners against the mean. */
  private static final double[] KINDS = {0.75, 0.95, 1.1, 1.5};

  /** Spread of the logarithm of spend between the partners of a kind. */
  private static final double SPREAD = 0.35;

  private record Buyer(
      int partner, int kind, double age, int repeats, double recency, double mean, double margin) {}

  /** Customers of partners with heavy-tailed sizes, whose numbers grow over two years. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Market(List<Buyer> buyers, int[] kinds, double[] truth) {
    static Market draw(int seed) {
      Random random = new Random(seed);
      UniformRandomProvider rng = RandomSource.XO_SHI_RO_256_PP.create(seed);
      Population population = Population.of(PURCHASES);
      SpendPopulation spenders = SpendPopulation.of(SPEND.parameters());
      double whole =
          MARGIN
              * SPEND.populationMean()
              * (1 + PURCHASES.discountedPurchases(HORIZON, DISCOUNT.perDay()));
      List<Buyer> buyers = new ArrayList<>();
      int[] kinds = new int[PARTNERS];
      double[] truth = new double[PARTNERS];
      for (int p = 0; p < PARTNERS; p++) {
        kinds[p] = random.nextInt(KINDS.length);
        double factor =
            KINDS[kinds[p]] * Math.exp(SPREAD * random.nextGaussian() - SPREAD * SPREAD / 2);
        truth[p] = whole * factor;
        int customers = 1 + (int) Math.exp(2.3 + 1.2 * random.nextGaussian());
        for (int c = 0; c < customers; c++) {
          // The rate of arrivals grows from 0.4 to 1.6 of its mean.
          double arrived = (Math.sqrt(0.16 + 2.4 * random.nextDouble()) - 0.4) / 1.2;
          double age = Math.floor(730 * (1 - arrived)) + 0.5;
          double spend = spenders.draw(rng) * factor;
          double margin = MARGIN * spenders.drawSpend(rng, spend);
          double sum = 0;
          double[] times = population.draw(rng).repeatTimes(age);
          for (double time : times) {
            double amount = spenders.drawSpend(rng, spend);
            sum += amount;
            margin += time < HORIZON ? MARGIN * amount * DISCOUNT.factor(time) : 0;
          }
          double recency = times.length == 0 ? 0 : times[times.length - 1];
          buyers.add(
              new Buyer(p, kinds[p], age, times.length, recency, sum / times.length, margin));
        }
      }
      return new Market(buyers, kinds, truth);
    }
  }

  /** As scorecards do it: fitted models, values as far as seen, capped, shrunk by kind. */
  private static Posterior[] believed(Market market, PurchaseModel fitted) {
    ValueCurve curve = ValueCurve.of(fitted, HORIZON, DISCOUNT);
    Map<Integer, ValueCap> caps = new TreeMap<>();
    for (int kind = 0; kind < KINDS.length; kind++) {
      caps.put(kind, cap(market, curve, kind));
    }
    double[][] sums = new double[PARTNERS][4];
    for (Buyer b : market.buyers()) {
      double seen = curve.shareBy(b.age());
      double value = caps.get(b.kind()).of(b.margin() / seen);
      double[] s = sums[b.partner()];
      s[0]++;
      s[1] += seen;
      s[2] += seen * value;
      s[3] += seen * value * value;
    }
    Map<Integer, List<GroupMoments>> byKind = new LinkedHashMap<>();
    GroupMoments[] moments = new GroupMoments[PARTNERS];
    for (int p = 0; p < PARTNERS; p++) {
      double[] s = sums[p];
      moments[p] = GroupMoments.ofSums((long) s[0], s[1], s[2], s[3]);
      byKind.computeIfAbsent(market.kinds()[p], k -> new ArrayList<>()).add(moments[p]);
    }
    Map<Integer, NormalShrinkage> shrinkage = NormalShrinkage.ofKinds(byKind);
    Posterior[] posteriors = new Posterior[PARTNERS];
    Arrays.setAll(posteriors, p -> shrinkage.get(market.kinds()[p]).posterior(moments[p]));
    return posteriors;
  }

  private static ValueCap cap(Market market, ValueCurve curve, int kind) {
    TreeMap<Integer, double[]> buckets = new TreeMap<>();
    for (Buyer b : market.buyers()) {
      if (b.kind() == kind) {
        double seen = curve.shareBy(b.age());
        double value = b.margin() / seen;
        double[] s =
            buckets.computeIfAbsent((int) Math.ceil(20 * Math.log(value)), k -> new double[3]);
        s[0]++;
        s[1] += seen;
        s[2] += seen * value;
      }
    }
    return ValueCap.of(
        buckets.entrySet().stream()
            .map(
                e ->
                    new ValueCap.Bucket(
                        Math.exp(e.getKey() / 20.0),
                        (long) e.getValue()[0],
                        e.getValue()[1],
                        e.getValue()[2]))
            .toList(),
        0.99);
  }

  /** Mean of observed and expected margin, each customer's own: clv_raw of the scorecards. */
  private static double[] rawMeans(Market market, PurchaseModel fitted, GammaGamma spend) {
    double[] sums = new double[PARTNERS];
    double[] counts = new double[PARTNERS];
    for (Buyer b : market.buyers()) {
      double rest = Math.max(0, HORIZON - b.age());
      double expected =
          rest == 0
              ? 0
              : fitted.discountedPurchases(
                      rest, DISCOUNT.perDay(), b.repeats(), b.recency(), b.age())
                  * DISCOUNT.factor(b.age())
                  * MARGIN
                  * spend.expectedSpend(b.repeats(), b.mean());
      sums[b.partner()] += b.margin() + expected;
      counts[b.partner()]++;
    }
    double[] means = new double[PARTNERS];
    Arrays.setAll(means, p -> sums[p] / counts[p]);
    return means;
  }

  /**
   * The promise of the scorecards over three markets of 2,000 partners: the stated 80 % intervals
   * cover the truth 76 to 84 times in a hundred, in every market, which is four standard errors of
   * 2,000 and little more; and whatever the size of partners, their shrunk values rank them better
   * than their raw means.
   */
  @Test
  void shrunkValues_rankBetterAtEverySizeAndCoverTheTruth() {
    int[] sizes = {1, 3, 6, 11, 21, 51, 101, Integer.MAX_VALUE};
    double[][] ranked = new double[sizes.length - 1][2];
    for (int seed = 0; seed < 3; seed++) {
      Market market = Market.draw(seed);
      Histories.Builder histories = Histories.builder();
      SpendHistories.Builder spends = SpendHistories.builder();
      int[] counts = new int[PARTNERS];
      for (Buyer b : market.buyers()) {
        counts[b.partner()]++;
        histories.add(b.repeats(), b.recency(), b.age(), 1);
        if (b.repeats() > 0) {
          spends.add(b.repeats(), b.mean(), 1);
        }
      }
      PurchaseModel fitted = PurchaseFits.fit(ModelFamily.MBG_NBD, histories.build()).model();
      double[] raw = rawMeans(market, fitted, SpendFits.fit(spends.build()).model());
      Posterior[] posteriors = believed(market, fitted);
      double[] shrunk = Arrays.stream(posteriors).mapToDouble(Posterior::mean).toArray();
      int inside = 0;
      for (int p = 0; p < PARTNERS; p++) {
        double truth = market.truth()[p];
        inside +=
            truth > posteriors[p].quantile(0.1) && truth < posteriors[p].quantile(0.9) ? 1 : 0;
      }
      System.out.println("COV " + (double) inside / PARTNERS);
      assertThat((double) inside / PARTNERS).as("coverage, market %d", seed).isBetween(0.76, 0.84);
      for (int s = 0; s < ranked.length; s++) {
        int least = sizes[s];
        int most = sizes[s + 1];
        int[] of =
            IntStream.range(0, PARTNERS)
                .filter(p -> counts[p] >= least && counts[p] < most)
                .toArray();
        ranked[s][0] += rankCorrelation(of, shrunk, market.truth());
        ranked[s][1] += rankCorrelation(of, raw, market.truth());
      }
    }
    for (int s = 0; s < ranked.length; s++) {
      assertThat(ranked[s][0])
          .as("partners of %d customers and more", sizes[s])
          .isGreaterThan(ranked[s][1]);
    }
  }

  private static double rankCorrelation(int[] of, double[] left, double[] right) {
    double[] a = ranks(of, left);
    double[] b = ranks(of, right);
    double middle = (of.length - 1) / 2.0;
    double together = 0;
    double squares = 0;
    for (int i = 0; i < of.length; i++) {
      together += (a[i] - middle) * (b[i] - middle);
      squares += (a[i] - middle) * (a[i] - middle);
    }
    return together / squares;
  }

  private static double[] ranks(int[] of, double[] values) {
    int[] order =
        IntStream.range(0, of.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[of[i]]))
            .mapToInt(i -> i)
            .toArray();
    double[] ranks = new double[of.length];
    for (int rank = 0; rank < order.length; rank++) {
      ranks[order[rank]] = rank;
    }
    return ranks;
  }
}
