package io.cohortclv.jobs.lake;

import static org.apache.spark.sql.functions.col;

import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.transforms.table.Operations;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Says that one command works on a lake, so that a second one is told at once instead of working
 * for nothing.
 *
 * <p>It is advisory: what makes two writers safe are the log stores, the numbered plans of an
 * ingest and the one append of a publication. The states of the lease are the numbered rows of
 * ops.lease, of which Delta takes each number once, so of two that reach for it one gets it. A
 * holder renews it; the lease of one that died ends by itself, or at once for the next command on
 * the same machine, which sees that the process is gone.
 */
final class Lease implements AutoCloseable {
  private static final String SEQUENCE = "lease";

  /** A lease is renewed so often before it ends. */
  private static final int RENEWALS = 3;

  private final Lake lake;
  private final Duration length;
  private final String owner;
  private final Instant since = now();
  private final ScheduledExecutorService renewal =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "lease");
            thread.setDaemon(true);
            return thread;
          });

  /** Of the newest row; guarded by this. */
  private long number;

  private Instant expiresAt = Instant.MIN;
  private boolean lost;

  private Lease(Lake lake, String owner, Duration length, long number) {
    this.lake = lake;
    this.owner = owner;
    this.length = length;
    this.number = number;
  }

  /**
   * Takes the lease of the lake.
   *
   * @param command for the message that others get
   * @param length until it ends when it is not renewed
   * @throws CommandException of kind failed when another command holds it
   */
  static Lease take(Lake lake, String command, Duration length) {
    return take(lake, command, length, length.dividedBy(RENEWALS));
  }

  static Lease take(Lake lake, String command, Duration length, Duration renewEvery) {
    Optional<Row> newest = newest(lake);
    newest.filter(Lease::isHeld).ifPresent(held -> refuse(lake, held));
    long number = newest.map(row -> row.<Long>getAs(Operations.LEASE_NUMBER)).orElse(0L);
    Lease lease = new Lease(lake, "clv " + command, length, number);
    if (!lease.renew()) {
      throw CommandException.failed(
          "The lake "
              + lake.root()
              + " is busy: another command took it at this moment. Nothing was changed; run again"
              + " when it is done.",
          null);
    }
    long millis = renewEvery.toMillis();
    var unused =
        lease.renewal.scheduleWithFixedDelay(
            lease::tryRenew, millis, millis, TimeUnit.MILLISECONDS);
    return lease;
  }

  /** The row of ops.lease of who holds it, if anybody does. */
  static Optional<Row> holder(Lake lake) {
    return newest(lake).filter(Lease::isHeld);
  }

  private static Optional<Row> newest(Lake lake) {
    return lake
        .ops(Operations.LEASE)
        .orderBy(col(Operations.LEASE_NUMBER).desc())
        .limit(1)
        .collectAsList()
        .stream()
        .findFirst();
  }

  private static boolean isHeld(Row row) {
    return row.<String>getAs(Operations.STATE).equals(Operations.HELD)
        && now().isBefore(row.<Timestamp>getAs(Operations.EXPIRES_AT).toInstant())
        && !isDead(row);
  }

  /** Whether it was a process of this machine that is not there any more. */
  private static boolean isDead(Row row) {
    if (!row.<String>getAs(Operations.HOST).equals(host())) {
      return false;
    }
    Instant started = row.<Timestamp>getAs(Operations.PROCESS_START).toInstant();
    return ProcessHandle.of(row.<Long>getAs(Operations.PROCESS_ID))
        .filter(ProcessHandle::isAlive)
        .filter(process -> start(process).equals(started))
        .isEmpty();
  }

  private static void refuse(Lake lake, Row held) {
    throw CommandException.failed(
        "The lake "
            + lake.root()
            + " is busy, held by "
            + held.getAs(Operations.OWNER)
            + " (process "
            + held.getAs(Operations.PROCESS_ID)
            + " on "
            + held.getAs(Operations.HOST)
            + ") since "
            + held.<Timestamp>getAs(Operations.SINCE).toInstant().truncatedTo(ChronoUnit.SECONDS)
            + ". One command at a time writes a lake, and nothing was changed. Run again when it is"
            + " done; should it have died, its lease ends by itself at "
            + held.<Timestamp>getAs(Operations.EXPIRES_AT)
                .toInstant()
                .truncatedTo(ChronoUnit.SECONDS)
            + ".",
        null);
  }

  /**
   * Makes sure that nobody took the lease over, as may happen to a process that was suspended.
   *
   * @throws CommandException of kind failed when somebody did
   */
  synchronized void requireHeld() {
    if (lost || (now().isAfter(expiresAt) && !renew())) {
      throw CommandException.failed(
          "Another command took the lake "
              + lake.root()
              + " over, since this one gave no sign of life for longer than lake.lease. Nothing was"
              + " published; run again when the other is done.",
          null);
    }
  }

  /** Returns false when another command has it. */
  private synchronized boolean renew() {
    Instant end = now().plus(length);
    lost = lost || !append(Operations.HELD, end);
    expiresAt = end;
    return !lost;
  }

  private void tryRenew() {
    try {
      var unused = renew();
    } catch (RuntimeException e) {
      // The storage may be back before the lease ends; requireHeld tries once more.
    }
  }

  private boolean append(String state, Instant end) {
    ProcessHandle process = ProcessHandle.current();
    Row row =
        RowFactory.create(
            number + 1,
            state,
            owner,
            host(),
            process.pid(),
            Timestamp.from(start(process)),
            Timestamp.from(since),
            Timestamp.from(end),
            Lake.now());
    if (lake.appendNext(Operations.LEASE, SEQUENCE, number + 1, List.of(row)).isEmpty()) {
      return false;
    }
    number++;
    return true;
  }

  private static Instant start(ProcessHandle process) {
    return process.info().startInstant().orElse(Instant.EPOCH).truncatedTo(ChronoUnit.MICROS);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  /** Delta keeps microseconds. */
  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.MICROS);
  }

  /** Gives the lake back. */
  @Override
  public void close() {
    renewal.shutdown(); // and wait: a commit that is interrupted may be there or not
    synchronized (this) {
      try {
        var unused = !lost && append(Operations.RELEASED, now());
      } catch (RuntimeException e) {
        // The work is done all the same, and the lease ends by itself.
      }
    }
  }
}
