package io.cohortclv.models.shrink;

import java.util.List;

/**
 * Means of groups of one kind, shrunk toward the kind's by the normal-normal model: m_a ~ N(μ_a,
 * s²_a) and μ_a ~ N(μ, τ²).
 *
 * <p>The sampling variance of a small group cannot be had from its own few heavy-tailed values. It
 * is taken as s²_a = cv² (μ² + τ²)/n_a with one coefficient of variation pooled over the groups,
 * cv² = ΣSS_a / Σ[(n_a − 1) m²_a − SS_a/n_a]; with each group's own mean in place of the kind's, a
 * group that is low by chance would look precise, and τ² would collapse. μ is the
 * precision-weighted mean, found together with τ² by the method of Paule and Mandel (1982), Journal
 * of Research of the National Bureau of Standards 87(5): Σ (m_a − μ)²/(s²_a + τ²) = groups − 1.
 *
 * <p>The posterior of a group is normal with mean (m_a/s²_a + μ/τ²)/(1/s²_a + 1/τ²); its variance
 * includes what is not known of μ. τ² itself is taken as known.
 */
public final class NormalShrinkage {
  private static final int MOST_STEPS = 200;

  private final double center;
  private final double centerVariance;
  private final double between;
  private final double perValue;

  private NormalShrinkage(double center, double centerVariance, double between, double perValue) {
    this.center = center;
    this.centerVariance = centerVariance;
    this.between = between;
    this.perValue = perValue;
  }

  /**
   * Learns μ, τ² and the pooled variation from the groups of one kind. Sums run in the order of the
   * list: for the same bits, pass the same order.
   *
   * @param outcomeVariance variance that each value has beyond what the groups' values show, such
   *     as the outcome noise of predictions; 0 for observed values
   */
  public static NormalShrinkage of(List<GroupMoments> groups, double outcomeVariance) {
    if (groups.isEmpty()) {
      throw new IllegalArgumentException("there is no group to learn from");
    }
    if (!(outcomeVariance >= 0 && outcomeVariance < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the outcome variance must be finite and not negative: " + outcomeVariance);
    }
    double sum = 0;
    double count = 0;
    double squares = 0;
    double scale = 0;
    for (GroupMoments group : groups) {
      sum += group.count() * group.mean();
      count += group.count();
      squares += group.squares();
      // The square of a mean is too large by the variance of the mean; without that, one over n of
      // the variation would go missing, and turn up as differences between the groups.
      scale += (group.count() - 1) * group.mean() * group.mean() - group.squares() / group.count();
    }
    double all = sum / count;
    double within = scale > 0 ? squares / scale : 0;
    SamplingVariance sampling = new SamplingVariance(within, all * all, outcomeVariance);
    double tau = pauleMandel(groups, sampling);
    double perValue = sampling.ofValue(tau);
    double weights = 0;
    double weighted = 0;
    for (GroupMoments group : groups) {
      double weight = weight(group, perValue, tau);
      weights += weight;
      weighted += weight * group.mean();
    }
    double center = weights < Double.POSITIVE_INFINITY ? weighted / weights : all;
    double known = weights < Double.POSITIVE_INFINITY ? 1 / weights : 0;
    return new NormalShrinkage(center, known, tau, perValue);
  }

  private static double weight(GroupMoments group, double perValue, double tau) {
    return 1 / (perValue / group.count() + tau);
  }

  /** Variance of one value around its group's true mean: cv² (μ² + τ²), the mean of cv² μ²_a. */
  private record SamplingVariance(double variation, double meanSquared, double outcome) {
    double ofValue(double tau) {
      return variation * (meanSquared + tau) + outcome;
    }
  }

  /** The root of a function that falls in τ²; 0 where even that leaves less spread than chance. */
  private static double pauleMandel(List<GroupMoments> groups, SamplingVariance sampling) {
    if (groups.size() < 2) {
      return 0;
    }
    double low = 0;
    if (sampling.ofValue(0) == 0) {
      return plainVariance(groups);
    }
    if (excess(groups, sampling, 0) <= 0) {
      return 0;
    }
    double high = Math.max(plainVariance(groups), Double.MIN_NORMAL);
    while (excess(groups, sampling, high) > 0) {
      low = high;
      high *= 2;
    }
    for (int step = 0; step < MOST_STEPS && high - low > 1e-15 * high; step++) {
      double middle = low + (high - low) / 2;
      if (excess(groups, sampling, middle) > 0) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private static double excess(List<GroupMoments> groups, SamplingVariance sampling, double tau) {
    double perValue = sampling.ofValue(tau);
    double weights = 0;
    double weighted = 0;
    for (GroupMoments group : groups) {
      double weight = weight(group, perValue, tau);
      weights += weight;
      weighted += weight * group.mean();
    }
    double center = weighted / weights;
    double spread = 0;
    for (GroupMoments group : groups) {
      double apart = group.mean() - center;
      spread += weight(group, perValue, tau) * apart * apart;
    }
    return spread - (groups.size() - 1);
  }

  private static double plainVariance(List<GroupMoments> groups) {
    double sum = 0;
    for (GroupMoments group : groups) {
      sum += group.mean();
    }
    double mean = sum / groups.size();
    double squares = 0;
    for (GroupMoments group : groups) {
      squares += (group.mean() - mean) * (group.mean() - mean);
    }
    return squares / (groups.size() - 1);
  }

  /** μ, the mean of the kind: the posterior mean of a group nothing is known of. */
  public double center() {
    return center;
  }

  /** τ², the variance of true means between groups; 0 where chance explains all their spread. */
  public double betweenVariance() {
    return between;
  }

  /** What is believed of a group's true mean, given its values. */
  public Posterior posterior(GroupMoments group) {
    return posterior(group.count(), group.mean());
  }

  /** What is believed of the true mean of a group with so many values and this mean of them. */
  public Posterior posterior(long count, double mean) {
    if (between == 0) {
      return new Posterior(center, Math.sqrt(centerVariance));
    }
    double sampling = perValue / count;
    double toCenter = sampling / (sampling + between);
    double variance = between * toCenter;
    return new Posterior(
        mean + toCenter * (center - mean),
        Math.sqrt(variance + toCenter * toCenter * centerVariance));
  }

  /** What is believed of a group of this kind that has no values yet. */
  public Posterior prior() {
    return new Posterior(center, Math.sqrt(between + centerVariance));
  }

  /**
   * For each group, P(its true mean is above the value that the given share of the groups' true
   * means exceed): with 0.1, the probability to be in the top decile. The value is where the
   * posterior probabilities of all groups sum to that share of their number.
   */
  public double[] probabilityInTop(double share, List<GroupMoments> groups) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("a share lies between 0 and 1: " + share);
    }
    List<Posterior> posteriors = groups.stream().map(this::posterior).toList();
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (Posterior p : posteriors) {
      low = Math.min(low, p.mean() - 40 * p.sd());
      high = Math.max(high, p.mean() + 40 * p.sd());
    }
    for (int step = 0; step < MOST_STEPS && high - low > 1e-14 * (Math.abs(low) + 1e-300); step++) {
      double middle = low + (high - low) / 2;
      double above = 0;
      for (Posterior p : posteriors) {
        above += p.probabilityAbove(middle);
      }
      if (above > share * posteriors.size()) {
        low = middle;
      } else {
        high = middle;
      }
    }
    double threshold = high;
    return posteriors.stream().mapToDouble(p -> p.probabilityAbove(threshold)).toArray();
  }
}
