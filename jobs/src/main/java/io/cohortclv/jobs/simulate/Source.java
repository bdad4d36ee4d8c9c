package io.cohortclv.jobs.simulate;

import io.cohortclv.models.btyd.BgNbd;
import io.cohortclv.models.btyd.BgNbdParameters;
import io.cohortclv.models.btyd.MbgNbd;
import io.cohortclv.models.btyd.MbgNbdParameters;
import io.cohortclv.models.btyd.ParetoNbd;
import io.cohortclv.models.btyd.ParetoNbdParameters;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.population.Population;
import io.cohortclv.transforms.table.CustomerAcquisition;

/** Where customers come from, and what is true of those who do. Times are in days. */
// Purchase models and populations are immutable; their types just cannot say so.
@SuppressWarnings("ImmutableEnumChecker")
enum Source {
  AFFILIATE(
      CustomerAcquisition.AFFILIATE,
      0.50,
      MbgNbd.of(new MbgNbdParameters(0.9, 75, 0.9, 2.1)),
      1.0,
      0.08),
  REFERRAL(
      CustomerAcquisition.REFERRAL,
      0.15,
      BgNbd.of(new BgNbdParameters(0.55, 70, 0.7, 3.3)),
      1.15,
      0.05),
  CAMPAIGN(
      CustomerAcquisition.CAMPAIGN,
      0.13,
      ParetoNbd.of(new ParetoNbdParameters(0.6, 80, 0.6, 150)),
      1.0,
      0.09),
  DIRECT(
      CustomerAcquisition.DIRECT,
      0.15,
      MbgNbd.of(new MbgNbdParameters(1.1, 80, 0.6, 2.4)),
      1.0,
      0.05),
  UNATTRIBUTED(
      CustomerAcquisition.UNATTRIBUTED,
      0.07,
      MbgNbd.of(new MbgNbdParameters(0.7, 90, 1.0, 2.0)),
      1.0,
      0.06);

  private final String sourceType;
  private final double share;
  private final PurchaseModel model;
  private final Population population;
  private final double spendMultiplier;
  private final double refundRate;

  Source(
      String sourceType,
      double share,
      PurchaseModel model,
      double spendMultiplier,
      double refundRate) {
    this.sourceType = sourceType;
    this.share = share;
    this.model = model;
    this.population = Population.of(model);
    this.spendMultiplier = spendMultiplier;
    this.refundRate = refundRate;
  }

  /** The name tables use. */
  String sourceType() {
    return sourceType;
  }

  /** Share of customers, before referrals that find no referrer become direct. */
  double share() {
    return share;
  }

  PurchaseModel model() {
    return model;
  }

  Population population() {
    return population;
  }

  /** Factor on the Gamma-Gamma spend; affiliates have one each instead. */
  double spendMultiplier() {
    return spendMultiplier;
  }

  /** Probability that a counted order is refunded in part; affiliate types have their own. */
  double refundRate() {
    return refundRate;
  }
}
