package io.cohortclv.transforms.events;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.exists;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.octet_length;

import io.cohortclv.transforms.table.Campaigns;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Contract.InputColumn;
import io.cohortclv.transforms.table.Contract.Kind;
import io.cohortclv.transforms.table.Costs;
import io.cohortclv.transforms.table.FxRates;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Refunds;
import io.cohortclv.transforms.table.Terms;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.spark.sql.Column;

/** What a row of each contract must keep beyond its columns' kinds; over the read columns. */
final class Rules {
  /** No log of commerce on the web is older; such times are defaults and typing errors. */
  private static final Instant FIRST_TIME = Instant.parse("1990-01-01T00:00:00Z");

  /** Clocks differ, and so do zones that were declared wrongly by a day. */
  private static final Duration CLOCK_TOLERANCE = Duration.ofDays(1);

  private static final int LONGEST_KEY_BYTES = 1024;

  /** Costs are planned ahead, but no further: the year 9999 is an open end gone astray. */
  private static final Duration COSTS_AHEAD = Duration.ofDays(731);

  private Rules() {}

  /**
   * One rule.
   *
   * @param reason names columns, never values
   * @param broken true for a row that breaks it; null counts as kept
   */
  record Rule(String reason, Column broken) {}

  /**
   * @param onlyCurrency the one currency that is accepted, or none for any
   */
  static List<Rule> of(Contract contract, Instant ingestTs, Optional<String> onlyCurrency) {
    List<Rule> rules = new ArrayList<>();
    for (InputColumn column : contract.columns()) {
      boolean names = contract.key().contains(column.name()) || column.pseudonym() != null;
      if (names && column.kind() == Kind.TEXT) {
        rules.add(
            new Rule(
                column.name() + ": longer than 1 kB",
                octet_length(col(column.name())).gt(LONGEST_KEY_BYTES)));
      }
      if (column.kind() == Kind.INSTANT || column.kind() == Kind.DAY) {
        rules.add(
            new Rule(column.name() + ": before 1990", col(column.name()).lt(lit(FIRST_TIME))));
      }
      if (column.bounds() != null) {
        rules.add(new Rule(column.name() + ": " + column.bounds().broken(), outside(column)));
      }
    }
    if (!contract.isHistory()) { // what holds from a time on may be known ahead
      Column latest = lit(ingestTs.plus(CLOCK_TOLERANCE));
      for (String time : times(contract)) {
        rules.add(new Rule(time + ": in the future", col(time).gt(latest)));
      }
    }
    for (InputColumn column : contract.columns()) {
      if (column.name().endsWith(Orders.CURRENCY)) {
        rules.add(new Rule(column.name() + ": not ISO 4217", not(known(column.name()))));
      }
    }
    if (hasColumn(contract, Orders.CURRENCY)) {
      onlyCurrency.ifPresent(
          currency ->
              rules.add(
                  new Rule(
                      "currency: no rate to " + currency,
                      known(Orders.CURRENCY).and(col(Orders.CURRENCY).notEqual(currency)))));
    }
    rules.addAll(own(contract, ingestTs));
    return rules;
  }

  private static Column outside(InputColumn column) {
    Column value = col(column.name());
    Column below = column.bounds().least() == 0 ? value.lt(0) : value.lt(column.bounds().least());
    return Double.isInfinite(column.bounds().most())
        ? below
        : below.or(value.gt(column.bounds().most()));
  }

  /** What must have happened: the event, and the version. */
  private static Set<String> times(Contract contract) {
    return contract.equals(Costs.CONTRACT)
        ? Set.of(Contract.UPDATED_TS)
        : new TreeSet<>(List.of(contract.eventTime(), Contract.UPDATED_TS));
  }

  private static Column known(String currency) {
    return col(currency)
        .isin(
            Currency.getAvailableCurrencies().stream()
                .map(Currency::getCurrencyCode)
                .sorted()
                .toArray());
  }

  private static List<Rule> own(Contract contract, Instant ingestTs) {
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
    if (contract.equals(Terms.CONTRACT)) {
      Column rateType = col(Terms.RATE_TYPE);
      Column fraction = rateType.isin("pct", "tier");
      return List.of(
          period(),
          new Rule("rate: above 1, not a fraction", fraction.and(col(Terms.RATE).gt(1))),
          new Rule("tiers: missing", rateType.equalTo("tier").and(col(Terms.TIERS).isNull())),
          new Rule(
              "tiers: not as 100:0.08",
              exists(col(Terms.TIERS), tier -> not(tier.rlike("^\\d+:(0([.]\\d+)?|1([.]0+)?)$")))));
    }
    if (contract.isHistory()) {
      return List.of(period());
    }
    if (contract.equals(Campaigns.CONTRACT)) {
      return List.of(
          new Rule(
              "ends_on: before starts_on", col(Campaigns.ENDS_ON).lt(col(Campaigns.STARTS_ON))));
    }
    if (contract.equals(Costs.CONTRACT)) {
      return List.of(
          new Rule(
              "cost_date: more than two years ahead",
              col(Costs.COST_DATE).gt(lit(ingestTs.plus(COSTS_AHEAD)))));
    }
    if (contract.equals(FxRates.CONTRACT)) {
      return List.of(
          new Rule(
              "to_currency: the same as from_currency",
              col(FxRates.TO_CURRENCY).equalTo(col(FxRates.FROM_CURRENCY))));
    }
    return List.of();
  }

  private static Rule period() {
    return new Rule(
        "valid_to: not after valid_from", col(Contract.VALID_TO).leq(col(Contract.VALID_FROM)));
  }

  private static boolean hasColumn(Contract contract, String name) {
    return contract.columns().stream().anyMatch(column -> column.name().equals(name));
  }
}
