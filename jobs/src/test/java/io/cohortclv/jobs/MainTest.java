package io.cohortclv.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
  }

  @Test
  void main_withoutACommandExplainsItself() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString()).contains("Usage: clv").contains("estimate");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void help_showsAnExample() {
    assertThat(run("estimate", "--help")).isZero();
    assertThat(out.toString()).contains("Example:").contains("clv estimate orders.csv");
  }

  @Test
  void version_namesVersionAndCommit() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).matches("clv [0-9]+\\.[0-9]+\\.[0-9]+\\S* \\(\\S+\\)\\s*");
  }

  @Test
  void generateCompletion_writesAScript() {
    assertThat(run("generate-completion")).isZero();
    assertThat(out.toString()).contains("complete -F").contains("--calibration-end");
  }

  @ParameterizedTest
  @CsvSource({
    "frobnicate, frobnicate",
    "estimate nowhere.csv --customer c --time t --calibration-end 1997-06-30, nowhere.csv",
    "estimate f --customer c --time t --calibration-end 30.06.1997, 30.06.1997",
    "estimate f --customer c --time t, --calibration-end",
    "estimate f --customer c --time t --calibration-end 1997-06-30 --colour red, --colour",
    "estimate f --customer c --time t --calibration-end 1997-06-30 --model bgnbdd, bgnbdd",
    "estimate f --customer c --time t --calibration-end 1997-06-30 --delimiter x, --delimiter",
    "estimate f --customer c --time t --calibration-end 1997-06-30 --time-unit months, months",
    "estimate f --customer c --time t --calibration-end 1997-06-30 --holdout-end 1997-06-30,"
        + " --holdout-end",
    "estimate f --customer c --time t --calibration-end 1997-06-30 --horizon-days 0,"
        + " --horizon-days",
    "estimate f --customer c --time t --calibration-end 1997-06-30 --discount-rate -1,"
        + " --discount-rate",
  })
  void usageErrors_nameTheCauseInOneParagraph(String line, String named) {
    assertThat(run(line.split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(named).startsWith("clv: ").endsWith("\n");
    assertThat(err.toString().strip()).doesNotContain("\n");
    assertThat(out.toString()).isEmpty();
  }
}
