package io.cohortclv.transforms.ml;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.transforms.SharedSession;
import io.cohortclv.transforms.ml.example.CustomerValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkMlPageTest {
  private static final Path PAGE = Path.of("..", "docs", "spark-ml.md");
  private static final Path EXAMPLE =
      Path.of("src/test/java/io/cohortclv/transforms/ml/example/CustomerValue.java");
  private static final LocalDate AS_OF = LocalDate.of(2026, 6, 30);

  @Test
  void page_quotesTheExample() throws IOException {
    String source = Files.readString(EXAMPLE);

    // From its imports on: it lies in a package of its own, as a reader's would.
    assertThat(Files.readString(PAGE))
        .contains("```java\n" + source.substring(source.indexOf("import ")) + "```\n");
  }

  @Test
  void page_tellsEveryParamFamilyAndSavedColumn() throws IOException {
    String page = Files.readString(PAGE);

    for (Param<?> param : new BuyTillYouDie().params()) {
      assertThat(page).contains("| `" + param.name() + "` |");
    }
    for (ModelFamily family : ModelFamily.ofHistories()) {
      assertThat(page).contains("`" + family.id() + "`");
    }
    for (String column : FittedModel.SCHEMA.fieldNames()) {
      assertThat(page).contains("`" + column + "`");
    }
  }

  @Test
  void example_runs(@TempDir Path folder) throws IOException {
    Path orders = folder.resolve("orders.csv");
    Files.write(orders, orderLog());

    CustomerValue.main(new String[] {orders.toString(), AS_OF.toString(), folder.toString()});

    Dataset<Row> values = SharedSession.SPARK.read().parquet(folder.resolve("values").toString());
    assertThat(values.count()).isEqualTo(SimulatedCustomers.ROWS.size());
    assertThat(values.filter("p_alive > 0 AND p_alive < 1 AND residual_revenue_h > 0").count())
        .isEqualTo(SimulatedCustomers.ROWS.size());
    PipelineModel loaded = PipelineModel.load(folder.resolve("model").toString());
    assertThat(((BuyTillYouDieModel) loaded.stages()[1]).spend()).isPresent();
  }

  /** Orders that have the simulated customers' histories, all repeats but the last early. */
  private static List<String> orderLog() {
    List<String> lines = new ArrayList<>(List.of("customer_id,ordered_on,net_revenue"));
    for (Row customer : SimulatedCustomers.ROWS) {
      LocalDate first = AS_OF.minusDays((long) customer.getDouble(3));
      lines.add(customer.getString(0) + "," + first + ",25.00");
      long repeats = customer.getLong(1);
      for (long i = 1; i <= repeats; i++) {
        LocalDate day = first.plusDays(i == repeats ? (long) customer.getDouble(2) : i);
        lines.add(
            String.format(
                Locale.ROOT, "%s,%s,%.2f", customer.getString(0), day, customer.getDouble(4)));
      }
    }
    return lines;
  }
}
