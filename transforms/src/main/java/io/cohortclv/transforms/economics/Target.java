package io.cohortclv.transforms.economics;

import io.cohortclv.transforms.table.AffiliateDaily;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;

/**
 * A monthly goal: so much more than the baseline.
 *
 * @param affiliate whose goal it is; null for all of the type
 * @param affiliateType null for all affiliates
 * @param metric one of {@link #METRICS}
 * @param uplift 0.1 for 10 % more than the baseline
 * @param bonus due for a month that reached its goal, major units of the reporting currency
 * @param validFrom months that begin on this day or later
 * @param validUntil and on this day or earlier; null for open
 */
public record Target(
    String affiliate,
    String affiliateType,
    String metric,
    double uplift,
    double bonus,
    LocalDate validFrom,
    LocalDate validUntil) {
  /** Columns of {@link AffiliateDaily} that goals can be set on. */
  public static final List<String> METRICS =
      List.of(
          AffiliateDaily.NEW_CUSTOMERS,
          AffiliateDaily.ORDERS,
          AffiliateDaily.SIGNUPS,
          AffiliateDaily.NET_REVENUE);

  boolean isFor(String id, String type, YearMonth month) {
    LocalDate first = month.atDay(1);
    return (affiliate == null || affiliate.equals(id))
        && (affiliateType == null || affiliateType.equals(type))
        && !first.isBefore(validFrom)
        && (validUntil == null || !first.isAfter(validUntil));
  }

  /** An affiliate's own goal comes before its type's, and that before everybody's. */
  int rank() {
    return affiliate != null ? 2 : affiliateType != null ? 1 : 0;
  }
}
