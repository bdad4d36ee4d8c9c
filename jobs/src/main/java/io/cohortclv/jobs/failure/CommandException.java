package io.cohortclv.jobs.failure;

/**
 * A failure a user can act on. Its message is one paragraph: the problem, why, what to do; it names
 * columns and files, never the values of a row. The command line prints it and exits with {@link
 * #exitCode()}.
 */
public final class CommandException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What went wrong, as far as a scheduler cares. */
  public enum Kind {
    /** A retry may help. */
    FAILED(1),
    /** Arguments or configuration. */
    USAGE(2),
    /** The data broke a contract or a quality gate; nothing was published. */
    DATA(3);

    private final int exitCode;

    Kind(int exitCode) {
      this.exitCode = exitCode;
    }
  }

  private final Kind kind;

  private CommandException(Kind kind, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  public static CommandException usage(String message) {
    return new CommandException(Kind.USAGE, message, null);
  }

  public static CommandException data(String message) {
    return new CommandException(Kind.DATA, message, null);
  }

  public static CommandException failed(String message, Throwable cause) {
    return new CommandException(Kind.FAILED, message, cause);
  }

  public int exitCode() {
    return kind.exitCode;
  }
}
