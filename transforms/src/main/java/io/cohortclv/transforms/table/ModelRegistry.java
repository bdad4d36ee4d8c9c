package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.real;
import static io.cohortclv.transforms.table.Table.text;
import static io.cohortclv.transforms.table.Table.whole;
import static org.apache.spark.sql.types.DataTypes.DoubleType;
import static org.apache.spark.sql.types.DataTypes.StringType;
import static org.apache.spark.sql.types.DataTypes.createArrayType;

/** Every fitted model as a row that any language reads. */
public final class ModelRegistry {
  public static final String MODEL_ID = "model_id";
  public static final String FAMILY = "family";
  public static final String SEGMENT_PATH = "segment_path";
  public static final String PARENT_PATH = "parent_path";
  public static final String PARAMETER_NAMES = "parameter_names";
  public static final String PARAMETERS = "parameters";
  public static final String STANDARD_ERRORS = "standard_errors";
  public static final String COVARIANCE = "covariance";
  public static final String LOG_LIKELIHOOD = "log_likelihood";
  public static final String PARENT_LOG_LIKELIHOOD = "parent_log_likelihood";
  public static final String P_VALUE = "p_value";
  public static final String CUSTOMERS = "customers";
  public static final String DISTINCT_HISTORIES = "distinct_histories";
  public static final String CONVERGED = "converged";
  public static final String ITERATIONS = "iterations";
  public static final String WARNINGS = "warnings";
  public static final String DATA_FINGERPRINT = "data_fingerprint";
  public static final String CODE_REVISION = "code_revision";

  /** Family of the spend model. */
  public static final String GAMMA_GAMMA = "gamma-gamma";

  /** Family of the plain mean: what is expected where Gamma-Gamma has no finite mean or no data. */
  public static final String MEAN_SPEND = "mean-spend";

  /** Segment path of the model of all customers. */
  public static final String POOLED = "all";

  public static final Table TABLE =
      Table.snapshot(
          "model_registry",
          "one fitted model x segment",
          text(MODEL_ID, "Family, segment and data fingerprint"),
          text(
              FAMILY,
              "mbg-nbd, bg-nbd or pareto-nbd for frequency; gamma-gamma or mean-spend for spend"),
          text(
              SEGMENT_PATH,
              "all, or its place in a tree: source_type=.../affiliate_type=.../affiliate_id=... and"
                  + " source_type=.../cohort_month=..."),
          text(PARENT_PATH, "Segment it is shrunk toward; null for a model fitted on its own"),
          Table.of(
              PARAMETER_NAMES, createArrayType(StringType), "Names, in the order of the values"),
          Table.of(PARAMETERS, createArrayType(DoubleType), "Maximum likelihood values, days"),
          Table.of(STANDARD_ERRORS, createArrayType(DoubleType), "Of the parameters"),
          Table.of(
              COVARIANCE,
              createArrayType(createArrayType(DoubleType)),
              "Covariance of the logarithms of the parameters"),
          real(LOG_LIKELIHOOD, "Of the segment's customers at the parameters"),
          real(
              PARENT_LOG_LIKELIHOOD,
              "Of the same customers under the parent's model; of all customers under NBD, in which"
                  + " nobody drops out"),
          real(
              P_VALUE,
              "Likelihood-ratio test of the segment's own maximum against the parent's model, of"
                  + " the model of all customers against NBD; null below the minimum size"),
          whole(CUSTOMERS, "Customers fitted"),
          whole(DISTINCT_HISTORIES, "Distinct (x, t_x, T), or distinct (n, mean) of spend"),
          flag(CONVERGED, "The optimiser met its tolerance"),
          whole(ITERATIONS, "Steps of the optimiser"),
          Table.of(WARNINGS, createArrayType(StringType), "What to know before trusting it"),
          text(DATA_FINGERPRINT, "Hash of the compressed data"),
          text(CODE_REVISION, "Git revision of the program"));

  private ModelRegistry() {}
}
