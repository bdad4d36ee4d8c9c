package io.cohortclv.transforms.cohorts;

import static org.apache.spark.sql.functions.date_add;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.make_date;
import static org.apache.spark.sql.functions.month;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.quarter;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.year;

import java.time.LocalDate;
import java.time.temporal.IsoFields;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Column;

/** The calendar period whose new customers are one cohort; periods are numbered without gaps. */
public enum CohortPeriod {
  /** Monday to Sunday. */
  WEEK(7),
  MONTH(365.25 / 12),
  QUARTER(365.25 / 4);

  /** Days from a Monday to the first day of the epoch, a Thursday. */
  private static final int MONDAY = 3;

  private final double days;

  CohortPeriod(double days) {
    this.days = days;
  }

  /** The names used in configuration and tables. */
  public static List<String> names() {
    return Arrays.stream(values()).map(CohortPeriod::id).toList();
  }

  /** The period of that name. */
  public static CohortPeriod of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whole days nearest to that many periods of mean length. */
  int ageDays(int periods) {
    return (int) Math.round(periods * days);
  }

  /** Number of the period a date lies in. */
  Column number(Column date) {
    return switch (this) {
      case WEEK -> floor(unix_date(date).plus(lit(MONDAY)).divide(lit(7))).cast("int");
      case MONTH -> year(date).multiply(lit(12)).plus(month(date)).minus(lit(1));
      case QUARTER -> year(date).multiply(lit(4)).plus(quarter(date)).minus(lit(1));
    };
  }

  /** Number of the period a date lies in. */
  int number(LocalDate date) {
    return switch (this) {
      case WEEK -> (int) Math.floorDiv(date.toEpochDay() + MONDAY, 7L);
      case MONTH -> date.getYear() * 12 + date.getMonthValue() - 1;
      case QUARTER -> date.getYear() * 4 + date.get(IsoFields.QUARTER_OF_YEAR) - 1;
    };
  }

  /** First day of the period of that number. */
  Column firstDay(Column number) {
    return switch (this) {
      case WEEK -> date_add(lit(LocalDate.EPOCH), number.multiply(lit(7)).minus(lit(MONDAY)));
      case MONTH -> make_date(whole(number, 12), pmod(number, lit(12)).plus(lit(1)), lit(1));
      case QUARTER ->
          make_date(whole(number, 4), pmod(number, lit(4)).multiply(lit(3)).plus(lit(1)), lit(1));
    };
  }

  private static Column whole(Column number, int perYear) {
    return floor(number.divide(lit(perYear))).cast("int");
  }
}
