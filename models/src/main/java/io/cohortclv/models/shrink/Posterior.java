package io.cohortclv.models.shrink;

import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.InverseErfc;

/**
 * A group's true mean as it is believed to be: normal.
 *
 * @param mean posterior mean
 * @param sd posterior standard deviation
 */
public record Posterior(double mean, double sd) {

  /** The value below which the true mean lies with this probability. */
  public double quantile(double probability) {
    if (!(probability > 0 && probability < 1)) {
      throw new IllegalArgumentException("a probability lies between 0 and 1: " + probability);
    }
    return mean - sd * Math.sqrt(2) * InverseErfc.value(2 * probability);
  }

  /** P(true mean &gt; value). */
  public double probabilityAbove(double value) {
    if (sd == 0) {
      return mean > value ? 1 : 0;
    }
    return Erfc.value((value - mean) / (sd * Math.sqrt(2))) / 2;
  }
}
