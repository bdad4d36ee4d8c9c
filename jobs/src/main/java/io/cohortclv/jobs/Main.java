package io.cohortclv.jobs;

import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.simulate.SimulateCommand;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.spark.SparkThrowable;
import picocli.AutoComplete.GenerateCompletion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * The command line. Failures end as one paragraph on the standard error stream and an exit code: 0
 * done; 1 failed, a retry may help; 2 usage or configuration; 3 the data.
 */
@Command(
    name = "clv",
    description = "Customer lifetime value by affiliate, referral source and cohort.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "clv COMMAND --help explains a command and shows an example."})
public final class Main implements Callable<Integer> {
  /** Every command; a new one is one more line. */
  private static final List<Class<?>> COMMANDS =
      List.of(
          DemoCommand.class,
          SimulateCommand.class,
          EstimateCommand.class,
          RunCommand.class,
          CheckCommand.class,
          IngestCommand.class,
          BacktestCommand.class,
          ShowCommand.class,
          StatusCommand.class,
          GenerateCompletion.class);

  @Spec private CommandSpec spec;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Prints where in the program a failure happened.")
  private boolean stackTrace;

  private Main() {}

  public static void main(String... arguments) {
    System.exit(run(utf8(System.out), utf8(System.err), arguments));
  }

  private static PrintWriter utf8(PrintStream stream) {
    return new PrintWriter(stream, true, StandardCharsets.UTF_8);
  }

  /** Runs a command and returns its exit code. */
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine line = new CommandLine(new Main());
    for (Class<?> command : COMMANDS) {
      line.addSubcommand(command);
    }
    for (Pipeline.Step step : Pipeline.STEPS) {
      line.addSubcommand(StageCommand.of(step));
    }
    line.getSubcommands().get("generate-completion").getCommandSpec().usageMessage().hidden(true);
    return line.registerConverter(LocalDate.class, Main::day)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(out)
        .setErr(err)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Main::explainUsage)
        .setExecutionExceptionHandler(Main::explainFailure)
        .execute(arguments);
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return CommandLine.ExitCode.USAGE;
  }

  private static LocalDate day(String text) {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeParseException e) {
      throw new TypeConversionException("'" + text + "' is no day; write it as YYYY-MM-DD");
    }
  }

  private static int explainUsage(ParameterException e, String[] arguments) {
    CommandLine line = e.getCommandLine();
    line.getErr()
        .println(
            "clv: "
                + oneParagraph(e.getMessage())
                + ". See "
                + line.getCommandSpec().qualifiedName()
                + " --help.");
    return CommandLine.ExitCode.USAGE;
  }

  private static int explainFailure(Exception e, CommandLine line, ParseResult parsed) {
    PrintWriter err = line.getErr();
    Main main = line.getCommandSpec().root().userObject() instanceof Main top ? top : new Main();
    if (main.stackTrace) {
      e.printStackTrace(err); // what --stacktrace asks for
    }
    if (e instanceof CommandException failure) {
      err.println("clv: " + oneParagraph(failure.getMessage()));
      return failure.exitCode();
    }
    // The innermost cause says what happened; the layers above it, and Spark's copies of stack
    // traces below its first line, say where.
    Throwable cause = ExceptionUtils.getRootCause(e);
    err.println(
        "clv: "
            + cause.getClass().getSimpleName()
            + ": "
            + message(cause)
            + (main.stackTrace ? "" : " Add --stacktrace to see where."));
    return CommandLine.ExitCode.SOFTWARE;
  }

  /** Spark's errors of values quote the value, which may be a person's: their condition will do. */
  private static String message(Throwable cause) {
    if (cause instanceof SparkThrowable spark && spark.getCondition() != null) {
      return spark.getCondition();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }

  private static String oneParagraph(String message) {
    return message.strip().replaceAll("\\s*\\n\\s*", " ");
  }
}
