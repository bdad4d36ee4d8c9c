package io.cohortclv.transforms.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.raise_error;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.models.btyd.PurchaseModel;
import io.cohortclv.models.btyd.TimeUnit;
import io.cohortclv.models.spend.GammaGamma;
import io.cohortclv.models.spend.GammaGammaParameters;
import io.cohortclv.transforms.table.ModelRegistry;
import java.io.Serial;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsReader$;
import org.apache.spark.ml.util.DefaultParamsWriter$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MLWritable;
import org.apache.spark.ml.util.MLWriter;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;
import scala.Option;

/**
 * Adds to each customer what a fitted purchase model, and a spend model where there is one, expect.
 *
 * <p>Saved as Spark's metadata in JSON and one Parquet row a {@link FittedModel}, which any
 * language reads.
 */
public final class BuyTillYouDieModel extends Model<BuyTillYouDieModel>
    implements ScoringParams<BuyTillYouDieModel>, MLWritable {
  @Serial private static final long serialVersionUID = 1L;

  private final String uid;
  private final Declared declared;
  private final ArrayList<FittedModel> fits;

  /** The purchase model first, and of spend Gamma-Gamma, the mean, or both. */
  BuyTillYouDieModel(String uid, List<FittedModel> fits) {
    this.uid = uid;
    this.fits = new ArrayList<>(fits);
    declared = new Declared(this);
  }

  @Override
  public String uid() {
    return uid;
  }

  @Override
  public Declared declared() {
    return declared;
  }

  /** All that was fitted: the purchase model first, then what there is of spend. */
  public List<FittedModel> fits() {
    return List.copyOf(fits);
  }

  /** The purchase model, its times in the unit of the columns it was fitted on. */
  public PurchaseModel purchases() {
    return family().model(parameters());
  }

  /** Gamma-Gamma; empty where no spend was given or the amounts could not tell its parameters. */
  public Optional<GammaGamma> spend() {
    return spendParameters().map(GammaGamma::of);
  }

  /**
   * Net revenue expected of a purchase of a customer of whom no amount is known: the mean of
   * Gamma-Gamma where it is finite, else that of the repeat purchases fitted. Empty without spend.
   */
  public Optional<Double> unknownSpend() {
    return find(ModelRegistry.MEAN_SPEND)
        .map(
            mean ->
                spend()
                    .filter(model -> model.parameters().q() > 1)
                    .map(GammaGamma::populationMean)
                    .orElse(mean.parameters().get(0)));
  }

  /** Parameters of the purchase model, in the order of its family's parameter names. */
  public double[] parameters() {
    return fits.get(0).parameterValues();
  }

  /** Asymptotic standard errors of {@link #parameters()}, NaN where the data do not bound one. */
  public double[] standardErrors() {
    return fits.get(0).standardErrors().stream().mapToDouble(Double::doubleValue).toArray();
  }

  /** Asymptotic covariance of the logarithms of {@link #parameters()}. */
  public double[][] logCovariance() {
    return fits.get(0).logCovariance().stream()
        .map(row -> row.stream().mapToDouble(Double::doubleValue).toArray())
        .toArray(double[][]::new);
  }

  /** Of the purchase model at its optimum, in the time unit of the data. */
  public double logLikelihood() {
    return fits.get(0).logLikelihood();
  }

  /** What a reader of purchase and spend parameters should know; empty when nothing. */
  public List<String> warnings() {
    return fits.stream().flatMap(fit -> fit.warnings().stream()).toList();
  }

  private ModelFamily family() {
    return ModelFamily.of(fits.get(0).family());
  }

  private Optional<GammaGammaParameters> spendParameters() {
    return find(ModelRegistry.GAMMA_GAMMA)
        .map(FittedModel::parameterValues)
        .map(p -> new GammaGammaParameters(p[0], p[1], p[2]));
  }

  private Optional<FittedModel> find(String family) {
    return fits.stream().filter(fit -> fit.family().equals(family)).findFirst();
  }

  private boolean hasSpend() {
    return find(ModelRegistry.MEAN_SPEND).isPresent();
  }

  /**
   * Adds the prediction columns. A row that is no history fails the job that reads its predictions,
   * unless {@link #handleInvalid} says otherwise.
   */
  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    transformSchema(dataset.schema());
    HistoryRows rows = new HistoryRows(this, hasSpend() ? getMeanSpendCol() : "", "");
    Column fault = rows.fault();
    Column predicted =
        udf(prediction(), Prediction.SCHEMA)
            .apply(rows.repeats(), rows.recency(), rows.age(), rows.meanSpend());
    Column score = when(fault.isNull(), predicted);
    if (getHandleInvalid().equals(ERROR)) {
      score =
          score.otherwise(
              raise_error(
                  concat(
                      lit(uid + " was given a row that is no purchase history, with "),
                      fault,
                      lit(". Correct such rows, or set handleInvalid to skip or keep"))));
    }
    Dataset<?> scorable =
        getHandleInvalid().equals(SKIP) ? dataset.filter(fault.isNull()) : dataset;
    // One column first, so that a history is predicted once and not once a column.
    String name = uid + "_score";
    List<Column> added = new ArrayList<>();
    List<Param<String>> names = declared.added(hasSpend());
    for (int i = 0; i < names.size(); i++) {
      added.add(
          HistoryRows.named(name)
              .getField(Prediction.SCHEMA.fieldNames()[i])
              .as(getOrDefault(names.get(i))));
    }
    return scorable
        .select(col("*"), score.as(name))
        .select(Stream.concat(Stream.of(col("*")), added.stream()).toArray(Column[]::new))
        .drop(name);
  }

  private Prediction prediction() {
    TimeUnit unit = TimeUnit.of(fits.get(0).timeUnit());
    return new Prediction(
        family(),
        parameters(),
        spendParameters().orElse(null),
        unknownSpend().orElse(null),
        unit.ofDays(getHorizonDays()),
        unit.continuousRate(getDiscountRatePerYear()));
  }

  @Override
  public StructType transformSchema(StructType schema) {
    return declared.scored(this, schema, hasSpend());
  }

  @Override
  public BuyTillYouDieModel copy(ParamMap extra) {
    return copyValues(new BuyTillYouDieModel(uid, fits), extra).setParent(parent());
  }

  @Override
  public String toString() {
    FittedModel fit = fits.get(0);
    return "BuyTillYouDieModel: uid="
        + uid
        + ", family="
        + fit.family()
        + ", customers="
        + fit.customers()
        + ", timeUnit="
        + fit.timeUnit();
  }

  @Override
  public MLWriter write() {
    return new Writer(this);
  }

  /** Reads what {@link #save} wrote. */
  public static MLReader<BuyTillYouDieModel> read() {
    return new Reader();
  }

  public static BuyTillYouDieModel load(String path) {
    return read().load(path);
  }

  private static String rowsOf(String path) {
    return new Path(path, "data").toString();
  }

  private static final class Writer extends MLWriter {
    private final BuyTillYouDieModel model;

    Writer(BuyTillYouDieModel model) {
      this.model = model;
    }

    @Override
    public void saveImpl(String path) {
      DefaultParamsWriter$.MODULE$.saveMetadata(model, path, sparkSession());
      sparkSession()
          .createDataFrame(model.fits.stream().map(FittedModel::toRow).toList(), FittedModel.SCHEMA)
          .coalesce(1)
          .write()
          .parquet(rowsOf(path));
    }
  }

  private static final class Reader extends MLReader<BuyTillYouDieModel> {
    @Override
    public BuyTillYouDieModel load(String path) {
      DefaultParamsReader.Metadata metadata =
          DefaultParamsReader$.MODULE$.loadMetadata(
              path, sparkSession(), BuyTillYouDieModel.class.getName());
      List<Row> rows =
          sparkSession().read().schema(FittedModel.SCHEMA).parquet(rowsOf(path)).collectAsList();
      // The order of rows is not Parquet's promise; that a purchase model comes first is ours.
      List<FittedModel> fits = new ArrayList<>();
      for (Row row : rows) {
        FittedModel fit = FittedModel.of(row);
        fits.add(isSpend(fit) ? fits.size() : 0, fit);
      }
      if (fits.isEmpty() || isSpend(fits.get(0))) {
        throw new IllegalArgumentException(
            rowsOf(path) + " holds no purchase model: save the model again");
      }
      BuyTillYouDieModel model = new BuyTillYouDieModel(metadata.uid(), fits);
      metadata.getAndSetParams(model, Option.empty());
      return model;
    }

    private static boolean isSpend(FittedModel fit) {
      return fit.family().equals(ModelRegistry.GAMMA_GAMMA)
          || fit.family().equals(ModelRegistry.MEAN_SPEND);
    }
  }
}
