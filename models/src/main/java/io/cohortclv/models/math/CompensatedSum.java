package io.cohortclv.models.math;

import java.io.Serializable;

/**
 * A sum that keeps what plain addition rounds away (Neumaier 1974).
 *
 * <p>The error stays near one unit in the last place of the result whatever the number of terms,
 * unless the terms cancel by more than 2^53. The result depends on the order of the terms only in
 * that last place; callers that need the same bits add in a fixed order.
 */
public final class CompensatedSum implements Serializable {
  private static final long serialVersionUID = 1L;

  private double sum;
  private double lost;

  public void add(double term) {
    double next = sum + term;
    lost += Math.abs(sum) >= Math.abs(term) ? (sum - next) + term : (term - next) + sum;
    sum = next;
  }

  /** Adds all of another sum, what it had lost included. */
  public void add(CompensatedSum other) {
    add(other.sum);
    lost += other.lost;
  }

  /** The value so far; the plain sum when that is infinite or not a number. */
  public double value() {
    return Double.isFinite(sum) ? sum + lost : sum;
  }
}
