package io.cohortclv.transforms.identity;

import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.SharedSession;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.ReferralEvents;
import io.cohortclv.transforms.table.Refunds;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class PseudonymsTest {
  private static final String KEY = "a canary key";
  private static final Pseudonyms PSEUDONYMS = Pseudonyms.of(KEY);

  private static final Column CUSTOMER =
      PSEUDONYMS.of(Orders.CONTRACT.column(Orders.CUSTOMER_REF), lit("c1"));

  private static Dataset<Row> select(Column... columns) {
    return SharedSession.SPARK.range(1).select(columns);
  }

  /** From openssl: printf 'customer:c1' | openssl dgst -sha256 -hmac 'a canary key'. */
  @Test
  void pseudonym_isTheFirstHalfOfTheHmac() {
    assertThat(select(CUSTOMER).first().getString(0)).isEqualTo("05a51a591bffc57b9ad3869ada13bd1a");
  }

  @Test
  void pseudonym_joinsLogsAndTellsKindsApart() {
    Row row =
        select(
                CUSTOMER,
                PSEUDONYMS.of(Refunds.CONTRACT.column(Refunds.CUSTOMER_REF), lit("c1")),
                PSEUDONYMS.of(
                    ReferralEvents.CONTRACT.column(ReferralEvents.REFERRER_REF), lit("c1")),
                PSEUDONYMS.of(Orders.CONTRACT.column(Orders.EMAIL_HASH), lit("C1")),
                PSEUDONYMS.of(
                    ReferralEvents.CONTRACT.column(ReferralEvents.INVITEE_HASH), lit("c1")),
                PSEUDONYMS.of(
                    Orders.CONTRACT.column(Orders.CUSTOMER_REF), lit(null).cast("string")),
                Pseudonyms.of("another key")
                    .of(Orders.CONTRACT.column(Orders.CUSTOMER_REF), lit("c1")))
            .first();
    assertThat(row.getString(1)).isEqualTo(row.getString(0));
    assertThat(row.getString(2)).isEqualTo(row.getString(0));
    assertThat(row.getString(3)).isEqualTo(row.getString(4)).isNotEqualTo(row.getString(0));
    assertThat(row.isNullAt(5)).isTrue();
    assertThat(row.getString(6)).isNotEqualTo(row.getString(0));
  }

  @Test
  void key_isInNoPlan() {
    assertThat(select(CUSTOMER).queryExecution().toString())
        .contains("pseudonym")
        .doesNotContain(KEY);
  }
}
