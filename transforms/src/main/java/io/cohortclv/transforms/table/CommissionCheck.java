package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Table.flag;
import static io.cohortclv.transforms.table.Table.instant;
import static io.cohortclv.transforms.table.Table.money;
import static io.cohortclv.transforms.table.Table.text;
import static io.cohortclv.transforms.table.Table.whole;

/** Commissions the terms promise beside those the network books. */
public final class CommissionCheck {
  public static final String ORDER_ID = "order_id";
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String ORDER_TS = "order_ts";
  public static final String EXPECTED = "commission_expected";
  public static final String BOOKED = "commission_booked";
  public static final String DIFFERENCE = "difference";
  public static final String ACTIONS = "actions";
  public static final String STATES = "states";
  public static final String LOCKED_TS = "locked_ts";
  public static final String VERDICT = "verdict";
  public static final String IS_AFTER_LOCK = "is_after_lock";

  public static final String MATCHED = "matched";
  public static final String OVERPAID = "overpaid";
  public static final String UNDERPAID = "underpaid";
  public static final String UNPAID = "unpaid";
  public static final String NOT_CREDITED = "not_credited";
  public static final String UNKNOWN_ORDER = "unknown_order";
  public static final String UNKNOWN_TERMS = "unknown_terms";

  public static final Table TABLE =
      Table.snapshot(
          "commission_check",
          "one order x affiliate that is promised a commission or has one in the ledger",
          text(ORDER_ID, "Order, as the ledger names it; null for actions without one"),
          text(AFFILIATE_ID, "Affiliate"),
          instant(ORDER_TS, "When the order was placed; null for an unknown order"),
          money(EXPECTED, "Commission the terms promise"),
          money(
              BOOKED, "Commission in the ledger, latest states by the as-of date, reversed ones 0"),
          money(DIFFERENCE, "booked - expected"),
          whole(ACTIONS, "Actions in the ledger"),
          text(STATES, "Their states, in order of name"),
          instant(LOCKED_TS, "When the first of them locked or locks"),
          text(
              VERDICT,
              "matched: within a cent; overpaid; underpaid: booked, but too little; unpaid: promised,"
                  + " not in the ledger; not_credited: booked for an order that is not credited to"
                  + " the affiliate, or does not count; unknown_order: booked for an order no log"
                  + " has; unknown_terms: credited, but no terms hold"),
          flag(
              IS_AFTER_LOCK,
              "Reversed or lowered after it had locked: the affiliate could count on it"));

  private CommissionCheck() {}
}
