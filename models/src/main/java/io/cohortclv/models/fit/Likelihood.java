package io.cohortclv.models.fit;

/** The log-likelihood of a compressed table as a function of positive parameters. */
@FunctionalInterface
interface Likelihood {
  /**
   * Value, gradient and Hessian.
   *
   * @param weights one for each distinct row, not negative
   */
  LikelihoodSums at(double[] parameters, double[] weights);
}
