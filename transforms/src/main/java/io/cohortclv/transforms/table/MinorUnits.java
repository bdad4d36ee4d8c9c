package io.cohortclv.transforms.table;

import static org.apache.spark.sql.classic.ExpressionUtils.column;
import static org.apache.spark.sql.classic.ExpressionUtils.expression;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.catalyst.expressions.MakeDecimal;
import org.apache.spark.sql.catalyst.expressions.UnscaledValue;
import org.apache.spark.sql.types.DataTypes;

/**
 * Published money as whole hundredths inside a computation: they add up exactly and so the same in
 * any order, and many times faster than decimals.
 *
 * <p>A decimal of up to 18 digits lies in memory as that very number. Spark's own expressions for
 * it are not among its functions for users, whose ways there (by way of doubles, or by multiplying)
 * make two objects of every amount.
 */
public final class MinorUnits {
  /** Hundredths in a major unit. */
  public static final int PER_MAJOR = 100;

  private MinorUnits() {}

  /** Money of {@link Table#PUBLISHED_MONEY} as a whole number of hundredths. */
  public static Column of(Column money) {
    return column(new UnscaledValue(expression(money.cast(Table.PUBLISHED_MONEY))));
  }

  /** Whole hundredths as published money. */
  public static Column toMoney(Column minorUnits) {
    return column(
        new MakeDecimal(
            expression(minorUnits.cast(DataTypes.LongType)),
            Table.PUBLISHED_MONEY.precision(),
            Table.PUBLISHED_MONEY.scale(),
            false));
  }
}
