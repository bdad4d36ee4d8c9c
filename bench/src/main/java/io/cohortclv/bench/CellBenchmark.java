package io.cohortclv.bench;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.LikelihoodSums;
import io.cohortclv.models.fit.PurchaseFits;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one distinct history costs. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgs = {"-Xmx2g", "-XX:+UseParallelGC"})
public class CellBenchmark {
  private static final int CELLS = 50_000;
  private static final double DELTA = Math.log(1.1) / 365;

  @Param({"bg-nbd", "mbg-nbd", "pareto-nbd"})
  public String family;

  private PurchaseModel model;
  private double[] parameters;
  private Histories cells;

  @Setup
  public void draw() {
    model = FitBenchmark.Customers.truth(family);
    parameters = model.parameters();
    Histories all = Yardstick.of(model, 100_000).histories();
    Histories.Builder builder = Histories.builder();
    for (int k = 0; k < CELLS; k++) {
      int i = (int) ((long) k * all.distinct() / CELLS);
      builder.add(all.repeats(i), all.recency(i), all.age(i), all.weight(i));
    }
    cells = builder.build();
    if (cells.distinct() != CELLS) {
      throw new IllegalStateException("The sample has " + cells.distinct() + " cells");
    }
  }

  /** Log-likelihood with gradient and Hessian: one pass of a fit, tables included. */
  @Benchmark
  @OperationsPerInvocation(CELLS)
  public LikelihoodSums likelihood() {
    return PurchaseFits.sums(ModelFamily.of(family), parameters, cells);
  }

  /** P(alive). */
  @Benchmark
  @OperationsPerInvocation(CELLS)
  public double aliveProbability() {
    double sum = 0;
    for (int i = 0; i < CELLS; i++) {
      sum += model.aliveProbability(cells.repeats(i), cells.recency(i), cells.age(i));
    }
    return sum;
  }

  /** Discounted purchases of the next year. */
  @Benchmark
  @OperationsPerInvocation(CELLS)
  public double discountedPurchases() {
    double sum = 0;
    for (int i = 0; i < CELLS; i++) {
      sum +=
          model.discountedPurchases(365, DELTA, cells.repeats(i), cells.recency(i), cells.age(i));
    }
    return sum;
  }
}
