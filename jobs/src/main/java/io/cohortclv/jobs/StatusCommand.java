package io.cohortclv.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints how a lake stands. */
@Command(
    name = "status",
    description =
        "Shows runs, published days, how fresh each input is, rejected rows by reason, gates"
            + " that stop the next run, and what is switched off for lack of which input.",
    footer = {"", "Example: clv status --conf clv.conf --format json"})
final class StatusCommand implements Callable<Integer> {
  private static final ObjectMapper JSON =
      new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);

  private enum Format {
    text,
    json
  }

  @Spec private CommandSpec spec;
  @Mixin private PublishedOptions options;

  @Option(
      names = "--format",
      defaultValue = "text",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}); json is one object.")
  private Format format;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    ClvConfig config = options.config(spec.commandLine().getErr());
    Status status;
    try (Lake lake = Lake.open(config, "status")) {
      status = Status.of(lake, config);
    }
    switch (format) {
      case json -> out.println(json(status));
      case text -> print(status, out);
    }
    out.flush();
    return 0;
  }

  private static String json(Status status) {
    try {
      return JSON.writeValueAsString(status);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Text, numbers and lists of them are JSON", e);
    }
  }

  private static void print(Status status, PrintWriter out) {
    out.println("Lake " + status.lake());
    if (status.busy() != null) {
      out.printf(
          "Busy: %s (process %d on %s) since %s%n",
          status.busy().owner(),
          status.busy().process(),
          status.busy().host(),
          status.busy().since());
    }
    section(
        out,
        "Published days",
        List.of("as of", "run", "at", "tables"),
        status.published(),
        p ->
            List.of(
                p.asOfDate(),
                p.runId(),
                p.at(),
                p.tables().size() + (p.isBackfill() ? ", a backfill" : "")));
    section(
        out,
        "Runs",
        List.of("run", "begun", "last sign", "status", "stage", "message"),
        status.runs(),
        r -> List.of(r.runId(), r.begun(), r.last(), r.status(), r.stage(), text(r.message())));
    section(
        out,
        "Inputs",
        List.of(
            "input",
            "last ingested",
            "newest event",
            "accepted",
            "superseded",
            "waiting",
            "duplicate",
            "rejected",
            "not selected"),
        status.inputs(),
        i ->
            List.of(
                i.input(),
                text(i.lastIngested()),
                text(i.newestEvent()),
                rows(i.accepted()),
                rows(i.superseded()),
                rows(i.waiting()),
                rows(i.duplicate()),
                rows(i.rejected()),
                rows(i.notSelected())));
    section(
        out,
        "Rejected rows",
        List.of("input", "rows", "reasons"),
        status.rejected(),
        r -> List.of(r.input(), rows(r.rows()), r.reasons()));
    section(
        out,
        "Open gates",
        List.of("batch", "source", "gate", "limit", "found"),
        status.gates(),
        g -> List.of(g.batchId(), g.source(), g.gate(), number(g.limit()), number(g.found())));
    section(
        out,
        "Switched off",
        List.of("what", "because"),
        status.off(),
        o -> List.of(o.what(), o.because()));
  }

  private static <T> void section(
      PrintWriter out,
      String title,
      List<String> columns,
      List<T> rows,
      Function<T, List<String>> cells) {
    out.printf("%n%s%n", title);
    if (rows.isEmpty()) {
      out.println("none");
      return;
    }
    List<List<String>> lines = new ArrayList<>();
    lines.add(columns);
    rows.forEach(row -> lines.add(cells.apply(row)));
    TextTable.print(lines, out);
  }

  private static String text(String value) {
    return Objects.requireNonNullElse(value, "-");
  }

  private static String number(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }

  private static String rows(long rows) {
    return String.format(Locale.ROOT, "%,d", rows);
  }
}
