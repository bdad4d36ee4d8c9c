package io.cohortclv.models.fit;

/** The likelihood of NBD over a table (formula in {@code btyd.Nbd}), derivatives in (r, α). */
final class NbdLikelihood implements Likelihood {
  private static final int R = 0;
  private static final int ALPHA = 1;

  private final Histories histories;

  NbdLikelihood(Histories histories) {
    this.histories = histories;
  }

  @Override
  public LikelihoodSums at(double[] parameters, double[] weights) {
    double r = parameters[R];
    double alpha = parameters[ALPHA];
    double[] ages = histories.ages();
    double[] logs = new double[ages.length];
    for (int i = 0; i < ages.length; i++) {
      logs[i] = Math.log1p(ages[i] / alpha);
    }
    int[] ranks = histories.ageRanks();
    RisingFactorials rates = new RisingFactorials(r);
    double logAlpha = Math.log(alpha);
    LikelihoodSums sums = new LikelihoodSums(2);
    for (int i = 0; i < ranks.length; i++) {
      double w = weights[i];
      int x = histories.repeats(i);
      rates.advance(x);
      double log = logs[ranks[i]];
      // α^r is taken into the power of α + t, so that nothing cancels as r and α grow.
      double slope = -ages[ranks[i]] / alpha / (alpha + ages[ranks[i]]);
      double bend = -slope * (1 / alpha + 1 / (alpha + ages[ranks[i]]));
      sums.addValue(w * (rates.log() - x * logAlpha - (r + x) * log));
      sums.addGradient(R, w * (rates.first() - log));
      sums.addGradient(ALPHA, -w * (x / alpha + (r + x) * slope));
      sums.addHessian(R, R, w * rates.second());
      sums.addHessian(R, ALPHA, -w * slope);
      sums.addHessian(ALPHA, ALPHA, w * (x / (alpha * alpha) - (r + x) * bend));
    }
    return sums;
  }
}
