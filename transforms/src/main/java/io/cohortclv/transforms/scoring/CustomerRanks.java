package io.cohortclv.transforms.scoring;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.ceil;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.inline;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.CustomerSummary;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * Where each customer stands among all.
 *
 * <p>A quintile is that of the middle rank of all who share the value, ⌈5 (b + e/2) / n⌉ with b
 * customers below, e equal and n in all: it depends on no order of rows, and where nobody shares a
 * value the fifths are of one size. RFM is recency, frequency and mean spend as Fader, Hardie and
 * Lee (2005), "RFM and CLV", Journal of Marketing Research 42(4), use them.
 */
public final class CustomerRanks {
  private static final int FIFTHS = 5;
  private static final String MEASURE = "measure";
  private static final String VALUE = "value";
  private static final String QUINTILE = "quintile";
  private static final String EQUAL = "equal";
  private static final String RECENCY = "recency";
  private static final String FREQUENCY = "frequency";
  private static final String MONETARY = "monetary";
  private static final String CLV = "clv";

  private CustomerRanks() {}

  /**
   * {@link CustomerClv} rows.
   *
   * @param scored from {@link CustomerScores#scoreCustomers}; read twice, so worth keeping
   */
  public static Dataset<Row> rank(Dataset<Row> scored) {
    Map<String, Column> measures = new LinkedHashMap<>();
    // The later the last purchase, the better.
    measures.put(RECENCY, col(CustomerClv.RECENCY_DAYS).minus(col(CustomerClv.AGE_DAYS)));
    measures.put(FREQUENCY, col(CustomerClv.REPEATS));
    measures.put(
        MONETARY, col(CustomerSummary.NET_REVENUE).divide(col(CustomerSummary.PURCHASE_DAYS)));
    measures.put(CLV, col(CustomerClv.ACQUISITION_CLV));
    measures.replaceAll((measure, value) -> value.cast("double"));
    return scored
        .crossJoin(broadcast(thresholds(scored, measures)))
        .withColumn(
            CustomerClv.RFM_CLASS,
            concat(
                quintile(RECENCY, measures),
                quintile(FREQUENCY, measures),
                quintile(MONETARY, measures)))
        .withColumn(CustomerClv.CLV_QUINTILE, quintile(CLV, measures))
        .transform(CustomerClv.TABLE::conform);
  }

  /**
   * One row: of each measure the least value of each fifth but the lowest, null of an empty one.
   */
  private static Dataset<Row> thresholds(Dataset<Row> scored, Map<String, Column> measures) {
    List<Column> values = new ArrayList<>();
    List<Column> least = new ArrayList<>();
    measures.forEach(
        (measure, value) -> {
          values.add(struct(lit(measure).as(MEASURE), value.as(VALUE)));
          for (int fifth = 2; fifth <= FIFTHS; fifth++) {
            Column within = col(MEASURE).equalTo(lit(measure)).and(col(QUINTILE).geq(lit(fifth)));
            least.add(min(when(within, col(VALUE))).as(threshold(measure, fifth)));
          }
        });
    WindowSpec all = Window.partitionBy(MEASURE);
    Column equal = col(EQUAL);
    Column until = sum(equal).over(all.orderBy(VALUE));
    Column twiceBelowTheMiddle = until.multiply(lit(2)).minus(equal);
    return scored
        .select(inline(array(values.toArray(Column[]::new))))
        .groupBy(MEASURE, VALUE)
        .agg(count(lit(1)).as(EQUAL))
        .withColumn(
            QUINTILE,
            ceil(
                twiceBelowTheMiddle
                    .multiply(lit(FIFTHS))
                    .divide(sum(equal).over(all).multiply(lit(2)))))
        .agg(least.get(0), least.subList(1, least.size()).toArray(Column[]::new));
  }

  private static Column quintile(String measure, Map<String, Column> measures) {
    Column reached = lit(1);
    for (int fifth = 2; fifth <= FIFTHS; fifth++) {
      Column above = measures.get(measure).geq(col(threshold(measure, fifth)));
      reached = reached.plus(coalesce(above, lit(false)).cast("int"));
    }
    return reached;
  }

  private static String threshold(String measure, int fifth) {
    return measure + "_" + fifth;
  }
}
