package io.cohortclv.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.TestLakes;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code clv check}, and what {@code clv status} says of the same inputs. */
class CheckCommandTest {
  private static final String SCHEMA = "schema = \"id STRING, at STRING, total STRING\"";

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void writeOrders() throws IOException {
    TestLakes.config(folder); // the session
    Files.createDirectories(folder.resolve("raw"));
    Files.writeString(
        folder.resolve("raw/a.json"),
        """
        {"id": "1", "at": "2024-01-02", "total": 10.50}
        {"id": "2", "at": "2024-01-02", "total": "x"}
        {broken
        """);
  }

  @AfterEach
  void checkWroteNothing() {
    assertThat(folder.resolve("lake")).doesNotExist();
  }

  private Path conf(String schema, String path, String subtotal) throws IOException {
    return Files.writeString(
        folder.resolve("clv.conf"),
        """
        lake.root = lake
        inputs.orders = [{
          path = "%s", format = json, zone = UTC
          %s
          columns { order_id = id, order_ts = at, subtotal = "%s" }
        }]
        """
            .formatted(path, schema, subtotal));
  }

  private int check(Path conf, String... more) {
    String[] arguments = new String[3 + more.length];
    arguments[0] = "check";
    arguments[1] = "--conf";
    arguments[2] = conf.toString();
    System.arraycopy(more, 0, arguments, 3, more.length);
    return Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
  }

  @Test
  void check_saysWhatWouldBecomeOfASample() throws IOException {
    assertThat(check(conf(SCHEMA, "raw", "total"))).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("not there yet", "orders[0] main: 1 files", "1 accepted")
        .contains("1 rejected: subtotal: not an amount", "1 rejected: unparseable");
  }

  @Test
  void check_ofASampleWithoutAFittingRowIsAnErrorOfTheData() throws IOException {
    assertThat(check(conf(SCHEMA, "raw", "at"))).isEqualTo(3);
    assertThat(out.toString()).contains("None of the first 1000 rows would be accepted");
  }

  @Test
  void check_namesWhatDoesNotMap() throws IOException {
    assertThat(check(conf(SCHEMA, "raw", "totals"))).isEqualTo(2);
    assertThat(out.toString()).contains("columns.subtotal").contains("id, at, total");
  }

  @Test
  void check_namesAPathThatIsNotThere() throws IOException {
    assertThat(check(conf(SCHEMA, "nowhere", "total"))).isEqualTo(2);
    assertThat(out.toString()).contains("nowhere");
  }

  @Test
  void propose_writesASchemaThatTheProgramTakes() throws IOException {
    Files.writeString(
        folder.resolve("raw/a.json"), "{\"id\": 7, \"at\": \"2024-01-02\", \"total\": 10.50}\n");
    assertThat(check(conf("", "raw", "total"))).isEqualTo(2);
    assertThat(err.toString()).contains("--propose");
    assertThat(check(conf("", "raw", "total"), "--propose")).isZero();
    String proposed =
        out.toString().lines().filter(l -> l.startsWith("schema = ")).findFirst().orElseThrow();
    assertThat(proposed).contains("id BIGINT", "at STRING", "total DECIMAL(4,2)");
    assertThat(check(conf(proposed, "raw", "total"))).as(err.toString()).isZero();
    assertThat(out.toString()).contains("1 accepted");
  }

  @Test
  void status_ofALakeThatIsNotThereSaysSo() throws IOException {
    Path conf = conf(SCHEMA, "raw", "total");
    try (Lake lake = TestLakes.open(ClvConfigs.load(conf))) {
      Status status = Status.of(lake, ClvConfigs.load(conf));
      assertThat(status.published()).isEmpty();
      assertThat(status.runs()).isEmpty();
      assertThat(status.inputs()).extracting(Status.Input::input).containsExactly("orders");
      assertThat(status.off())
          .contains(
              new Status.Off("nothing can be computed", "inputs.orders has brought no rows yet"))
          .contains(
              new Status.Off(
                  "revenue counts as if nothing came back", "inputs.refunds is not configured"));
    }
  }
}
