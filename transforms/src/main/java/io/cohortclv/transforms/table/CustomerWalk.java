package io.cohortclv.transforms.table;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.shiftleft;
import static org.apache.spark.sql.functions.xxhash64;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Walks through each customer's rows in time, with one shuffle and one sort by a whole number
 * (docs/adr/0016). Only one customer's accumulators are held, however long the history is.
 */
public final class CustomerWalk {
  /** Days of the years 1 to 9999, and the periods they make, lie well within. */
  private static final int MOMENT_BITS = 24;

  private static final long MOMENTS = 1L << MOMENT_BITS;
  private static final int MIDDLE = 1 << (MOMENT_BITS - 1);
  private static final String KEY = "walk_key";

  private CustomerWalk() {}

  /** What to make of customers; sent to the executors. */
  public interface Plan extends Serializable {
    Walk begin();
  }

  /** The customers of one partition. */
  public interface Walk {
    /** A customer whose first row is about to come. */
    History of(String customer);

    /** Makes the rows of all of them together. */
    default void end(Consumer<Row> made) {}
  }

  /** One customer. */
  public interface History {
    /**
     * The next row; those of one moment come in any order.
     *
     * @param moment that of the row; least of all for one without
     * @param row the row, whose first two columns are not for reading
     */
    void next(int moment, Row row);

    /** Makes the rows of the customer; no more come. */
    void end(Consumer<Row> made);
  }

  /**
   * The rows a plan makes of every customer.
   *
   * @param rows the first column names the customer and is never null; the second is the moment to
   *     order them by, a day or a period as a whole number within 2^23 of 0, or null for rows that
   *     come before all others
   * @param made the schema of the rows made
   */
  public static Dataset<Row> walk(Dataset<Row> rows, StructType made, Plan plan) {
    String[] names = rows.columns();
    Column customer = col(names[0]);
    // Spark sorts one column of whole numbers by radix, but text, or two columns, by comparing.
    // Customers whose bits are the same are told apart by name in walking.
    Column key =
        shiftleft(xxhash64(customer), MOMENT_BITS)
            .plus(coalesce(col(names[1]).cast("long").plus(lit(MIDDLE)), lit(0L)));
    Column[] columns =
        IntStream.range(0, names.length)
            .mapToObj(i -> i == 1 ? key.as(KEY) : col(names[i]))
            .toArray(Column[]::new);
    MapPartitionsFunction<Row, Row> steps = partition -> new Steps(partition, plan.begin());
    return rows.select(columns)
        .repartition(customer)
        .sortWithinPartitions(KEY)
        .mapPartitions(steps, Encoders.row(made));
  }

  /** Rows are made customer by customer, so that no partition's are held. */
  private static final class Steps implements Iterator<Row> {
    private final Iterator<Row> rows;
    private final Walk walk;
    private final Queue<Row> made = new ArrayDeque<>();

    /** Nearly always one customer; more where their bits are the same. */
    private final Map<String, History> open = new LinkedHashMap<>();

    private long bits;
    private String customer = "";
    private History history;
    private boolean ended;

    Steps(Iterator<Row> rows, Walk walk) {
      this.rows = rows;
      this.walk = walk;
    }

    @Override
    public boolean hasNext() {
      while (made.isEmpty() && !ended) {
        if (rows.hasNext()) {
          step(rows.next());
        } else {
          ended = true;
          close();
          walk.end(made::add);
        }
      }
      return !made.isEmpty();
    }

    @Override
    public Row next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return made.remove();
    }

    private void step(Row row) {
      long key = row.getLong(1);
      if (key >> MOMENT_BITS != bits) {
        close();
        bits = key >> MOMENT_BITS;
      }
      String name = row.getString(0);
      if (history == null || !name.equals(customer)) {
        customer = name;
        history = open.computeIfAbsent(name, walk::of);
      }
      history.next((int) (key & (MOMENTS - 1)) - MIDDLE, row);
    }

    private void close() {
      open.values().forEach(each -> each.end(made::add));
      open.clear();
      history = null;
    }
  }
}
