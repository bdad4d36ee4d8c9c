package io.cohortclv.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code clv estimate} as a whole. */
class EstimateCommandIT {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path folder;

  private int run(Path file, String... more) {
    List<String> arguments = new ArrayList<>();
    Collections.addAll(arguments, "estimate", file.toString(), "--customer", "customer_id");
    Collections.addAll(arguments, "--time", "date", "--amount", "dollars");
    Collections.addAll(arguments, more);
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Main.run(new PrintWriter(out), new PrintWriter(err), arguments.toArray(String[]::new));
  }

  /** Customers of two sources; those of `far` come back less often. */
  private Path orders(int customers) throws IOException {
    Random random = new Random(3);
    StringBuilder text = new StringBuilder("customer_id,date,dollars,source\n");
    for (int i = 0; i < customers; i++) {
      LocalDate day = LocalDate.of(2020, 1, 1).plusDays(random.nextInt(90));
      String source = i % 3 == 0 ? "far" : i % 50 == 1 ? "rare" : "near";
      double mean = 10 + random.nextInt(40);
      do {
        text.append(
            "c%d,%s,%.2f,%s\n".formatted(i, day, mean * (0.5 + random.nextDouble()), source));
        day = day.plusDays(1 + random.nextInt(source.equals("far") ? 120 : 60));
      } while (random.nextDouble() < 0.7);
    }
    return Files.writeString(folder.resolve("orders.csv"), text);
  }

  @Test
  void estimate_printsOneObjectWithItsKeysInOrder() throws IOException {
    Path file = orders(300);
    int code =
        run(
            file,
            "--calibration-end",
            "2020-09-30",
            "--holdout-end",
            "2020-12-31",
            "--format",
            "json");

    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    JsonNode object = JSON.readTree(out.toString());
    assertThat(names(object))
        .containsExactly(
            "model",
            "time_unit",
            "calibration_end",
            "customers",
            "repeat_purchases",
            "distinct_histories",
            "parameters",
            "standard_errors",
            "log_likelihood",
            "converged",
            "iterations",
            "seconds",
            "holdout",
            "spend",
            "clv",
            "segments",
            "warnings");
    assertThat(names(object.get("holdout")))
        .containsExactly("end", "actual_purchases", "expected_purchases", "mae", "rmse");
    assertThat(names(object.get("spend")))
        .containsExactly("model", "parameters", "customers", "log_likelihood");
    assertThat(names(object.get("clv")))
        .containsExactly("horizon_days", "discount_rate_per_year", "total", "mean");
    assertThat(object.get("customers").asInt()).isEqualTo(300);
    assertThat(object.get("segments").isNull()).isTrue();
  }

  @Test
  void estimate_writesEveryCustomerAndSegment() throws IOException {
    Path target = folder.resolve("out");
    int code =
        run(
            orders(2000),
            "--calibration-end",
            "2020-12-31",
            "--segment",
            "source",
            "--format",
            "json",
            "--out",
            target.toString());

    assertThat(err.toString()).isEmpty();
    assertThat(code).isZero();
    JsonNode object = JSON.readTree(out.toString());
    assertThat(object).isEqualTo(JSON.readTree(target.resolve("estimate.json").toFile()));
    assertThat(object.get("segments").findValuesAsText("segment"))
        .containsExactly("far", "near", "rare");
    JsonNode rare = object.get("segments").get(2);
    assertThat(rare.get("converged").asBoolean()).isTrue();
    assertThat(rare.get("spend").get("parameters"))
        .isEqualTo(object.get("spend").get("parameters"));
    assertThat(rare.get("warnings").toString()).contains("mostly that of all");
    assertThat(object.get("segments").get(0).get("parameters"))
        .isNotEqualTo(object.get("parameters"));

    List<String> lines = Files.readAllLines(target.resolve("customers.csv"));
    assertThat(lines).hasSize(2001);
    double total = 0;
    for (JsonNode segment : object.get("segments")) {
      total += segment.get("clv").get("total").asDouble();
    }
    double written =
        lines.stream()
            .skip(1)
            .mapToDouble(l -> Double.parseDouble(l.substring(l.lastIndexOf(',') + 1)))
            .sum();
    assertThat(written).isCloseTo(total, withPercentage(1e-9));
    try (var files = Files.list(target)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void estimate_endsWithADataErrorWhereNobodyBoughtAgain() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("once.csv"),
            "customer_id,date,dollars\na,2020-01-01,5\nb,2020-01-02,5\nc,2020-01-03,5\nd,2020-01-04,5\ne,2020-01-05,5\n");

    assertThat(run(file, "--calibration-end", "2020-06-30")).isEqualTo(3);
    assertThat(err.toString()).contains("once.csv").contains("bought again");
    assertThat(out.toString()).isEmpty();
  }

  /** A001, A002, A007 and A058 of the published values. */
  @Test
  void estimate_reproducesThePublishedCdnowFit() throws IOException {
    int code =
        run(
            cdnow(),
            "--calibration-end",
            "1997-09-30",
            "--holdout-end",
            "1998-06-30",
            "--time-unit",
            "weeks",
            "--model",
            "bg-nbd",
            "--format",
            "json");

    assertThat(code).isZero();
    JsonNode object = JSON.readTree(out.toString());
    assertThat(object.get("customers").asInt()).isEqualTo(2357);
    assertThat(object.get("repeat_purchases").asInt()).isEqualTo(2457);
    assertThat(object.get("log_likelihood").asDouble()).isCloseTo(-9582.429207, within(1e-3));
    JsonNode parameters = object.get("parameters");
    assertThat(parameters.get("r").asDouble()).isCloseTo(0.24259452, withPercentage(0.1));
    assertThat(parameters.get("alpha").asDouble()).isCloseTo(4.413602, withPercentage(0.1));
    assertThat(parameters.get("a").asDouble()).isCloseTo(0.79292202, withPercentage(0.1));
    assertThat(parameters.get("b").asDouble()).isCloseTo(2.4259068, withPercentage(0.1));
    JsonNode errors = object.get("standard_errors");
    assertThat(errors.get("r").asDouble()).isCloseTo(0.01256, withPercentage(1));
    JsonNode holdout = object.get("holdout");
    assertThat(holdout.get("actual_purchases").asInt()).isEqualTo(1882);
    assertThat(holdout.get("expected_purchases").asDouble())
        .isCloseTo(1653.41, withPercentage(0.1));
    assertThat(holdout.get("mae").asDouble()).isCloseTo(0.785454, withPercentage(0.1));
    assertThat(holdout.get("rmse").asDouble()).isCloseTo(1.607982, withPercentage(0.1));
    assertThat(object.get("spend").get("customers").asInt()).isEqualTo(946);
    assertThat(object.get("spend").get("log_likelihood").asDouble())
        .isCloseTo(-4055.917695, within(1e-3));
  }

  /** BTYDplus 1.2.0, demo cdnow: k = 1, the log-likelihood of MBG/NBD. */
  @Test
  void regularity_isNotFoundWhereBtydPlusFindsNone() throws IOException {
    int code =
        run(
            cdnow(),
            "--calibration-end",
            "1997-09-30",
            "--time-unit",
            "weeks",
            "--model",
            "mbg-cnbd-k",
            "--format",
            "json");

    assertThat(code).isZero();
    JsonNode object = JSON.readTree(out.toString());
    assertThat(object.get("log_likelihood").asDouble()).isCloseTo(-9582.135716, within(1e-3));
    JsonNode parameters = object.get("parameters");
    assertThat(parameters.get("k").asDouble()).isEqualTo(1);
    assertThat(parameters.get("r").asDouble()).isCloseTo(0.52484316, withPercentage(0.1));
    assertThat(parameters.get("alpha").asDouble()).isCloseTo(6.1830853, withPercentage(0.1));
  }

  private static Path cdnow() {
    Path cdnow =
        Path.of(Optional.ofNullable(System.getenv("CLV_SHARED")).orElse("../../shared"))
            .resolve("data/cdnow/orders.csv");
    assumeTrue(Files.exists(cdnow), "CDNOW's orders are not in " + cdnow);
    return cdnow;
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }
}
