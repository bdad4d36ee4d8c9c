package io.cohortclv.models.fit;

/**
 * The likelihood of BG/NBD and MBG/NBD over a table (formula in {@code btyd.BetaGeometric}), with
 * gradient and Hessian in (r, α, a, b).
 *
 * <p>Terms of x alone, of the age alone and of the recency alone are tabulated once an evaluation.
 * A row then costs one exponential and one logarithm, and adds to eleven sums that are multiplied
 * by what depends on x once per run of rows with that x. Runs are at most {@link #LONGEST_RUN} rows
 * of plain additions; across runs the sums are compensated.
 */
final class BetaGeometricLikelihood implements Likelihood {
  private static final int LONGEST_RUN = 512;
  private static final int R = 0;
  private static final int ALPHA = 1;
  private static final int A = 2;
  private static final int B = 3;

  private final Histories histories;
  private final int chancesBeforeRepeats;

  BetaGeometricLikelihood(Histories histories, int chancesBeforeRepeats) {
    this.histories = histories;
    this.chancesBeforeRepeats = chancesBeforeRepeats;
  }

  @Override
  public LikelihoodSums at(double[] parameters, double[] weights) {
    double r = parameters[R];
    double alpha = parameters[ALPHA];
    double a = parameters[A];
    double b = parameters[B];
    Times ages = new Times(alpha, histories.ages());
    Times recencies = new Times(alpha, histories.recencies());
    RisingFactorials rates = new RisingFactorials(r);
    RisingFactorials kept = new RisingFactorials(b);
    RisingFactorials all = new RisingFactorials(a + b);
    double logAlpha = Math.log(alpha);
    LikelihoodSums sums = new LikelihoodSums(4);
    int rows = histories.distinct();
    int from = 0;
    while (from < rows) {
      int x = histories.repeats(from);
      int to = from + 1;
      while (to < rows && to - from < LONGEST_RUN && histories.repeats(to) == x) {
        to++;
      }
      int chances = x + chancesBeforeRepeats;
      rates.advance(x);
      kept.advance(chances);
      all.advance(chances);
      Run run = new Run(r + x, a, chances == 0 ? Double.POSITIVE_INFINITY : b + chances - 1);
      run.add(histories, ages, recencies, weights, from, to);
      run.addTo(sums);
      double weight = run.weight;
      sums.addValue(weight * (rates.log() + kept.log() - all.log() - x * logAlpha));
      sums.addGradient(R, weight * rates.first());
      sums.addGradient(ALPHA, -weight * x / alpha);
      sums.addGradient(A, -weight * all.first());
      sums.addGradient(B, weight * (kept.first() - all.first()));
      sums.addHessian(R, R, weight * rates.second());
      sums.addHessian(ALPHA, ALPHA, weight * x / (alpha * alpha));
      sums.addHessian(A, A, -weight * all.second());
      sums.addHessian(A, B, -weight * all.second());
      sums.addHessian(B, B, weight * (kept.second() - all.second()));
      from = to;
    }
    return sums;
  }

  /**
   * ln(1 + t/α) of every distinct time, and its derivatives 1/(α+t) − 1/α and 1/α² − 1/(α+t)² in
   * closed forms: with α^r taken into the powers of α + t, nothing cancels as r and α grow.
   */
  private static final class Times {
    private final double[] log;
    private final double[] slope;
    private final double[] bend;

    Times(double alpha, double[] times) {
      log = new double[times.length];
      slope = new double[times.length];
      bend = new double[times.length];
      for (int i = 0; i < times.length; i++) {
        double t = times[i];
        double later = alpha + t;
        log[i] = Math.log1p(t / alpha);
        slope[i] = -t / alpha / later;
        bend[i] = t / alpha * (1 + alpha / later) / alpha / later;
      }
    }
  }

  /** Rows that share x. With A and B the logs of the alive and the dropped term, π = P(alive). */
  private static final class Run {
    private final double shape;
    private final double a;
    // b + m − 1; infinite before the first chance to drop out, where the dropped term is zero.
    private final double last;
    private double weight;
    private double value;
    private double dropped;
    private double logs;
    private double slopes;
    private double bends;
    private double mix;
    private double mixLog;
    private double mixSlope;
    private double mixLogLog;
    private double mixLogSlope;
    private double mixSlopeSlope;

    Run(double shape, double a, double last) {
      this.shape = shape;
      this.a = a;
      this.last = last;
    }

    void add(Histories table, Times ages, Times recencies, double[] weights, int from, int to) {
      int[] ageRanks = table.ageRanks();
      int[] recencyRanks = table.recencyRanks();
      double logOddsAtOnce = Math.log(last / a);
      for (int i = from; i < to; i++) {
        double w = weights[i];
        int age = ageRanks[i];
        int recency = recencyRanks[i];
        double logAge = ages.log[age];
        double logRecency = recencies.log[recency];
        double slopeAge = ages.slope[age];
        double slopeRecency = recencies.slope[recency];
        double logGap = logAge - logRecency;
        double slopeGap = slopeAge - slopeRecency;
        double logOdds = logOddsAtOnce - shape * logGap;
        double small = Math.exp(-Math.abs(logOdds));
        double likely = 1 / (1 + small);
        double alive = logOdds >= 0 ? likely : small * likely;
        double gone = logOdds >= 0 ? small * likely : likely;
        double larger = logOdds >= 0 ? -shape * logAge : -logOddsAtOnce - shape * logRecency;
        double m = w * alive * gone;
        weight += w;
        // Its error is that of rounding 1 + small, and log1p takes five times as long.
        value += w * (larger + Math.log(1 + small));
        dropped += w * gone;
        logs += w * (alive * logAge + gone * logRecency);
        slopes += w * (alive * slopeAge + gone * slopeRecency);
        bends += w * (alive * ages.bend[age] + gone * recencies.bend[recency]);
        mix += m;
        mixLog += m * logGap;
        mixSlope += m * slopeGap;
        mixLogLog += m * logGap * logGap;
        mixLogSlope += m * logGap * slopeGap;
        mixSlopeSlope += m * slopeGap * slopeGap;
      }
    }

    /** π∇²A + (1−π)∇²B + π(1−π)(∇A−∇B)(∇A−∇B)ᵀ, and the like for the gradient. */
    void addTo(LikelihoodSums sums) {
      double inverseLast = 1 / last;
      sums.addValue(value);
      sums.addGradient(R, -logs);
      sums.addGradient(ALPHA, -shape * slopes);
      sums.addGradient(A, dropped / a);
      sums.addGradient(B, -dropped * inverseLast);
      sums.addHessian(R, R, mixLogLog);
      sums.addHessian(R, ALPHA, -slopes + shape * mixLogSlope);
      sums.addHessian(R, A, mixLog / a);
      sums.addHessian(R, B, -mixLog * inverseLast);
      sums.addHessian(ALPHA, ALPHA, -shape * bends + shape * shape * mixSlopeSlope);
      sums.addHessian(ALPHA, A, shape * mixSlope / a);
      sums.addHessian(ALPHA, B, -shape * mixSlope * inverseLast);
      sums.addHessian(A, A, (mix - dropped) / (a * a));
      sums.addHessian(A, B, -mix / a * inverseLast);
      sums.addHessian(B, B, (mix + dropped) * inverseLast * inverseLast);
    }
  }
}
