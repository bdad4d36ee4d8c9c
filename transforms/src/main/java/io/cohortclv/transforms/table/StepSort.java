package io.cohortclv.transforms.table;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.Utils;

/**
 * Brings the rows of one bucket into order: customer by customer, in time, and by ties. Nearly
 * every bucket is small and lies in the processor's cache; what does not fit is sorted in runs that
 * wait in temporary files, so that a customer's history may be of any length.
 */
final class StepSort {
  /** Bytes of rows sorted at once. */
  private static final int MOST_HELD = 32 << 20;

  /** Of a row's place in sorting: with the moment's 39 bits a long, and more than rows are held. */
  private static final int PLACE_BITS = 25;

  private static final int LEAST_TABLE = 1 << 9;
  private static final int PLACE = (1 << PLACE_BITS) - 1;

  private final int mostHeld;
  private final int ties;
  private final Step one;
  private final Step other;
  private final Step atFirst;

  private byte[] bytes = new byte[1 << 16];
  private int end;
  private int[] rows = new int[1 << 10];
  private int[] customerOf = new int[1 << 10];
  private long[] momentOf = new long[1 << 10];
  private long[] sorted = new long[1 << 10];
  private int count;
  private int[] firstOf = new int[1 << 8];
  private int[] countOf = new int[1 << 8];
  private int customers;

  private final List<Cursor> spilled = new ArrayList<>();
  private Cursor current;

  /** A place in sorted rows. */
  private abstract static class Cursor {
    byte[] bytes;
    int row;

    /** Whether the row is of another customer than the one before it. */
    boolean begins;

    /** Goes to the next row, if there is one. */
    abstract boolean advance();
  }

  StepSort(Step.Kind[][] logs, int ties) {
    this(logs, ties, MOST_HELD);
  }

  StepSort(Step.Kind[][] logs, int ties, int mostHeld) {
    this.ties = ties;
    this.one = new Step(logs);
    this.other = new Step(logs);
    this.atFirst = new Step(logs);
    this.mostHeld = mostHeld;
  }

  /** Adds rows to those that are to be sorted. */
  void add(byte[] block) {
    if (end > 0 && end + block.length > mostHeld) {
      spill();
    }
    int needed = end + block.length + Step.MARGIN;
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
    }
    System.arraycopy(block, 0, bytes, end, block.length);
    end += block.length;
  }

  /** Sorts what was added; {@link #next} then goes through it. */
  void sort() {
    boolean isMerged = !spilled.isEmpty();
    arrange(isMerged);
    current = new Held();
    if (isMerged) {
      spilled.add(current);
      current = new Merged(spilled);
      spilled.clear();
    }
    end = 0;
  }

  /** Goes to the next row, if there is one. */
  boolean next() {
    return current != null && current.advance();
  }

  /** Whether the row is the first of its customer. */
  boolean begins() {
    return current.begins;
  }

  /** The bytes the row lies in. */
  byte[] bytes() {
    return current.bytes;
  }

  /** The row's place in the bytes. */
  int row() {
    return current.row;
  }

  private final class Held extends Cursor {
    private int position;
    private int customer = -1;

    @Override
    boolean advance() {
      if (position == count) {
        return false;
      }
      int place = (int) sorted[position] & PLACE;
      bytes = StepSort.this.bytes;
      row = rows[place];
      begins = customerOf[place] != customer;
      customer = customerOf[place];
      position++;
      return true;
    }
  }

  /** What is held and the runs that wait in files, together. */
  private final class Merged extends Cursor {
    private final PriorityQueue<Cursor> waiting = new PriorityQueue<>(StepSort.this::compare);
    private Cursor least;
    private byte[] customer;

    Merged(List<Cursor> runs) {
      for (Cursor run : runs) {
        if (run.advance()) {
          waiting.add(run);
        }
      }
    }

    @Override
    boolean advance() {
      if (least == null || !least.advance()) {
        least = waiting.poll();
      } else if (!waiting.isEmpty() && compare(waiting.peek(), least) < 0) {
        waiting.add(least);
        least = waiting.poll();
      }
      if (least == null) {
        return false;
      }
      bytes = least.bytes;
      row = least.row;
      one.readCustomer(bytes, row);
      begins = customer == null || !one.isOf(customer);
      customer = begins ? one.name() : customer;
      return true;
    }
  }

  private void arrange(boolean byName) {
    group();
    int[] next = starts(byName);
    if (sorted.length < count) {
      sorted = new long[rows.length];
    }
    for (int i = 0; i < count; i++) {
      sorted[next[customerOf[i]]++] = (momentOf[i] << PLACE_BITS) | i;
    }
    for (int customer = 0; customer < customers; customer++) {
      int from = next[customer] - countOf[customer];
      Arrays.sort(sorted, from, next[customer]);
      if (ties > 0) {
        sortTies(from, next[customer]);
      }
    }
  }

  /** Where each customer's rows begin. */
  private int[] starts(boolean byName) {
    int[] starts = new int[customers];
    int sum = 0;
    for (int customer : byName ? byName() : IntStream.range(0, customers).toArray()) {
      starts[customer] = sum;
      sum += countOf[customer];
    }
    return starts;
  }

  private int[] byName() {
    return IntStream.range(0, customers)
        .boxed()
        .sorted(
            (a, b) -> {
              one.readCustomer(bytes, rows[firstOf[a]]);
              other.readCustomer(bytes, rows[firstOf[b]]);
              return one.compareCustomers(other);
            })
        .mapToInt(i -> i)
        .toArray();
  }

  /** Finds the rows, numbers the customers and counts the rows of each. */
  private void group() {
    count = 0;
    customers = 0;
    int[] table = new int[LEAST_TABLE];
    for (int at = 0; at < end; at = one.end()) {
      one.readMoment(bytes, at);
      if (count == rows.length) {
        rows = Arrays.copyOf(rows, 2 * count);
        customerOf = Arrays.copyOf(customerOf, 2 * count);
        momentOf = Arrays.copyOf(momentOf, 2 * count);
      }
      rows[count] = at;
      momentOf[count] = one.moment();
      int slot = slotOf(table, one);
      if (table[slot] == 0) {
        table[slot] = ++customers;
        firstOf[customers - 1] = count;
        countOf[customers - 1] = 0;
      }
      int customer = table[slot] - 1;
      customerOf[count++] = customer;
      countOf[customer]++;
      if (customers == firstOf.length) {
        firstOf = Arrays.copyOf(firstOf, 2 * customers);
        countOf = Arrays.copyOf(countOf, 2 * customers);
      }
      if (2 * customers == table.length) {
        table = new int[2 * table.length];
        for (int i = 0; i < customers; i++) {
          atFirst.readCustomer(bytes, rows[firstOf[i]]);
          table[slotOf(table, atFirst)] = i + 1;
        }
      }
    }
  }

  /** The customer's slot in the table, or the free one it would have; sizes are powers of two. */
  private int slotOf(int[] table, Step step) {
    int slot = step.hashOfCustomer() & (table.length - 1);
    while (table[slot] != 0 && !isOf(table[slot] - 1, step)) {
      slot = (slot + 1) & (table.length - 1);
    }
    return slot;
  }

  private boolean isOf(int customer, Step step) {
    other.readCustomer(bytes, rows[firstOf[customer]]);
    return other.isOfCustomerOf(step);
  }

  private void sortTies(int from, int to) {
    int start = from;
    for (int i = from + 1; i <= to; i++) {
      if (i == to || sorted[i] >> PLACE_BITS != sorted[start] >> PLACE_BITS) {
        if (i - start > 1) {
          sortTied(start, i);
        }
        start = i;
      }
    }
  }

  private void sortTied(int from, int to) {
    Long[] tied = new Long[to - from];
    Arrays.setAll(tied, i -> sorted[from + i]);
    Arrays.sort(
        tied,
        (a, b) -> {
          one.read(bytes, rows[(int) (a & PLACE)]);
          other.read(bytes, rows[(int) (b & PLACE)]);
          return one.compareTies(other, ties);
        });
    for (int i = from; i < to; i++) {
      sorted[i] = tied[i - from];
    }
  }

  private int compare(Cursor a, Cursor b) {
    one.read(a.bytes, a.row);
    other.read(b.bytes, b.row);
    int compared = one.compareCustomers(other);
    if (compared == 0) {
      compared = Long.compare(one.moment(), other.moment());
    }
    return compared == 0 ? one.compareTies(other, ties) : compared;
  }

  /** Writes what is held, sorted, to a file that is gone when it is closed or the process ends. */
  private void spill() {
    arrange(true);
    try {
      FileChannel file =
          FileChannel.open(
              Files.createTempFile(localDirectory(), "walk", ".steps"),
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.DELETE_ON_CLOSE);
      DataOutputStream out =
          new DataOutputStream(new BufferedOutputStream(Channels.newOutputStream(file)));
      Held held = new Held();
      while (held.advance()) {
        one.readCustomer(held.bytes, held.row);
        int length = one.end() - held.row;
        out.writeInt(length);
        out.write(held.bytes, held.row, length);
      }
      out.flush();
      file.position(0);
      spilled.add(new Spilled(file, count));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    end = 0;
  }

  /** Where Spark spills, too. */
  private static Path localDirectory() {
    SparkEnv spark = SparkEnv.get();
    return Path.of(
        spark == null ? System.getProperty("java.io.tmpdir") : Utils.getLocalDir(spark.conf()));
  }

  private static final class Spilled extends Cursor {
    private final FileChannel file;
    private final DataInputStream in;
    private int left;

    Spilled(FileChannel file, int rows) {
      this.file = file;
      this.left = rows;
      this.in = new DataInputStream(new BufferedInputStream(Channels.newInputStream(file)));
      this.bytes = new byte[1 << 10];
    }

    @Override
    boolean advance() {
      try {
        if (left == 0) {
          file.close();
          return false;
        }
        left--;
        int length = in.readInt();
        if (length + Step.MARGIN > bytes.length) {
          bytes = new byte[Math.max(length + Step.MARGIN, 2 * bytes.length)];
        }
        in.readFully(bytes, 0, length);
        return true;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
