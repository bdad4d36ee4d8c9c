package io.cohortclv.models.shrink;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Means of groups of one kind, shrunk toward the kind's by the normal-normal model: m_a ~ N(μ_a,
 * s²_a) and μ_a ~ N(μ, τ²); kinds are shrunk toward all of them in the same way.
 *
 * <p>The sampling variance of a small group cannot be had from its own few heavy-tailed values. It
 * is taken as s²_a = cv² (μ² + τ²)/w_a with one coefficient of variation pooled over the groups of
 * all kinds, cv² = ΣSS_a / Σ[(n_a − 1) m²_a − SS_a/w_a]; with each group's own mean in place of the
 * kind's, a group that is low by chance would look precise, and τ² would collapse. Between groups
 * too one variation is pooled, τ² = γ² μ² for every kind, found by restricted maximum likelihood
 * ({@link RestrictedLikelihood}).
 *
 * <p>The posterior of a group is normal with mean (m_a/s²_a + μ/τ²)/(1/s²_a + 1/τ²); its variance
 * includes what is not known of μ. The variances themselves are taken as known.
 */
public final class NormalShrinkage {
  private static final int MOST_STEPS = 200;

  /** A kind whose mean lies within so many standard errors of 0 has no coefficient of variation. */
  private static final double CLEARLY_POSITIVE = 3;

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
   * Learns from the groups of one kind. Sums run in the order of the list: for the same bits, pass
   * the same order.
   */
  public static NormalShrinkage of(List<GroupMoments> groups) {
    return ofKinds(Map.of("", groups)).get("");
  }

  /**
   * Learns from groups of several kinds; each kind's mean is shrunk toward that of all kinds.
   *
   * @param kinds groups by kind, none empty, in an order that is always the same
   */
  public static <K> Map<K, NormalShrinkage> ofKinds(Map<K, List<GroupMoments>> kinds) {
    Pooled pooled = Pooled.of(List.copyOf(kinds.values()));
    double[] means = new double[kinds.size()];
    double[] variances = new double[kinds.size()];
    for (int k = 0; k < means.length; k++) {
      means[k] = pooled.center(k).mean();
      variances[k] = pooled.center(k).variance();
    }
    double apart = betweenVariance(means, variances);
    Center all = Center.of(means, variances, apart);
    List<Posterior> centers = new ArrayList<>();
    for (int k = 0; k < means.length; k++) {
      // With one kind, or kinds alike, all is known through all of them.
      centers.add(
          apart == 0 ? all.posterior() : shrunk(means[k], variances[k], all.posterior(), apart));
    }
    return pooled.around(kinds, centers);
  }

  /**
   * Learns from groups that are parts of others, such as an affiliate's sub-ids: the kind is the
   * whole, whose mean is believed already.
   *
   * @param kinds groups by whole, none empty, in an order that is always the same
   * @param wholes what is believed of each whole
   */
  public static <K> Map<K, NormalShrinkage> within(
      Map<K, List<GroupMoments>> kinds, Map<K, Posterior> wholes) {
    return Pooled.of(List.copyOf(kinds.values()))
        .around(kinds, kinds.keySet().stream().map(wholes::get).toList());
  }

  /** The posterior of a mean with that sampling variance. */
  private static Posterior shrunk(double mean, double sampling, Posterior center, double between) {
    double toCenter = sampling / (sampling + between);
    return new Posterior(
        mean + toCenter * (center.mean() - mean),
        Math.sqrt(between * toCenter + toCenter * toCenter * center.sd() * center.sd()));
  }

  /** The precision-weighted mean of means, and its variance. */
  private record Center(double mean, double variance) {
    static Center of(double[] means, double[] variances, double between) {
      double weights = 0;
      double weighted = 0;
      double sum = 0;
      for (int i = 0; i < means.length; i++) {
        double weight = 1 / (variances[i] + between);
        weights += weight;
        weighted += weight * means[i];
        sum += means[i];
      }
      return weights < Double.POSITIVE_INFINITY
          ? new Center(weighted / weights, 1 / weights)
          : new Center(sum / means.length, 0);
    }

    Posterior posterior() {
      return new Posterior(mean, Math.sqrt(variance));
    }
  }

  /** τ² of means with known sampling variances; 0 where chance explains all their spread. */
  static double betweenVariance(double[] means, double[] variances) {
    double[] slopes = new double[means.length];
    Arrays.fill(slopes, 1);
    return new RestrictedLikelihood(
            new double[][] {means}, new double[][] {variances}, new double[][] {slopes})
        .maximum();
  }

  /** Variations pooled over the kinds, and each kind's level that they scale with. */
  private record Pooled(
      List<List<GroupMoments>> kinds, List<Double> levels, double within, double between) {

    static Pooled of(List<List<GroupMoments>> kinds) {
      if (kinds.isEmpty() || kinds.stream().anyMatch(List::isEmpty)) {
        throw new IllegalArgumentException("there is no group to learn from");
      }
      double squares = 0;
      double scale = 0;
      for (List<GroupMoments> kind : kinds) {
        if (isClearlyPositive(kind)) {
          for (GroupMoments g : kind) {
            squares += g.squares();
            // The square of a mean is too large by the variance of the mean; without that, one over
            // n of the variation would go missing, and turn up as differences between the groups.
            scale += (g.count() - 1) * g.mean() * g.mean() - g.squares() / g.weight();
          }
        }
      }
      // Without a kind that has one, levels are variances, and the variation is 1.
      double within = scale > 0 ? squares / scale : 1;
      List<Double> levels = levels(kinds, within);
      Pooled alike = new Pooled(kinds, levels, within, 0);
      return new Pooled(kinds, levels, within, alike.isKnown() ? alike.learnBetween() : 0);
    }

    /** Of a kind that says nothing of its own level, the mean level of the others. */
    private static List<Double> levels(List<List<GroupMoments>> kinds, double within) {
      List<Double> own = kinds.stream().map(kind -> level(kind, within)).toList();
      double mean = own.stream().filter(l -> l > 0).mapToDouble(l -> l).average().orElse(0);
      return own.stream().map(l -> l > 0 ? l : mean).toList();
    }

    /** The square of the kind's mean, or what its own variance says in its place. */
    private static double level(List<GroupMoments> kind, double within) {
      if (isClearlyPositive(kind)) {
        return mean(kind) * mean(kind);
      }
      return within > 0 ? ownVariance(kind) / within : ownVariance(kind);
    }

    private static boolean isClearlyPositive(List<GroupMoments> kind) {
      double weight = kind.stream().mapToDouble(GroupMoments::weight).sum();
      return mean(kind) > CLEARLY_POSITIVE * Math.sqrt(ownVariance(kind) / weight);
    }

    private static double mean(List<GroupMoments> kind) {
      double sum = 0;
      double weight = 0;
      for (GroupMoments g : kind) {
        sum += g.weight() * g.mean();
        weight += g.weight();
      }
      return sum / weight;
    }

    /** Variance of one value: within the groups, or between them where each has a single value. */
    private static double ownVariance(List<GroupMoments> kind) {
      double squares = 0;
      long free = 0;
      double mean = mean(kind);
      double apart = 0;
      for (GroupMoments g : kind) {
        squares += g.squares();
        free += g.count() - 1;
        apart += g.weight() * (g.mean() - mean) * (g.mean() - mean);
      }
      return free > 0 ? squares / free : kind.size() > 1 ? apart / (kind.size() - 1) : 0;
    }

    /** Whether any group has two values; else nothing tells groups from chance. */
    private boolean isKnown() {
      return kinds.stream().flatMap(List::stream).anyMatch(g -> g.count() > 1);
    }

    /** Variance of one value around its group's true mean: cv² (μ² + τ²), the mean of cv² μ²_a. */
    double perValue(int kind) {
      return within * levels.get(kind) * (1 + between);
    }

    double betweenOf(int kind) {
      return between * levels.get(kind);
    }

    Center center(int k) {
      List<GroupMoments> kind = kinds.get(k);
      double[] means = new double[kind.size()];
      double[] variances = new double[kind.size()];
      for (int i = 0; i < means.length; i++) {
        means[i] = kind.get(i).mean();
        variances[i] = perValue(k) / kind.get(i).weight();
      }
      return Center.of(means, variances, betweenOf(k));
    }

    /** γ²: the variance of a group's mean is level · (within/w + γ² (1 + within/w)). */
    private double learnBetween() {
      double[][] means = new double[kinds.size()][];
      double[][] fixed = new double[kinds.size()][];
      double[][] slopes = new double[kinds.size()][];
      for (int k = 0; k < kinds.size(); k++) {
        List<GroupMoments> kind = kinds.get(k);
        double level = levels.get(k);
        means[k] = kind.stream().mapToDouble(GroupMoments::mean).toArray();
        fixed[k] = kind.stream().mapToDouble(g -> level * within / g.weight()).toArray();
        slopes[k] = Arrays.stream(fixed[k]).map(sampling -> level + sampling).toArray();
      }
      return new RestrictedLikelihood(means, fixed, slopes).maximum();
    }

    <K> Map<K, NormalShrinkage> around(Map<K, List<GroupMoments>> named, List<Posterior> centers) {
      Map<K, NormalShrinkage> shrinkages = new LinkedHashMap<>();
      int k = 0;
      for (K name : named.keySet()) {
        Posterior center = centers.get(k);
        shrinkages.put(
            name,
            new NormalShrinkage(
                center.mean(), center.sd() * center.sd(), betweenOf(k), perValue(k)));
        k++;
      }
      return shrinkages;
    }
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
    Posterior kind = new Posterior(center, Math.sqrt(centerVariance));
    return between == 0 ? kind : shrunk(group.mean(), perValue / group.weight(), kind, between);
  }

  /** What is believed of a group of this kind that has no values yet. */
  public Posterior prior() {
    return new Posterior(center, Math.sqrt(between + centerVariance));
  }

  /**
   * For each group, P(its true mean is above the value that the given share of the groups' true
   * means exceed): with 0.1, the probability to be in the top decile. The value is where the
   * posterior probabilities of all groups sum to that share of their number.
   *
   * @param posteriors what is believed of each group, of one kind or several
   */
  public static double[] probabilityInTop(double share, List<Posterior> posteriors) {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException("a share lies between 0 and 1: " + share);
    }
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
