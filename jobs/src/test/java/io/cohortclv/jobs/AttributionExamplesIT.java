package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.sum;
import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.TestLakes;
import io.cohortclv.transforms.table.CustomerClv;
import io.cohortclv.transforms.table.OrderAttribution;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs of other shapes than a shop's, attributed by conf/examples alone. */
class AttributionExamplesIT {
  private static final LocalDate AS_OF = LocalDate.of(2024, 1, 31);

  @TempDir Path folder;

  /** Runs the example on lines of its own, and gives the credits of that model by campaign. */
  private Map<String, String> credited(String example, String file, String model, String... lines)
      throws IOException {
    Path conf = folder.resolve(example);
    if (Files.notExists(conf)) {
      Files.copy(Path.of("../conf/examples").resolve(example), conf);
      Files.writeString(conf, "\nlake.root = \"lake\"\n", StandardOpenOption.APPEND);
      Files.write(folder.resolve(file), Arrays.asList(lines));
    }
    ClvConfig config = ClvConfigs.load(conf).withIdentifiers("a key of tests");
    TestLakes.config(folder); // the session of the tests
    try (Lake lake = TestLakes.open(config)) {
      if (lake.published(AS_OF).isEmpty()) {
        RunCommand.everything(
            lake, config, AS_OF, Progress.onTerminalOnly(new PrintWriter(Writer.nullWriter())));
      }
      Map<String, String> credits = new TreeMap<>();
      lake.published(OrderAttribution.TABLE, AS_OF)
          .filter(col(OrderAttribution.MODEL).equalTo(model))
          .groupBy(OrderAttribution.CAMPAIGN_ID)
          .agg(sum(OrderAttribution.CREDITED_NET))
          .collectAsList()
          .forEach(r -> credits.put(String.valueOf(r.getString(0)), r.getDecimal(1).toString()));
      assertThat(lake.published(AS_OF).orElseThrow().tableVersions())
          .doesNotContainKey(CustomerClv.TABLE.name());
      return credits;
    }
  }

  /**
   * Paths: Facebook > search with an order, Facebook without one, direct with an order. Removing
   * Facebook or search each loses one of the two orders, so they share theirs evenly.
   */
  @Test
  void touchLogThatMarksConversions_isAttributed() throws IOException {
    String[] log = {
      "cookie,time,interaction,conversion,conversion_value,channel",
      "u1,2024-01-03T10:00:00Z,impression,0,0,Facebook",
      "u1,2024-01-05T18:30:00Z,conversion,1,49.90,Paid Search",
      "u2,2024-01-04T10:00:00Z,impression,0,0,Facebook",
      "u3,2024-01-10T08:00:00Z,conversion,1,20.00,Direct"
    };
    assertThat(credited("touch-log.conf", "touches.csv", "markov", log))
        .isEqualTo(Map.of("Facebook", "24.95", "Paid Search", "24.95", "null", "20.00"));
    assertThat(credited("touch-log.conf", "touches.csv", "last_touch", log))
        .isEqualTo(Map.of("Paid Search", "49.90", "null", "20.00"));
    assertThat(credited("touch-log.conf", "touches.csv", "first_touch", log))
        .isEqualTo(Map.of("Facebook", "49.90", "null", "20.00"));
  }

  /**
   * Of six journeys three convert: two of A > B with 15.01 and 15.00, one of B > A > B with 9.00.
   *
   * <p>From A five steps begin, from B one; A leads to B in 4 of 6 and nowhere in 2; B to an order
   * in 3 of 5, to A in 1. So a conversion comes from B with 9/13, from A with 6/13, in all with
   * 1/2, as was seen. Without A it is 1/6 x 3/5 = 1/10 and without B none: removal effects 4/5 and
   * 1, A has 4/9 of each order and B 5/9, 6.67 + 8.34, 6.67 + 8.33 and 4.00 + 5.00.
   */
  @Test
  void pathFile_isAttributed() throws IOException {
    String[] paths = {
      "path,conversions,value,nulls", "A > B,2,30.01,1", "A,0,0,2", "B > A > B,1,9.00,0"
    };
    assertThat(credited("path-file.conf", "paths.csv", "markov", paths))
        .isEqualTo(Map.of("A", "17.34", "B", "21.67"));
    assertThat(credited("path-file.conf", "paths.csv", "last_touch", paths))
        .isEqualTo(Map.of("B", "39.01"));
    assertThat(credited("path-file.conf", "paths.csv", "first_touch", paths))
        .isEqualTo(Map.of("A", "30.01", "B", "9.00"));
    // 15.01 splits into 7.51 and 7.50, 9.00 into three times 3.00.
    assertThat(credited("path-file.conf", "paths.csv", "linear", paths))
        .isEqualTo(Map.of("A", "18.01", "B", "21.00"));
    assertThat(credited("path-file.conf", "paths.csv", "shapley", paths))
        .isEqualTo(Map.of("A", "19.51", "B", "19.50"));
  }
}
