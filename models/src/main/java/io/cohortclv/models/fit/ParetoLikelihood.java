package io.cohortclv.models.fit;

import java.util.Arrays;

/**
 * The likelihood of Pareto/NBD over a table (formula in {@code btyd.ParetoNbd}), with gradient and
 * Hessian in (r, α, s, β).
 *
 * <p>ln L = ln (r)_x − x ln α + ln(e^G(x, t_x) + e^H(x, T)), G and H having taken in α^(r+x) β^s. G
 * and H depend on pairs of x and one time, of which a table has fewer than rows: each pair is
 * worked out once an evaluation.
 */
final class ParetoLikelihood implements Likelihood {
  private static final int LONGEST_RUN = 512;
  private static final int R = 0;
  private static final int ALPHA = 1;
  private static final int S = 2;
  private static final int BETA = 3;

  private final Histories histories;

  ParetoLikelihood(Histories histories) {
    this.histories = histories;
  }

  @Override
  public LikelihoodSums at(double[] parameters, double[] weights) {
    double r = parameters[R];
    double alpha = parameters[ALPHA];
    double logAlpha = Math.log(alpha);
    RisingFactorials rates = new RisingFactorials(r);
    LikelihoodSums sums = new LikelihoodSums(4);
    double[] ages = histories.ages();
    int[] ageRanks = histories.ageRanks();
    int[] recencyRanks = histories.recencyRanks();
    int rows = histories.distinct();
    Pair[] later = new Pair[ages.length];
    Pair[] all = new Pair[ages.length];
    Products products = new Products();
    int from = 0;
    while (from < rows) {
      int x = histories.repeats(from);
      rates.advance(x);
      Arrays.fill(later, null);
      int pairs = 0;
      Pair dropout = null;
      int lastRecency = -1;
      double weight = 0;
      int i = from;
      for (; i < rows && histories.repeats(i) == x; i++) {
        if (recencyRanks[i] != lastRecency) {
          if (dropout != null) {
            dropout.addTo(sums);
          }
          lastRecency = recencyRanks[i];
          dropout = new Pair(ParetoTerm.dropoutFirst(parameters, x, histories.recency(i)));
        }
        Pair purchase = later[ageRanks[i]];
        if (purchase == null) {
          purchase = new Pair(ParetoTerm.purchaseFirst(parameters, x, ages[ageRanks[i]]));
          later[ageRanks[i]] = purchase;
          all[pairs++] = purchase;
        }
        weight += weights[i];
        products.add(weights[i], dropout, purchase);
        if ((i - from) % LONGEST_RUN == LONGEST_RUN - 1) {
          products.moveTo(sums);
        }
      }
      products.moveTo(sums);
      dropout.addTo(sums);
      for (int k = 0; k < pairs; k++) {
        all[k].addTo(sums);
      }
      sums.addValue(weight * (rates.log() - x * logAlpha));
      sums.addGradient(R, weight * rates.first());
      sums.addGradient(ALPHA, -weight * x / alpha);
      sums.addHessian(R, R, weight * rates.second());
      sums.addHessian(ALPHA, ALPHA, weight * x / (alpha * alpha));
      from = i;
    }
    return sums;
  }

  /** A term and the weight with which the rows that share it take its derivatives. */
  private static final class Pair {
    private final ParetoTerm term;
    private double weight;

    Pair(ParetoTerm term) {
      this.term = term;
    }

    void addTo(LikelihoodSums sums) {
      for (int i = 0; i < 4; i++) {
        sums.addGradient(i, weight * term.gradient(i));
        for (int j = 0; j <= i; j++) {
          sums.addHessian(i, j, weight * term.hessian(i, j));
        }
      }
    }
  }

  /** What a row has of its own: its value, and π(1−π)(∇G−∇H)(∇G−∇H)ᵀ. */
  private static final class Products {
    private double value;
    private double rr;
    private double ra;
    private double rs;
    private double rb;
    private double aa;
    private double as;
    private double ab;
    private double ss;
    private double sb;
    private double bb;

    void add(double w, Pair first, Pair second) {
      double gap = second.term.value() - first.term.value();
      double small = Math.exp(-Math.abs(gap));
      double likely = 1 / (1 + small);
      double ofSecond = gap >= 0 ? likely : small * likely;
      double ofFirst = gap >= 0 ? small * likely : likely;
      value += w * (Math.max(first.term.value(), second.term.value()) + Math.log(1 + small));
      first.weight += w * ofFirst;
      second.weight += w * ofSecond;
      double m = w * ofFirst * ofSecond;
      double r = first.term.gradient(R) - second.term.gradient(R);
      double a = first.term.gradient(ALPHA) - second.term.gradient(ALPHA);
      double s = first.term.gradient(S) - second.term.gradient(S);
      double b = first.term.gradient(BETA) - second.term.gradient(BETA);
      rr += m * r * r;
      ra += m * r * a;
      rs += m * r * s;
      rb += m * r * b;
      aa += m * a * a;
      as += m * a * s;
      ab += m * a * b;
      ss += m * s * s;
      sb += m * s * b;
      bb += m * b * b;
    }

    void moveTo(LikelihoodSums sums) {
      sums.addValue(value);
      sums.addHessian(R, R, rr);
      sums.addHessian(R, ALPHA, ra);
      sums.addHessian(R, S, rs);
      sums.addHessian(R, BETA, rb);
      sums.addHessian(ALPHA, ALPHA, aa);
      sums.addHessian(ALPHA, S, as);
      sums.addHessian(ALPHA, BETA, ab);
      sums.addHessian(S, S, ss);
      sums.addHessian(S, BETA, sb);
      sums.addHessian(BETA, BETA, bb);
      value = rr = ra = rs = rb = aa = as = ab = ss = sb = bb = 0;
    }
  }
}
