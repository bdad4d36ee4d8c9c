package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** Who was in which arm of an experiment; one row an assignment. */
public final class Experiments {
  public static final String UNIT_ID = "unit_id";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String EXPERIMENT = "experiment";
  public static final String ARM = "arm";
  public static final String ASSIGNED_TS = "assigned_ts";

  public static final Contract CONTRACT =
      new Contract(
          "experiments",
          "one version of one assignment of one unit to an arm",
          List.of(
              required(UNIT_ID, Kind.TEXT, "Customer or visitor assigned").identifies(CUSTOMER_ID),
              required(EXPERIMENT, Kind.TEXT, "Experiment"),
              required(ARM, Kind.TEXT, "Arm it is in"),
              required(ASSIGNED_TS, Kind.INSTANT, "When it was assigned"),
              Contract.updatedTs()),
          List.of(CleanColumns.SOURCE_SYSTEM, UNIT_ID, EXPERIMENT),
          List.of(Contract.UPDATED_TS),
          ASSIGNED_TS);

  private Experiments() {}
}
