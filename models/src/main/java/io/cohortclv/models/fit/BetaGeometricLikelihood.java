package io.cohortclv.models.fit;

import org.apache.commons.numbers.gamma.LogGamma;

/**
 * The likelihood of BG/NBD and MBG/NBD over a table (formula in {@code btyd.BetaGeometric}), with
 * gradient and Hessian in (r, α, a, b); with k as a fifth parameter, that of (M)BG/CNBD-k (formula
 * in {@code btyd.CnbdK}), in which k is not moved.
 *
 * <p>Terms of x alone, of the age alone and of the recency alone are tabulated once an evaluation.
 * A row then costs one exponential and one logarithm, and adds to eleven sums that are multiplied
 * by what depends on x once per run of rows with that x. With k above 1 a row also costs k
 * multiplications for the events since the last purchase. Runs are at most {@link #LONGEST_RUN}
 * rows of plain additions; across runs the sums are compensated.
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
    int k = parameters.length > B + 1 ? (int) Math.rint(parameters[B + 1]) : 1;
    Times ages = new Times(alpha, histories.ages());
    Times recencies = new Times(alpha, histories.recencies());
    RisingFactorials rates = new RisingFactorials(r);
    RisingFactorials kept = new RisingFactorials(b);
    RisingFactorials all = new RisingFactorials(a + b);
    double logAlpha = Math.log(alpha);
    LikelihoodSums sums = new LikelihoodSums(parameters.length);
    double logFactorial = LogGamma.value(k);
    if (k > 1 && !Double.isNaN(histories.logGaps())) {
      sums.addValue((k - 1) * histories.logGaps());
    }
    int rows = histories.distinct();
    int from = 0;
    while (from < rows) {
      int x = histories.repeats(from);
      int to = from + 1;
      while (to < rows && to - from < LONGEST_RUN && histories.repeats(to) == x) {
        to++;
      }
      int chances = x + chancesBeforeRepeats;
      rates.advance(Math.multiplyExact(k, x));
      kept.advance(chances);
      all.advance(chances);
      double last = chances == 0 ? Double.POSITIVE_INFINITY : b + chances - 1;
      Run run = new Run(r + (double) k * x, a, last);
      if (k == 1) {
        run.add(histories, ages, recencies, weights, from, to);
      } else {
        run.addRegular(histories, ages, recencies, weights, from, to, alpha, k);
      }
      run.addTo(sums);
      double weight = run.weight;
      sums.addValue(
          weight * (rates.log() + kept.log() - all.log() - x * (k * logAlpha + logFactorial)));
      sums.addGradient(R, weight * rates.first());
      sums.addGradient(ALPHA, -weight * k * x / alpha);
      sums.addGradient(A, -weight * all.first());
      sums.addGradient(B, weight * (kept.first() - all.first()));
      sums.addHessian(R, R, weight * rates.second());
      sums.addHessian(ALPHA, ALPHA, weight * k * x / (alpha * alpha));
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
    // What is left of the second derivatives in r, r and r, α besides the mixture of the two terms.
    private double rateBends;
    private double crossings;
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
      crossings = slopes;
    }

    /**
     * The same with ln Q in the alive term: Q = Σ c_j yʲ with c_j = (ρ)_j/j!, whose derivatives are
     * c_j Σ_(i&lt;j) 1/(ρ+i) in ρ, and −j yʲ/(α+T) and j(j+1) yʲ/(α+T)² in α.
     */
    void addRegular(
        Histories table,
        Times ages,
        Times recencies,
        double[] weights,
        int from,
        int to,
        double alpha,
        int k) {
      double[] factors = new double[k];
      double[] first = new double[k];
      double[] second = new double[k];
      for (int j = 1; j < k; j++) {
        double inverse = 1 / (shape + j - 1);
        factors[j] = (shape + j - 1) / j;
        first[j] = first[j - 1] + inverse;
        second[j] = second[j - 1] - inverse * inverse;
      }
      double logOddsAtOnce = Math.log(last / a);
      for (int i = from; i < to; i++) {
        double w = weights[i];
        int age = table.ageRanks()[i];
        int recency = table.recencyRanks()[i];
        double later = alpha + table.age(i);
        double y = (table.age(i) - table.recency(i)) / later;
        double term = 1;
        double q = 1;
        double qr = 0;
        double qrr = 0;
        double qa = 0;
        double qra = 0;
        double qaa = 0;
        for (int j = 1; j < k; j++) {
          term *= factors[j] * y;
          q += term;
          qr += term * first[j];
          qrr += term * (first[j] * first[j] + second[j]);
          qa += term * j;
          qra += term * j * first[j];
          qaa += term * j * (j + 1);
        }
        double byRate = qr / q;
        double byAlpha = -qa / q / later;
        double logAge = ages.log[age] - byRate;
        double slopeAge = ages.slope[age] - byAlpha / shape;
        double logRecency = recencies.log[recency];
        double slopeRecency = recencies.slope[recency];
        double logQ = Math.log(q);
        double logOdds = logOddsAtOnce - shape * (ages.log[age] - logRecency) + logQ;
        double small = Math.exp(-Math.abs(logOdds));
        double likely = 1 / (1 + small);
        double alive = logOdds >= 0 ? likely : small * likely;
        double gone = logOdds >= 0 ? small * likely : likely;
        double larger =
            logOdds >= 0 ? logQ - shape * ages.log[age] : -logOddsAtOnce - shape * logRecency;
        double m = w * alive * gone;
        double logGap = logAge - logRecency;
        double slopeGap = slopeAge - slopeRecency;
        weight += w;
        value += w * (larger + Math.log(1 + small));
        dropped += w * gone;
        logs += w * (alive * logAge + gone * logRecency);
        slopes += w * (alive * slopeAge + gone * slopeRecency);
        bends +=
            w
                * (alive
                        * (ages.bend[age] - (qaa / q / (later * later) - byAlpha * byAlpha) / shape)
                    + gone * recencies.bend[recency]);
        rateBends += w * alive * (qrr / q - byRate * byRate);
        crossings +=
            w
                * (alive * (ages.slope[age] + qra / q / later + byAlpha * byRate)
                    + gone * slopeRecency);
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
      sums.addHessian(R, R, rateBends + mixLogLog);
      sums.addHessian(R, ALPHA, -crossings + shape * mixLogSlope);
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
