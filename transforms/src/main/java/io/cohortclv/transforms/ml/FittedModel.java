package io.cohortclv.transforms.ml;

import io.cohortclv.models.btyd.TimeUnit;
import io.cohortclv.models.fit.PurchaseFit;
import io.cohortclv.models.fit.SpendFit;
import io.cohortclv.models.spend.GammaGammaParameters;
import io.cohortclv.transforms.table.ModelRegistry;
import java.io.Serial;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * One fitted model as it is saved: a row with the columns of {@link ModelRegistry} that do not
 * belong to a run, and the unit of its times.
 *
 * @param family id of a purchase model, {@link ModelRegistry#GAMMA_GAMMA}, or {@link
 *     ModelRegistry#MEAN_SPEND}
 * @param timeUnit days or weeks: the unit of the parameters that are times
 * @param parameters in the order of their names
 * @param standardErrors of the parameters, NaN where the data do not bound one
 * @param logCovariance covariance of the logarithms of the parameters
 * @param logLikelihood at the optimum; null for the mean spend, which has none
 * @param customers fitted, weights counted
 * @param distinctHistories rows of the compressed data
 * @param warnings what a reader of the parameters should know, one sentence each
 */
public record FittedModel(
    String family,
    String timeUnit,
    List<String> parameterNames,
    List<Double> parameters,
    List<Double> standardErrors,
    List<List<Double>> logCovariance,
    Double logLikelihood,
    long customers,
    long distinctHistories,
    boolean converged,
    long iterations,
    List<String> warnings)
    implements Serializable {
  @Serial private static final long serialVersionUID = 1L;

  static final String TIME_UNIT = "time_unit";

  /** The columns of a saved model. */
  static final StructType SCHEMA =
      own(
              ModelRegistry.FAMILY,
              ModelRegistry.PARAMETER_NAMES,
              ModelRegistry.PARAMETERS,
              ModelRegistry.STANDARD_ERRORS,
              ModelRegistry.COVARIANCE,
              ModelRegistry.LOG_LIKELIHOOD,
              ModelRegistry.CUSTOMERS,
              ModelRegistry.DISTINCT_HISTORIES,
              ModelRegistry.CONVERGED,
              ModelRegistry.ITERATIONS,
              ModelRegistry.WARNINGS)
          .add(TIME_UNIT, DataTypes.StringType);

  public FittedModel {
    parameterNames = List.copyOf(parameterNames);
    parameters = List.copyOf(parameters);
    standardErrors = List.copyOf(standardErrors);
    logCovariance = logCovariance.stream().map(List::copyOf).toList();
    warnings = List.copyOf(warnings);
  }

  static FittedModel of(PurchaseFit fit, TimeUnit unit) {
    return new FittedModel(
        fit.model().family().id(),
        unit.id(),
        fit.model().family().parameterNames(),
        boxed(fit.model().parameters()),
        boxed(fit.standardErrors()),
        Arrays.stream(fit.logCovariance()).map(FittedModel::boxed).toList(),
        fit.logLikelihood(),
        fit.customers(),
        fit.distinctHistories(),
        fit.converged(),
        fit.iterations(),
        fit.warnings());
  }

  static FittedModel of(SpendFit fit, int distinct, TimeUnit unit) {
    GammaGammaParameters p = fit.model().parameters();
    return new FittedModel(
        ModelRegistry.GAMMA_GAMMA,
        unit.id(),
        List.of("p", "q", "v"),
        List.of(p.p(), p.q(), p.v()),
        boxed(fit.standardErrors()),
        Arrays.stream(fit.logCovariance()).map(FittedModel::boxed).toList(),
        fit.logLikelihood(),
        fit.customers(),
        distinct,
        fit.converged(),
        fit.iterations(),
        fit.warnings());
  }

  /** The plain mean of the repeat purchases, for customers of whom no amount is known. */
  static FittedModel ofMeanSpend(
      double mean, long customers, int distinct, List<String> warnings, TimeUnit unit) {
    return new FittedModel(
        ModelRegistry.MEAN_SPEND,
        unit.id(),
        List.of("mean"),
        List.of(mean),
        List.of(),
        List.of(),
        null,
        customers,
        distinct,
        true,
        0,
        warnings);
  }

  /** A saved row read back. */
  static FittedModel of(Row row) {
    return new FittedModel(
        row.getAs(ModelRegistry.FAMILY),
        row.getAs(TIME_UNIT),
        row.getList(row.fieldIndex(ModelRegistry.PARAMETER_NAMES)),
        row.getList(row.fieldIndex(ModelRegistry.PARAMETERS)),
        row.getList(row.fieldIndex(ModelRegistry.STANDARD_ERRORS)),
        row.<scala.collection.Seq<Double>>getList(row.fieldIndex(ModelRegistry.COVARIANCE)).stream()
            .map(CollectionConverters::asJava)
            .toList(),
        row.getAs(ModelRegistry.LOG_LIKELIHOOD),
        row.<Long>getAs(ModelRegistry.CUSTOMERS),
        row.<Long>getAs(ModelRegistry.DISTINCT_HISTORIES),
        row.<Boolean>getAs(ModelRegistry.CONVERGED),
        row.<Long>getAs(ModelRegistry.ITERATIONS),
        row.getList(row.fieldIndex(ModelRegistry.WARNINGS)));
  }

  Row toRow() {
    return RowFactory.create(
        family,
        parameterNames.toArray(),
        parameters.toArray(),
        standardErrors.toArray(),
        logCovariance.stream().map(List::toArray).toArray(),
        logLikelihood,
        customers,
        distinctHistories,
        converged,
        iterations,
        warnings.toArray(),
        timeUnit);
  }

  double[] parameterValues() {
    return parameters.stream().mapToDouble(Double::doubleValue).toArray();
  }

  private static List<Double> boxed(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  /** Without the registry's comments, which speak of days and of a run. */
  private static StructType own(String... columns) {
    StructType registry = ModelRegistry.TABLE.schema();
    StructType own = new StructType();
    for (String column : columns) {
      own = own.add(column, registry.apply(column).dataType());
    }
    return own;
  }
}
