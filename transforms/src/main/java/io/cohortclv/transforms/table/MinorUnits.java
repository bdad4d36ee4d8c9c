package io.cohortclv.transforms.table;

import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rint;

import java.math.BigDecimal;
import org.apache.spark.sql.Column;

/**
 * Published money as whole hundredths inside a computation: they add up exactly and so the same in
 * any order, and many times faster than decimals.
 */
public final class MinorUnits {
  /** Hundredths in a major unit. */
  public static final int PER_MAJOR = 100;

  private MinorUnits() {}

  /** Money of {@link Table#PUBLISHED_MONEY}, at most 2^53 hundredths, as a whole number of them. */
  public static Column of(Column money) {
    return rint(money.cast("double").multiply(lit(PER_MAJOR))).cast("long");
  }

  /** Whole hundredths as published money. */
  public static Column toMoney(Column minorUnits) {
    return minorUnits
        .cast("decimal(20,0)")
        .multiply(lit(new BigDecimal("0.01")))
        .cast(Table.PUBLISHED_MONEY);
  }
}
