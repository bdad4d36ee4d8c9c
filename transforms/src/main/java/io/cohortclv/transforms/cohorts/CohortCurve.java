package io.cohortclv.transforms.cohorts;

import io.cohortclv.models.survival.KaplanMeier;
import io.cohortclv.models.survival.KaplanMeier.Count;
import io.cohortclv.transforms.table.CohortRetention;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF5;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What is counted of one cohort to its rows by age. Counts arrive as whole parts of a customer and
 * of money, and in any order and division: they are added before anything is computed.
 */
final class CohortCurve implements UDF5<Seq<Row>, Seq<Row>, Long, Integer, Integer, List<Row>> {
  static final StructType ROW =
      new StructType()
          .add(CohortRetention.AGE_MONTH, DataTypes.IntegerType)
          .add(CohortRetention.ACTIVE, DataTypes.DoubleType)
          .add(CohortRetention.CUM_MARGIN_PER_CUSTOMER, DataTypes.DoubleType)
          .add(CohortRetention.AT_RISK, DataTypes.DoubleType)
          .add(CohortRetention.KM_S, DataTypes.DoubleType)
          .add(CohortRetention.KM_LO95, DataTypes.DoubleType)
          .add(CohortRetention.KM_HI95, DataTypes.DoubleType)
          .add(CohortRetention.HAZARD, DataTypes.DoubleType)
          .add(CohortRetention.IS_COMPLETE, DataTypes.BooleanType);

  /** Parts of a customer: acquisition shares in whole numbers. */
  static final double PARTS = 1e10;

  /** Millionths of a major unit of money. */
  static final double MILLIONTHS = 1e6;

  private static final long serialVersionUID = 1L;
  private static final double CONFIDENCE = 0.95;

  private final CohortPeriod period;

  CohortCurve(CohortPeriod period) {
    this.period = period;
  }

  /**
   * One {@link #ROW} an age, from 0 on.
   *
   * @param stays partial counts of customers whose histories have one length: days of survival,
   *     parts of those that stopped then, parts of those last seen then
   * @param activity partial counts of an age: the age, parts of customers with an order, millionths
   *     of margin
   * @param customers parts of all customers of the cohort
   * @param ages how many ages have begun by the as-of date
   * @param complete how many have ended
   */
  @Override
  public List<Row> call(
      Seq<Row> stays, Seq<Row> activity, Long customers, Integer ages, Integer complete) {
    KaplanMeier survival = survival(CollectionConverters.asJava(stays));
    long[] active = new long[ages];
    long[] margin = new long[ages];
    for (Row part : CollectionConverters.asJava(activity)) {
      active[part.getInt(0)] += part.getLong(1);
      margin[part.getInt(0)] += part.getLong(2);
    }
    List<Row> rows = new ArrayList<>(ages);
    long soFar = 0;
    for (int age = 0; age < ages; age++) {
      boolean ended = age < complete;
      soFar += margin[age];
      // Days are whole: to stay until a day is to stay longer than the day before.
      int until = period.ageDays(age) - 1;
      Double staying = stayingAt(survival, until);
      rows.add(
          RowFactory.create(
              age,
              ended ? active[age] / PARTS : null,
              ended ? soFar / MILLIONTHS / (customers / PARTS) : null,
              survival == null ? null : survival.atRisk(until + 1),
              staying,
              staying == null ? null : known(survival.lower(until, CONFIDENCE)),
              staying == null ? null : known(survival.upper(until, CONFIDENCE)),
              hazard(staying, stayingAt(survival, period.ageDays(age + 1) - 1)),
              ended));
    }
    return rows;
  }

  private static KaplanMeier survival(List<Row> stays) {
    Map<Long, long[]> byDays = new TreeMap<>();
    for (Row part : stays) {
      long[] parts = byDays.computeIfAbsent(part.getLong(0), days -> new long[2]);
      parts[0] += part.getLong(1);
      parts[1] += part.getLong(2);
    }
    List<Count> counts = new ArrayList<>(byDays.size());
    byDays.forEach(
        (days, parts) -> counts.add(new Count(days, parts[0] / PARTS, parts[1] / PARTS)));
    return counts.isEmpty() ? null : KaplanMeier.of(counts);
  }

  private static Double stayingAt(KaplanMeier survival, int days) {
    return survival == null ? null : known(survival.survival(days));
  }

  private static Double hazard(Double staying, Double later) {
    return staying == null || later == null || staying == 0 ? null : 1 - later / staying;
  }

  private static Double known(double value) {
    return Double.isNaN(value) ? null : (Double) value;
  }
}
