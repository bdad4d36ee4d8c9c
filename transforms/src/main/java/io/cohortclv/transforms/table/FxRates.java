package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** Exchange rates; one row a day and pair of currencies. */
public final class FxRates {
  public static final String RATE_DATE = "rate_date";
  public static final String FROM_CURRENCY = "from_currency";
  public static final String TO_CURRENCY = "to_currency";
  public static final String RATE = "rate";

  public static final Contract CONTRACT =
      new Contract(
          "fx_rates",
          "the rate of one day between two currencies",
          List.of(
              required(RATE_DATE, Kind.DAY, "Day of the rate"),
              required(FROM_CURRENCY, Kind.TEXT, "ISO 4217 code of the money converted"),
              required(TO_CURRENCY, Kind.TEXT, "ISO 4217 code it becomes"),
              required(RATE, Kind.NUMBER, "Units of to_currency for one of from_currency")
                  .positive(),
              Contract.updatedTs()),
          List.of(CleanColumns.SOURCE_SYSTEM, RATE_DATE, FROM_CURRENCY, TO_CURRENCY),
          List.of(Contract.UPDATED_TS),
          RATE_DATE);

  private FxRates() {}
}
