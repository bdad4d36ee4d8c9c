package io.cohortclv.models.shrink;

import java.util.List;
import org.apache.commons.numbers.gamma.RegularizedBeta;

/**
 * Rates of groups of one kind, shrunk toward the kind's by the beta-binomial model: k_a of n_a ~
 * binomial(p_a) and p_a ~ beta(α, β).
 *
 * <p>Mean and precision of the beta come from the moments of Kleinman (1973), Journal of the
 * American Statistical Association 68: with p̂ = Σk/Σn and S = Σ n_a (p̂_a − p̂)², the intraclass
 * correlation is ρ = (S − p̂(1−p̂)(G−1)) / (p̂(1−p̂)(N − Σn²/N − (G−1))), and α + β = (1 − ρ)/ρ.
 * The posterior of a group is beta(α + k, β + n − k).
 */
public final class BetaBinomialShrinkage {
  /** Precision where the groups differ by no more than chance: all have the kind's rate. */
  private static final double MOST_PRECISION = 1e6;

  private static final double LEAST_PRECISION = 1e-2;

  private final double alpha;
  private final double beta;

  private BetaBinomialShrinkage(double alpha, double beta) {
    this.alpha = alpha;
    this.beta = beta;
  }

  /**
   * Successes of trials in one group.
   *
   * @param successes k, between 0 and the trials
   * @param trials n, at least 1
   */
  public record Count(long successes, long trials) {
    public Count {
      if (trials < 1 || successes < 0 || successes > trials) {
        throw new IllegalArgumentException(
            "a group needs at least 1 trial and successes among them: "
                + successes
                + " of "
                + trials);
      }
    }
  }

  /** Learns α and β from the groups of one kind. */
  public static BetaBinomialShrinkage of(List<Count> groups) {
    if (groups.isEmpty()) {
      throw new IllegalArgumentException("there is no group to learn from");
    }
    double successes = 0;
    double trials = 0;
    double squaredTrials = 0;
    for (Count group : groups) {
      successes += group.successes();
      trials += group.trials();
      squaredTrials += (double) group.trials() * group.trials();
    }
    double rate = successes / trials;
    double spread = 0;
    for (Count group : groups) {
      double apart = (double) group.successes() / group.trials() - rate;
      spread += group.trials() * apart * apart;
    }
    double chance = rate * (1 - rate);
    double free = groups.size() - 1.0;
    double room = chance * (trials - squaredTrials / trials - free);
    double correlation = room > 0 ? (spread - chance * free) / room : 0;
    double precision =
        correlation > 0
            ? Math.max(LEAST_PRECISION, Math.min(MOST_PRECISION, (1 - correlation) / correlation))
            : MOST_PRECISION;
    // Half a success and half a failure keep a kind with none of either inside (0, 1).
    double center = (successes + 0.5) / (trials + 1);
    return new BetaBinomialShrinkage(center * precision, (1 - center) * precision);
  }

  /** α of the rates of this kind. */
  public double alpha() {
    return alpha;
  }

  /** β of the rates of this kind. */
  public double beta() {
    return beta;
  }

  /** Posterior mean of the group's rate. */
  public double rate(Count group) {
    return (alpha + group.successes()) / (alpha + beta + group.trials());
  }

  /** Posterior standard deviation of the group's rate. */
  public double sd(Count group) {
    double mean = rate(group);
    return Math.sqrt(mean * (1 - mean) / (alpha + beta + group.trials() + 1));
  }

  /** P(true rate &gt; value). */
  public double probabilityAbove(double value, Count group) {
    return RegularizedBeta.complement(
        Math.max(0, Math.min(1, value)),
        alpha + group.successes(),
        beta + group.trials() - group.successes());
  }

  /** The rate below which the true one lies with this probability. */
  public double quantile(double probability, Count group) {
    if (!(probability > 0 && probability < 1)) {
      throw new IllegalArgumentException("a probability lies between 0 and 1: " + probability);
    }
    double low = 0;
    double high = 1;
    while (high - low > 1e-15) {
      double middle = low + (high - low) / 2;
      if (middle == low || middle == high) {
        break;
      }
      if (1 - probabilityAbove(middle, group) < probability) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }
}
