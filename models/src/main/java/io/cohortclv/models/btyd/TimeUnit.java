package io.cohortclv.models.btyd;

import java.util.Arrays;
import java.util.List;

/** The unit of recencies and ages, and so of a fitted model's times. */
public enum TimeUnit {
  DAYS("days", 1),
  WEEKS("weeks", 7);

  private final String id;
  private final int days;

  TimeUnit(String id, int days) {
    this.id = id;
    this.days = days;
  }

  /** The unit of an id such as {@code weeks}. */
  public static TimeUnit of(String id) {
    return Arrays.stream(values())
        .filter(unit -> unit.id.equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no time unit '" + id + "'; known are " + String.join(", ", ids())));
  }

  /** Every id. */
  public static List<String> ids() {
    return Arrays.stream(values()).map(TimeUnit::id).toList();
  }

  /** The name in commands, files and tables: {@code weeks}. */
  public String id() {
    return id;
  }

  /** A span of days in this unit: weeks keep the fraction, as in the literature. */
  public double ofDays(double number) {
    return number / days;
  }

  /** The yearly rate d as the continuous rate ln(1 + d) of this unit, a year being 365 days. */
  public double continuousRate(double discountRatePerYear) {
    return Math.log1p(discountRatePerYear) * days / 365;
  }
}
