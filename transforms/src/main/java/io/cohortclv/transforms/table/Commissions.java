package io.cohortclv.transforms.table;

import static io.cohortclv.transforms.table.Contract.optional;
import static io.cohortclv.transforms.table.Contract.required;

import io.cohortclv.transforms.table.Contract.Kind;
import java.util.List;

/** Commissions as the network reports them; one row a state of an action. */
public final class Commissions {
  public static final String ACTION_ID = "action_id";
  public static final String UPDATE_SEQ = "update_seq";
  public static final String ORDER_ID = "order_id";
  public static final String AFFILIATE_ID = "affiliate_id";
  public static final String PROGRAM_ID = "program_id";
  public static final String CUSTOMER_STATUS = "customer_status";
  public static final String SALE_AMOUNT = "sale_amount";
  public static final String PAYOUT = "payout";
  public static final String INTENDED_PAYOUT = "intended_payout";
  public static final String NETWORK_FEE = "network_fee";
  public static final String CURRENCY = "currency";
  public static final String STATE = "state";
  public static final String REVERSED = "reversed";
  public static final String STATE_RAW = "state_raw";
  public static final String REASON = "reason";
  public static final String EVENT_TS = "event_ts";
  public static final String CLICK_TS = "click_ts";
  public static final String LOCK_TS = "lock_ts";
  public static final String APPROVED_TS = "approved_ts";
  public static final String PAID_TS = "paid_ts";

  public static final Contract CONTRACT =
      new Contract(
          "commissions",
          "one state of one commission action",
          List.of(
              required(
                  ACTION_ID,
                  Kind.TEXT,
                  "The network's id of the action; a correction that is a row of its own has its own"),
              required(UPDATE_SEQ, Kind.WHOLE, "Number of the state, counted up by the network")
                  .orElse("0")
                  .notNegative(),
              optional(ORDER_ID, Kind.TEXT, "Order the action is for"),
              required(AFFILIATE_ID, Kind.TEXT, "Affiliate paid"),
              required(PROGRAM_ID, Kind.TEXT, "Program"),
              optional(CUSTOMER_STATUS, Kind.TEXT, "What the network took the customer for")
                  .oneOf("new", "existing"),
              optional(SALE_AMOUNT, Kind.MONEY, "Sale the network saw; negative in corrections"),
              required(
                  PAYOUT, Kind.MONEY, "Commission; negative rows are corrections and clawbacks"),
              optional(INTENDED_PAYOUT, Kind.MONEY, "Commission before a cap cut it"),
              required(NETWORK_FEE, Kind.MONEY, "The network's fee").orElse("0"),
              required(CURRENCY, Kind.TEXT, "ISO 4217 code"),
              required(STATE, Kind.TEXT, "State of the action")
                  .oneOf("pending", "approved", "reversed", "paid", "held", "other"),
              optional(STATE_RAW, Kind.TEXT, "State in the network's words"),
              optional(REASON, Kind.TEXT, "Reason of the state in the network's words"),
              required(EVENT_TS, Kind.INSTANT, "When the action happened"),
              optional(CLICK_TS, Kind.INSTANT, "When the click was that it is paid for"),
              optional(LOCK_TS, Kind.INSTANT, "When it locks or locked"),
              optional(APPROVED_TS, Kind.INSTANT, "When it was approved"),
              optional(PAID_TS, Kind.INSTANT, "When it was paid"),
              Contract.updatedTs()),
          List.of(CleanColumns.SOURCE_SYSTEM, ACTION_ID),
          List.of(Contract.UPDATED_TS, UPDATE_SEQ),
          EVENT_TS);

  private Commissions() {}
}
