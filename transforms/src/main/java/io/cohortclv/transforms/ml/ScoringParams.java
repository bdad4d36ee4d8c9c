package io.cohortclv.transforms.ml;

import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.param.Params;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructType;

/**
 * What {@link BuyTillYouDie} and {@link BuyTillYouDieModel} are both told: the columns they read,
 * how far ahead they look, and the columns they add.
 *
 * <p>Spark finds the params by their accessors, through reflection; so this interface is public.
 *
 * @param <S> the stage, which its setters return
 */
public interface ScoringParams<S extends ScoringParams<S>> extends Params {
  /** {@link #handleInvalid()}: a row that is no history fails the fit or the job that reads it. */
  String ERROR = "error";

  /** {@link #handleInvalid()}: a row that is no history is left out, of the fit and the output. */
  String SKIP = "skip";

  /** {@link #handleInvalid()}: it is left out of the fit, and kept with null predictions. */
  String KEEP = "keep";

  /** The params of this stage, made once, when it is. */
  Declared declared();

  /** Column of x, purchases after the first: whole numbers of any numeric type. */
  default Param<String> repeatsCol() {
    return declared().repeatsCol;
  }

  /** Column of t_x, time from the first purchase to the last; 0 exactly where x is. */
  default Param<String> recencyCol() {
    return declared().recencyCol;
  }

  /** Column of T, time from the first purchase to the end of observation. */
  default Param<String> ageCol() {
    return declared().ageCol;
  }

  /** Column of the mean net revenue of the repeat purchase days, null where nothing is known. */
  default Param<String> meanSpendCol() {
    return declared().meanSpendCol;
  }

  /** What becomes of a row that is no purchase history. */
  default Param<String> handleInvalid() {
    return declared().handleInvalid;
  }

  /** How far ahead purchases are expected, in days whatever the unit of the columns. */
  default DoubleParam horizonDays() {
    return declared().horizonDays;
  }

  /** Yearly discount rate d, applied continuously as ln(1 + d). */
  default DoubleParam discountRatePerYear() {
    return declared().discountRatePerYear;
  }

  /** Added column: the probability that the customer still buys. */
  default Param<String> aliveCol() {
    return declared().aliveCol;
  }

  /** Added column: purchases expected within the horizon. */
  default Param<String> expectedPurchasesCol() {
    return declared().expectedPurchasesCol;
  }

  /** Added column: the same, each discounted to the end of observation. */
  default Param<String> discountedPurchasesCol() {
    return declared().discountedPurchasesCol;
  }

  /** Added column, with a spend model: net revenue expected of a purchase. */
  default Param<String> expectedSpendCol() {
    return declared().expectedSpendCol;
  }

  /** Added column, with a spend model: discounted purchases times expected spend. */
  default Param<String> valueCol() {
    return declared().valueCol;
  }

  default String getRepeatsCol() {
    return getOrDefault(repeatsCol());
  }

  default String getRecencyCol() {
    return getOrDefault(recencyCol());
  }

  default String getAgeCol() {
    return getOrDefault(ageCol());
  }

  /** Empty where none is set. */
  default String getMeanSpendCol() {
    return getOrDefault(meanSpendCol());
  }

  default String getHandleInvalid() {
    return getOrDefault(handleInvalid());
  }

  default double getHorizonDays() {
    return ((Number) getOrDefault(horizonDays())).doubleValue();
  }

  default double getDiscountRatePerYear() {
    return ((Number) getOrDefault(discountRatePerYear())).doubleValue();
  }

  default String getAliveCol() {
    return getOrDefault(aliveCol());
  }

  default String getExpectedPurchasesCol() {
    return getOrDefault(expectedPurchasesCol());
  }

  default String getDiscountedPurchasesCol() {
    return getOrDefault(discountedPurchasesCol());
  }

  default String getExpectedSpendCol() {
    return getOrDefault(expectedSpendCol());
  }

  default String getValueCol() {
    return getOrDefault(valueCol());
  }

  default S setRepeatsCol(String column) {
    return with(repeatsCol(), column);
  }

  default S setRecencyCol(String column) {
    return with(recencyCol(), column);
  }

  default S setAgeCol(String column) {
    return with(ageCol(), column);
  }

  default S setMeanSpendCol(String column) {
    return with(meanSpendCol(), column);
  }

  default S setHandleInvalid(String choice) {
    return with(handleInvalid(), choice);
  }

  default S setHorizonDays(double days) {
    return with(horizonDays(), days);
  }

  default S setDiscountRatePerYear(double rate) {
    return with(discountRatePerYear(), rate);
  }

  default S setAliveCol(String column) {
    return with(aliveCol(), column);
  }

  default S setExpectedPurchasesCol(String column) {
    return with(expectedPurchasesCol(), column);
  }

  default S setDiscountedPurchasesCol(String column) {
    return with(discountedPurchasesCol(), column);
  }

  default S setExpectedSpendCol(String column) {
    return with(expectedSpendCol(), column);
  }

  default S setValueCol(String column) {
    return with(valueCol(), column);
  }

  // Params.set returns the stage it was called on.
  @SuppressWarnings("unchecked")
  private <T> S with(Param<T> param, T value) {
    return (S) set(param, value);
  }

  /** The params themselves, with their documentation and defaults. */
  final class Declared implements Serializable {
    @Serial private static final long serialVersionUID = 1L;

    private final Param<String> repeatsCol;
    private final Param<String> recencyCol;
    private final Param<String> ageCol;
    private final Param<String> meanSpendCol;
    private final Param<String> handleInvalid;
    private final DoubleParam horizonDays;
    private final DoubleParam discountRatePerYear;
    private final Param<String> aliveCol;
    private final Param<String> expectedPurchasesCol;
    private final Param<String> discountedPurchasesCol;
    private final Param<String> expectedSpendCol;
    private final Param<String> valueCol;

    /** Declares them for a stage whose uid is known, and sets their defaults. */
    Declared(Params stage) {
      repeatsCol =
          text(
              stage,
              "repeatsCol",
              "column of x, purchases after the first; purchases at one time are one",
              CustomerSummary.REPEATS);
      recencyCol =
          text(
              stage,
              "recencyCol",
              "column of t_x, time from the first purchase to the last, in timeUnit; 0 exactly"
                  + " where there is no repeat",
              CustomerSummary.RECENCY_DAYS);
      ageCol =
          text(
              stage,
              "ageCol",
              "column of T, time from the first purchase to the end of observation, in timeUnit",
              CustomerSummary.AGE_DAYS);
      meanSpendCol =
          text(
              stage,
              "meanSpendCol",
              "column of the mean net revenue of the repeat purchase days, positive, or null where"
                  + " nothing is known; not read without repeats. If set, spend is modelled too",
              "");
      handleInvalid =
          new Param<>(
              stage,
              "handleInvalid",
              "what becomes of a row that is no purchase history: error (fail), skip (leave it out"
                  + " of the fit and of the output), keep (leave it out of the fit, keep it with"
                  + " null predictions)",
              ParamValidators.inArray(List.of(ERROR, SKIP, KEEP)));
      stage.setDefault(handleInvalid, ERROR);
      horizonDays =
          new DoubleParam(
              stage,
              "horizonDays",
              "how far ahead purchases are expected, in days whatever the timeUnit; above 0",
              ParamValidators.inRange(0, Double.MAX_VALUE, false, true));
      stage.setDefault(horizonDays, 365.0);
      discountRatePerYear =
          new DoubleParam(
              stage,
              "discountRatePerYear",
              "yearly discount rate d, a fraction, applied continuously: a purchase u years ahead"
                  + " counts (1 + d)^-u; a year is 365 days",
              ParamValidators.inRange(0, Double.MAX_VALUE));
      stage.setDefault(discountRatePerYear, 0.10);
      aliveCol =
          text(
              stage,
              "aliveCol",
              "added column: probability that the customer still buys, at the end of observation",
              CustomerClv.P_ALIVE);
      expectedPurchasesCol =
          text(
              stage,
              "expectedPurchasesCol",
              "added column: purchases expected within horizonDays after the end of observation",
              CustomerClv.EXP_ORDERS_H);
      discountedPurchasesCol =
          text(
              stage,
              "discountedPurchasesCol",
              "added column: the same, each discounted to the end of observation",
              "discounted_orders_h");
      expectedSpendCol =
          text(
              stage,
              "expectedSpendCol",
              "added column with meanSpendCol: net revenue expected of a purchase, in the currency"
                  + " of meanSpendCol",
              CustomerClv.EXP_REVENUE);
      valueCol =
          text(
              stage,
              "valueCol",
              "added column with meanSpendCol: discounted purchases times expected spend, the net"
                  + " revenue to come within horizonDays",
              "residual_revenue_h");
    }

    private static Param<String> text(Params stage, String name, String doc, String value) {
      Param<String> param = new Param<>(stage, name, doc);
      stage.setDefault(param, value);
      return param;
    }

    /** The schema after scoring, once it is clear that the columns read are there and fit. */
    StructType scored(ScoringParams<?> stage, StructType schema, boolean withSpend) {
      requireNumber(stage, schema, repeatsCol);
      requireNumber(stage, schema, recencyCol);
      requireNumber(stage, schema, ageCol);
      if (withSpend) {
        requireNumber(stage, schema, meanSpendCol);
      }
      Set<String> present = new HashSet<>(Arrays.asList(schema.fieldNames()));
      StructType out = schema;
      for (Param<String> added : added(withSpend)) {
        String column = stage.getOrDefault(added);
        if (!present.add(column)) {
          throw new IllegalArgumentException(
              stage.uid()
                  + " would add the column "
                  + column
                  + " ("
                  + added.name()
                  + "), but there is one of that name: set another "
                  + added.name()
                  + " or drop the column");
        }
        out = out.add(column, DataTypes.DoubleType, true);
      }
      return out;
    }

    /** The params that name added columns, in the order of {@link Prediction#SCHEMA}. */
    List<Param<String>> added(boolean withSpend) {
      List<Param<String>> added =
          new ArrayList<>(List.of(aliveCol, expectedPurchasesCol, discountedPurchasesCol));
      if (withSpend) {
        added.addAll(List.of(expectedSpendCol, valueCol));
      }
      return added;
    }

    /** Refuses a schema without the column the param names, or with one that is no number. */
    static void requireNumber(ScoringParams<?> stage, StructType schema, Param<String> param) {
      String column = stage.getOrDefault(param);
      List<String> present = Arrays.asList(schema.fieldNames());
      if (!present.contains(column)) {
        throw new IllegalArgumentException(
            stage.uid()
                + " needs a column of numbers named "
                + column
                + " ("
                + param.name()
                + "); the input has "
                + present
                + ": add it or set another "
                + param.name());
      }
      DataType found = schema.apply(column).dataType();
      if (!(found instanceof NumericType)) {
        throw new IllegalArgumentException(
            stage.uid()
                + " needs numbers in the column "
                + column
                + " ("
                + param.name()
                + "), but its type is "
                + found.simpleString()
                + ": cast it to a numeric type");
      }
    }
  }
}
