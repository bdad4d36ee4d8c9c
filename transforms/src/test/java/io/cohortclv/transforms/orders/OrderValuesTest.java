package io.cohortclv.transforms.orders;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.FxRates;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Products;
import io.cohortclv.transforms.table.RefundValue;
import io.cohortclv.transforms.table.Refunds;
import io.cohortclv.transforms.table.Table;
import java.math.BigDecimal;
import java.sql.Date;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
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
          .defaults("source_system", "shop", "unit_price", "1", "discount", "0")
          .defaults("is_gift_card", false);

  private final TypedRows products =
      TypedRows.of(Products.CONTRACT.clean().schema())
          .defaults("source_system", "shop", "category", "shoes", "currency", "EUR")
          .defaults("valid_from", "2020-01-01T00:00:00Z");
  private final TypedRows rates =
      TypedRows.of(FxRates.CONTRACT.clean().schema())
          .defaults("source_system", "bank", "from_currency", "USD", "to_currency", "EUR");

  private Optional<LocalDate> historyCompleteFrom = Optional.empty();

  private ExchangeRates exchangeRates() {
    return ExchangeRates.into("EUR", rates.dataset());
  }

  private Dataset<Row> amounts() {
    return OrderAmounts.of(orders.dataset(), items.dataset(), exchangeRates(), BERLIN);
  }

  private Dataset<Row> refundValues() {
    return RefundValues.valueAsOf(
        refunds.dataset(), amounts(), items.dataset(), exchangeRates(), BERLIN);
  }

  private Map<String, Row> valued() {
    return byId(
        OrderValues.valueAsOf(
            amounts(),
            refundValues(),
            items.dataset(),
            products.dataset(),
            exchangeRates(),
            0.4,
            historyCompleteFrom),
        OrderValue.ORDER_ID);
  }

  private Map<String, Row> refunded() {
    return byId(refundValues(), RefundValue.REFUND_ID);
  }

  private static Map<String, Row> byId(Dataset<Row> rows, String id) {
    return rows.collectAsList().stream().collect(Collectors.toMap(r -> r.getAs(id), r -> r));
  }

  private static void is(Row row, String... columnsAndMoney) {
    for (int i = 0; i < columnsAndMoney.length; i += 2) {
      assertThat(money(row, columnsAndMoney[i]))
          .as(columnsAndMoney[i])
          .isEqualByComparingTo(columnsAndMoney[i + 1]);
    }
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

  @Test
  void unitsOfRefundsThatNameTheirOrder_areNotTakenTwice() {
    orders
        .row("order_id", "o1", "subtotal", "100", "order_ts", "2024-01-01T12:00:00Z")
        .row("order_id", "o2", "subtotal", "100", "order_ts", "2024-02-01T12:00:00Z");
    items
        .row("order_item_id", "1", "order_id", "o1", "product_id", "p", "quantity", 2)
        .row("order_item_id", "2", "order_id", "o2", "product_id", "p", "quantity", 3);
    // Two of o2's three units, one by its line and later than the refund without an order.
    refunds
        .row("refund_id", "r1", "order_id", "o2", "product_id", "p", "quantity", 1, "amount", "10")
        .row(
            "refund_id",
            "r2",
            "order_item_id",
            "2",
            "amount",
            "10",
            "refund_ts",
            "2024-04-01T12:00:00Z")
        .row("refund_id", "r3", "product_id", "p", "quantity", 2, "amount", "20");

    Map<String, Row> values = valued();
    is(values.get("o2"), "refunded", "20");
    is(values.get("o1"), "refunded", "20");
  }

  @Test
  void refundWithoutOrder_lowersOnlyTheCashValue() {
    orders.row("order_id", "a", "subtotal", "100");
    refunds
        .row("refund_id", "nobody sold it", "product_id", "p", "amount", "30")
        .row("refund_id", "too much", "order_id", "a", "amount", "120");

    Map<String, Row> refunded = refunded();
    is(refunded.get("nobody sold it"), "refunded", "0", "cash_refunded", "30");
    assertThat(refunded.get("nobody sold it").<String>getAs("link_rule")).isEqualTo("customer");
    assertThat(refunded.get("nobody sold it").<String>getAs("customer_id")).isEqualTo("c1");
    is(refunded.get("too much"), "refunded", "100", "cash_refunded", "120");
    assertThat(refunded.get("too much").<Boolean>getAs("is_capped")).isTrue();
    is(valued().get("a"), "refunded", "100", "net_revenue", "0");
  }

  /** In the order of their time: 60, then 40 of 70, then nothing of 5. */
  @Test
  void refundsOfAnOrder_lowerItTogetherByNoMoreThanItWasWorth() {
    orders.row("order_id", "a", "subtotal", "110", "discount", "10");
    refunds
        .row("refund_id", "3", "order_id", "a", "amount", "5", "refund_ts", "2024-05-03T00:00:00Z")
        .row("refund_id", "1", "order_id", "a", "amount", "60", "refund_ts", "2024-05-01T00:00:00Z")
        .row(
            "refund_id", "2", "order_id", "a", "amount", "70", "refund_ts", "2024-05-02T00:00:00Z");

    Map<String, Row> refunded = refunded();
    is(refunded.get("1"), "refunded", "60");
    is(refunded.get("2"), "refunded", "40");
    is(refunded.get("3"), "refunded", "0");
  }

  @Test
  void refundsOfOrdersThatAreNoSales_countNowhere() {
    orders.row("order_id", "a", "subtotal", "100", "status", "cancelled");
    refunds.row("refund_id", "r", "order_id", "a", "amount", "100");

    is(refunded().get("r"), "refunded", "0", "cash_refunded", "0");
  }

  /** 100 - 10 - 30 refunded; cost 3 x 12 less one restocked of three; fee 2.10; sending 4.90. */
  @Test
  void margin_isNetRevenueLessGoodsFeesAndSending() {
    orders.row(
        "order_id",
        "a",
        "subtotal",
        "100",
        "discount",
        "10",
        "payment_fee",
        "2.10",
        "fulfilment_cost",
        "4.90");
    items.row(
        "order_item_id",
        "1",
        "order_id",
        "a",
        "product_id",
        "p",
        "quantity",
        3,
        "unit_price",
        "33.3333",
        "discount",
        "10",
        "cogs",
        "36");
    refunds.row(
        "refund_id", "r", "order_item_id", "1", "quantity", 1, "restocked", true, "amount", "30");

    Row a = valued().get("a");
    is(a, "net_revenue", "60", "cogs", "24", "payment_fee", "2.10", "margin", "29");
    assertThat(a.<Boolean>getAs(OrderValue.MARGIN_IS_ESTIMATED)).isFalse();
    assertThat(a.<Double>getAs(OrderValue.FX_RATE)).isEqualTo(1.0);
  }

  /** The money is gone and so are the goods: 100 - 60 back, cost 70 stays. */
  @Test
  void chargeback_keepsTheCostOfTheGoods() {
    orders.row("order_id", "a", "subtotal", "100");
    items.row(
        "order_item_id",
        "1",
        "order_id",
        "a",
        "product_id",
        "p",
        "quantity",
        1,
        "unit_price",
        "100",
        "cogs",
        "70");
    refunds.row(
        "refund_id", "r", "order_id", "a", "product_id", "p", "type", "chargeback", "amount", "60");

    Row a = valued().get("a");
    is(a, "net_revenue", "40", "cogs", "70", "margin", "-30");
    assertThat(a.<Boolean>getAs(OrderValue.COUNTED)).isTrue();
  }

  /**
   * By what is known best. Of a: a line's own cost 20; of b: two at the cost of the version then
   * valid, 6; of c: the product's rate 0.7 of net 50; of d: the mean of its category, (0.7 + 1 -
   * 12/20 + 1 - 6/20)/3 = 0.6, of 30; of e: 0.4 of 10, nothing known.
   */
  @Test
  void goods_costWhatIsKnownBest() {
    products
        .row("product_id", "versioned", "cogs", "6", "list_price", "20")
        .row(
            "product_id",
            "versioned",
            "cogs",
            "12",
            "list_price",
            "20",
            "valid_from",
            "2024-03-11T00:00:00Z")
        .row("product_id", "rated", "margin_rate", 0.7)
        .row("product_id", "bare")
        .row("product_id", "unknown", "category", "unknown");
    String[][] lines = {
      {"a", "rated", "1", "100", "20"},
      {"b", "versioned", "2", "20", null},
      {"c", "rated", "1", "50", null},
      {"d", "bare", "3", "10", null},
      {"e", "unknown", "1", "10", null},
      {"f", "not listed", "1", "10", null}
    };
    for (String[] line : lines) {
      orders.row(
          "order_id", line[0], "subtotal", Integer.parseInt(line[2]) * Integer.parseInt(line[3]));
      items.row(
          "order_item_id",
          line[0],
          "order_id",
          line[0],
          "product_id",
          line[1],
          "quantity",
          Integer.parseInt(line[2]),
          "unit_price",
          line[3],
          "cogs",
          line[4]);
    }

    Map<String, Row> values = valued();
    is(values.get("a"), "cogs", "20", "margin", "80");
    is(values.get("b"), "cogs", "12", "margin", "28");
    is(values.get("c"), "cogs", "15", "margin", "35");
    is(values.get("d"), "cogs", "12", "margin", "18");
    is(values.get("e"), "cogs", "6", "margin", "4");
    is(values.get("f"), "cogs", "6", "margin", "4");
    assertThat(List.of("a", "b", "c", "d", "e", "f"))
        .extracting(id -> values.get(id).<Boolean>getAs(OrderValue.MARGIN_IS_ESTIMATED))
        .containsExactly(false, false, true, true, true, true);
    assertThat(values.get("e").<String>getAs(OrderValue.CATEGORY)).isEqualTo("unknown");
    assertThat(values.get("d").<String>getAs(OrderValue.CATEGORY)).isEqualTo("shoes");
    assertThat(values.get("f").<String>getAs(OrderValue.CATEGORY)).isNull();
  }

  /** An estimated cost shrinks with what is refunded, a known one only with what is restocked. */
  @Test
  void estimatedCost_isTheSameShareOfWhatIsLeft() {
    orders.row("order_id", "a", "subtotal", "100", "discount", "20");
    items
        .row(
            "order_item_id",
            "1",
            "order_id",
            "a",
            "product_id",
            "p",
            "quantity",
            1,
            "unit_price",
            "60",
            "cogs",
            "25")
        .row(
            "order_item_id",
            "2",
            "order_id",
            "a",
            "product_id",
            "q",
            "quantity",
            1,
            "unit_price",
            "40");
    refunds.row("refund_id", "r", "order_id", "a", "amount", "30");

    // Kept: 100 - 20 - 30 = 50 of lines of 100. Estimate: 40 x 0.6 x 50/100 = 12; 50 - 25 - 12.
    is(valued().get("a"), "cogs", "37", "margin", "13");
  }

  /** A card of 50 and goods of 30 with 3 discount: the card earns when it is redeemed. */
  @Test
  void giftCards_earnWhenRedeemedNotWhenSold() {
    orders
        .row("order_id", "sold", "subtotal", "80", "discount", "8")
        .row("order_id", "only the card", "subtotal", "50")
        .row("order_id", "redeemed", "subtotal", "40", "gift_card_tender", "40");
    items
        .row(
            "order_item_id",
            "1",
            "order_id",
            "sold",
            "product_id",
            "card",
            "quantity",
            2,
            "unit_price",
            "25",
            "discount",
            "5",
            "is_gift_card",
            true)
        .row(
            "order_item_id",
            "2",
            "order_id",
            "sold",
            "product_id",
            "p",
            "quantity",
            1,
            "unit_price",
            "30",
            "discount",
            "3")
        .row(
            "order_item_id",
            "3",
            "order_id",
            "only the card",
            "product_id",
            "card",
            "quantity",
            1,
            "unit_price",
            "50",
            "is_gift_card",
            true);

    Map<String, Row> values = valued();
    is(values.get("sold"), "gross", "30", "discount", "3", "net_revenue", "27", "margin", "10.80");
    is(values.get("only the card"), "gross", "0", "net_revenue", "0", "margin", "0");
    assertThat(values.get("only the card").<Boolean>getAs(OrderValue.COUNTED)).isFalse();
    is(values.get("redeemed"), "gross", "40", "net_revenue", "40");
  }

  /** The discount of the first order's code, less its share of refunds; margin adds it back. */
  @Test
  void acquisitionDiscount_isThatOfTheFirstCountedOrdersCode() {
    orders.defaults("coupon_codes", new String[] {"HELLO"}, "discount", "20", "subtotal", "100");
    orders
        .row("order_id", "cancelled", "order_ts", "2024-03-01T00:00:00Z", "status", "cancelled")
        .row("order_id", "returned", "order_ts", "2024-03-02T00:00:00Z")
        .row("order_id", "first", "order_ts", "2024-03-03T00:00:00Z")
        .row("order_id", "second", "order_ts", "2024-03-04T00:00:00Z")
        .row("order_id", "guest", "customer_id", null)
        .row("order_id", "friend", "customer_id", "c2", "coupon_codes", null, "referral_code", "R")
        .row("order_id", "no code", "customer_id", "c3", "coupon_codes", null)
        .row("order_id", "then a code", "customer_id", "c3", "order_ts", "2024-03-30T00:00:00Z");
    refunds
        .row("refund_id", "r1", "order_id", "returned", "amount", "80")
        .row("refund_id", "r2", "order_id", "first", "amount", "60");

    Map<String, Row> values = valued();
    // 20 left of 80, so 5 of 20; 0.4 x (20 + 5).
    is(values.get("first"), "acquisition_discount", "5", "net_revenue", "20", "margin", "10");
    is(values.get("friend"), "acquisition_discount", "20", "net_revenue", "80", "margin", "40");
    for (String other :
        List.of("cancelled", "returned", "second", "guest", "no code", "then a code")) {
      is(values.get(other), "acquisition_discount", "0");
    }
    assertThat(values.get("friend").<String>getAs("incentive")).isEqualTo("referral_reward");
    assertThat(values.get("second").<String>getAs("incentive")).isEqualTo("coupon");
    assertThat(values.get("no code").<String>getAs("incentive")).isNull();
  }

  @Test
  void acquisitionDiscount_isNoneOfAFirstOrderBeforeTheLogIsComplete() {
    historyCompleteFrom = Optional.of(LocalDate.of(2024, 3, 2));
    orders.defaults("coupon_codes", new String[] {"HELLO"}, "discount", "20", "subtotal", "100");
    orders
        .row("order_id", "before", "order_ts", "2024-03-01T10:00:00Z")
        .row("order_id", "since", "order_ts", "2024-03-02T10:00:00Z", "customer_id", "c2");

    Map<String, Row> values = valued();
    is(values.get("before"), "acquisition_discount", "0", "margin", "32");
    is(values.get("since"), "acquisition_discount", "20", "margin", "40");
  }

  /** What goods cost is known: the discount that won the customer does not change it. */
  @Test
  void acquisitionDiscount_leavesKnownCosts() {
    orders.row(
        "order_id",
        "o",
        "coupon_codes",
        new String[] {"HELLO"},
        "discount",
        "20",
        "subtotal",
        "100");
    items.row(
        "order_item_id",
        "1",
        "order_id",
        "o",
        "quantity",
        1,
        "unit_price",
        "100",
        "discount",
        "20",
        "cogs",
        "70");

    is(valued().get("o"), "net_revenue", "80", "cogs", "70", "margin", "30");
  }

  @Test
  void otherCurrencies_areConvertedAtTheOrdersRateOrSetAside() {
    rates
        .row("rate_date", "2024-03-03", "rate", 0.90)
        .row("rate_date", "2024-03-20", "rate", 0.50)
        .row("rate_date", "2024-03-10", "from_currency", "EUR", "to_currency", "GBP", "rate", 0.80);
    orders
        .defaults("currency", "USD", "subtotal", "100")
        .row("order_id", "seven days later", "order_ts", "2024-03-10T22:30:00Z")
        .row("order_id", "eight days later", "order_ts", "2024-03-10T23:30:00Z")
        .row("order_id", "turned round", "currency", "GBP")
        .row("order_id", "never heard of", "currency", "CHF");
    refunds
        .defaults("currency", "USD", "amount", "10")
        .row("refund_id", "r1", "order_id", "seven days later")
        .row("refund_id", "r2", "order_id", "seven days later", "currency", "EUR")
        .row("refund_id", "r3", "order_id", "seven days later", "currency", "CHF");

    Map<String, Row> values = valued();
    // 90 - 10 USD at the order's 0.90 - 10 EUR; the refund in francs is set aside.
    Row converted = values.get("seven days later");
    is(converted, "gross", "90", "refunded", "19", "net_revenue", "71", "margin", "28.40");
    assertThat(converted.<Double>getAs(OrderValue.FX_RATE)).isEqualTo(0.90);
    is(values.get("turned round"), "gross", "125");
    for (String aside : List.of("eight days later", "never heard of")) {
      Row row = values.get(aside);
      assertThat(row.<Boolean>getAs(OrderValue.COUNTED)).isFalse();
      assertThat(money(row, OrderValue.GROSS)).isNull();
      assertThat(money(row, OrderValue.MARGIN)).isNull();
    }
    assertThat(values.get("eight days later").<String>getAs(OrderValue.SET_ASIDE))
        .isEqualTo("no rate from USD to EUR on the day or the 7 before");

    Map<String, Row> refunded = refunded();
    // On its own day a dollar was worth 0.50.
    is(refunded.get("r1"), "refunded", "9", "cash_refunded", "5");
    is(refunded.get("r2"), "refunded", "10", "cash_refunded", "10");
    is(refunded.get("r3"), "refunded", "0");
    assertThat(refunded.get("r3").<String>getAs("set_aside")).contains("no rate from CHF");
  }

  @Test
  void conversionsThatAreNoOrders_areNotCounted() {
    orders
        .row("order_id", "lead", "subtotal", "5", "conversion_type", "lead")
        .row("order_id", "order", "subtotal", "5", "conversion_type", "order");

    assertThat(valued().get("lead").<Boolean>getAs(OrderValue.COUNTED)).isFalse();
    assertThat(valued().get("order").<Boolean>getAs(OrderValue.COUNTED)).isTrue();
  }
}
