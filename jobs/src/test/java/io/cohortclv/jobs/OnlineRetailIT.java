package io.cohortclv.jobs;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sum;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cohortclv.jobs.IngestJob.Taken;
import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.config.ClvConfigs;
import io.cohortclv.jobs.lake.IngestRecon.Counts;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.TestLakes;
import io.cohortclv.transforms.table.Orders;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real log of conf/examples/online-retail.conf, against the counts known of it. */
class OnlineRetailIT {
  private static final Path CONF = Path.of("../conf/examples/online-retail.conf");

  /** Where the configuration looks for it, too. */
  private static final Path DATA =
      Path.of(
          System.getenv()
              .getOrDefault(
                  "CLV_RETAIL", "../../shared/data/online-retail-ii/online_retail_II.parquet"));

  private static final long RECORDS = 525_461;

  @TempDir Path folder;

  @Test
  void ingest_reconcilesWithTheCountsOfTheData() throws IOException {
    assumeTrue(Files.exists(DATA), "The shared data is not here: " + DATA);
    // The example looks for its log beside itself.
    Path conf = Files.copy(CONF, folder.resolve("clv.conf"));
    Files.createSymbolicLink(folder.resolve("online_retail_II.parquet"), DATA.toRealPath());
    ClvConfig config = inFolder(ClvConfigs.load(conf).withIdentifiers("a key of tests"));
    Lake lake = TestLakes.open(config);
    List<Taken> taken = IngestJob.run(lake, config);

    Counts orders = taken.get(0).counts();
    Counts items = taken.get(1).counts();
    Counts refunds = taken.get(2).counts();
    assertThat(taken).allMatch(t -> t.counts().reconcile() && t.counts().records() == RECORDS);
    // 511,565 lines are sales; their 6,835 copies beyond the first count once.
    assertThat(orders.accepted()).isEqualTo(504_730);
    assertThat(orders.duplicate()).isEqualTo(6_835);
    assertThat(orders.notSelected()).isEqualTo(13_896);
    assertThat(items).isEqualTo(orders);
    // 10,206 lines on C-invoices.
    assertThat(refunds.accepted() + refunds.duplicate() + refunds.rejected()).isEqualTo(10_206);
    assertThat(refunds.rejectedByReasons())
        .isEqualTo(
            Map.of(
                "order_id, customer_ref: both missing",
                366L,
                "amount: negative; quantity: negative; order_id, customer_ref: both missing",
                1L));

    Dataset<Row> known =
        lake.versions(Orders.CONTRACT).filter(not(col(Orders.CUSTOMER_ID).isNull()));
    Row totals =
        known
            .agg(
                countDistinct(Orders.ORDER_ID),
                countDistinct(Orders.CUSTOMER_ID),
                sum(Orders.SUBTOTAL))
            .first();
    assertThat(totals.getLong(0)).isEqualTo(19_213);
    assertThat(totals.getLong(1)).isEqualTo(4_312);
    assertThat(totals.getDecimal(2).setScale(2, RoundingMode.HALF_UP))
        .isEqualTo(new BigDecimal("8798233.74"));
  }

  private ClvConfig inFolder(ClvConfig config) {
    return new ClvConfig(
        new ClvConfig.Lake(
            folder.resolve("lake").toUri().toString(),
            "retail",
            config.lake().lease(),
            config.lake().storage()),
        config.identifiers(),
        config.reporting(),
        config.inputs(),
        config.historyCompleteFrom(),
        config.attribution(),
        config.margin(),
        config.cohorts(),
        config.fit(),
        config.scorecard(),
        config.commission(),
        config.targets(),
        config.hash());
  }
}
