package io.cohortclv.transforms.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.ReferralEvents;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class ContradictionsTest {
  private static List<String> ids(Dataset<Row> rows, String column) {
    return rows.collectAsList().stream().map(row -> row.<String>getAs(column)).sorted().toList();
  }

  /** A cent a line may go to rounding: 0.02 of two lines may, 0.03 may not. */
  @Test
  void subtotals_mayBeOffByACentALine() {
    Dataset<Row> orders =
        TypedRows.of(Orders.CONTRACT.clean().schema())
            .defaults("source_system", "shop")
            .row("order_id", "exact", "subtotal", "30.00")
            .row("order_id", "rounded", "subtotal", "30.02")
            .row("order_id", "more", "subtotal", "30.03")
            .row("order_id", "less", "subtotal", "29.97")
            .row("order_id", "without lines", "subtotal", "5.00")
            .dataset();
    TypedRows items =
        TypedRows.of(OrderItems.CONTRACT.clean().schema()).defaults("source_system", "shop");
    for (String order : new String[] {"exact", "rounded", "more", "less"}) {
      items.row("order_id", order, "quantity", 2L, "unit_price", "10.00");
      items.row("order_id", order, "quantity", 1L, "unit_price", "10.00");
    }
    items.row("order_id", "of no order", "quantity", 1L, "unit_price", "10.00");
    assertThat(ids(Contradictions.ofSubtotals(orders, items.dataset()), Orders.ORDER_ID))
        .containsExactly("less", "more");
  }

  @Test
  void rewards_needAQualifiedReferral() {
    Dataset<Row> events =
        TypedRows.of(ReferralEvents.CONTRACT.clean().schema())
            .defaults("program_id", "p", "referrer_id", "a")
            .row("event_id", "1", "event_type", "qualify", "referee_id", "b")
            .row("event_id", "2", "event_type", "reward", "referee_id", "b")
            .row("event_id", "3", "event_type", "signup", "referee_id", "c")
            .row("event_id", "4", "event_type", "reward", "referee_id", "c")
            .row("event_id", "5", "event_type", "reward", "referee_id", "b", "program_id", "q")
            .row("event_id", "6", "event_type", "reward")
            // Paid to the address that was invited; the customer it became is who qualified.
            .row("event_id", "7", "event_type", "signup", "referee_id", "d", "invitee_id", "d@")
            .row("event_id", "8", "event_type", "qualify", "referee_id", "d")
            .row("event_id", "9", "event_type", "reward", "invitee_id", "d@")
            .row("event_id", "10", "event_type", "reward", "invitee_id", "e@")
            .dataset();
    assertThat(ids(Contradictions.ofRewards(events), ReferralEvents.EVENT_ID))
        .containsExactly("10", "4", "5");
  }
}
