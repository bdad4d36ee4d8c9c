package io.cohortclv.jobs.estimate;

import io.cohortclv.jobs.estimate.Estimator.CustomerValue;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Writes an estimate into a folder: {@code estimate.json}, and a line a customer. */
final class EstimateFiles {
  private static final String HEADER =
      "customer,segment,repeats,recency_days,age_days,p_alive,expected_purchases,expected_spend,clv";

  private EstimateFiles() {}

  /** Replaces both files; each appears whole or not at all. */
  static void write(Path folder, OrderLog orders, Estimator estimator) throws IOException {
    Files.createDirectories(folder);
    Path customers = Files.createTempFile(folder, ".customers", ".csv");
    Path json = Files.createTempFile(folder, ".estimate", ".json");
    try {
      try (BufferedWriter out = Files.newBufferedWriter(customers)) {
        out.write(HEADER + "\n");
        orders.forEachCustomer((customer, history) -> writeLine(out, customer, history, estimator));
      }
      Files.writeString(json, EstimateFormat.JSON.write(estimator.estimate()) + "\n");
      Files.move(customers, folder.resolve("customers.csv"), StandardCopyOption.REPLACE_EXISTING);
      Files.move(json, folder.resolve("estimate.json"), StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(customers);
      Files.deleteIfExists(json);
    }
  }

  private static void writeLine(
      BufferedWriter out, String customer, History history, Estimator estimator) {
    CustomerValue value = estimator.value(history);
    String line =
        Stream.of(
                cell(customer),
                cell(history.segment()),
                history.repeats(),
                history.recencyDays(),
                history.ageDays(),
                value.aliveProbability(),
                value.expectedPurchases(),
                value.expectedSpend().map(Object::toString).orElse(""),
                value.clv().map(Object::toString).orElse(""))
            .map(Object::toString)
            .collect(Collectors.joining(","));
    try {
      out.write(line + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Quoted as RFC 4180 has it; what a spreadsheet would take for a formula stays text. */
  private static String cell(String text) {
    String safe = text.matches("(?s)[=+\\-@\t\r].*") ? "'" + text : text;
    return safe.matches("(?s).*[\",\n\r].*") ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
  }
}
