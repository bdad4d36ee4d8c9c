package io.cohortclv.transforms.table;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import java.io.Serializable;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Walks through each customer's rows in time (docs/adr/0016). Only one customer's accumulators are
 * held, however long the history is, and rows made are handed on before the next is read.
 */
public final class CustomerWalk {
  /** Of a row that has no moment, and comes before all that have; see {@link #through}. */
  public static final long NO_MOMENT = -(1L << 38);

  private static final int LEAST_BUCKETS = 512;

  /** So that every task has its share of them. */
  private static final int BUCKETS_OF_PARTITION = 32;

  private static final int MOST_BUCKETS = 1 << 14;

  private final Dataset<Row> blocks;
  private final Step.Kind[][] logs;
  private final int ties;

  private CustomerWalk(Dataset<Row> blocks, Step.Kind[][] logs, int ties) {
    this.blocks = blocks;
    this.logs = logs;
    this.ties = ties;
  }

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
     * @param moment that of the row, or {@link #NO_MOMENT}
     * @param step its values, gone once this returns
     */
    void next(long moment, Step step);

    /** No more rows of the customer come. */
    void end();
  }

  /** Through logs whose rows of one moment come in any order. */
  public static CustomerWalk through(List<Dataset<Row>> logs) {
    return through(0, logs);
  }

  /**
   * Through logs of different columns: the first names the customer and is never null; the second
   * is the moment to order by, a day, a period or about a second as a whole number within 2^38 of
   * 0, or null for rows that come before all others; others are whole numbers, doubles, booleans or
   * texts.
   *
   * @param ties how many columns after the moment, of all logs the same, order the rows of one
   *     moment, nulls first
   */
  public static CustomerWalk through(int ties, List<Dataset<Row>> logs) {
    int buckets =
        Math.min(
            MOST_BUCKETS,
            Math.max(LEAST_BUCKETS, BUCKETS_OF_PARTITION * SQLConf.get().numShufflePartitions()));
    if (logs.size() > Step.MOST_LOGS) {
      throw new IllegalArgumentException("As many as " + logs.size() + " logs");
    }
    Step.Kind[][] kinds =
        logs.stream().map(log -> Step.Kind.of(log.schema())).toArray(Step.Kind[][]::new);
    int end = Step.FIRST_VALUE + ties;
    for (Step.Kind[] log : kinds) {
      if (!Arrays.equals(log, Step.FIRST_VALUE, end, kinds[0], Step.FIRST_VALUE, end)) {
        throw new IllegalArgumentException("Logs whose ties are of different types");
      }
    }
    return new CustomerWalk(
        IntStream.range(0, logs.size())
            .mapToObj(i -> blocks(logs.get(i), i, buckets))
            .reduce(Dataset::union)
            .orElseThrow()
            .repartition(col(StepBlocks.BUCKET))
            .sortWithinPartitions(StepBlocks.BUCKET),
        kinds,
        ties);
  }

  private static Dataset<Row> blocks(Dataset<Row> rows, int log, int buckets) {
    Step.Kind[] kinds = Step.Kind.of(rows.schema());
    Column[] columns =
        Arrays.stream(rows.columns())
            .map(name -> col("`" + name.replace("`", "``") + "`"))
            .toArray(Column[]::new);
    for (int i = 0; i < columns.length; i++) {
      columns[i] = kinds[i] == Step.Kind.TEXT ? columns[i].cast(DataTypes.BinaryType) : columns[i];
    }
    columns[1] = coalesce(columns[1].cast(DataTypes.LongType), lit(NO_MOMENT));
    MapPartitionsFunction<Row, Row> pack = part -> new StepBlocks(part, log, kinds, buckets);
    return rows.select(columns).mapPartitions(pack, Encoders.row(StepBlocks.BLOCK));
  }

  /** The same through rows that are brought together once and kept; worth it for two walks. */
  public CustomerWalk kept(UnaryOperator<Dataset<Row>> keep) {
    return new CustomerWalk(keep.apply(blocks), logs, ties);
  }

  /**
   * The rows a plan makes of every customer.
   *
   * @param made the schema of the rows made
   */
  public Dataset<Row> make(StructType made, Plan plan) {
    Step.Kind[][] kinds = logs;
    int tiesOfAll = ties;
    MapPartitionsFunction<Row, Row> walk =
        part -> new Steps(part, kinds, new StepSort(kinds, tiesOfAll), plan);
    return blocks.mapPartitions(walk, Encoders.row(made));
  }

  /** Rows made are handed on before the next is read, so that no partition's are held. */
  static final class Steps implements Iterator<Row> {
    private final Iterator<Row> blocks;
    private final StepSort sort;
    private final Step step;
    private final Walk walk;
    private final Queue<Row> made = new ArrayDeque<>();

    private Row nextBlock;
    private History history;
    private boolean ended;

    /**
     * Walks through a partition.
     *
     * @param blocks sorted by bucket
     */
    Steps(Iterator<Row> blocks, Step.Kind[][] logs, StepSort sort, Plan plan) {
      this.blocks = blocks;
      this.sort = sort;
      this.step = new Step(logs);
      this.walk = plan.begin(made::add);
      this.nextBlock = blocks.hasNext() ? blocks.next() : null;
    }

    @Override
    public boolean hasNext() {
      while (made.isEmpty() && !ended) {
        if (sort.next()) {
          step();
        } else {
          close();
          if (nextBlock == null) {
            ended = true;
            walk.end();
          } else {
            load();
          }
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

    private void load() {
      int bucket = nextBlock.getInt(0);
      while (nextBlock != null && nextBlock.getInt(0) == bucket) {
        sort.add((byte[]) nextBlock.get(1));
        nextBlock = blocks.hasNext() ? blocks.next() : null;
      }
      sort.sort();
    }

    private void step() {
      step.read(sort.bytes(), sort.row());
      if (sort.begins()) {
        close();
        history = walk.of(step.customer());
      }
      history.next(step.moment(), step);
    }

    private void close() {
      if (history != null) {
        history.end();
        history = null;
      }
    }
  }
}
