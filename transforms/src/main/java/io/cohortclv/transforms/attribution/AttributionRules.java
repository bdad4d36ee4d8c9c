package io.cohortclv.transforms.attribution;

import java.io.Serializable;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Which models credit orders, and what they look at.
 *
 * @param models every model computed, the contract model among them
 * @param contractModel the one commissions, cohorts and values go by
 * @param windows how long before an order a touch counts
 * @param timeDecayHalfLife age at which {@link #TIME_DECAY} gives a touch half the weight
 * @param resetAfterOrder whether an order uses up the touches before it, so that nobody is paid
 *     twice for one touch
 * @param maxTouches most touches of one person kept while an order is awaited: of more the latest
 * @param precedence which evidence comes before touches
 */
public record AttributionRules(
    List<String> models,
    String contractModel,
    Windows windows,
    Duration timeDecayHalfLife,
    boolean resetAfterOrder,
    int maxTouches,
    Precedence precedence)
    implements Serializable {
  /** The earliest eligible touch takes the order. */
  public static final String FIRST_TOUCH = "first_touch";

  /** The latest eligible touch takes the order. */
  public static final String LAST_TOUCH = "last_touch";

  /**
   * The latest touch that is no direct visit takes the order; of direct visits only, the latest.
   */
  public static final String LAST_NON_DIRECT = "last_non_direct";

  /** Every eligible touch gets the same share. */
  public static final String LINEAR = "linear";

  /** First and last touch get 0.4 each, those between share 0.2. */
  public static final String POSITION = "position";

  /** A touch one half-life older gets half as much. */
  public static final String TIME_DECAY = "time_decay";

  /** Every distinct source gets the same share, split evenly over its touches. */
  public static final String SHAPLEY = "shapley";

  /** Sources share by how many conversions would be lost without each. */
  public static final String MARKOV = "markov";

  /** Every model there is. */
  public static final List<String> KNOWN =
      List.of(
          LAST_TOUCH, FIRST_TOUCH, LAST_NON_DIRECT, LINEAR, POSITION, TIME_DECAY, SHAPLEY, MARKOV);

  /**
   * How long before an order a touch counts, in elapsed time.
   *
   * @param click after a click or visit, where no terms say
   * @param view after a view, where no terms say
   * @param firstTouch the long window of {@link #FIRST_TOUCH}, whatever the terms, and how long a
   *     friend's sign-up holds
   */
  public record Windows(Duration click, Duration view, Duration firstTouch)
      implements Serializable {}

  /**
   * Which evidence comes before touches.
   *
   * @param touchFirstPrograms referral programs whose code or sign-up gives way to an affiliate's
   *     touch or code
   * @param sharedCouponPaysOwner whether a shared or leaked coupon code still names its owner;
   *     otherwise the touches decide
   * @param couponSpike a code is leaked on a day with more redemptions than this many times its
   *     daily mean over the four weeks before
   * @param couponSpikeLeast fewer redemptions a day are never a spike
   */
  public record Precedence(
      Set<String> touchFirstPrograms,
      boolean sharedCouponPaysOwner,
      double couponSpike,
      int couponSpikeLeast)
      implements Serializable {
    public Precedence {
      touchFirstPrograms = Set.copyOf(touchFirstPrograms);
    }
  }

  public AttributionRules {
    models = List.copyOf(models);
    for (String model : models) {
      if (!KNOWN.contains(model)) {
        throw new IllegalArgumentException(
            "There is no attribution model " + model + "; known are " + KNOWN);
      }
    }
    if (!models.contains(contractModel)) {
      throw new IllegalArgumentException(
          "The contract model " + contractModel + " is not among the models " + models);
    }
    if (maxTouches < 1) {
      throw new IllegalArgumentException("At least one touch is kept, not " + maxTouches);
    }
  }

  /** Whether paths that led to no order are needed too. */
  public boolean needsPaths() {
    return models.contains(MARKOV);
  }
}
