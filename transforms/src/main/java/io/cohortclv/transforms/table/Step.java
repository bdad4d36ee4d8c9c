package io.cohortclv.transforms.table;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.IntegerType;
import org.apache.spark.sql.types.LongType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/**
 * A row of a log as a {@link CustomerWalk} comes to it, read from the bytes it travelled in; its
 * values are by their positions in the log, and gone once the next row is read.
 *
 * <p>Bytes are: how many follow; the customer; the moment; which columns are null, a bit each, with
 * the log's number in the bits of the first two, which never are; then the values of those that are
 * not. Whole numbers take as many bytes as they need, seven bits each; how many follow the first is
 * told by the ones it begins with, and after eight ones come all 64 bits. How many bytes follow a
 * row's beginning takes two bytes or five, as it is written last.
 */
public final class Step {
  /** Positions of the columns that are the customer and the moment; values come after them. */
  static final int FIRST_VALUE = 2;

  /** Logs have a number of as many bits. */
  static final int MOST_LOGS = 1 << FIRST_VALUE;

  /** A log's columns fit the bits of a whole number. */
  static final int MOST_COLUMNS = 64;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  /** Bytes that arrays must have after the last row: numbers are read and written eight at once. */
  static final int MARGIN = Long.BYTES;

  private static final int BITS_OF_BYTE = 7;

  private static final int FNV_BASIS = 0x811c9dc5;
  private static final int FNV_PRIME = 16_777_619;

  /** How a column's values lie in bytes. */
  enum Kind {
    WHOLE,
    DOUBLE,
    BOOLEAN,
    TEXT;

    /** Those of a log's columns; sent to the executors. */
    static Kind[] of(StructType log) {
      if (log.size() > MOST_COLUMNS) {
        throw new IllegalArgumentException("A log of " + log.size() + " columns");
      }
      return Arrays.stream(log.fields()).map(f -> of(f.dataType())).toArray(Kind[]::new);
    }

    private static Kind of(DataType type) {
      if (type instanceof LongType || type instanceof IntegerType || type instanceof NullType) {
        return WHOLE;
      }
      if (type instanceof DoubleType) {
        return DOUBLE;
      }
      if (type instanceof BooleanType) {
        return BOOLEAN;
      }
      if (type instanceof StringType || type instanceof BinaryType) {
        return TEXT;
      }
      throw new IllegalArgumentException("A column of type " + type.simpleString());
    }
  }

  private final Kind[][] logs;
  private final long[] values = new long[MOST_COLUMNS];
  private byte[] bytes;
  private int at;
  private int end;
  private int customer;
  private int endOfCustomer;
  private long moment;
  private int log;
  private long nulls;

  Step(Kind[][] logs) {
    this.logs = logs;
  }

  /** Puts a number there; the place after it. */
  static int putDouble(byte[] bytes, int at, double value) {
    LONG.set(bytes, at, Double.doubleToRawLongBits(value));
    return at + Double.BYTES;
  }

  /** Puts a whole number there; the place after it. Bytes after that are written to, too. */
  static int putWhole(byte[] bytes, int at, long value) {
    // Small numbers of either sign become small numbers without.
    return putCount(bytes, at, (value << 1) ^ (value >> (Long.SIZE - 1)));
  }

  /** Puts a number without sign there; the same otherwise. */
  static int putCount(byte[] bytes, int at, long number) {
    int more = (Long.SIZE - 1 - Long.numberOfLeadingZeros(number | 1)) / BITS_OF_BYTE;
    if (more < Byte.SIZE) {
      LONG.set(bytes, at, word(number, more));
      return at + 1 + more;
    }
    bytes[at] = -1;
    LONG.set(bytes, at + 1, number);
    return at + 1 + Long.BYTES;
  }

  /** Puts a number there in a byte and as many more, and writes to no others. */
  static void putCountInto(byte[] bytes, int at, int number, int more) {
    long word = word(number, more);
    for (int i = 0; i <= more; i++) {
      bytes[at + i] = (byte) (word >>> (Byte.SIZE * (Long.BYTES - 1 - i)));
    }
  }

  /** As many ones as bytes follow the first, a zero, and the number, from the highest bit on. */
  private static long word(long number, int more) {
    return ~(-1L >>> more) | (number << (Byte.SIZE * (Long.BYTES - 1 - more)));
  }

  private long count() {
    long word = (long) LONG.get(bytes, at);
    int first = Long.numberOfLeadingZeros(~word) + 1;
    if (first <= Byte.SIZE) {
      at += first;
      return (word << first) >>> (Long.SIZE - BITS_OF_BYTE * first);
    }
    long number = (long) LONG.get(bytes, at + 1);
    at += 1 + Long.BYTES;
    return number;
  }

  private long whole() {
    long number = count();
    return (number >>> 1) ^ -(number & 1);
  }

  /** Goes to the row that begins there, and reads its customer. */
  void readCustomer(byte[] source, int row) {
    bytes = source;
    at = row;
    int following = (int) count();
    end = at + following;
    int length = (int) count();
    customer = at;
    at += length;
    endOfCustomer = at;
  }

  /** The same, and its moment. */
  void readMoment(byte[] source, int row) {
    readCustomer(source, row);
    moment = whole();
  }

  /** Reads all of a row. */
  void read(byte[] source, int row) {
    readMoment(source, row);
    nulls = count();
    log = (int) nulls & (MOST_LOGS - 1);
    Kind[] kinds = logs[log];
    for (int i = FIRST_VALUE; i < kinds.length; i++) {
      if (!isNullAt(i)) {
        readValue(i, kinds[i]);
      }
    }
  }

  private void readValue(int i, Kind kind) {
    switch (kind) {
      case WHOLE, BOOLEAN -> values[i] = whole();
      case DOUBLE -> {
        values[i] = (long) LONG.get(bytes, at);
        at += Double.BYTES;
      }
      case TEXT -> {
        long length = count();
        values[i] = ((long) at << Integer.SIZE) | length;
        at += (int) length;
      }
      default -> throw new IllegalStateException(kind.name());
    }
  }

  /** The place after the row. */
  int end() {
    return end;
  }

  /** The customer's name. */
  String customer() {
    return new String(bytes, customer, endOfCustomer - customer, UTF_8);
  }

  /** FNV-1a of the customer's name. */
  int hashOfCustomer() {
    int hash = FNV_BASIS;
    for (int i = customer; i < endOfCustomer; i++) {
      hash = (hash ^ Byte.toUnsignedInt(bytes[i])) * FNV_PRIME;
    }
    return hash;
  }

  /** The customer's name in bytes, which need not be a text's. */
  byte[] name() {
    return Arrays.copyOfRange(bytes, customer, endOfCustomer);
  }

  boolean isOf(byte[] name) {
    return Arrays.equals(name, 0, name.length, bytes, customer, endOfCustomer);
  }

  /** Whether two rows are of one customer. */
  boolean isOfCustomerOf(Step other) {
    return Arrays.equals(
        bytes, customer, endOfCustomer, other.bytes, other.customer, other.endOfCustomer);
  }

  /** Compares the names of the customers of two rows, byte by byte. */
  int compareCustomers(Step other) {
    return Arrays.compareUnsigned(
        bytes, customer, endOfCustomer, other.bytes, other.customer, other.endOfCustomer);
  }

  /** The moment of the row. */
  long moment() {
    return moment;
  }

  /** Which of the logs walked through the row is of, counted from 0. */
  public int log() {
    return log;
  }

  /** Whether the column is null. */
  public boolean isNullAt(int column) {
    return ((nulls >>> column) & 1) != 0;
  }

  /** The whole number, which must not be null; the same for the others that are no texts. */
  public long getLong(int column) {
    return value(column);
  }

  public int getInt(int column) {
    return (int) value(column);
  }

  public double getDouble(int column) {
    return Double.longBitsToDouble(value(column));
  }

  public boolean getBoolean(int column) {
    return value(column) != 0;
  }

  private long value(int column) {
    if (isNullAt(column)) {
      throw new NullPointerException("Column " + column + " of log " + log + " is null");
    }
    return values[column];
  }

  /** A text, or null. */
  public String getString(int column) {
    return isNullAt(column) ? null : new String(bytes, start(column), length(column), UTF_8);
  }

  private int start(int column) {
    return (int) (values[column] >>> Integer.SIZE);
  }

  private int length(int column) {
    return (int) values[column];
  }

  /** Compares the first of the values of two rows, nulls first. */
  int compareTies(Step other, int ties) {
    for (int i = FIRST_VALUE; i < FIRST_VALUE + ties; i++) {
      int compared = Boolean.compare(other.isNullAt(i), isNullAt(i));
      if (compared == 0 && !isNullAt(i)) {
        compared = compareValues(other, i);
      }
      if (compared != 0) {
        return compared;
      }
    }
    return 0;
  }

  private int compareValues(Step other, int i) {
    return switch (logs[log][i]) {
      case DOUBLE -> Double.compare(getDouble(i), other.getDouble(i));
      case TEXT ->
          Arrays.compareUnsigned(
              bytes,
              start(i),
              start(i) + length(i),
              other.bytes,
              other.start(i),
              other.start(i) + other.length(i));
      default -> Long.compare(values[i], other.values[i]);
    };
  }
}
