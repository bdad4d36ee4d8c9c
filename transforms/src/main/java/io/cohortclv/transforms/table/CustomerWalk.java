package io.cohortclv.transforms.table;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.shiftleft;
import static org.apache.spark.sql.functions.xxhash64;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * Walks through each customer's rows in time, with one shuffle and one sort by a whole number
 * (docs/adr/0016). Only one customer's accumulators are held, however long the history is, and rows
 * made are handed on before the next is read.
 */
public final class CustomerWalk {
  /** Seconds of the years 1 to 9999 lie within, days and the periods they make even more so. */
  private static final int MOMENT_BITS = 39;

  private static final long MOMENTS = 1L << MOMENT_BITS;
  private static final long MIDDLE = 1L << (MOMENT_BITS - 1);
  private static final String KEY = "walk_key";

  private CustomerWalk() {}

  /** What to make of customers; sent to the executors. */
  public interface Plan extends Serializable {
    /**
     * Begins a partition.
     *
     * @param made takes the rows made
     */
    Walk begin(Consumer<Row> made);
  }

  /** The customers of one partition. */
  public interface Walk {
    /** A customer whose first row is about to come. */
    History of(String customer);

    /** No more customers come. */
    default void end() {}
  }

  /** One customer. */
  public interface History {
    /**
     * The next row.
     *
     * @param moment that of the row; least of all for one without
     * @param row the row, whose first two columns are not for reading
     */
    void next(long moment, Row row);

    /** No more rows of the customer come. */
    void end();
  }

  /**
   * The rows a plan makes of every customer; those of one moment come in any order.
   *
   * @param rows as {@link #arrange} takes them
   * @param made the schema of the rows made
   */
  public static Dataset<Row> walk(Dataset<Row> rows, StructType made, Plan plan) {
    return walkArranged(arrange(rows), made, plan);
  }

  /**
   * The rows as a walk goes through them; worth keeping where several do.
   *
   * @param rows the first column names the customer and is never null; the second is the moment to
   *     order them by, a day, a period or about a second as a whole number within 2^38 of 0, or
   *     null for rows that come before all others
   * @param ties what orders the rows of one moment, if it matters
   */
  public static Dataset<Row> arrange(Dataset<Row> rows, Column... ties) {
    String[] names = rows.columns();
    Column customer = col(names[0]);
    // Spark sorts one column of whole numbers by radix, but text by comparing; of several columns
    // it looks at the first alone while that differs, and few moments have two rows.
    // Customers whose bits are the same are told apart by name in walking.
    Column key =
        shiftleft(xxhash64(customer), MOMENT_BITS)
            .plus(coalesce(col(names[1]).cast("long").plus(lit(MIDDLE)), lit(0L)));
    Column[] columns =
        IntStream.range(0, names.length)
            .mapToObj(i -> i == 1 ? key.as(KEY) : col(names[i]))
            .toArray(Column[]::new);
    Column[] order = Stream.concat(Stream.of(col(KEY)), Arrays.stream(ties)).toArray(Column[]::new);
    return rows.select(columns).repartition(customer).sortWithinPartitions(order);
  }

  /**
   * The rows a plan makes of every customer.
   *
   * @param arranged rows of {@link #arrange}
   * @param made the schema of the rows made
   */
  public static Dataset<Row> walkArranged(Dataset<Row> arranged, StructType made, Plan plan) {
    MapPartitionsFunction<Row, Row> steps = partition -> steps(partition, plan);
    return arranged.mapPartitions(steps, Encoders.row(made));
  }

  /** One partition's rows walked through, as they are asked for. */
  static Iterator<Row> steps(Iterator<Row> partition, Plan plan) {
    return new Steps(partition, plan);
  }

  /** Rows made are handed on before the next is read, so that no partition's are held. */
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

    Steps(Iterator<Row> rows, Plan plan) {
      this.rows = rows;
      this.walk = plan.begin(made::add);
    }

    @Override
    public boolean hasNext() {
      while (made.isEmpty() && !ended) {
        if (rows.hasNext()) {
          step(rows.next());
        } else {
          ended = true;
          close();
          walk.end();
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
      history.next((key & (MOMENTS - 1)) - MIDDLE, row);
    }

    private void close() {
      open.values().forEach(History::end);
      open.clear();
      history = null;
    }
  }
}
