package io.cohortclv.models.fit;

import io.cohortclv.models.math.CompensatedSum;

/**
 * A log-likelihood with its gradient and Hessian, summed with compensation. Filled on the scale of
 * the parameters themselves, read on the scale of their logarithms, on which the fit moves.
 */
final class Curvature {
  private final int size;
  private final CompensatedSum value = new CompensatedSum();
  private final CompensatedSum[] gradient;
  private final CompensatedSum[] hessian;

  Curvature(int size) {
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

  double value() {
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
