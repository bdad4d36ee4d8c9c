package io.cohortclv.models.fit;

import java.util.Arrays;

/**
 * The likelihood of Pareto/NBD over a table (formula in {@code btyd.ParetoNbd}), with gradient and
 * Hessian in (r, α, s, β).
 *
 * <p>ln L = ln (r)_x + r ln α + s ln β + ln(e^G(x, t_x) + e^H(x, T)). G and H depend on pairs of x
 * and one time, of which a table has fewer than rows: each pair is worked out once an evaluation.
 */
final class ParetoLikelihood implements Likelihood {
  private static final int R = 0;
  private static final int ALPHA = 1;
  private static final int S = 2;
  private static final int BETA = 3;

  private final Histories histories;

  ParetoLikelihood(Histories histories) {
    this.histories = histories;
  }

  @Override
  public Curvature at(double[] parameters, double[] weights) {
    double r = parameters[R];
    double alpha = parameters[ALPHA];
    double s = parameters[S];
    double beta = parameters[BETA];
    double logs = r * Math.log(alpha) + s * Math.log(beta);
    RisingFactorials rates = new RisingFactorials(r);
    Curvature sums = new Curvature(4);
    double[] ages = histories.ages();
    int[] ageRanks = histories.ageRanks();
    int[] recencyRanks = histories.recencyRanks();
    int rows = histories.distinct();
    ParetoTerm[] later = new ParetoTerm[ages.length];
    int from = 0;
    while (from < rows) {
      int x = histories.repeats(from);
      rates.advance(x);
      Arrays.fill(later, null);
      ParetoTerm dropout = null;
      int lastRecency = -1;
      double weight = 0;
      int i = from;
      for (; i < rows && histories.repeats(i) == x; i++) {
        if (recencyRanks[i] != lastRecency) {
          lastRecency = recencyRanks[i];
          dropout = ParetoTerm.dropoutFirst(parameters, x, histories.recency(i));
        }
        ParetoTerm purchase = later[ageRanks[i]];
        if (purchase == null) {
          purchase = ParetoTerm.purchaseFirst(parameters, x, ages[ageRanks[i]]);
          later[ageRanks[i]] = purchase;
        }
        weight += weights[i];
        mix(sums, weights[i], dropout, purchase);
      }
      sums.addValue(weight * (rates.log() + logs));
      sums.addGradient(R, weight * (rates.first() + Math.log(alpha)));
      sums.addGradient(ALPHA, weight * r / alpha);
      sums.addGradient(S, weight * Math.log(beta));
      sums.addGradient(BETA, weight * s / beta);
      sums.addHessian(R, R, weight * rates.second());
      sums.addHessian(R, ALPHA, weight / alpha);
      sums.addHessian(ALPHA, ALPHA, -weight * r / (alpha * alpha));
      sums.addHessian(S, BETA, weight / beta);
      sums.addHessian(BETA, BETA, -weight * s / (beta * beta));
      from = i;
    }
    return sums;
  }

  private static void mix(Curvature sums, double weight, ParetoTerm first, ParetoTerm second) {
    double gap = second.value() - first.value();
    double small = Math.exp(-Math.abs(gap));
    double likely = 1 / (1 + small);
    double ofSecond = gap >= 0 ? likely : small * likely;
    double ofFirst = gap >= 0 ? small * likely : likely;
    sums.addValue(weight * (Math.max(first.value(), second.value()) + Math.log1p(small)));
    for (int i = 0; i < 4; i++) {
      double apart = first.gradient(i) - second.gradient(i);
      sums.addGradient(i, weight * (ofFirst * first.gradient(i) + ofSecond * second.gradient(i)));
      for (int j = 0; j <= i; j++) {
        double across = first.gradient(j) - second.gradient(j);
        sums.addHessian(
            i,
            j,
            weight
                * (ofFirst * first.hessian(i, j)
                    + ofSecond * second.hessian(i, j)
                    + ofFirst * ofSecond * apart * across));
      }
    }
  }
}
