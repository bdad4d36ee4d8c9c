package io.cohortclv.jobs.lake;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.SourceConfig;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.transforms.attribution.AttributionRules;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.spark.sql.SparkSession;

/** Lakes in temporary folders; one session serves all tests of the module. */
public final class TestLakes {
  static {
    System.setProperty("spark.sql.shuffle.partitions", "2");
    // The product's own, which some tests stop.
    System.setProperty("spark.delta.logStore.file.impl", StoppingLogStore.class.getName());
    SparkSession.setActiveSession(Sessions.open("tests", Sessions.Work.LAKE));
  }

  private TestLakes() {}

  public static Lake open(Path root, SourceConfig... sources) {
    return Lake.open(config(root, sources), "test");
  }

  public static Lake open(ClvConfig config) {
    return Lake.open(config, "test");
  }

  public static ClvConfig config(Path root, SourceConfig... sources) {
    Map<String, List<SourceConfig>> inputs = new LinkedHashMap<>();
    for (SourceConfig source : sources) {
      inputs.computeIfAbsent(source.input(), i -> new ArrayList<>()).add(source);
    }
    return new ClvConfig(
        new ClvConfig.Lake(root.toUri().toString(), "clv", Duration.ofMinutes(5), Map.of()),
        new ClvConfig.Identifiers(Optional.of("a key of tests")),
        new ClvConfig.Reporting("EUR", ZoneId.of("Europe/Berlin"), 365, 0.1),
        inputs,
        Optional.empty(),
        new ClvConfig.Attribution(
            new AttributionRules(
                List.of("last_touch", "first_touch"),
                "last_touch",
                new AttributionRules.Windows(
                    Duration.ofDays(30), Duration.ofDays(1), Duration.ofDays(90)),
                Duration.ofDays(7),
                true,
                1_000,
                new AttributionRules.Precedence(Set.of(), false, 10, 20)),
            false,
            0.8,
            20,
            100,
            300),
        new ClvConfig.Margin(0.3),
        new ClvConfig.Cohorts(List.of("month"), OptionalInt.empty(), 0.95),
        new ClvConfig.Fit(List.of(ModelFamily.MBG_NBD), true, 100, 1_000_000, 60),
        new ClvConfig.Scorecard(30, 0.99, 10_000, 800),
        new ClvConfig.Commission(Optional.empty(), 3, 0.2, 12, 0.01),
        List.of(),
        "hash of tests");
  }
}
