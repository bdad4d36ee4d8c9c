package io.cohortclv.transforms.cohorts;

import io.cohortclv.transforms.table.CohortRetention;
import io.cohortclv.transforms.table.CustomerWalk;
import io.cohortclv.transforms.table.MinorUnits;
import io.cohortclv.transforms.table.Step;
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

  /** The logs walked through: who customers are, who brought them, and what they ordered. */
  static final int MEMBER = 0;

  static final int SOURCE = 1;
  static final int ORDER = 2;

  private final Map<Key, Cohort> cohorts = new HashMap<>();
  private final Consumer<Row> made;

  CohortCounts(Consumer<Row> made) {
    this.made = made;
  }

  private record Key(int cohort, String sourceType, String affiliateType, String affiliate) {}

  /** What a customer was acquired by, and with which part of it. */
  private record Source(String type, String affiliateType, String affiliate, long parts) {}

  /**
   * Who a customer is.
   *
   * @param stayed days of survival, if known
   * @param isMature whether a year has been long enough ago to tell who was retained
   */
  private record Member(
      int cohort,
      Long stayed,
      boolean churned,
      boolean isMature,
      boolean retained,
      boolean retainedOpen) {
    static Member of(Step step) {
      return new Member(
          step.getInt(2),
          step.isNullAt(3) ? null : (Long) step.getLong(3),
          !step.isNullAt(4) && step.getBoolean(4),
          !step.isNullAt(5),
          !step.isNullAt(5) && step.getBoolean(5),
          !step.isNullAt(6) && step.getBoolean(6));
    }
  }

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
    private Member member;
    private int period;
    private long margin;

    @Override
    public void next(long moment, Step step) {
      switch (step.log()) {
        case MEMBER -> member = Member.of(step);
        case SOURCE ->
            sources.add(
                new Source(
                    step.getString(2), step.getString(3), step.getString(4), step.getLong(5)));
        default -> {
          if (member != null && !sources.isEmpty()) {
            add(Math.toIntExact(moment), step.getLong(2));
          }
        }
      }
    }

    private void add(int ordered, long orderMargin) {
      if (joined == null) {
        join();
        period = ordered;
      } else if (ordered != period) {
        countPeriod();
        period = ordered;
        margin = 0;
      }
      margin += orderMargin;
    }

    private void join() {
      joined = new ArrayList<>(sources.size());
      for (Source source : sources) {
        Key key = new Key(member.cohort, source.type, source.affiliateType, source.affiliate);
        Cohort counted = cohorts.computeIfAbsent(key, k -> new Cohort());
        counted.join(member, source.parts);
        joined.add(counted);
      }
    }

    private void countPeriod() {
      for (int i = 0; i < joined.size(); i++) {
        joined.get(i).order(period - member.cohort, sources.get(i).parts, margin);
      }
    }

    @Override
    public void end() {
      if (joined != null) {
        countPeriod();
      } else if (member != null) {
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

    void join(Member member, long part) {
      parts += part;
      if (member.stayed != null) {
        stays.computeIfAbsent(member.stayed, days -> new long[2])[member.churned ? 0 : 1] += part;
      }
      if (member.isMature) {
        mature += part;
        retained += member.retained ? part : 0;
        retainedOpen += member.retainedOpen ? part : 0;
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
