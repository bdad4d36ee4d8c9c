package io.cohortclv.models.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.population.SpendPopulation;
import io.cohortclv.models.spend.GammaGammaParameters;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LikelihoodSumsTest {
  /** The table in parts, its rows dealt out at random. */
  private static List<Histories> parts(Histories table, int count, Random random) {
    List<Histories.Builder> builders = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      builders.add(Histories.builder().logGaps(table.logGaps() / count));
    }
    for (int i = 0; i < table.distinct(); i++) {
      builders
          .get(random.nextInt(count))
          .add(table.repeats(i), table.recency(i), table.age(i), table.weight(i));
    }
    return new ArrayList<>(builders.stream().map(Histories.Builder::build).toList());
  }

  private static LikelihoodSums merged(
      ModelFamily family, double[] parameters, List<Histories> parts) {
    LikelihoodSums all = PurchaseFits.sums(family, parameters, parts.get(0));
    for (Histories part : parts.subList(1, parts.size())) {
      all = all.add(PurchaseFits.sums(family, parameters, part));
    }
    return all;
  }

  @ParameterizedTest
  @EnumSource(ModelFamily.class)
  void fitOverParts_isThatOfTheWholeTable(ModelFamily family) {
    Histories table =
        HostileDataTest.simulated(ModelFamily.MBG_NBD.model(0.8, 40, 0.8, 2), 3000, 30, 400, 31);
    PurchaseFit whole = PurchaseFits.fit(family, table);
    for (int seed = 0; seed < 5; seed++) {
      Random random = new Random(seed);
      List<Histories> parts = parts(table, 2 + 5 * seed, random);
      Collections.shuffle(parts, random);
      PurchaseFit fit =
          PurchaseFits.fit(
              family,
              table.thinned(4),
              HistoryTotals.of(table),
              parameters -> merged(family, parameters, parts));
      assertThat(fit.converged()).isTrue();
      assertThat(fit.customers()).isEqualTo(3000);
      assertThat(fit.logLikelihood()).isCloseTo(whole.logLikelihood(), withinPercentage(1e-12));
      for (int i = 0; i < family.parameterNames().size(); i++) {
        assertThat(fit.model().parameters()[i])
            .isCloseTo(whole.model().parameters()[i], withinPercentage(1e-10));
      }
    }
  }

  @Test
  void sumsOverParts_agreeToTheLastPlaces() {
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Histories table =
          HostileDataTest.simulated(
              ModelFamily.MBG_NBD.model(0.8, 40, 0.8, 2), 300, 30, 400, 100 + seed);
      double[] at = random.doubles(4, 0.1, 5).toArray();
      at[1] *= 40;
      double whole = PurchaseFits.sums(ModelFamily.MBG_NBD, at, table).value();
      double sum = merged(ModelFamily.MBG_NBD, at, parts(table, 7, random)).value();
      assertThat(sum).as("seed %d", seed).isCloseTo(whole, within(1e-14 * Math.abs(whole)));
    }
  }

  @Test
  void spendFitOverParts_isThatOfTheWhole() {
    SpendPopulation population = SpendPopulation.of(new GammaGammaParameters(4, 3, 25));
    UniformRandomProvider rng = RandomSource.SPLIT_MIX_64.create(3L);
    List<SpendHistories.Builder> builders = new ArrayList<>();
    for (int part = 0; part < 7; part++) {
      builders.add(SpendHistories.builder());
    }
    SpendHistories.Builder all = SpendHistories.builder();
    SpendHistories.Builder sample = SpendHistories.builder();
    double sum = 0;
    for (int i = 0; i < 4000; i++) {
      double typical = population.draw(rng);
      int purchases = 1 + i % 5;
      double mean = 0;
      for (int k = 0; k < purchases; k++) {
        mean += population.drawSpend(rng, typical) / purchases;
      }
      sum += mean;
      all.add(purchases, mean, 1);
      builders.get(i % 7).add(purchases, mean, 1);
      if (i % 10 == 0) {
        sample.add(purchases, mean, 1);
      }
    }
    List<SpendHistories> parts = builders.stream().map(SpendHistories.Builder::build).toList();
    SpendFit whole = SpendFits.fit(all.build());
    SpendFit merged =
        SpendFits.fit(
            sample.build(),
            new SpendTotals(4000, sum / 4000),
            at ->
                parts.stream()
                    .map(part -> SpendFits.sums(at, part))
                    .reduce(LikelihoodSums::add)
                    .orElseThrow());

    assertThat(merged.converged()).isTrue();
    assertThat(merged.logLikelihood()).isCloseTo(whole.logLikelihood(), withinPercentage(1e-12));
    GammaGammaParameters a = merged.model().parameters();
    GammaGammaParameters b = whole.model().parameters();
    assertThat(a.p()).isCloseTo(b.p(), withinPercentage(1e-10));
    assertThat(a.q()).isCloseTo(b.q(), withinPercentage(1e-10));
    assertThat(a.v()).isCloseTo(b.v(), withinPercentage(1e-10));
  }

  @Test
  void sums_surviveTheWireWithoutLoss() throws IOException, ClassNotFoundException {
    LikelihoodSums sums =
        PurchaseFits.sums(
            ModelFamily.BG_NBD, new double[] {0.4, 30, 0.9, 3}, GoldenFitsTest.histories());
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(sums);
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(((LikelihoodSums) in.readObject()).value()).isEqualTo(sums.value());
    }
    LikelihoodSums other =
        PurchaseFits.sums(ModelFamily.NBD, new double[] {0.4, 30}, GoldenFitsTest.histories());
    assertThatThrownBy(() -> sums.add(other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("4 and 2 parameters");
  }
}
