package io.cohortclv.jobs;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;

/**
 * Tells on the standard error stream what is going on: a line that changes on a terminal, and a
 * line a stage elsewhere.
 */
public final class Progress implements AutoCloseable {
  /** Whether standard error is a terminal; the launcher knows, Java does not. */
  private static final boolean TERMINAL = Boolean.getBoolean("clv.tty");

  private static final String CLEAR_LINE = "\r\u001b[2K";

  private final PrintWriter err;
  private final boolean terminal;
  private final boolean lines;
  private final Instant start = Instant.now();

  private Progress(PrintWriter err, boolean terminal, boolean lines) {
    this.err = err;
    this.terminal = terminal;
    this.lines = lines;
  }

  /** For long work: a line a stage where there is no terminal. */
  public static Progress of(PrintWriter err) {
    return new Progress(err, TERMINAL, true);
  }

  /** For short work: nothing where there is no terminal. */
  public static Progress onTerminalOnly(PrintWriter err) {
    return new Progress(err, TERMINAL, false);
  }

  /** A stage begins: {@code fitting mbg-nbd on 1,700 histories}. */
  public void stage(String what) {
    long seconds = Duration.between(start, Instant.now()).toSeconds();
    if (terminal) {
      err.print(CLEAR_LINE + what + " … " + seconds + " s");
      err.flush();
    } else if (lines) {
      err.println("clv: " + seconds + " s: " + what);
    }
  }

  /** Leaves the terminal's line empty for what follows. */
  @Override
  public void close() {
    if (terminal) {
      err.print(CLEAR_LINE);
      err.flush();
    }
  }
}
