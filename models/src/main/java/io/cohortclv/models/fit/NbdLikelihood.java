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
  public Curvature at(double[] parameters, double[] weights) {
    double r = parameters[R];
    double alpha = parameters[ALPHA];
    double[] ages = histories.ages();
    double[] logs = new double[ages.length];
    for (int i = 0; i < ages.length; i++) {
      logs[i] = Math.log(alpha + ages[i]);
    }
    int[] ranks = histories.ageRanks();
    RisingFactorials rates = new RisingFactorials(r);
    double logAlpha = Math.log(alpha);
    Curvature sums = new Curvature(2);
    for (int i = 0; i < ranks.length; i++) {
      double w = weights[i];
      int x = histories.repeats(i);
      rates.advance(x);
      double log = logs[ranks[i]];
      double inverse = 1 / (alpha + ages[ranks[i]]);
      sums.addValue(w * (rates.log() + r * logAlpha - (r + x) * log));
      sums.addGradient(R, w * (rates.first() + logAlpha - log));
      sums.addGradient(ALPHA, w * (r / alpha - (r + x) * inverse));
      sums.addHessian(R, R, w * rates.second());
      sums.addHessian(R, ALPHA, w * (1 / alpha - inverse));
      sums.addHessian(ALPHA, ALPHA, w * ((r + x) * inverse * inverse - r / (alpha * alpha)));
    }
    return sums;
  }
}
