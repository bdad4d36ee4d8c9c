package io.cohortclv.transforms.ml;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.TimeUnit;
import io.cohortclv.models.fit.Histories;
import io.cohortclv.models.fit.InfeasibleDataException;
import io.cohortclv.models.fit.PurchaseFits;
import io.cohortclv.models.fit.SpendFits;
import io.cohortclv.models.fit.SpendHistories;
import java.io.Serial;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.ParamValidators;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import scala.Function1;

/**
 * Fits a model of when customers buy again and when they stop, and with {@link #meanSpendCol} one
 * of what they spend, to rows of (repeats, recency, age).
 *
 * <p>Executors count how many customers share each history; the driver takes that table, at most
 * {@link #maxDistinctHistories} rows of it, and fits. The result has the same bits for any order
 * and partitioning of the rows, and is that of {@link PurchaseFits} and {@link SpendFits} on the
 * same customers. With spend the input is read twice: cache it where it is dear.
 *
 * <p>The model of spend is Gamma-Gamma; where the amounts cannot tell its parameters, the plain
 * mean stands in, and a warning says why.
 */
public final class BuyTillYouDie extends Estimator<BuyTillYouDieModel>
    implements ScoringParams<BuyTillYouDie>, DefaultParamsWritable {
  @Serial private static final long serialVersionUID = 1L;

  /** Where Spark keeps what {@link SparkContext#setJobDescription} sets. */
  private static final String JOB_DESCRIPTION = "spark.job.description";

  private final String uid;
  private final Declared declared;
  private final Param<String> family;
  private final Param<String> timeUnit;
  private final Param<String> weightCol;
  private final IntParam maxDistinctHistories;

  public BuyTillYouDie() {
    this(Identifiable.randomUID("buyTillYouDie"));
  }

  /** With an identifier of one's own, unique among the stages of a pipeline. */
  public BuyTillYouDie(String uid) {
    this.uid = uid;
    declared = new Declared(this);
    // The checks of family and unit answer by name, where Spark's would only say "invalid value".
    family =
        new Param<>(
            this,
            "family",
            "purchase model, one of "
                + ModelFamily.ofHistories().stream()
                    .map(ModelFamily::id)
                    .collect(Collectors.joining(", ")),
            (Function1<String, Object> & Serializable)
                id -> ModelFamily.ofHistories().contains(ModelFamily.of(id)));
    setDefault(family, ModelFamily.MBG_NBD.id());
    timeUnit =
        new Param<>(
            this,
            "timeUnit",
            "unit of recencyCol and ageCol: " + String.join(" or ", TimeUnit.ids()),
            (Function1<String, Object> & Serializable) id -> TimeUnit.of(id) != null);
    setDefault(timeUnit, TimeUnit.DAYS.id());
    weightCol =
        new Param<>(
            this,
            "weightCol",
            "column of how many customers share the row, whole numbers, 0 for none; not set: one");
    setDefault(weightCol, "");
    maxDistinctHistories =
        new IntParam(
            this,
            "maxDistinctHistories",
            "most distinct histories (and most distinct mean spends) taken to the driver",
            ParamValidators.gt(0));
    setDefault(maxDistinctHistories, 2_000_000);
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public Declared declared() {
    return declared;
  }

  /** Id of the {@link ModelFamily} to fit. */
  public Param<String> family() {
    return family;
  }

  /** Unit of recencies and ages, and of the fitted times: days or weeks. */
  public Param<String> timeUnit() {
    return timeUnit;
  }

  /** Column of how many customers share a row; read by {@code fit} alone. */
  public Param<String> weightCol() {
    return weightCol;
  }

  /** Most rows of compressed data taken to the driver. */
  public IntParam maxDistinctHistories() {
    return maxDistinctHistories;
  }

  public String getFamily() {
    return getOrDefault(family);
  }

  public String getTimeUnit() {
    return getOrDefault(timeUnit);
  }

  /** Empty where none is set. */
  public String getWeightCol() {
    return getOrDefault(weightCol);
  }

  public int getMaxDistinctHistories() {
    return ((Number) getOrDefault(maxDistinctHistories)).intValue();
  }

  /**
   * Chooses the purchase model.
   *
   * @throws IllegalArgumentException naming the families there are
   */
  public BuyTillYouDie setFamily(String id) {
    return (BuyTillYouDie) set(family, id);
  }

  public BuyTillYouDie setTimeUnit(String unit) {
    return (BuyTillYouDie) set(timeUnit, unit);
  }

  public BuyTillYouDie setWeightCol(String column) {
    return (BuyTillYouDie) set(weightCol, column);
  }

  public BuyTillYouDie setMaxDistinctHistories(int rows) {
    return (BuyTillYouDie) set(maxDistinctHistories, rows);
  }

  /**
   * Fits the models.
   *
   * @throws IllegalArgumentException where a column is missing or no number, a row is no history,
   *     or the cap is met
   * @throws InfeasibleDataException where the data cannot tell the parameters
   */
  @Override
  public BuyTillYouDieModel fit(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    SparkContext spark = dataset.sparkSession().sparkContext();
    String described = spark.getLocalProperty(JOB_DESCRIPTION);
    spark.setJobDescription("fit " + getFamily() + ": distinct histories");
    try {
      HistoryRows rows = new HistoryRows(this, getMeanSpendCol(), getWeightCol());
      TimeUnit unit = TimeUnit.of(getTimeUnit());
      List<FittedModel> fits = new ArrayList<>();
      fits.add(
          FittedModel.of(
              PurchaseFits.fit(ModelFamily.of(getFamily()), purchases(rows, dataset)), unit));
      if (!getMeanSpendCol().isEmpty()) {
        fits.addAll(fitSpend(spends(rows, dataset), unit));
      }
      return copyValues(new BuyTillYouDieModel(uid, fits).setParent(this), ParamMap.empty());
    } finally {
      spark.setJobDescription(described);
    }
  }

  private Histories purchases(HistoryRows rows, Dataset<?> dataset) {
    Histories.Builder histories = Histories.builder();
    Map<String, Long> faults = new TreeMap<>();
    int distinct = 0;
    for (Row row : collected(rows.purchases(dataset), rows.rules())) {
      String fault = row.getAs(HistoryRows.FAULT);
      if (fault != null) {
        faults.put(fault, row.getAs(HistoryRows.ROWS));
        continue;
      }
      requireBelowCap(
          ++distinct,
          "histories (" + getRepeatsCol() + ", " + getRecencyCol() + ", " + getAgeCol() + ")");
      histories.add(
          row.<Double>getAs(HistoryRows.REPEATS).intValue(),
          row.<Double>getAs(HistoryRows.RECENCY),
          row.<Double>getAs(HistoryRows.AGE),
          row.<Long>getAs(HistoryRows.CUSTOMERS));
    }
    if (!faults.isEmpty() && getHandleInvalid().equals(ERROR)) {
      List<String> counts = new ArrayList<>();
      faults.forEach((fault, count) -> counts.add(count + " with " + fault));
      throw new IllegalArgumentException(
          uid
              + " was given rows that are no purchase histories: "
              + String.join("; ", counts)
              + ". Correct them, or set handleInvalid to skip or keep");
    }
    return histories.build();
  }

  private SpendHistories spends(HistoryRows rows, Dataset<?> dataset) {
    SpendHistories.Builder spends = SpendHistories.builder();
    int distinct = 0;
    for (Row row : collected(rows.spends(dataset), 0)) {
      requireBelowCap(
          ++distinct, "mean spends (" + getRepeatsCol() + ", " + getMeanSpendCol() + ")");
      spends.add(
          row.<Double>getAs(HistoryRows.REPEATS),
          row.<Double>getAs(HistoryRows.MEAN_SPEND),
          row.<Long>getAs(HistoryRows.CUSTOMERS));
    }
    return spends.build();
  }

  /** Gamma-Gamma where the amounts tell its parameters, and the mean for the rest. */
  private List<FittedModel> fitSpend(SpendHistories spends, TimeUnit unit) {
    if (spends.customers() == 0) {
      throw new InfeasibleDataException(
          "no customer with a repeat purchase has an amount in "
              + getMeanSpendCol()
              + ", so nothing tells what a purchase is worth: fit without meanSpendCol");
    }
    List<FittedModel> fits = new ArrayList<>();
    List<String> warnings = new ArrayList<>();
    try {
      fits.add(FittedModel.of(SpendFits.fit(spends), spends.distinct(), unit));
    } catch (InfeasibleDataException e) {
      warnings.add(e.getMessage());
    }
    double amount = 0;
    double purchases = 0;
    // Rows ascend, so the sum has the same bits whatever their order was.
    for (int i = 0; i < spends.distinct(); i++) {
      double averaged = spends.weight(i) * spends.purchases(i);
      amount += averaged * spends.mean(i);
      purchases += averaged;
    }
    fits.add(
        FittedModel.ofMeanSpend(
            amount / purchases, spends.customers(), spends.distinct(), warnings, unit));
    return fits;
  }

  /** One row more than allowed is enough to see that the cap is met. */
  private List<Row> collected(Dataset<Row> compressed, int beside) {
    long most = 1L + getMaxDistinctHistories() + beside;
    return compressed.limit((int) Math.min(most, Integer.MAX_VALUE)).collectAsList();
  }

  private void requireBelowCap(int distinct, String what) {
    if (distinct > getMaxDistinctHistories()) {
      throw new IllegalArgumentException(
          uid
              + " was given more distinct "
              + what
              + " than maxDistinctHistories = "
              + getMaxDistinctHistories()
              + " allows on the driver: round times to days and amounts to cents, or raise"
              + " maxDistinctHistories");
    }
  }

  @Override
  public StructType transformSchema(StructType schema) {
    if (!getWeightCol().isEmpty()) {
      Declared.requireNumber(this, schema, weightCol);
    }
    return declared.scored(this, schema, !getMeanSpendCol().isEmpty());
  }

  @Override
  public BuyTillYouDie copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  /** Reads what {@link #save} wrote. */
  public static MLReader<BuyTillYouDie> read() {
    return new DefaultParamsReader<>();
  }

  public static BuyTillYouDie load(String path) {
    return read().load(path);
  }
}
