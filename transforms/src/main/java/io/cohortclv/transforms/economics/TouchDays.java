package io.cohortclv.transforms.economics;

import io.cohortclv.transforms.table.AffiliateDaily;
import io.cohortclv.transforms.table.CustomerWalk;
import io.cohortclv.transforms.table.Step;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Counts touches by affiliate, campaign and day, visitor by visitor: the clicks of a visitor on a
 * day are one unique click. In SQL every visitor, affiliate and day would be a group of its own,
 * nearly as many as there are touches.
 */
final class TouchDays implements CustomerWalk.Walk {
  /** What a touch is, a column of the rows walked through; null for what is only a touch. */
  static final int VIEW = 0;

  static final int CLICK = 1;
  static final int SIGNUP = 2;

  /** One row a cell and part of the visitors; days since 1970. */
  static final StructType CELL =
      new StructType()
          .add(AffiliateDaily.AFFILIATE_ID, DataTypes.StringType)
          .add(AffiliateDaily.CAMPAIGN_ID, DataTypes.StringType)
          .add(AffiliateDaily.DAY, DataTypes.IntegerType)
          .add(AffiliateDaily.IMPRESSIONS, DataTypes.LongType)
          .add(AffiliateDaily.CLICKS, DataTypes.LongType)
          .add(AffiliateDaily.SIGNUPS, DataTypes.LongType)
          .add(AffiliateDaily.UNIQUE_CLICKS, DataTypes.LongType);

  /** Beside the kinds, how many visitors clicked. */
  private static final int UNIQUE = 3;

  private static final int AFFILIATE = 2;
  private static final int CAMPAIGN = 3;
  private static final int KIND = 4;

  /** More are handed on and begun anew, however many affiliates and days there are. */
  private static final int MOST_CELLS = 200_000;

  private final Consumer<Row> made;
  private final Map<Key, long[]> cells = new HashMap<>();

  private record Key(String affiliate, String campaign, int day) {}

  TouchDays(Consumer<Row> made) {
    this.made = made;
  }

  @Override
  public CustomerWalk.History of(String visitor) {
    return new CustomerWalk.History() {
      private final Set<Key> clicked = new HashSet<>();
      private long day;

      @Override
      public void next(long moment, Step touch) {
        if (moment != day) {
          clicked.clear();
          day = moment;
        }
        Key key =
            new Key(touch.getString(AFFILIATE), touch.getString(CAMPAIGN), Math.toIntExact(moment));
        long[] counts = cells.computeIfAbsent(key, k -> new long[UNIQUE + 1]);
        if (!touch.isNullAt(KIND)) {
          counts[touch.getInt(KIND)]++;
          if (touch.getInt(KIND) == CLICK && clicked.add(key)) {
            counts[UNIQUE]++;
          }
        }
      }

      @Override
      public void end() {
        if (cells.size() > MOST_CELLS) {
          TouchDays.this.end();
        }
      }
    };
  }

  @Override
  public void end() {
    cells.forEach(
        (key, counts) ->
            made.accept(
                RowFactory.create(
                    key.affiliate,
                    key.campaign,
                    key.day,
                    counts[VIEW],
                    counts[CLICK],
                    counts[SIGNUP],
                    counts[UNIQUE])));
    cells.clear();
  }
}
