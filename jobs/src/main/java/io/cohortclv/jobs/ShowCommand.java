package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_csv;
import static org.apache.spark.sql.functions.to_json;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.Expressions;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.transforms.table.Catalog;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Table;
import java.io.PrintWriter;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Prints a table as readers see it. */
@Command(
    name = "show",
    description = "Prints a published table, or one of ops.* and clean.*.",
    footer = {
      "",
      "Example: clv show affiliate_scorecard --columns affiliate_id,n_customers,clv_raw --where"
          + " \"n_customers >= 30\" --limit 10"
    })
final class ShowCommand implements Callable<Integer> {
  private enum Format {
    table,
    csv,
    json
  }

  @Spec private CommandSpec spec;
  @Mixin private PublishedOptions options;

  @Parameters(paramLabel = "TABLE", description = "Such as customer_clv or ops.recon.")
  private String name;

  @Option(
      names = "--as-of",
      paramLabel = "DATE",
      description = "Published day (default: the newest).")
  private LocalDate asOf;

  @Option(names = "--where", paramLabel = "SQL", description = "Condition on the rows.")
  private String where;

  @Option(
      names = "--columns",
      split = ",",
      paramLabel = "COLUMN",
      description = "Columns to print (default: all).")
  private List<String> columns = List.of();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "Most rows to print (default: ${DEFAULT-VALUE}).")
  private int limit;

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Format format;

  @Override
  public Integer call() {
    Table table =
        Catalog.find(name)
            .orElseThrow(
                () ->
                    CommandException.usage(
                        "There is no table "
                            + name
                            + ". There are "
                            + String.join(", ", Catalog.names())
                            + "."));
    if (limit < 1) {
      throw CommandException.usage("--limit must be at least 1: " + limit + ".");
    }
    ClvConfig config = options.config(spec.commandLine().getErr());
    try (Lake lake = Lake.open(config, "show")) {
      print(lake, selected(rows(lake, table)).limit(limit));
    }
    return 0;
  }

  private Dataset<Row> rows(Lake lake, Table table) {
    return switch (table.layout()) {
      case SNAPSHOT, LEDGER -> lake.published(table, asOf == null ? newest(lake) : asOf);
      case OPS -> lake.ops(table);
      case CLEAN -> lake.clean(Contract.of(table.name()));
    };
  }

  private static LocalDate newest(Lake lake) {
    return lake.latest()
        .orElseThrow(
            () ->
                CommandException.usage(
                    "Nothing is published in this lake yet. Run clv run --as-of DATE first."))
        .asOf();
  }

  private Dataset<Row> selected(Dataset<Row> rows) {
    List<String> present = Arrays.asList(rows.columns());
    for (String column : columns) {
      if (!present.contains(column)) {
        throw CommandException.usage(
            name + " has no column " + column + ". It has " + String.join(", ", present) + ".");
      }
    }
    Dataset<Row> kept = rows;
    if (where != null) {
      Expressions.requirePlain("--where", where);
      try {
        kept = rows.filter(expr(where));
      } catch (Exception e) { // Scala declares no checked exceptions
        if (e instanceof AnalysisException wrong) {
          throw CommandException.usage(
              "--where does not fit " + name + ": " + wrong.getSimpleMessage());
        }
        throw e;
      }
    }
    return columns.isEmpty()
        ? kept
        : kept.select(columns.stream().map(c -> col(c)).toArray(Column[]::new));
  }

  private void print(Lake lake, Dataset<Row> rows) {
    PrintWriter out = spec.commandLine().getOut();
    switch (format) {
      case json ->
          lines(
              lake,
              rows.select(to_json(struct(col("*")), Map.of("ignoreNullFields", "false"))),
              out);
      case csv -> {
        out.println(String.join(",", rows.columns()));
        lines(lake, rows.select(to_csv(struct(flat(rows)), Map.of())), out);
      }
      case table -> {
        List<List<String>> cells = new ArrayList<>();
        cells.add(Arrays.asList(rows.columns()));
        for (Row row : lake.collectSmall(rows.select(flat(rows)), limit, "rows")) {
          List<String> line = new ArrayList<>();
          for (int i = 0; i < row.size(); i++) {
            line.add(row.isNullAt(i) ? "" : row.get(i).toString());
          }
          cells.add(line);
        }
        TextTable.print(cells, out);
      }
    }
    out.flush();
  }

  private void lines(Lake lake, Dataset<Row> rows, PrintWriter out) {
    lake.collectSmall(rows, limit, "rows").forEach(row -> out.println(row.getString(0)));
  }

  /** Arrays and maps as JSON text, the rest as it is. */
  private static Column[] flat(Dataset<Row> rows) {
    return Arrays.stream(rows.schema().fields()).map(ShowCommand::flat).toArray(Column[]::new);
  }

  private static Column flat(StructField field) {
    boolean nested = field.dataType() instanceof ArrayType || field.dataType() instanceof MapType;
    Column column = col(field.name());
    return (nested ? to_json(column) : column).as(field.name());
  }
}
