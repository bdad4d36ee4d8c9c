package io.cohortclv.models.fit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The CDNOW sample, which stays outside the repository. Found through the system property or
 * environment variable {@code CLV_SHARED}, or as {@code ../shared} of a folder above; where it is
 * absent the calling test is skipped.
 */
final class Cdnow {
  static final LocalDate CALIBRATION_END = LocalDate.of(1997, 9, 30);
  static final LocalDate HOLDOUT_END = LocalDate.of(1998, 6, 30);

  /**
   * A customer's day totals, first day first.
   *
   * @param first day of the first purchase
   * @param repeatDays repeat purchase days until the calibration's end
   * @param repeatSpend their dollars
   * @param holdoutDays repeat purchase days after it
   */
  record Customer(
      LocalDate first,
      List<LocalDate> repeatDays,
      List<Double> repeatSpend,
      List<LocalDate> holdoutDays) {
    int repeats() {
      return repeatDays.size();
    }

    /** In weeks of seven days. */
    double recency() {
      return repeatDays.isEmpty() ? 0 : weeks(first, repeatDays.get(repeatDays.size() - 1));
    }

    /** In weeks of seven days. */
    double age(LocalDate end) {
      return weeks(first, end);
    }
  }

  private Cdnow() {}

  static double weeks(LocalDate from, LocalDate to) {
    return ChronoUnit.DAYS.between(from, to) / 7.0;
  }

  /** Customers in the order of their ids, repeats until this day. */
  static List<Customer> customers(LocalDate end) {
    Map<String, TreeMap<LocalDate, Double>> days = new TreeMap<>();
    List<String> lines;
    try {
      lines = Files.readAllLines(file());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      days.computeIfAbsent(cells[0], id -> new TreeMap<>())
          .merge(LocalDate.parse(cells[1]), Double.valueOf(cells[3]), Double::sum);
    }
    List<Customer> customers = new ArrayList<>();
    for (TreeMap<LocalDate, Double> totals : days.values()) {
      LocalDate first = totals.firstKey();
      var later = totals.tailMap(first, false);
      customers.add(
          new Customer(
              first,
              List.copyOf(later.headMap(end, true).keySet()),
              List.copyOf(later.headMap(end, true).values()),
              List.copyOf(later.tailMap(end, false).keySet())));
    }
    return customers;
  }

  static Histories histories(LocalDate end) {
    Histories.Builder builder = Histories.builder();
    for (Customer c : customers(end)) {
      builder.add(c.repeats(), c.recency(), c.age(end), 1);
    }
    return builder.logGaps(logGaps(end)).build();
  }

  /** Of the gaps between purchases until this day, in weeks. */
  static double logGaps(LocalDate end) {
    double sum = 0;
    for (Customer c : customers(end)) {
      LocalDate last = c.first();
      for (LocalDate day : c.repeatDays()) {
        sum += Math.log(weeks(last, day));
        last = day;
      }
    }
    return sum;
  }

  private static Path file() {
    String named = System.getProperty("CLV_SHARED", System.getenv("CLV_SHARED"));
    Path found = named == null ? null : Path.of(named, "data/cdnow/orders.csv");
    Path folder = Path.of("").toAbsolutePath();
    while (found == null && folder != null) {
      Path candidate = folder.resolve("../shared/data/cdnow/orders.csv").normalize();
      found = Files.exists(candidate) ? candidate : null;
      folder = folder.getParent();
    }
    assumeTrue(
        found != null && Files.exists(found),
        "CDNOW is not here: no CLV_SHARED and no ../shared/data/cdnow/orders.csv above");
    return found;
  }
}
