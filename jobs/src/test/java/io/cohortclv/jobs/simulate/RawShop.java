package io.cohortclv.jobs.simulate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortclv.jobs.simulate.RawShape.Form;
import io.cohortclv.jobs.simulate.RawShape.RawColumn;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Refunds;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * The raw logs of a small shop, read in plain Java as an ingest would, without any product code.
 */
final class RawShop {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path shop;

  RawShop(Path shop) {
    this.shop = shop;
  }

  /** A counted order with what is left of it after refunds. */
  record Counted(
      String id,
      String customer,
      Instant at,
      String visitor,
      String code,
      BigDecimal gross,
      BigDecimal netBeforeRefunds,
      BigDecimal net) {}

  /** The lines of a log, CSV headers left out. */
  List<String> lines(RawShape shape) throws IOException {
    List<String> lines = new ArrayList<>();
    List<Path> files;
    try (Stream<Path> found = Files.list(ShopConf.logFolder(shop, shape))) {
      files = found.sorted().toList();
    }
    for (Path file : files) {
      boolean zipped = file.toString().endsWith(".gz");
      try (InputStream plain = Files.newInputStream(file);
          InputStream in = zipped ? new GZIPInputStream(plain) : plain;
          BufferedReader reader =
              new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
        reader.lines().skip(shape.form() == Form.CSV ? 1 : 0).forEach(lines::add);
      }
    }
    return lines;
  }

  /** The rows of a log: text by contract column, absent where the raw row has nothing. */
  List<Map<String, String>> rows(RawShape shape) throws IOException {
    return lines(shape).stream().map(line -> row(shape, line)).toList();
  }

  private static Map<String, String> row(RawShape shape, String line) {
    try {
      JsonNode json = shape.form() == Form.CSV ? null : JSON.readTree(line);
      List<String> csv = json == null ? cells(line, shape.delimiter()) : List.of();
      Map<String, String> row = new HashMap<>();
      for (int i = 0; i < shape.columns().size(); i++) {
        RawColumn column = shape.columns().get(i);
        String value;
        if (json == null) {
          value = csv.get(i);
        } else {
          JsonNode node = json.at("/" + column.name().replace('.', '/'));
          value = node.isMissingNode() ? "" : node.asText();
        }
        if (!value.isEmpty()) {
          boolean lower = column.expression().startsWith("lower(");
          row.put(column.contractColumn(), lower ? value.toLowerCase(Locale.ROOT) : value);
        }
      }
      return row;
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> cells(String line, char delimiter) {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == delimiter && !quoted) {
        cells.add(cell.toString());
        cell.setLength(0);
      } else {
        cell.append(c);
      }
    }
    cells.add(cell.toString());
    return cells;
  }

  /** The moment in a cell, read by what the config says of the log and by nothing else. */
  static Instant instant(RawShape shape, String cell) {
    String format = shape.time().configFormat().orElse("");
    if (format.equals("epoch-millis")) {
      return Instant.ofEpochMilli(Long.parseLong(cell));
    }
    if (format.isEmpty()) {
      return Instant.parse(cell);
    }
    ZoneId zone = shape.time().configZone().map(ZoneId::of).orElse(ZoneOffset.UTC);
    return LocalDateTime.parse(cell, DateTimeFormatter.ofPattern(format, Locale.ROOT))
        .atZone(zone)
        .toInstant();
  }

  /** The counted orders by customer, in the order of time. */
  Map<String, List<Counted>> countedOrders() throws IOException {
    Map<String, Map<String, String>> newest = new HashMap<>();
    for (Map<String, String> row : rows(RawShape.ORDERS)) {
      newest.merge(
          row.get(Orders.ORDER_ID), row, (a, b) -> updated(b).isBefore(updated(a)) ? a : b);
    }
    Map<String, BigDecimal> refunded = new HashMap<>();
    for (Map<String, String> row : rows(RawShape.REFUNDS)) {
      refunded.merge(
          row.get(Refunds.ORDER_ID), new BigDecimal(row.get(Refunds.AMOUNT)), BigDecimal::add);
    }
    Map<String, List<Counted>> byCustomer = new TreeMap<>();
    for (Map<String, String> row : newest.values()) {
      String status = row.get(Orders.STATUS);
      BigDecimal cents =
          new BigDecimal(row.get(Orders.SUBTOTAL))
              .subtract(new BigDecimal(row.getOrDefault(Orders.DISCOUNT, "0")));
      BigDecimal before = cents.divide(BigDecimal.valueOf(RawShape.ORDERS.moneyScale()));
      BigDecimal net =
          before.subtract(refunded.getOrDefault(row.get(Orders.ORDER_ID), BigDecimal.ZERO));
      if (List.of("open", Orders.PAID).contains(status)
          && !row.get(Orders.IS_TEST).equals("true")
          && net.signum() > 0) {
        Counted counted =
            new Counted(
                row.get(Orders.ORDER_ID),
                row.get(Orders.CUSTOMER_REF),
                instant(RawShape.ORDERS, row.get(Orders.ORDER_TS)),
                row.get(Orders.VISITOR_ID),
                row.get(Orders.REFERRAL_CODE),
                new BigDecimal(row.get(Orders.SUBTOTAL))
                    .divide(BigDecimal.valueOf(RawShape.ORDERS.moneyScale())),
                before,
                net);
        byCustomer.computeIfAbsent(counted.customer(), c -> new ArrayList<>()).add(counted);
      }
    }
    byCustomer.values().forEach(o -> o.sort(Comparator.comparing(Counted::at)));
    return byCustomer;
  }

  private static Instant updated(Map<String, String> row) {
    return instant(RawShape.ORDERS, row.get(Contract.UPDATED_TS));
  }
}
