package io.cohortclv.transforms.orders;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.date_add;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max_by;
import static org.apache.spark.sql.functions.sequence;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.FxRates;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** What one unit of a currency was worth in the reporting currency on a day. */
public final class ExchangeRates {
  /** How long a rate stands in for days without one. */
  static final int LONGEST_GAP_DAYS = 7;

  private static final String CURRENCY = "rated_currency";
  private static final String DAY = "rated_on";
  private static final String RATE = "rate_of_day";

  private final String reportingCurrency;

  /** One row a currency and day with a rate. */
  private final Dataset<Row> rates;

  private ExchangeRates(String reportingCurrency, Dataset<Row> rates) {
    this.reportingCurrency = reportingCurrency;
    this.rates = rates;
  }

  /**
   * Rates into the reporting currency: for a day that of the day, else the newest of the {@link
   * #LONGEST_GAP_DAYS} days before, else none. A rate from the reporting currency is turned round
   * where there is none into it.
   *
   * @param fxRates {@link FxRates} rows as of a date; may be empty
   */
  public static ExchangeRates into(String reportingCurrency, Dataset<Row> fxRates) {
    Column isDirect = col(FxRates.TO_CURRENCY).equalTo(reportingCurrency);
    Dataset<Row> rates =
        fxRates
            .filter(isDirect.or(col(FxRates.FROM_CURRENCY).equalTo(reportingCurrency)))
            .select(
                when(isDirect, col(FxRates.FROM_CURRENCY))
                    .otherwise(col(FxRates.TO_CURRENCY))
                    .as(CURRENCY),
                explode(
                        sequence(
                            col(FxRates.RATE_DATE),
                            date_add(col(FxRates.RATE_DATE), LONGEST_GAP_DAYS)))
                    .as(DAY),
                when(isDirect, col(FxRates.RATE))
                    .otherwise(lit(1.0).divide(col(FxRates.RATE)))
                    .as(RATE),
                struct(
                        col(FxRates.RATE_DATE),
                        isDirect.as("is_direct"),
                        col(CleanColumns.SOURCE_SYSTEM))
                    .as("precedence"))
            .groupBy(CURRENCY, DAY)
            .agg(max_by(col(RATE), col("precedence")).as(RATE));
    return new ExchangeRates(reportingCurrency, rates);
  }

  /** Why money of that currency has no value. */
  Column whyMissing(Column currency) {
    return concat(
        lit("no rate from "),
        currency,
        lit(" to " + reportingCurrency + " on the day or the " + LONGEST_GAP_DAYS + " before"));
  }

  /**
   * Adds the rate of the row's currency on its day: 1 for the reporting currency and money without
   * one, null where none is known.
   *
   * @param as name of the added column
   */
  Dataset<Row> withRate(Dataset<Row> rows, Column currency, Column day, String as) {
    return rows.join(
            broadcast(rates), currency.equalTo(col(CURRENCY)).and(day.equalTo(col(DAY))), "left")
        .withColumn(
            as,
            when(coalesce(currency, lit(reportingCurrency)).equalTo(reportingCurrency), lit(1.0))
                .otherwise(col(RATE)))
        .drop(CURRENCY, DAY, RATE);
  }
}
