package io.cohortclv.transforms.orders;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Refunds;
import io.cohortclv.transforms.table.Table;
import java.math.BigDecimal;
import java.sql.Date;
import java.time.ZoneId;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class OrderValuesTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  private final TypedRows orders =
      TypedRows.of(Orders.CONTRACT.clean().schema())
          .defaults(
              "source_system", "shop", "customer_id", "c1", "status", "paid", "is_test", false)
          .defaults("currency", "EUR", "discount", "0", "order_ts", "2024-03-10T12:00:00Z");
  private final TypedRows refunds =
      TypedRows.of(Refunds.CONTRACT.clean().schema())
          .defaults("source_system", "shop", "customer_id", "c1", "currency", "EUR")
          .defaults("refund_ts", "2024-03-20T12:00:00Z", "type", "return");
  private final TypedRows items =
      TypedRows.of(OrderItems.CONTRACT.clean().schema())
          .defaults("source_system", "shop", "unit_price", "1", "discount", "0");

  private Map<String, Row> valued() {
    return OrderValues.valueAsOf(orders.dataset(), refunds.dataset(), items.dataset(), BERLIN, 0.4)
        .collectAsList()
        .stream()
        .collect(Collectors.toMap(r -> r.getAs(OrderValue.ORDER_ID), r -> r));
  }

  private static BigDecimal money(Row row, String column) {
    return row.getAs(column);
  }

  @Test
  void netRevenue_isGrossLessDiscountAndRefunds() {
    orders.row("order_id", "a", "subtotal", "100", "discount", "10");
    refunds.row("refund_id", "r1", "order_id", "a", "amount", "25.50");
    refunds.row("refund_id", "r2", "order_id", "a", "amount", "4.50");

    Row a = valued().get("a");
    assertThat(money(a, OrderValue.REFUNDED)).isEqualByComparingTo("30");
    assertThat(money(a, OrderValue.NET_REVENUE)).isEqualByComparingTo("60");
    assertThat(money(a, OrderValue.MARGIN)).isEqualByComparingTo("24");
    assertThat(a.<Boolean>getAs(OrderValue.COUNTED)).isTrue();
    assertThat(a.<String>getAs(OrderValue.LINK_RULE)).isEqualTo("order_id");
  }

  @Test
  void refundLargerThanOrder_isCappedAndOrderNotCounted() {
    orders.row("order_id", "a", "subtotal", "100", "discount", "10");
    refunds.row("refund_id", "r1", "order_id", "a", "amount", "500");

    Row a = valued().get("a");
    assertThat(money(a, OrderValue.REFUNDED)).isEqualByComparingTo("90");
    assertThat(money(a, OrderValue.NET_REVENUE)).isEqualByComparingTo("0");
    assertThat(a.<Boolean>getAs(OrderValue.COUNTED)).isFalse();
  }

  @Test
  void cancelledTestAndFraudOrders_areNotCounted() {
    orders
        .row("order_id", "paid", "subtotal", "5")
        .row("order_id", "open", "subtotal", "5", "status", "open")
        .row("order_id", "cancelled", "subtotal", "5", "status", "cancelled")
        .row("order_id", "test", "subtotal", "5", "status", "test")
        .row("order_id", "flagged", "subtotal", "5", "is_test", true)
        .row("order_id", "fraud", "subtotal", "5", "status", "fraud")
        .row("order_id", "free", "subtotal", "5", "discount", "5");

    assertThat(valued().values().stream().filter(r -> r.<Boolean>getAs(OrderValue.COUNTED)))
        .extracting(r -> r.<String>getAs(OrderValue.ORDER_ID))
        .containsExactlyInAnyOrder("paid", "open");
  }

  @Test
  void orderedOn_isTheBusinessDay() {
    orders.row("order_id", "late", "subtotal", "5", "order_ts", "2024-01-31T23:30:00Z");

    Row late = valued().get("late");
    assertThat(late.<Date>getAs(OrderValue.ORDERED_ON)).isEqualTo(Date.valueOf("2024-02-01"));
    assertThat(late.<Date>getAs(Table.ORDER_MONTH)).isEqualTo(Date.valueOf("2024-02-01"));
  }

  @Test
  void refundWithoutOrder_goesToLatestEarlierOrderOfThatProductWithEnoughUnits() {
    orders
        .row("order_id", "o1", "subtotal", "100", "order_ts", "2024-01-01T12:00:00Z")
        .row("order_id", "o2", "subtotal", "100", "order_ts", "2024-02-01T12:00:00Z")
        .row("order_id", "o3", "subtotal", "100", "order_ts", "2024-03-01T12:00:00Z")
        .row("order_id", "o4", "subtotal", "100", "order_ts", "2024-04-01T12:00:00Z");
    items
        .row("order_item_id", "1", "order_id", "o1", "product_id", "p", "quantity", 10)
        .row("order_item_id", "2", "order_id", "o2", "product_id", "p", "quantity", 6)
        .row("order_item_id", "3", "order_id", "o3", "product_id", "p", "quantity", 2)
        .row("order_item_id", "4", "order_id", "o4", "product_id", "p", "quantity", 9);
    refunds.defaults("product_id", "p", "refund_ts", "2024-03-15T12:00:00Z");
    // o4 is later than the refund, o3 has too few units.
    refunds.row("refund_id", "r1", "amount", "30", "quantity", 4);
    // o2 has only 2 units left after r1.
    refunds.row(
        "refund_id", "r2", "amount", "7", "quantity", 4, "refund_ts", "2024-03-16T12:00:00Z");
    // Nobody sold that many.
    refunds.row(
        "refund_id", "r3", "amount", "9", "quantity", 99, "refund_ts", "2024-03-17T12:00:00Z");

    Map<String, Row> values = valued();
    assertThat(money(values.get("o2"), OrderValue.REFUNDED)).isEqualByComparingTo("30");
    assertThat(money(values.get("o1"), OrderValue.REFUNDED)).isEqualByComparingTo("7");
    assertThat(money(values.get("o3"), OrderValue.REFUNDED)).isEqualByComparingTo("0");
    assertThat(money(values.get("o4"), OrderValue.REFUNDED)).isEqualByComparingTo("0");
    assertThat(values.get("o2").<String>getAs(OrderValue.LINK_RULE)).isEqualTo("product");
    assertThat(values.get("o3").<String>getAs(OrderValue.LINK_RULE)).isNull();
  }

  @Test
  void linkToOrders_keepsOneRowForEachRefund() {
    orders.row("order_id", "a", "subtotal", "100");
    refunds
        .row("refund_id", "by-order", "order_id", "a", "amount", "1")
        .row("refund_id", "by-customer", "amount", "2")
        .row("refund_id", "by-nobody", "amount", "3", "customer_id", null);

    Map<String, String> rules =
        RefundLinks.linkToOrders(refunds.dataset(), orders.dataset(), items.dataset())
            .collectAsList()
            .stream()
            .collect(
                Collectors.toMap(r -> r.getAs(Refunds.REFUND_ID), r -> r.getAs(RefundLinks.RULE)));
    assertThat(rules)
        .isEqualTo(
            Map.of("by-order", "order_id", "by-customer", "customer", "by-nobody", "customer"));
  }

  @Test
  void refundWithoutOrder_skipsOrdersThatWereNeverPaidFor() {
    orders
        .row("order_id", "o1", "subtotal", "100", "order_ts", "2024-03-01T12:00:00Z")
        .row(
            "order_id",
            "o2",
            "subtotal",
            "100",
            "order_ts",
            "2024-03-05T12:00:00Z",
            "status",
            "cancelled");
    items
        .row("order_item_id", "1", "order_id", "o1", "product_id", "p", "quantity", 1)
        .row("order_item_id", "2", "order_id", "o2", "product_id", "p", "quantity", 1);
    refunds.row("refund_id", "r1", "product_id", "p", "amount", "30", "quantity", 1);

    Map<String, Row> values = valued();
    assertThat(money(values.get("o1"), OrderValue.REFUNDED)).isEqualByComparingTo("30");
    assertThat(money(values.get("o2"), OrderValue.REFUNDED)).isEqualByComparingTo("0");
  }
}
