package io.cohortclv.transforms.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.CommissionCheck;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.OrderAttribution;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Terms;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CommissionChecksTest {
  private final TypedRows credits =
      TypedRows.of(OrderAttribution.TABLE.schema())
          .defaults("is_contract_model", true, "affiliate_id", "A");
  private final TypedRows orders =
      TypedRows.of(Orders.CONTRACT.clean().schema()).defaults("order_ts", "2024-01-01T00:00:00Z");
  private final TypedRows commissions =
      TypedRows.of(Commissions.CONTRACT.clean().schema())
          .defaults("affiliate_id", "A", "state", "approved", "event_ts", "2024-01-01T00:00:00Z")
          .defaults("updated_ts", "2024-01-02T00:00:00Z");
  private final TypedRows terms =
      TypedRows.of(Terms.CONTRACT.clean().schema())
          .defaults("valid_from", "2000-01-01T00:00:00Z", "program_id", "p");

  private List<String> checked() {
    return CommissionChecks.check(
            credits.dataset(), orders.dataset(), commissions.dataset(), terms.dataset())
        .orderBy(CommissionCheck.ORDER_ID, CommissionCheck.AFFILIATE_ID)
        .collectAsList()
        .stream()
        .map(
            r ->
                r.<String>getAs(CommissionCheck.ORDER_ID)
                    + " "
                    + r.getAs(CommissionCheck.EXPECTED)
                    + " "
                    + r.getAs(CommissionCheck.BOOKED)
                    + " "
                    + r.getAs(CommissionCheck.VERDICT)
                    + (r.<Boolean>getAs(CommissionCheck.IS_AFTER_LOCK) ? " after lock" : ""))
        .collect(Collectors.toList());
  }

  private void promised(String order, String expected) {
    orders.row("order_id", order);
    credits.row("order_id", order, "commission_expected", expected);
  }

  private void booked(String order, String action, String payout, Object... more) {
    Object[] all = new Object[6 + more.length];
    System.arraycopy(
        new Object[] {"order_id", order, "action_id", action, "payout", payout}, 0, all, 0, 6);
    System.arraycopy(more, 0, all, 6, more.length);
    commissions.row(all);
  }

  @Test
  void verdicts_areByWhatIsPromisedAndWhatIsBooked() {
    promised("1 matched", "5.00");
    booked("1 matched", "a1", "5.01");
    promised("2 over", "5.00");
    booked("2 over", "a2", "5.02");
    promised("3 under", "5.00");
    booked("3 under", "a3", "4.00");
    promised("4 unpaid", "5.00");
    orders.row("order_id", "5 not credited");
    booked("5 not credited", "a5", "5.00");
    booked("6 unknown", "a6", "5.00");
    promised("7 without terms", null);
    booked("7 without terms", "a7", "5.00");
    promised("8 nothing", "0.00");
    promised("9 corrected", "4.00");
    booked("9 corrected", "a9", "5.00");
    booked("9 corrected", "a9b", "-1.00");

    assertThat(checked())
        .containsExactly(
            "1 matched 5.00 5.01 matched",
            "2 over 5.00 5.02 overpaid",
            "3 under 5.00 4.00 underpaid",
            "4 unpaid 5.00 0.00 unpaid",
            "5 not credited 0.00 5.00 not_credited",
            "6 unknown 0.00 5.00 unknown_order",
            "7 without terms 0.00 5.00 unknown_terms",
            "9 corrected 4.00 4.00 matched");
  }

  /** Locked 30 days after the action by the terms, or when the ledger says. */
  @Test
  void loweringAfterTheLock_isMarked() {
    terms.row("lock_days", 30);
    promised("1 in time", "5.00");
    booked("1 in time", "a1", "5.00", "state", "reversed", "updated_ts", "2024-01-31T00:00:00Z");
    promised("2 late", "5.00");
    booked("2 late", "a2", "5.00", "state", "reversed", "updated_ts", "2024-01-31T00:00:01Z");
    promised("3 locked early", "5.00");
    booked(
        "3 locked early",
        "a3",
        "5.00",
        "state",
        "reversed",
        "updated_ts",
        "2024-01-12T00:00:00Z",
        "lock_ts",
        "2024-01-11T00:00:00Z");
    promised("4 paid late", "5.00");
    booked("4 paid late", "a4", "5.00", "state", "paid", "updated_ts", "2024-03-01T00:00:00Z");
    promised("5 clawed back", "5.00");
    booked("5 clawed back", "a5", "5.00");
    booked("5 clawed back", "a5b", "-5.00", "updated_ts", "2024-03-01T00:00:00Z");

    assertThat(checked())
        .containsExactly(
            "1 in time 5.00 0.00 underpaid",
            "2 late 5.00 0.00 underpaid after lock",
            "3 locked early 5.00 0.00 underpaid after lock",
            "4 paid late 5.00 5.00 matched",
            "5 clawed back 5.00 0.00 underpaid after lock");
  }

  @Test
  void sharedOrder_isCheckedForEachAffiliate() {
    promised("1", "3.00");
    credits.row("order_id", "1", "commission_expected", "1.00");
    credits.row("order_id", "1", "commission_expected", "2.00", "affiliate_id", "B");
    credits.row("order_id", "1", "commission_expected", "9.00", "is_contract_model", false);
    booked("1", "a1", "4.00");
    booked("1", "b1", "2.50", "affiliate_id", "B");

    assertThat(checked()).containsExactly("1 4.00 4.00 matched", "1 2.00 2.50 overpaid");
  }
}
