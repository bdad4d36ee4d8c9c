package io.cohortclv.models.fit;

import org.apache.commons.numbers.gamma.Digamma;
import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.numbers.gamma.Trigamma;

/**
 * The Gamma-Gamma likelihood over a table (formula in {@code spend.GammaGamma}), with gradient and
 * Hessian in (p, q, v). Gamma functions once per number of purchases; a row costs one division, and
 * one logarithm where its weight is not 1: else its factor 1 + xm/v goes into a product, of which
 * one logarithm is taken before it overflows.
 */
final class GammaGammaLikelihood implements Likelihood {
  private static final int LONGEST_RUN = 512;

  /** The square of this is finite. */
  private static final double LARGE = 1e150;

  private static final int P = 0;
  private static final int Q = 1;
  private static final int V = 2;

  private final double[] purchases;
  private final double[] sums;
  private final double[] logSums;

  GammaGammaLikelihood(SpendHistories histories) {
    int rows = histories.distinct();
    purchases = new double[rows];
    sums = new double[rows];
    logSums = new double[rows];
    for (int i = 0; i < rows; i++) {
      purchases[i] = histories.purchases(i);
      sums[i] = purchases[i] * histories.mean(i);
      logSums[i] = Math.log(sums[i]);
    }
  }

  @Override
  public LikelihoodSums at(double[] parameters, double[] weights) {
    double p = parameters[P];
    double q = parameters[Q];
    double v = parameters[V];
    double perV = 1 / v;
    double logV = Math.log(v);
    LikelihoodSums out = new LikelihoodSums(3);
    double all = 0;
    int from = 0;
    while (from < purchases.length) {
      double x = purchases[from];
      double weight = 0;
      double logMeans = 0;
      double logs = 0;
      double inverses = 0;
      double squares = 0;
      double product = 1;
      int to = from;
      for (; to < purchases.length && to - from < LONGEST_RUN && purchases[to] == x; to++) {
        double w = weights[to];
        double inverse = 1 / (v + sums[to]);
        double ratio = 1 + sums[to] * perV;
        weight += w;
        logMeans += w * logSums[to];
        if (w == 1 && ratio < LARGE) {
          product *= ratio;
          if (product > LARGE) {
            logs += Math.log(product);
            product = 1;
          }
        } else {
          logs += w * Math.log(ratio);
        }
        inverses += w * inverse;
        squares += w * inverse * inverse;
      }
      logs += Math.log(product) + weight * logV;
      double px = p * x;
      double shape = px + q;
      double digamma = Digamma.value(shape);
      double trigamma = Trigamma.value(shape);
      // m^(px−1) x^px = (xm)^px / m
      out.addValue(
          weight * (LogGamma.value(shape) - LogGamma.value(px) + Math.log(x))
              + (px - 1) * logMeans
              - shape * logs);
      out.addGradient(P, x * (weight * (digamma - Digamma.value(px)) + logMeans - logs));
      out.addGradient(Q, weight * digamma - logs);
      out.addGradient(V, -shape * inverses);
      out.addHessian(P, P, x * x * weight * (trigamma - Trigamma.value(px)));
      out.addHessian(P, Q, x * weight * trigamma);
      out.addHessian(P, V, -x * inverses);
      out.addHessian(Q, Q, weight * trigamma);
      out.addHessian(Q, V, -inverses);
      out.addHessian(V, V, shape * squares);
      all += weight;
      from = to;
    }
    out.addValue(all * (q * logV - LogGamma.value(q)));
    out.addGradient(Q, all * (logV - Digamma.value(q)));
    out.addGradient(V, all * q / v);
    out.addHessian(Q, Q, -all * Trigamma.value(q));
    out.addHessian(Q, V, all / v);
    out.addHessian(V, V, -all * q / (v * v));
    return out;
  }
}
