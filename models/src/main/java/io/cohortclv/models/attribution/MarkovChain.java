package io.cohortclv.models.attribution;

import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.DecompositionSolver;
import org.hipparchus.linear.LUDecomposition;
import org.hipparchus.linear.RealMatrix;

/**
 * Paths of touches as an absorbing Markov chain of first order: a path starts, passes states, and
 * ends in a conversion or in nothing (Anderl, Becker, von Wangenheim and Schumann 2016, "Mapping
 * the customer journey", International Journal of Research in Marketing 33).
 *
 * <p>With Q the probabilities of passing from state to state and r those of converting right away,
 * the probability x of converting from each state solves (I − Q)x = r. The removal effect of a
 * state is the share of conversions lost when every path that reaches it ends there: 1 − P₋c/P. A
 * path that converts through c reaches c and then converts from it, so P − P₋c = h_c · x_c with h_c
 * the probability of ever reaching c from the start; and h_c = N_sc/N_cc, where N = (I − Q)⁻¹
 * counts visits. One decomposition thus gives every removal effect.
 *
 * <p>Probabilities are ratios of counts of whole paths, so the base conversion P equals the share
 * of paths that converted, and a path from a state to itself changes nothing.
 */
public final class MarkovChain {
  private final double conversion;
  private final double[] fromState;
  private final double[] removalEffects;

  private MarkovChain(double conversion, double[] fromState, double[] removalEffects) {
    this.conversion = conversion;
    this.fromState = fromState;
    this.removalEffects = removalEffects;
  }

  /** Counts of passages, added one pair of states at a time. */
  public static final class Builder {
    private final double[] starts;
    private final double[] conversions;
    private final double[] endings;
    private final double[][] passages;

    private Builder(int states) {
      if (states < 1) {
        throw new IllegalArgumentException("a chain needs a state");
      }
      starts = new double[states];
      conversions = new double[states];
      endings = new double[states];
      passages = new double[states][states];
    }

    /** That many paths begin in the state. */
    public Builder start(int state, double paths) {
      starts[state] += paths;
      return this;
    }

    /** That many times a path passes from one state to the next. */
    public Builder pass(int from, int to, double times) {
      passages[from][to] += times;
      return this;
    }

    /** That many paths end in the state with a conversion. */
    public Builder convert(int state, double paths) {
      conversions[state] += paths;
      return this;
    }

    /** That many paths end in the state without one. */
    public Builder end(int state, double paths) {
      endings[state] += paths;
      return this;
    }

    /**
     * The chain.
     *
     * @throws IllegalArgumentException when the counts are not those of whole paths
     */
    public MarkovChain build() {
      return solve(starts, conversions, endings, passages);
    }
  }

  /** A chain of that many states, without a path yet. */
  public static Builder builder(int states) {
    return new Builder(states);
  }

  /** Probability that a path converts. */
  public double conversion() {
    return conversion;
  }

  /** Probability that a path converts once it is in the state. */
  public double conversionFrom(int state) {
    return fromState[state];
  }

  /** Share of all conversions that are lost without the state, from 0 to 1. */
  public double removalEffect(int state) {
    return removalEffects[state];
  }

  private static MarkovChain solve(
      double[] starts, double[] conversions, double[] endings, double[][] passages) {
    int n = starts.length;
    double paths = 0;
    double[] out = new double[n];
    double[] in = starts.clone();
    for (int i = 0; i < n; i++) {
      paths += starts[i];
      out[i] = conversions[i] + endings[i];
      for (int j = 0; j < n; j++) {
        out[i] += passages[i][j];
        in[j] += passages[i][j];
      }
    }
    if (!(paths > 0)) {
      throw new IllegalArgumentException("a chain needs a path");
    }
    double[][] system = new double[n][n];
    double[] right = new double[n];
    for (int i = 0; i < n; i++) {
      if (Math.abs(in[i] - out[i]) > 1e-9 * Math.max(1, in[i])) {
        throw new IllegalArgumentException(
            "state " + i + " is entered " + in[i] + " times and left " + out[i] + " times");
      }
      for (int j = 0; j < n; j++) {
        double q = out[i] > 0 ? passages[i][j] / out[i] : 0;
        system[i][j] = (i == j ? 1 : 0) - q;
      }
      right[i] = out[i] > 0 ? conversions[i] / out[i] : 0;
    }
    DecompositionSolver solver =
        new LUDecomposition(new Array2DRowRealMatrix(system, false)).getSolver();
    RealMatrix visits = solver.getInverse();
    double[] x = solver.solve(new ArrayRealVector(right, false)).toArray();
    double base = 0;
    for (int i = 0; i < n; i++) {
      base += starts[i] / paths * x[i];
    }
    double[] effects = new double[n];
    for (int c = 0; c < n && base > 0; c++) {
      double expected = 0;
      for (int i = 0; i < n; i++) {
        expected += starts[i] / paths * visits.getEntry(i, c);
      }
      effects[c] = Math.min(1, Math.max(0, expected / visits.getEntry(c, c) * x[c] / base));
    }
    return new MarkovChain(base, x, effects);
  }
}
