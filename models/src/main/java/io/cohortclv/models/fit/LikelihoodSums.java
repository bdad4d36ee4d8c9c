package io.cohortclv.models.fit;

import io.cohortclv.models.math.CompensatedSum;
import java.io.Serializable;

/**
 * A log-likelihood with its gradient and Hessian, summed with compensation over a table or a part
 * of one. Parts merge: where a table is too large for one machine, {@link PurchaseFits#sums} runs
 * where its parts are, and only these few numbers travel.
 *
 * <p>Filled on the scale of the parameters themselves, read on the scale of their logarithms, on
 * which the fit moves.
 */
public final class LikelihoodSums implements Serializable {
  private static final long serialVersionUID = 1L;

  private final int size;
  private final CompensatedSum value = new CompensatedSum();
  private final CompensatedSum[] gradient;
  private final CompensatedSum[] hessian;

  LikelihoodSums(int size) {
    this.size = size;
    gradient = sums(size);
    hessian = sums(size * (size + 1) / 2);
  }

  private static CompensatedSum[] sums(int count) {
    CompensatedSum[] sums = new CompensatedSum[count];
    for (int i = 0; i < count; i++) {
      sums[i] = new CompensatedSum();
    }
    return sums;
  }

  /** Adds the sums of another part of the table, taken at the same parameters. */
  public LikelihoodSums add(LikelihoodSums other) {
    if (other.size != size) {
      throw new IllegalArgumentException(
          "sums of models with " + size + " and " + other.size + " parameters do not add up");
    }
    value.add(other.value);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i].add(other.gradient[i]);
    }
    for (int i = 0; i < hessian.length; i++) {
      hessian[i].add(other.hessian[i]);
    }
    return this;
  }

  void addValue(double term) {
    value.add(term);
  }

  void addGradient(int i, double term) {
    gradient[i].add(term);
  }

  /** Adds to the entry (i, j) = (j, i), once. */
  void addHessian(int i, int j, double term) {
    hessian[place(i, j)].add(term);
  }

  private static int place(int i, int j) {
    int low = Math.min(i, j);
    int high = Math.max(i, j);
    return high * (high + 1) / 2 + low;
  }

  /** The log-likelihood. */
  public double value() {
    return value.value();
  }

  /** ∂ℓ/∂ ln θ_i = θ_i ∂ℓ/∂θ_i. */
  double[] logGradient(double[] parameters) {
    double[] out = new double[size];
    for (int i = 0; i < size; i++) {
      out[i] = parameters[i] * gradient[i].value();
    }
    return out;
  }

  /** ∂²ℓ/∂ ln θ_i ∂ ln θ_j = θ_i θ_j ∂²ℓ/∂θ_i∂θ_j + [i=j] θ_i ∂ℓ/∂θ_i. */
  double[][] logHessian(double[] parameters) {
    double[][] out = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        out[i][j] = parameters[i] * parameters[j] * hessian[place(i, j)].value();
      }
      out[i][i] += parameters[i] * gradient[i].value();
    }
    return out;
  }
}
