package io.cohortclv.models.math;

/** Nodes and weights of the 16-point Gauss-Legendre rule on (0, 1). */
public final class GaussLegendre {
  public static final int POINTS = 16;
  private static final double[] NODES = new double[POINTS];
  private static final double[] WEIGHTS = new double[POINTS];

  static {
    for (int i = 0; i < POINTS; i++) {
      // Tricomi's start, then Newton on the Legendre polynomial by its three-term recurrence.
      double x = Math.cos(Math.PI * (i + 0.75) / (POINTS + 0.5));
      double slope = 1;
      for (int round = 0; round < 6; round++) {
        double previous = 1;
        double value = x;
        for (int n = 2; n <= POINTS; n++) {
          double next = ((2 * n - 1) * x * value - (n - 1) * previous) / n;
          previous = value;
          value = next;
        }
        slope = POINTS * (x * value - previous) / (x * x - 1);
        x -= value / slope;
      }
      NODES[i] = (1 - x) / 2;
      WEIGHTS[i] = 1 / ((1 - x * x) * slope * slope);
    }
  }

  private GaussLegendre() {}

  /** The i-th node, ascending in i. */
  public static double node(int i) {
    return NODES[i];
  }

  /** The i-th weight; they sum to 1. */
  public static double weight(int i) {
    return WEIGHTS[i];
  }
}
