package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.TestLakes;
import io.cohortclv.jobs.simulate.ShopOptions;
import io.cohortclv.jobs.simulate.ShopSimulation;
import io.cohortclv.jobs.simulate.ShopTruth;
import io.cohortclv.transforms.table.Scorecards;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * 2,000 affiliates of a simulated shop through every stage: what is stated of them against what is
 * true of them. The mathematics alone are PartnerValueTest.
 */
@Tag("long")
class AffiliateValueIT {
  private static final int AFFILIATES = 2_000;
  private static final long CUSTOMERS = 100_000;
  private static final String KEY = "a key of these tests";

  @TempDir Path folder;

  @Test
  void statedIntervals_coverTheTruthAndShrunkValuesRankBetter() throws Exception {
    Path shop = folder.resolve("shop");
    ShopTruth truth =
        ShopSimulation.of(new ShopOptions(shop, CUSTOMERS, AFFILIATES, 730, 5, 0)).run();
    Path conf = shop.resolve("clv.conf");
    // In a process of its own, since the tests' JVM does not compile, and this is no small shop.
    ClvProcess clv =
        ClvProcess.start(
            folder,
            List.of("-Xmx3g", "-XX:+UseParallelGC"),
            Map.of(),
            Map.of("CLV_ID_KEY", KEY),
            "run",
            "--conf",
            conf.toString(),
            "--as-of",
            truth.lastDay().toString());
    assertThat(clv.await()).as(clv.err()).isZero();
    TestLakes.config(folder);
    List<Row> scorecard;
    try (Lake lake = TestLakes.open(ClvConfigs.load(conf).withIdentifiers(KEY))) {
      scorecard =
          lake.published(Scorecards.AFFILIATE_SCORECARD, truth.lastDay())
              .filter(col(Scorecards.N_CUSTOMERS).gt(0))
              .collectAsList();
    }
    Map<String, Double> trueClv = new HashMap<>();
    truth.affiliates().forEach(a -> trueClv.put(a.affiliateId(), a.trueAcquisitionClv()));
    assertThat(scorecard).hasSizeGreaterThan(AFFILIATES * 9 / 10);

    double inside = 0;
    for (Row row : scorecard) {
      double real = trueClv.get(row.<String>getAs(Scorecards.AFFILIATE_ID));
      inside +=
          real > row.<Double>getAs(Scorecards.CLV_LO80)
                  && real < row.<Double>getAs(Scorecards.CLV_HI80)
              ? 1
              : 0;
    }
    // The figures of a proof that takes long, for whoever runs it; those below likewise.
    System.out.printf(
        "coverage of %d affiliates: %.3f%n", scorecard.size(), inside / scorecard.size());
    assertThat(inside / scorecard.size()).as("coverage").isBetween(0.76, 0.84);

    int[] sizes = {1, 6, 16, 51, Integer.MAX_VALUE};
    for (int s = 0; s + 1 < sizes.length; s++) {
      int least = sizes[s];
      int most = sizes[s + 1];
      List<Row> of =
          scorecard.stream()
              .filter(
                  r ->
                      r.<Double>getAs(Scorecards.N_CUSTOMERS) >= least
                          && r.<Double>getAs(Scorecards.N_CUSTOMERS) < most)
              .toList();
      double[] real =
          of.stream()
              .mapToDouble(r -> trueClv.get(r.<String>getAs(Scorecards.AFFILIATE_ID)))
              .toArray();
      double shrunk = rankCorrelation(of, Scorecards.CLV_SHRUNK, real);
      double raw = rankCorrelation(of, Scorecards.CLV_RAW, real);
      System.out.printf(
          "rank correlation, %d affiliates of %d customers and more: %.3f, raw mean %.3f%n",
          of.size(), least, shrunk, raw);
      assertThat(shrunk).as("affiliates of %d customers and more", least).isGreaterThan(raw);
    }
  }

  private static double rankCorrelation(List<Row> rows, String column, double[] real) {
    double[] a = ranks(rows.stream().mapToDouble(r -> r.<Double>getAs(column)).toArray());
    double[] b = ranks(real);
    double middle = (a.length - 1) / 2.0;
    double together = 0;
    double squares = 0;
    for (int i = 0; i < a.length; i++) {
      together += (a[i] - middle) * (b[i] - middle);
      squares += (a[i] - middle) * (a[i] - middle);
    }
    return together / squares;
  }

  private static double[] ranks(double[] values) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> values[i]))
            .mapToInt(i -> i)
            .toArray();
    double[] ranks = new double[values.length];
    for (int rank = 0; rank < order.length; rank++) {
      ranks[order[rank]] = rank;
    }
    return ranks;
  }
}
