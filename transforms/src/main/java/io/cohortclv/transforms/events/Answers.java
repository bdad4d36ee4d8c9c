package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lead;
import static org.apache.spark.sql.functions.lit;

import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Csat;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/** Which of a customer's answers to a survey counts. */
final class Answers {
  private static final String NEXT = "clv_next_answer";
  private static final int SECONDS = 24 * 60 * 60;

  private Answers() {}

  /** Drops answers that the customer gave anew within 24 hours. */
  static Dataset<Row> last(Dataset<Row> answers) {
    Column ts = col(Csat.TS).cast("double");
    return answers
        .withColumn(
            NEXT,
            lead(Csat.TS, 1)
                .over(
                    Window.partitionBy(
                            CleanColumns.SOURCE_SYSTEM, Csat.SURVEY_ID, Csat.CUSTOMER_REF)
                        .orderBy(Csat.TS)))
        .filter(coalesce(col(NEXT).cast("double").minus(ts).gt(SECONDS), lit(true)))
        .drop(NEXT);
  }
}
