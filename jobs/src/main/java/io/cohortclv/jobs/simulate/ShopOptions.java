package io.cohortclv.jobs.simulate;

import java.nio.file.Path;

/**
 * What shop to simulate. The same options give the same bytes.
 *
 * @param out folder to write, which must not exist or be empty
 * @param customers customers who order at least once
 * @param affiliates affiliates of the programme
 * @param days simulated days; the last one is always the same
 * @param seed of all randomness
 * @param dirtyFraction planted bad records per good record, in every log
 */
public record ShopOptions(
    Path out, long customers, int affiliates, int days, long seed, double dirtyFraction) {
  /** Some 100 GB; above, a mistyped number rather fills a disk than makes a shop. */
  static final long MAX_CUSTOMERS = 100_000_000;

  static final int MAX_AFFILIATES = 100_000;
  static final int MIN_DAYS = 60;
  static final int MAX_DAYS = 3_650;
  static final double MAX_DIRTY = 0.5;

  public ShopOptions {
    require(customers >= 1 && customers <= MAX_CUSTOMERS, "customers", 1, MAX_CUSTOMERS, customers);
    require(
        affiliates >= 1 && affiliates <= MAX_AFFILIATES,
        "affiliates",
        1,
        MAX_AFFILIATES,
        affiliates);
    require(days >= MIN_DAYS && days <= MAX_DAYS, "days", MIN_DAYS, MAX_DAYS, days);
    // The negation also refuses NaN.
    require(dirtyFraction >= 0 && dirtyFraction <= MAX_DIRTY, "dirty", 0, MAX_DIRTY, dirtyFraction);
    out = out.toAbsolutePath().normalize();
  }

  private static void require(boolean holds, String name, Number least, Number most, Number value) {
    if (!holds) {
      throw new IllegalArgumentException(
          "--" + name + " must be from " + least + " to " + most + ", not " + value);
    }
  }
}
