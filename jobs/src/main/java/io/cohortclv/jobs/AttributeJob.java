package io.cohortclv.jobs;

import io.cohortclv.jobs.config.ClvConfig;
import io.cohortclv.jobs.lake.Lake;
import io.cohortclv.jobs.lake.Run;
import io.cohortclv.transforms.attribution.Acquisitions;
import io.cohortclv.transforms.attribution.AttributionRules;
import io.cohortclv.transforms.attribution.OrderCredits;
import io.cohortclv.transforms.orders.OrderValues;
import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.CustomerAcquisition;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Refunds;
import io.cohortclv.transforms.table.Terms;
import io.cohortclv.transforms.table.Touchpoints;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Clean logs to what each order was worth, who is credited with it, and who brought each customer.
 * Order values come first, since credits are shares of them.
 */
final class AttributeJob implements Stage {
  @Override
  public long run(Lake lake, ClvConfig config, Run run) {
    Dataset<Row> orders = lake.asOf(Orders.CONTRACT, run);
    long valued =
        lake.write(
                OrderValue.TABLE,
                run,
                OrderValues.valueAsOf(
                    orders,
                    lake.asOf(Refunds.CONTRACT, run),
                    lake.asOf(OrderItems.CONTRACT, run),
                    config.reporting().timezone(),
                    config.margin().defaultRate()))
            .rows();
    long credited =
        lake.write(
                OrderAttribution.TABLE,
                run,
                OrderCredits.creditOrders(
                    lake.read(OrderValue.TABLE, run),
                    orders,
                    lake.asOf(Touchpoints.CONTRACT, run),
                    lake.asOf(ReferralEvents.CONTRACT, run),
                    lake.asOf(Terms.CONTRACT, run),
                    rules(config.attribution())))
            .rows();
    long acquired =
        lake.write(
                CustomerAcquisition.TABLE,
                run,
                Acquisitions.acquireCustomers(
                    lake.read(OrderAttribution.TABLE, run),
                    lake.asOf(Affiliates.CONTRACT, run),
                    config.reporting().timezone(),
                    config.historyCompleteFrom()))
            .rows();
    return valued + credited + acquired;
  }

  private static AttributionRules rules(ClvConfig.Attribution attribution) {
    List<String> models =
        Stream.concat(Stream.of(attribution.contractModel()), attribution.compare().stream())
            .distinct()
            .toList();
    return new AttributionRules(
        models,
        attribution.contractModel(),
        attribution.clickWindow(),
        attribution.viewWindow(),
        attribution.firstTouchWindow());
  }
}
