package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.day;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;
import static io.cohortclv.transforms.table.Table.whole;
import static org.apache.spark.sql.types.DataTypes.DateType;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.LongType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;

import org.apache.spark.sql.types.StructType;

/** What models fitted at a past date forecast, and what came. */
public final class ModelValidation {
  public static final String FAMILY = "family";
  public static final String SEGMENT_PATH = "segment_path";
  public static final String ORIGIN_DATE = "origin_date";
  public static final String HOLDOUT_DAYS = "holdout_days";
  public static final String CUSTOMERS = "customers";
  public static final String ACTUAL = "actual";
  public static final String EXPECTED = "expected";
  public static final String MAE = "mae";
  public static final String RMSE = "rmse";
  public static final String BIAS = "bias";
  public static final String GINI = "gini";
  public static final String LOG_LIKELIHOOD = "log_likelihood";
  public static final String AIC = "aic";
  public static final String CALIBRATION = "calibration";
  public static final String TRACKING = "tracking";
  public static final String WARNINGS = "warnings";

  public static final String DECILE = "decile";
  public static final String WEEK_END = "week_end";
  public static final String CUM_ACTUAL = "cum_actual";
  public static final String CUM_EXPECTED = "cum_expected";

  /** One tenth of the customers by expectation. */
  public static final StructType DECILES =
      new StructType()
          .add(DECILE, LongType, true, "1 to 10; 10 expects most")
          .add(CUSTOMERS, DoubleType, true, "Customers of the tenth")
          .add(EXPECTED, DoubleType, true, "Mean purchase days expected")
          .add(ACTUAL, DoubleType, true, "Mean purchase days that came");

  /** One week of calendar time, over calibration and holdout. */
  public static final StructType WEEKS =
      new StructType()
          .add(WEEK_END, DateType, true, "Last day of the week")
          .add(ACTUAL, LongType, true, "Repeat purchase days in the week")
          .add(EXPECTED, DoubleType, true, "Expected by the model, of no customer's history")
          .add(CUM_ACTUAL, LongType, true, "Since the first customer")
          .add(CUM_EXPECTED, DoubleType, true, "Since the first customer");

  public static final Table TABLE =
      Table.snapshot(
          "model_validation",
          "one purchase model x segment x origin",
          text(FAMILY, "Purchase model"),
          text(SEGMENT_PATH, "all, or source_type=..."),
          day(ORIGIN_DATE, "Day until which the model was fitted, inclusive"),
          whole(HOLDOUT_DAYS, "Days after it that were forecast"),
          whole(CUSTOMERS, "Customers known at the origin"),
          whole(ACTUAL, "Purchase days of these customers in the holdout"),
          real(EXPECTED, "Forecast of them"),
          real(MAE, "Mean absolute error a customer"),
          real(RMSE, "Root mean squared error a customer"),
          real(BIAS, "expected / actual - 1; null when nothing came"),
          real(GINI, "Normalised Gini of the ranking: 1 perfect, 0 none; null when all are alike"),
          real(LOG_LIKELIHOOD, "Of the fit at the origin"),
          real(AIC, "Akaike's criterion of that fit"),
          Table.of(CALIBRATION, createArrayType(DECILES), "By tenth of the customers"),
          Table.of(TRACKING, createArrayType(WEEKS), "By week of calendar time"),
          Table.of(WARNINGS, createArrayType(StringType), "What to know before trusting it"));

  private ModelValidation() {}
}
