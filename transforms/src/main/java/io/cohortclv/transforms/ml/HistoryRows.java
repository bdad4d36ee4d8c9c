package io.cohortclv.transforms.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * Rows of a dataset read as purchase histories, and what is wrong with a row that is none. Faults
 * are told by columns and rules, never by values: a row may be a person.
 */
final class HistoryRows {
  static final String REPEATS = "repeats";
  static final String RECENCY = "recency";
  static final String AGE = "age";
  static final String MEAN_SPEND = "mean_spend";

  /** How many customers share the row. */
  static final String CUSTOMERS = "customers";

  /** What is wrong with the rows counted in {@link #ROWS}; null where nothing is. */
  static final String FAULT = "fault";

  static final String ROWS = "rows";

  /** Whole numbers above this are not all doubles. */
  private static final double LARGEST_WEIGHT = 1L << 53;

  private static final Column NOTHING = lit(null).cast(DataTypes.DoubleType);

  private final Column repeats;
  private final Column recency;
  private final Column age;
  private final Column meanSpend;
  private final Column weight;
  private final Map<String, Column> faults = new LinkedHashMap<>();

  /**
   * @param meanSpendCol empty for none
   * @param weightCol empty for one customer a row
   */
  HistoryRows(ScoringParams<?> stage, String meanSpendCol, String weightCol) {
    repeats = number(stage.getRepeatsCol());
    recency = number(stage.getRecencyCol());
    age = number(stage.getAgeCol());
    meanSpend = meanSpendCol.isEmpty() ? NOTHING : number(meanSpendCol);
    weight = weightCol.isEmpty() ? lit(1.0) : number(weightCol);
    String x = stage.getRepeatsCol();
    String last = stage.getRecencyCol();
    String until = stage.getAgeCol();
    String anyOf = x + ", " + last + " or " + until;
    faults.put("no value in " + anyOf, repeats.isNull().or(recency.isNull()).or(age.isNull()));
    faults.put(
        "no finite number in " + anyOf,
        isNotFinite(repeats).or(isNotFinite(recency)).or(isNotFinite(age)));
    faults.put(
        "a negative number in " + anyOf,
        repeats.lt(lit(0)).or(recency.lt(lit(0))).or(age.lt(lit(0))));
    faults.put(
        "a number in " + x + " that is not whole or above " + Integer.MAX_VALUE,
        rint(repeats).notEqual(repeats).or(repeats.gt(lit(Integer.MAX_VALUE))));
    faults.put(last + " after " + until, recency.gt(age));
    faults.put(
        last + " above 0 without a repeat purchase",
        repeats.equalTo(lit(0)).and(recency.gt(lit(0))));
    faults.put(
        last + " 0 despite a repeat purchase (purchases at one time are one purchase)",
        repeats.gt(lit(0)).and(recency.equalTo(lit(0))));
    if (!meanSpendCol.isEmpty()) {
      faults.put(
          "no positive finite amount in "
              + meanSpendCol
              + " despite a repeat purchase (null says that it is not known)",
          repeats.gt(lit(0)).and(meanSpend.leq(lit(0)).or(isNotFinite(meanSpend))));
    }
    if (!weightCol.isEmpty()) {
      faults.put(
          "no whole number of customers in " + weightCol + ", 0 or more",
          weight
              .isNull()
              .or(weight.lt(lit(0)))
              .or(weight.gt(lit(LARGEST_WEIGHT)))
              .or(rint(weight).notEqual(weight)));
    }
  }

  private static Column number(String column) {
    return named(column).cast(DataTypes.DoubleType);
  }

  /** The column of exactly that name: a dot is part of it. */
  static Column named(String column) {
    return col("`" + column.replace("`", "``") + "`");
  }

  /** Spark orders NaN above infinity. */
  private static Column isNotFinite(Column number) {
    return number.gt(lit(Double.MAX_VALUE)).or(number.lt(lit(-Double.MAX_VALUE)));
  }

  Column repeats() {
    return repeats;
  }

  Column recency() {
    return recency;
  }

  Column age() {
    return age;
  }

  Column meanSpend() {
    return meanSpend;
  }

  /** Text of the first rule the row breaks, or null for a history. */
  Column fault() {
    Column fault = null;
    for (Map.Entry<String, Column> rule : faults.entrySet()) {
      Column text = lit(rule.getKey());
      fault = fault == null ? when(rule.getValue(), text) : fault.when(rule.getValue(), text);
    }
    return fault;
  }

  /** How many rules there are, and so how many rows of faults {@link #purchases} can have. */
  int rules() {
    return faults.size();
  }

  /** One row a distinct history with its customers, and one row a fault with its rows. */
  Dataset<Row> purchases(Dataset<?> dataset) {
    Column sound = col(FAULT).isNull();
    return judged(dataset)
        .filter(col(FAULT).isNotNull().or(col(CUSTOMERS).gt(lit(0))))
        .groupBy(
            col(FAULT),
            when(sound, col(REPEATS)).as(REPEATS),
            when(sound, col(RECENCY)).as(RECENCY),
            when(sound, col(AGE)).as(AGE))
        .agg(sum(customers(sound)).as(CUSTOMERS), count(lit(1)).as(ROWS));
  }

  /** One row a distinct (repeats, mean spend) of customers who came back with a known spend. */
  Dataset<Row> spends(Dataset<?> dataset) {
    Column sound = col(FAULT).isNull();
    return judged(dataset)
        .filter(
            sound
                .and(col(CUSTOMERS).gt(lit(0)))
                .and(col(REPEATS).gt(lit(0)))
                .and(col(MEAN_SPEND).isNotNull()))
        .groupBy(REPEATS, MEAN_SPEND)
        .agg(sum(customers(sound)).as(CUSTOMERS));
  }

  /** Whole numbers, since a sum of doubles would depend on the order of rows. */
  private static Column customers(Column sound) {
    return when(sound, col(CUSTOMERS)).otherwise(lit(0.0)).cast(DataTypes.LongType);
  }

  private Dataset<Row> judged(Dataset<?> dataset) {
    return dataset.select(
        repeats.as(REPEATS),
        recency.as(RECENCY),
        age.as(AGE),
        meanSpend.as(MEAN_SPEND),
        weight.as(CUSTOMERS),
        fault().as(FAULT));
  }
}
