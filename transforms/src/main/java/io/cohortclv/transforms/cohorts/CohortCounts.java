package io.cohortclv.transforms.cohorts;

import io.cohortclv.transforms.table.CohortRetention;
import io.cohortclv.transforms.table.CustomerWalk;
import io.cohortclv.transforms.table.MinorUnits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Counts the customers of a partition by cohort and source: how long they stayed, and who ordered
 * at which age. Counts are whole parts of customers and of money, so that they add up the same in
 * any order.
 */
final class CohortCounts implements CustomerWalk.Walk {
  static final String COHORT = "cohort";
  static final String PARTS = "parts";
  static final String MATURE = "mature";
  static final String STAYS = "stays";
  static final String ACTIVITY = "activity";

  private static final StructType STAY =
      new StructType()
          .add("days", DataTypes.LongType)
          .add("stopped", DataTypes.LongType)
          .add("staying", DataTypes.LongType);

  private static final StructType AT_AGE =
      new StructType()
          .add("age", DataTypes.IntegerType)
          .add("active", DataTypes.LongType)
          .add("margin", DataTypes.LongType);

  static final StructType ROW =
      new StructType()
          .add(COHORT, DataTypes.IntegerType)
          .add(CohortRetention.SOURCE_TYPE, DataTypes.StringType)
          .add(CohortRetention.AFFILIATE_TYPE, DataTypes.StringType)
          .add(CohortRetention.AFFILIATE_ID, DataTypes.StringType)
          .add(PARTS, DataTypes.LongType)
          .add(MATURE, DataTypes.LongType)
          .add(CohortRetention.RETAINED_365, DataTypes.LongType)
          .add(CohortRetention.RETAINED_365_OPEN, DataTypes.LongType)
          .add(STAYS, DataTypes.createArrayType(STAY))
          .add(ACTIVITY, DataTypes.createArrayType(AT_AGE));

  /** Beyond so many cohorts, what was counted is given on: sources may be many. */
  private static final int MOST_COHORTS = 20_000;

  private static final int MARGIN = 2;
  private static final int SOURCE_OF = 3;
  private static final int SUMMARY_OF = 4;

  private final Map<Key, Cohort> cohorts = new HashMap<>();
  private final Consumer<Row> made;

  CohortCounts(Consumer<Row> made) {
    this.made = made;
  }

  private record Key(int cohort, String sourceType, String affiliateType, String affiliate) {}

  /** What a customer was acquired by, and with which part of it. */
  private record Source(String type, String affiliateType, String affiliate, long parts) {}

  @Override
  public CustomerWalk.History of(String customer) {
    return new Customer();
  }

  @Override
  public void end() {
    cohorts.forEach((key, cohort) -> made.accept(cohort.row(key)));
    cohorts.clear();
  }

  /** First who the customer is and who brought it, then orders by period. */
  private final class Customer implements CustomerWalk.History {
    private final List<Source> sources = new ArrayList<>(1);
    private List<Cohort> joined;
    private Row summary;
    private int cohort;
    private int period;
    private long margin;

    @Override
    public void next(long moment, Row row) {
      if (!row.isNullAt(SUMMARY_OF)) {
        summary = row.getStruct(SUMMARY_OF);
        cohort = summary.getInt(0);
      } else if (!row.isNullAt(SOURCE_OF)) {
        Row source = row.getStruct(SOURCE_OF);
        sources.add(
            new Source(
                source.getString(0), source.getString(1), source.getString(2), source.getLong(3)));
      } else if (summary != null && !sources.isEmpty()) {
        if (joined == null) {
          join();
          period = Math.toIntExact(moment);
        } else if (moment != period) {
          order();
          period = Math.toIntExact(moment);
          margin = 0;
        }
        margin += row.getLong(MARGIN);
      }
    }

    private void join() {
      joined = new ArrayList<>(sources.size());
      for (Source source : sources) {
        Key key = new Key(cohort, source.type, source.affiliateType, source.affiliate);
        Cohort counted = cohorts.computeIfAbsent(key, k -> new Cohort());
        counted.join(summary, source.parts);
        joined.add(counted);
      }
    }

    private void order() {
      for (int i = 0; i < joined.size(); i++) {
        joined.get(i).order(period - cohort, sources.get(i).parts, margin);
      }
    }

    @Override
    public void end() {
      if (joined != null) {
        order();
      } else if (summary != null) {
        join();
      }
      if (cohorts.size() > MOST_COHORTS) {
        CohortCounts.this.end();
      }
    }
  }

  /** Customers of one period and source. */
  private static final class Cohort {
    private final Map<Long, long[]> stays = new HashMap<>();
    private long[] active = {};
    private long[] margins = {};
    private long parts;
    private long mature;
    private long retained;
    private long retainedOpen;

    void join(Row summary, long part) {
      parts += part;
      if (!summary.isNullAt(1)) {
        stays
                .computeIfAbsent(summary.getLong(1), days -> new long[2])[
                summary.getBoolean(2) ? 0 : 1] +=
            part;
      }
      if (!summary.isNullAt(3)) {
        mature += part;
        retained += summary.getBoolean(3) ? part : 0;
        retainedOpen += summary.getBoolean(4) ? part : 0;
      }
    }

    void order(int age, long part, long margin) {
      if (age >= active.length) {
        active = Arrays.copyOf(active, age + 12);
        margins = Arrays.copyOf(margins, age + 12);
      }
      active[age] += part;
      margins[age] +=
          (long)
              Math.rint(
                  margin
                      * (double) part
                      / CohortCurve.PARTS
                      * (CohortCurve.MILLIONTHS / MinorUnits.PER_MAJOR));
    }

    Row row(Key key) {
      List<Row> ofStays = new ArrayList<>(stays.size());
      stays.forEach((days, n) -> ofStays.add(RowFactory.create(days, n[0], n[1])));
      List<Row> ofAges = new ArrayList<>();
      for (int age = 0; age < active.length; age++) {
        if (active[age] != 0) {
          ofAges.add(RowFactory.create(age, active[age], margins[age]));
        }
      }
      return RowFactory.create(
          key.cohort,
          key.sourceType,
          key.affiliateType,
          key.affiliate,
          parts,
          // Nobody mature is not none retained.
          mature == 0 ? null : (Long) mature,
          retained,
          retainedOpen,
          ofStays.toArray(Row[]::new),
          ofAges.toArray(Row[]::new));
    }
  }
}
