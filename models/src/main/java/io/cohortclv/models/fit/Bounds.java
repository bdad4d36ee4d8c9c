package io.cohortclv.models.fit;

import io.cohortclv.models.btyd.ModelFamily;
import java.util.Arrays;

/**
 * The range of each parameter's logarithm: e^±10 for a shape, e^±16 around what the data have in
 * its unit for a parameter with one. A shape beyond 22,000 or below 1/22,000 predicts as one at the
 * bound does, but costs digits; a rate may follow its shape to either bound and still fit its mean.
 */
final class Bounds {
  private static final double WIDEST_SHAPE = 10;
  private static final double WIDEST_RATE = 16;
  private static final double TOUCHING = 1e-9;

  private final double[] scales;
  private final boolean[] rates;
  private final boolean[] fixed;

  /**
   * One entry for each parameter, all free.
   *
   * @param scales the middle of the range of a rate; not read for a shape
   * @param rates whether the parameter has a unit
   */
  Bounds(double[] scales, boolean[] rates) {
    this(scales, rates, new boolean[rates.length]);
  }

  private Bounds(double[] scales, boolean[] rates, boolean[] fixed) {
    this.scales = scales;
    this.rates = rates;
    this.fixed = fixed;
  }

  static Bounds of(ModelFamily family, double timeScale) {
    double[] scales = new double[family.parameterNames().size()];
    Arrays.fill(scales, timeScale);
    boolean[] rates = new boolean[scales.length];
    rates[1] = true;
    if (family == ModelFamily.PARETO_NBD) {
      rates[3] = true;
    }
    boolean[] fixed = new boolean[scales.length];
    if (family.needsGaps()) {
      fixed[scales.length - 1] = true;
    }
    return new Bounds(scales, rates, fixed);
  }

  /** The same with one more parameter that is given and stays. */
  Bounds withFixed(int i) {
    boolean[] more = fixed.clone();
    more[i] = true;
    return new Bounds(scales, rates, more);
  }

  /** Whether the parameter is none to be moved, such as a whole number that a climb is given. */
  boolean isFixed(int i) {
    return fixed[i];
  }

  double lowest(int i) {
    return rates[i] ? Math.log(scales[i]) - WIDEST_RATE : -WIDEST_SHAPE;
  }

  double highest(int i) {
    return rates[i] ? Math.log(scales[i]) + WIDEST_RATE : WIDEST_SHAPE;
  }

  double clamp(int i, double log) {
    return fixed[i] ? log : Math.max(lowest(i), Math.min(highest(i), log));
  }

  boolean isLow(int i, double log) {
    return !fixed[i] && log <= lowest(i) + TOUCHING;
  }

  boolean isHigh(int i, double log) {
    return !fixed[i] && log >= highest(i) - TOUCHING;
  }
}
