package io.cohortclv.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** {@code clv} in a process of its own, as users start it. */
public final class ClvProcess {
  /** What the system says of a process that SIGKILL ended. */
  private static final int KILLED = 128 + 9;

  private static final List<String> SHORT_WORK =
      List.of("-Xmx1g", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Process process;
  private final Path out;
  private final Path err;

  private ClvProcess(Process process, Path out, Path err) {
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts it.
   *
   * @param folder new files for its output are made here
   * @param properties system properties; Spark's settings are some
   * @param environment beside this process's own
   */
  public static ClvProcess start(
      Path folder,
      Map<String, String> properties,
      Map<String, String> environment,
      String... arguments)
      throws IOException {
    return start(folder, SHORT_WORK, properties, environment, arguments);
  }

  /** The same with flags of the JVM for the work it is to do. */
  public static ClvProcess start(
      Path folder,
      List<String> flags,
      Map<String, String> properties,
      Map<String, String> environment,
      String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    command.addAll(flags);
    command.add("-Duser.timezone=UTC");
    command.add("@" + options(folder));
    properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.add("-cp");
    command.add(classPath());
    command.add(Main.class.getName());
    command.addAll(List.of(arguments));
    Path out = Files.createTempFile(folder, "clv", ".out");
    Path err = Files.createTempFile(folder, "clv", ".err");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    Process process = builder.redirectOutput(out.toFile()).redirectError(err.toFile()).start();
    return new ClvProcess(process, out, err);
  }

  /** The JVM's options in a new file of that folder: they may lie in a jar. */
  public static Path options(Path folder) throws IOException {
    Path options = Files.createTempFile(folder, "jvm", ".options");
    try (InputStream in = Main.class.getResourceAsStream("jvm.options")) {
      Files.copy(in, options, StandardCopyOption.REPLACE_EXISTING);
    }
    return options;
  }

  /** Of this process; surefire hides it behind a jar that names it. */
  public static String classPath() {
    return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
  }

  /** Waits for its end and returns its exit code. */
  public int await() throws InterruptedException {
    return process.waitFor();
  }

  /** Waits for a word on its standard output; false when it ended without saying it. */
  public boolean awaitOutput(String word) throws IOException, InterruptedException {
    while (!out().contains(word)) {
      if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
        return out().contains(word);
      }
    }
    return true;
  }

  /** Ends it by SIGKILL after that time; false when it had ended before. */
  public boolean killAfter(long millis) throws InterruptedException {
    if (process.waitFor(millis, TimeUnit.MILLISECONDS)) {
      return false;
    }
    kill();
    return true;
  }

  /** Ends it by SIGKILL and makes sure that this is what ended it. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor()).as("exit code of a killed process").isEqualTo(KILLED);
  }

  public String out() throws IOException {
    return Files.readString(out, StandardCharsets.UTF_8);
  }

  public String err() throws IOException {
    return Files.readString(err, StandardCharsets.UTF_8);
  }
}
