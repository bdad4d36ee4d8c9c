package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.octet_length;

import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Contract.InputColumn;
import io.cohortclv.transforms.table.Contract.Kind;
import io.cohortclv.transforms.table.OrderItems;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Refunds;
import io.cohortclv.transforms.table.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;

/** What a row of each contract must keep beyond its columns' kinds; over the read columns. */
final class Rules {
  /** No log of commerce on the web is older; such times are defaults and typing errors. */
  private static final Instant FIRST_TIME = Instant.parse("1990-01-01T00:00:00Z");

  /** Clocks differ, and so do zones that were declared wrongly by a day. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofDays(1);

  private static final int LONGEST_KEY_BYTES = 1024;

  private static final Map<String, List<String>> NOT_NEGATIVE =
      Map.of(
          Orders.CONTRACT.name(),
          List.of(Orders.SUBTOTAL, Orders.DISCOUNT, Orders.TAX, Orders.SHIPPING),
          OrderItems.CONTRACT.name(),
          List.of(OrderItems.QUANTITY, OrderItems.UNIT_PRICE, OrderItems.DISCOUNT),
          Refunds.CONTRACT.name(),
          List.of(Refunds.AMOUNT, Refunds.QUANTITY),
          ReferralEvents.CONTRACT.name(),
          List.of(ReferralEvents.REWARD_AMOUNT),
          Terms.CONTRACT.name(),
          List.of(
              Terms.RATE,
              Terms.CLICK_WINDOW_S,
              Terms.VIEW_WINDOW_S,
              Terms.LOCK_DAYS,
              Terms.NETWORK_FEE_PCT),
          Commissions.CONTRACT.name(), // payouts may be: they are clawbacks
          List.of(Commissions.SALE_AMOUNT, Commissions.UPDATE_SEQ));

  private Rules() {}

  /**
   * One rule.
   *
   * @param reason names columns, never values
   * @param broken true for a row that breaks it; null counts as kept
   */
  record Rule(String reason, Column broken) {}

  static List<Rule> of(Contract contract, Instant ingestTs, String reportingCurrency) {
    List<Rule> rules = new ArrayList<>();
    for (InputColumn column : contract.columns()) {
      boolean names = contract.key().contains(column.name()) || column.pseudonym() != null;
      if (names && column.kind() == Kind.TEXT) {
        rules.add(
            new Rule(
                column.name() + ": longer than 1 kB",
                octet_length(col(column.name())).gt(LONGEST_KEY_BYTES)));
      }
      if (column.kind() == Kind.INSTANT) {
        rules.add(
            new Rule(column.name() + ": before 1990", col(column.name()).lt(lit(FIRST_TIME))));
      }
    }
    for (String column : NOT_NEGATIVE.getOrDefault(contract.name(), List.of())) {
      rules.add(new Rule(column + ": negative", col(column).lt(0)));
    }
    if (!contract.key().contains(contract.eventTime())) {
      // Where the time is in the key it says from when a version holds, which may lie ahead.
      Column latest = lit(ingestTs.plus(CLOCK_TOLERANCE));
      for (String time : List.of(contract.eventTime(), Contract.UPDATED_TS)) {
        rules.add(new Rule(time + ": in the future", col(time).gt(latest)));
      }
    }
    if (hasColumn(contract, Orders.CURRENCY)) {
      rules.addAll(currencies(reportingCurrency));
    }
    rules.addAll(own(contract));
    return rules;
  }

  private static List<Rule> currencies(String reportingCurrency) {
    Column currency = col(Orders.CURRENCY);
    Column known =
        currency.isin(
            Currency.getAvailableCurrencies().stream()
                .map(Currency::getCurrencyCode)
                .sorted()
                .toArray());
    return List.of(
        new Rule("currency: not ISO 4217", known.unary_$bang()),
        new Rule(
            "currency: no rate to " + reportingCurrency,
            known.and(currency.notEqual(reportingCurrency))));
  }

  private static List<Rule> own(Contract contract) {
    if (contract.equals(Refunds.CONTRACT)) {
      return List.of(
          new Rule(
              "order_id, customer_ref: both missing",
              col(Refunds.ORDER_ID).isNull().and(col(Refunds.CUSTOMER_REF).isNull())));
    }
    if (contract.equals(ReferralEvents.CONTRACT)) {
      return List.of(
          new Rule(
              "referee_ref: the referrer itself",
              col(ReferralEvents.REFEREE_REF).equalTo(col(ReferralEvents.REFERRER_REF))));
    }
    if (contract.equals(Affiliates.CONTRACT) || contract.equals(Terms.CONTRACT)) {
      return List.of(
          new Rule(
              "valid_to: not after valid_from", col(Terms.VALID_TO).leq(col(Terms.VALID_FROM))));
    }
    return List.of();
  }

  private static boolean hasColumn(Contract contract, String name) {
    return contract.columns().stream().anyMatch(column -> column.name().equals(name));
  }
}
