package io.cohortclv.jobs.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.jobs.failure.CommandException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class SimulateCommandTest {
  @TempDir private Path folder;

  private final StringWriter printed = new StringWriter();
  private final List<Exception> failures = new ArrayList<>();

  private int clv(String... arguments) {
    return new CommandLine(new SimulateCommand())
        .setOut(new PrintWriter(printed))
        .setExecutionExceptionHandler(
            (e, commandLine, result) -> {
              failures.add(e);
              return ((CommandException) e).exitCode();
            })
        .execute(arguments);
  }

  @Test
  void simulate_saysWhatIsWhereAndWhatComesNext() {
    Path out = folder.resolve("shop");

    assertThat(clv("--out", out.toString(), "--customers", "50", "--days", "100", "--dirty", "0.1"))
        .isZero();

    assertThat(printed.toString())
        .startsWith("Simulated 50 customers with ")
        .contains("bad on purpose")
        .contains("Next: clv run --conf " + out.resolve("clv.conf") + " --as-of 2025-12-31");
  }

  @Test
  void simulate_refusesAFolderWithFiles() throws IOException {
    Files.writeString(folder.resolve("mine.txt"), "mine");

    assertThat(clv("--out", folder.toString())).isEqualTo(2);

    assertThat(failures).singleElement().asString().contains("is not empty");
    assertThat(folder.toFile().list()).containsExactly("mine.txt");
    assertThat(printed.toString()).isEmpty();
  }

  @Test
  void simulate_refusesAFileForAFolder() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.txt"), "mine");

    assertThat(clv("--out", file.toString())).isEqualTo(2);

    assertThat(failures).singleElement().asString().contains("is no folder");
  }

  @Test
  void simulate_saysWhyItCouldNotWrite() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.txt"), "mine");

    assertThat(clv("--out", file.resolve("shop").toString())).isEqualTo(1);

    assertThat(failures).singleElement().asString().contains("could not be written to " + file);
    assertThat(folder.toFile().list()).containsExactly("mine.txt");
  }

  @ParameterizedTest
  @CsvSource({
    "--customers,0",
    "--customers,100000001",
    "--affiliates,0",
    "--days,59",
    "--days,3651",
    "--dirty,-0.1",
    "--dirty,NaN",
    "--dirty,0.6"
  })
  void simulate_refusesWhatIsOutOfRange(String option, String value) {
    assertThat(clv("--out", folder.resolve("shop").toString(), option, value)).isEqualTo(2);

    assertThat(failures).singleElement().asString().contains(option + " must be from ");
    assertThat(folder.toFile().list()).isEmpty();
  }
}
