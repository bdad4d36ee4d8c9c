package io.cohortclv.transforms.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.Affiliates;
import io.cohortclv.transforms.table.CleanColumns;
import io.cohortclv.transforms.table.Commissions;
import io.cohortclv.transforms.table.Contract;
import io.cohortclv.transforms.table.Csat;
import io.cohortclv.transforms.table.FxRates;
import io.cohortclv.transforms.table.Terms;
import io.cohortclv.transforms.table.Touchpoints;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

class HistoriesTest {
  private static final ZoneId NEW_YORK = ZoneId.of("America/New_York");

  private static TypedRows rows(Contract contract) {
    return TypedRows.of(contract.clean().schema())
        .defaults(
            CleanColumns.SOURCE_SYSTEM,
            "shop",
            CleanColumns.INGEST_TS,
            "2024-06-01T00:00:00Z",
            CleanColumns.ROW_HASH,
            1);
  }

  private static Dataset<Row> known(TypedRows rows, Contract contract, String moment) {
    return Versions.newestBefore(
        rows.dataset(), Optional.empty(), contract, Instant.parse(moment), NEW_YORK);
  }

  private static List<String> texts(Dataset<Row> rows, String... columns) {
    return rows
        .selectExpr("concat_ws(' ', " + String.join(", ", columns) + ")")
        .collectAsList()
        .stream()
        .map(r -> r.getString(0))
        .sorted()
        .toList();
  }

  private static TypedRows terms() {
    return rows(Terms.CONTRACT)
        .defaults(Terms.PROGRAM_ID, "p", Contract.UPDATED_TS, "2024-01-01T00:00:00Z");
  }

  @Test
  void periods_endWhereTheNextBegins() {
    TypedRows terms =
        terms()
            .row(Terms.RATE, 0.1, Terms.VALID_FROM, "2024-01-01T00:00:00Z")
            .row(
                Terms.RATE,
                0.2,
                Terms.VALID_FROM,
                "2024-02-01T00:00:00Z",
                Terms.VALID_TO,
                "2024-02-15T00:00:00Z")
            .row(Terms.RATE, 0.3, Terms.VALID_FROM, "2024-03-01T00:00:00Z")
            .row(Terms.AFFILIATE_ID, "a", Terms.RATE, 0.4, Terms.VALID_FROM, "2024-01-15T00:00:00Z")
            .row(Terms.RATE, 0.9, Terms.VALID_FROM, "2030-01-01T00:00:00Z");
    assertThat(
            texts(
                known(terms, Terms.CONTRACT, "2024-06-01T00:00:00Z"),
                Terms.RATE,
                "coalesce(string(date(valid_to)), 'open')"))
        .containsExactly("0.1 2024-02-01", "0.2 2024-02-15", "0.3 open", "0.4 open");
    assertThat(Histories.overlaps(terms.dataset(), Terms.CONTRACT).isEmpty()).isTrue();
  }

  @Test
  void overlaps_areTheNewestVersionsOnly() {
    TypedRows terms =
        terms()
            .row(
                Terms.RATE,
                0.1,
                Terms.VALID_FROM,
                "2024-01-01T00:00:00Z",
                Terms.VALID_TO,
                "2024-02-02T00:00:00Z")
            .row(Terms.RATE, 0.2, Terms.VALID_FROM, "2024-02-01T00:00:00Z");
    assertThat(texts(Histories.overlaps(terms.dataset(), Terms.CONTRACT), Terms.RATE))
        .containsExactly("0.1");
    terms.row(
        Terms.RATE,
        0.1,
        Terms.VALID_FROM,
        "2024-01-01T00:00:00Z",
        Terms.VALID_TO,
        "2024-02-01T00:00:00Z",
        Contract.UPDATED_TS,
        "2024-02-05T00:00:00Z");
    assertThat(Histories.overlaps(terms.dataset(), Terms.CONTRACT).isEmpty()).isTrue();
  }

  @Test
  void commissions_keepEveryState_andCorrectionsAreRowsOfTheirOwn() {
    TypedRows states =
        rows(Commissions.CONTRACT)
            .defaults(Commissions.ACTION_ID, "a", Commissions.EVENT_TS, "2024-01-01T00:00:00Z")
            .row(
                Commissions.UPDATE_SEQ,
                1,
                Commissions.STATE,
                "pending",
                Commissions.PAYOUT,
                5,
                Contract.UPDATED_TS,
                "2024-01-01T00:00:00Z")
            .row(
                Commissions.UPDATE_SEQ,
                2,
                Commissions.STATE,
                "approved",
                Commissions.PAYOUT,
                5,
                Contract.UPDATED_TS,
                "2024-02-01T00:00:00Z")
            .row(
                Commissions.ACTION_ID, "a-correction",
                Commissions.UPDATE_SEQ, 0,
                Commissions.STATE, "approved",
                Commissions.PAYOUT, -2,
                Contract.UPDATED_TS, "2024-03-01T00:00:00Z");
    String[] seen = {Commissions.ACTION_ID, Commissions.STATE, "int(payout)"};
    assertThat(texts(known(states, Commissions.CONTRACT, "2024-01-15T00:00:00Z"), seen))
        .containsExactly("a pending 5");
    assertThat(texts(known(states, Commissions.CONTRACT, "2024-04-01T00:00:00Z"), seen))
        .containsExactly("a approved 5", "a-correction approved -2");
  }

  @Test
  void days_beginInTheBusinessZone() {
    TypedRows rates =
        rows(FxRates.CONTRACT)
            .row(FxRates.RATE_DATE, "2024-01-01", FxRates.RATE, 1.0)
            .row(FxRates.RATE_DATE, "2024-01-02", FxRates.RATE, 2.0);
    // In New York January the 1st ends at 05:00 UTC.
    assertThat(texts(known(rates, FxRates.CONTRACT, "2024-01-02T05:00:00Z"), FxRates.RATE))
        .containsExactly("1.0");
  }

  @Test
  void ofAnswersWithinADay_theLastCounts() {
    TypedRows answers =
        rows(Csat.CONTRACT)
            .defaults(Csat.SURVEY_ID, "s", Csat.CUSTOMER_REF, "c")
            .row(Csat.TS, "2024-01-01T00:00:00Z", Csat.SCORE, 1)
            .row(Csat.TS, "2024-01-01T20:00:00Z", Csat.SCORE, 2)
            .row(Csat.TS, "2024-01-02T20:00:01Z", Csat.SCORE, 3)
            .row(Csat.TS, "2024-01-01T10:00:00Z", Csat.SCORE, 5, Csat.CUSTOMER_REF, "d");
    assertThat(texts(known(answers, Csat.CONTRACT, "2024-02-01T00:00:00Z"), "string(score)"))
        .containsExactly("2", "3", "5");
  }

  @Test
  void unknownIds_haveARowThatSaysSo() {
    TypedRows affiliates =
        rows(Affiliates.CONTRACT)
            .row(Affiliates.AFFILIATE_ID, "a", Affiliates.VALID_FROM, "2024-01-01T00:00:00Z");
    TypedRows touches =
        rows(Touchpoints.CONTRACT)
            .row(Touchpoints.AFFILIATE_ID, "a")
            .row(Touchpoints.AFFILIATE_ID, "b")
            .row(Touchpoints.AFFILIATE_ID, "b")
            .row(Touchpoints.AFFILIATE_ID, null);
    assertThat(
            texts(
                Inferred.added(
                    affiliates.dataset(),
                    Affiliates.CONTRACT,
                    Affiliates.AFFILIATE_ID,
                    List.of(touches.dataset())),
                Affiliates.AFFILIATE_ID,
                "coalesce(is_inferred, false)"))
        .containsExactly("a false", "b true");
  }
}
