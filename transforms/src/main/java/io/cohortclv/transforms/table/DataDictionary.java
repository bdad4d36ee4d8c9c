package io.cohortclv.transforms.table;

import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.types.StructField;

/** Every table and column in words: docs/tables.md is made from it, so that it is never behind. */
public final class DataDictionary {
  private DataDictionary() {}

  /** The whole dictionary as Markdown. */
  public static String markdown() {
    StringBuilder text = new StringBuilder();
    text.append(
        """
        # Tables

        Made from the table classes; a test keeps this page current. Money is in major units of
        `reporting_currency`, rates are fractions, dates are business days, times are UTC.

        ## Published

        Read a snapshot table through `current_NAME`, or by the newest row of `ops.publication` for
        its `as_of_date`: a run's partition that is not named there is unfinished or replaced.

        """);
    Catalog.PUBLISHED.forEach(table -> append(text, table));
    text.append("## Operations\n\n");
    Catalog.OPERATIONS.forEach(table -> append(text, table));
    text.append(
        """
        ## Raw logs and the clean zone

        What a mapping may fill, by input. `!` marks what every accepted row has; a fallback stands
        for a value that is missing. The clean table of an input has these columns, the keyed hashes
        named beside them, and the bookkeeping of the clean zone.

        """);
    Contract.all().forEach(contract -> append(text, contract));
    text.append(
        "### Bookkeeping of the clean zone\n\n| column | type | meaning |\n|---|---|---|\n");
    for (Field field : CleanColumns.FIELDS) {
      row(text, field.toStructField());
    }
    return text.toString();
  }

  private static void append(StringBuilder text, Table table) {
    text.append("### ").append(table.displayName()).append("\n\nOne row is ");
    text.append(table.grain()).append('.');
    List<String> partitions = table.partitionColumns();
    if (!partitions.isEmpty()) {
      text.append(" Partitioned by ").append(String.join(", ", partitions)).append('.');
    }
    text.append("\n\n| column | type | meaning |\n|---|---|---|\n");
    for (StructField field : table.schema().fields()) {
      row(text, field);
    }
    text.append('\n');
  }

  private static void row(StringBuilder text, StructField field) {
    text.append("| ").append(field.name()).append(" | ").append(type(field)).append(" | ");
    text.append(field.getComment().get()).append(" |\n");
  }

  private static String type(StructField field) {
    return field.dataType().sql().toLowerCase(Locale.ROOT);
  }

  private static void append(StringBuilder text, Contract contract) {
    text.append("### inputs.").append(contract.name()).append("\n\nOne row is ");
    text.append(contract.grain()).append("; the key is ");
    text.append(String.join(", ", contract.key()));
    text.append(".\n\n| column | read as | fallback | allowed | keyed hash | meaning |\n");
    text.append("|---|---|---|---|---|---|\n");
    for (Contract.InputColumn c : contract.columns()) {
      text.append("| ").append(c.name()).append(c.required() ? "!" : "").append(" | ");
      text.append(c.kind().name().toLowerCase(Locale.ROOT)).append(" | ");
      text.append(fallback(c)).append(" | ").append(allowed(c)).append(" | ");
      text.append(c.pseudonym() == null ? "" : c.pseudonym()).append(" | ");
      text.append(c.meaning()).append(" |\n");
    }
    text.append('\n');
  }

  private static String fallback(Contract.InputColumn column) {
    if (!column.madeFrom().isEmpty()) {
      return "hash of " + String.join(", ", column.madeFrom());
    }
    return column.fallback() == null ? "" : column.fallback();
  }

  private static String allowed(Contract.InputColumn column) {
    return column.bounds() == null ? String.join(", ", column.allowed()) : column.bounds().text();
  }
}
