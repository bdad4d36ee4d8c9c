package io.cohortclv.models.spend;

import io.cohortclv.models.math.GaussLegendre;
import java.io.Serial;
import java.io.Serializable;
import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.numbers.gamma.RegularizedBeta;
import org.apache.commons.numbers.gamma.RegularizedGamma;

/**
 * What Gamma-Gamma believes of one customer's future amounts: each is gamma(p, ν), and ν ~
 * gamma(shape, scale) given what the customer spent so far. One amount is then scale times a beta
 * prime (p, shape) variate, and the sum of n of them scale times a beta prime (pn, shape) one.
 *
 * @param p shape of one amount
 * @param shape Q = q + p x of the belief about ν: the tail of the amounts falls like their −Q-th
 *     power, so that their mean is finite where Q &gt; 1 and their variance where Q &gt; 2
 * @param scale v + x m, in the currency of the amounts
 */
public record SpendPosterior(double p, double shape, double scale) implements Serializable {
  @Serial private static final long serialVersionUID = 1L;

  /** Below this shape the variance is infinite, or rests on amounts that hardly ever come. */
  private static final double LEAST_SHAPE = 2.5;

  /** The customer's mean amount is then cut where it lies higher with this probability. */
  private static final double CUT = 1e-3;

  public SpendPosterior {
    if (!(p > 0 && shape > 0 && scale > 0 && p + shape + scale < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "a spend posterior is of positive and finite numbers: p "
              + p
              + ", shape "
              + shape
              + ", scale "
              + scale);
    }
  }

  /** E[amount], infinite where the shape is not above 1. */
  public double mean() {
    return shape <= 1 ? Double.POSITIVE_INFINITY : p * scale / (shape - 1);
  }

  /** The belief about amounts times a factor, such as a margin rate or an exchange rate. */
  public SpendPosterior times(double factor) {
    return new SpendPosterior(p, shape, scale * factor);
  }

  /** P(the sum of so many amounts ≤ scale · e^logit). */
  public double sumAtMost(double purchases, double logit) {
    // By whichever of z = e^logit/(1 + e^logit) and 1 − z has its digits.
    return logit < 0
        ? RegularizedBeta.value(Math.exp(logit) / (1 + Math.exp(logit)), p * purchases, shape)
        : RegularizedBeta.complement(1 / (1 + Math.exp(logit)), shape, p * purchases);
  }

  /**
   * Mean and mean square of the customer's mean amount p/ν. Where the shape is below 2.5, p/ν is
   * cut at its 1-in-1,000 quantile, so that both are finite.
   */
  public double[] moments() {
    if (shape >= LEAST_SHAPE) {
      double mean = mean();
      return new double[] {mean, mean * (p * scale / (shape - 2))};
    }
    double least = quantile(CUT);
    double logNorm = LogGamma.value(shape);
    double first = CUT / least;
    double second = first / least;
    // What lies beyond x = 40 + 10 shape is below the last place.
    double length = Math.log((40 + 10 * shape) / least);
    int panels = (int) Math.ceil(length);
    for (int panel = 0; panel < panels; panel++) {
      for (int i = 0; i < GaussLegendre.POINTS; i++) {
        double t = Math.log(least) + length * (panel + GaussLegendre.node(i)) / panels;
        double weight = length / panels * GaussLegendre.weight(i);
        double x = Math.exp(t);
        first += weight * Math.exp((shape - 1) * t - x - logNorm);
        second += weight * Math.exp((shape - 2) * t - x - logNorm);
      }
    }
    double unit = p * scale;
    return new double[] {unit * first, unit * unit * second};
  }

  /** The x with P(gamma(shape, 1) ≤ x) = probability, by bisection over ln x. */
  private double quantile(double probability) {
    double high = Math.log(shape + 1);
    double low = high - 1;
    while (RegularizedGamma.P.value(shape, Math.exp(low)) > probability) {
      low = 2 * low - high;
    }
    while (high - low > 1e-13) {
      double middle = (low + high) / 2;
      if (RegularizedGamma.P.value(shape, Math.exp(middle)) > probability) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return Math.exp(high);
  }

  /** Variance of one amount; from the cut mean amount where the shape is below 2.5. */
  public double variance() {
    double[] moments = moments();
    return moments[1] * (1 + 1 / p) - moments[0] * moments[0];
  }
}
