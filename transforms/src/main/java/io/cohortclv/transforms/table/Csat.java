package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** Answers to satisfaction surveys; one row an answer. */
public final class Csat {
  public static final String SURVEY_ID = "survey_id";
  public static final String CUSTOMER_REF = "customer_ref";
  public static final String CUSTOMER_ID = "customer_id";
  public static final String TS = "ts";
  public static final String SCORE = "score";

  public static final Contract CONTRACT =
      new Contract(
          "csat",
          "one version of one answer",
          List.of(
              required(SURVEY_ID, Kind.TEXT, "Survey answered"),
              required(CUSTOMER_REF, Kind.TEXT, "Customer who answered").identifies(CUSTOMER_ID),
              required(TS, Kind.INSTANT, "When; of answers within 24 hours the last counts"),
              required(SCORE, Kind.WHOLE, "1 for very dissatisfied to 5 for very satisfied")
                  .between(1, 5),
              Contract.updatedTs()),
          List.of(CleanColumns.SOURCE_SYSTEM, SURVEY_ID, CUSTOMER_REF, TS),
          List.of(Contract.UPDATED_TS),
          TS);

  private Csat() {}
}
