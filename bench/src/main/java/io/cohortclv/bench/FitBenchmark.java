package io.cohortclv.bench;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.fit.Bootstrap;
import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.PurchaseFit;
import io.cohortclv.models.fit.PurchaseFits;
import io.cohortclv.models.fit.SegmentFits;
import io.cohortclv.models.fit.SpendFit;
import io.cohortclv.models.fit.SpendFits;
import io.cohortclv.models.spend.GammaGamma;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a run does once over all customers, on one thread; seconds for one time. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2)
@Measurement(iterations = 5)
@Fork(
    value = 1,
    jvmArgs = {"-Xmx4g", "-XX:+UseParallelGC"})
public class FitBenchmark {
  private static final double DELTA = Math.log(1.1) / 365;

  /** Histories of 1,000,000 customers who follow the model. */
  @State(Scope.Benchmark)
  public static class Customers {
    @Param({"bg-nbd", "mbg-nbd", "pareto-nbd"})
    public String family;

    @Param("1000000")
    public int customers;

    Yardstick yardstick;
    Histories histories;
    PurchaseFit fit;
    GammaGamma spend;

    @Setup
    public void draw() {
      yardstick = Yardstick.of(truth(family), customers);
      histories = yardstick.histories();
      fit = PurchaseFits.fit(ModelFamily.of(family), histories);
      spend = GammaGamma.of(Yardstick.SPEND);
    }

    /** The yardstick's parameters, in days; Pareto/NBD with dropouts about as rare. */
    static PurchaseModel truth(String family) {
      return ModelFamily.of(family)
          .model(
              family.equals("pareto-nbd")
                  ? new double[] {1, 25, 0.6, 200}
                  : new double[] {1, 25, 1, 8});
    }
  }

  /** Spends of the same customers. */
  @State(Scope.Benchmark)
  public static class Spends {
    @Param("1000000")
    public int customers;

    Yardstick yardstick;

    @Setup
    public void draw() {
      yardstick = Yardstick.of(Customers.truth("bg-nbd"), customers);
    }
  }

  /** 10,000 segments of 100 to 10,000 customers, evenly on the logarithm of their size. */
  @State(Scope.Benchmark)
  public static class Segments {
    @Param("mbg-nbd")
    public String family;

    @Param("10000")
    public int segments;

    PurchaseFit parent;
    List<Histories> tables;

    @Setup
    public void draw() {
      Yardstick all = Yardstick.of(Customers.truth(family), 2_000_000);
      tables = new ArrayList<>();
      Histories.Builder pooled = Histories.builder();
      int at = 0;
      for (int s = 0; s < segments; s++) {
        int size = (int) (100 * Math.pow(100, (double) s / segments));
        Histories.Builder builder = Histories.builder();
        for (int i = 0; i < size; i++) {
          at = (at + 1) % all.customers();
          builder.add(all.repeats()[at], all.recency()[at], all.age()[at], 1);
        }
        tables.add(builder.build());
      }
      for (int i = 0; i < all.customers(); i++) {
        pooled.add(all.repeats()[i], all.recency()[i], all.age()[i], 1);
      }
      parent = PurchaseFits.fit(ModelFamily.of(family), pooled.build());
    }
  }

  /** Compresses the customers' histories. */
  @Benchmark
  public Histories compress(Customers data) {
    return data.yardstick.histories();
  }

  /** Compresses and fits. */
  @Benchmark
  public PurchaseFit fit(Customers data) {
    return PurchaseFits.fit(ModelFamily.of(data.family), data.yardstick.histories());
  }

  /** Compresses and fits the spend model. */
  @Benchmark
  public SpendFit fitSpend(Spends data) {
    return SpendFits.fit(data.yardstick.spends());
  }

  /** 500 weighted refits of the compressed table. */
  @Benchmark
  public List<PurchaseModel> bootstrap500(Customers data) {
    return Bootstrap.models(data.fit, data.histories, Bootstrap.Resampling.BAYESIAN, 500, 1);
  }

  /** Every segment's model, shrunk, with standard errors. */
  @Benchmark
  public SegmentFits shrinkSegments(Segments data) {
    return SegmentFits.fit(data.parent, data.tables, 500);
  }

  /** Expected discounted money of each customer in the next year. */
  @Benchmark
  public double clv12Months(Customers data) {
    PurchaseModel model = data.fit.model();
    Yardstick y = data.yardstick;
    double sum = 0;
    for (int i = 0; i < y.customers(); i++) {
      int x = y.repeats()[i];
      sum +=
          model.discountedPurchases(365, DELTA, x, y.recency()[i], y.age()[i])
              * (x > 0 ? data.spend.expectedSpend(x, y.mean()[i]) : data.spend.populationMean());
    }
    return sum;
  }
}
