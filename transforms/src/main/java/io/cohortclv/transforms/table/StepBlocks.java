package io.cohortclv.transforms.table;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.util.hashing.MurmurHash3$;

/**
 * One partition's rows of a log, as blocks of bytes of many rows each, by buckets of customers:
 * Spark moves and sorts a block in the time of a row. See {@link Step} for the bytes.
 */
final class StepBlocks implements Iterator<Row> {
  static final String BUCKET = "bucket";
  static final StructType BLOCK =
      new StructType().add(BUCKET, DataTypes.IntegerType).add("block", DataTypes.BinaryType);

  /** Of a row beside its values: lengths, moment and nulls. */
  private static final int MOST_BESIDE = 48;

  /** More bytes of a row's length, which is not known before the row is written. */
  private static final int OF_SHORT = 1;

  private static final int OF_LONG = 4;
  private static final int MOST_OF_SHORT = 1 << 14;

  private static final int MOST_OF_NUMBER = 10;

  /** What all buckets of a task hold together. */
  private static final int MOST_HELD = 16 << 20;

  private static final int LEAST_BLOCK = 1 << 10;
  private static final int MOST_BLOCK = 1 << 13;

  private final Iterator<Row> rows;
  private final int log;
  private final Step.Kind[] kinds;
  private final byte[][] blocks;
  private final int[] sizes;
  private final int full;
  private final long mostBesideTexts;
  private int flushed;
  private Row next;

  /**
   * Takes the rows of one partition.
   *
   * @param rows the customer's name in bytes, the moment as a long, and the values, texts in bytes
   * @param log which log it is
   */
  StepBlocks(Iterator<Row> rows, int log, Step.Kind[] kinds, int buckets) {
    this.rows = rows;
    this.log = log;
    this.kinds = kinds;
    this.mostBesideTexts = MOST_BESIDE + Step.MARGIN + (long) MOST_OF_NUMBER * kinds.length;
    this.blocks = new byte[buckets][];
    this.sizes = new int[buckets];
    this.full = Math.max(LEAST_BLOCK, Math.min(MOST_BLOCK, MOST_HELD / buckets));
  }

  @Override
  public boolean hasNext() {
    while (next == null && rows.hasNext()) {
      add(rows.next());
    }
    while (next == null && flushed < blocks.length) {
      if (sizes[flushed] > 0) {
        giveOn(flushed);
      }
      blocks[flushed] = null;
      flushed++;
    }
    return next != null;
  }

  @Override
  public Row next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    Row block = next;
    next = null;
    return block;
  }

  private void add(Row row) {
    byte[] customer = (byte[]) row.get(0);
    int hash = MurmurHash3$.MODULE$.bytesHash(customer);
    int bucket = (int) ((Integer.toUnsignedLong(hash) * blocks.length) >>> Integer.SIZE);
    int most = most(row, customer);
    int size = sizes[bucket];
    if (blocks[bucket] == null) {
      blocks[bucket] = new byte[Math.max(most, LEAST_BLOCK)];
    } else if (most > blocks[bucket].length - size) {
      blocks[bucket] =
          Arrays.copyOf(
              blocks[bucket], Math.max(Math.addExact(size, most), 2 * blocks[bucket].length));
    }
    byte[] bytes = blocks[bucket];
    int more = most < MOST_OF_SHORT ? OF_SHORT : OF_LONG;
    int start = size + 1 + more;
    int end = write(bytes, start, row, customer);
    Step.putCountInto(bytes, size, end - start, more);
    sizes[bucket] = end;
    if (sizes[bucket] >= full) {
      giveOn(bucket);
    }
  }

  private void giveOn(int bucket) {
    next = RowFactory.create(bucket, Arrays.copyOf(blocks[bucket], sizes[bucket]));
    sizes[bucket] = 0;
    if (blocks[bucket].length > 2 * full) {
      blocks[bucket] = null;
    }
  }

  /** No fewer bytes than the row needs, those that are written beyond its end included. */
  private int most(Row row, byte[] customer) {
    long most = mostBesideTexts + customer.length;
    for (int i = Step.FIRST_VALUE; i < kinds.length; i++) {
      if (kinds[i] == Step.Kind.TEXT && row.get(i) instanceof byte[] text) {
        most += text.length;
      }
    }
    return Math.toIntExact(most);
  }

  /** Writes what follows a row's length; the place after it. */
  private int write(byte[] bytes, int start, Row row, byte[] customer) {
    int at = putText(bytes, start, customer);
    long moment = row.getLong(1);
    if (moment < CustomerWalk.NO_MOMENT || moment >= -CustomerWalk.NO_MOMENT) {
      throw new IllegalArgumentException("A moment of " + moment);
    }
    at = Step.putWhole(bytes, at, moment);
    long nulls = log;
    for (int i = Step.FIRST_VALUE; i < kinds.length; i++) {
      nulls |= row.isNullAt(i) ? 1L << i : 0;
    }
    at = Step.putCount(bytes, at, nulls);
    for (int i = Step.FIRST_VALUE; i < kinds.length; i++) {
      Object value = row.get(i);
      if (value != null) {
        at = putValue(bytes, at, value, kinds[i]);
      }
    }
    return at;
  }

  private static int putValue(byte[] bytes, int at, Object value, Step.Kind kind) {
    return switch (kind) {
      case WHOLE -> Step.putWhole(bytes, at, ((Number) value).longValue());
      case DOUBLE -> Step.putDouble(bytes, at, (Double) value);
      case BOOLEAN -> Step.putWhole(bytes, at, (Boolean) value ? 1 : 0);
      case TEXT -> putText(bytes, at, (byte[]) value);
    };
  }

  private static int putText(byte[] bytes, int at, byte[] text) {
    int start = Step.putCount(bytes, at, text.length);
    System.arraycopy(text, 0, bytes, start, text.length);
    return start + text.length;
  }
}
