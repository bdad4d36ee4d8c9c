package io.cohortclv.jobs.estimate;

import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.models.btyd.ModelFamily;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** The orders of one file as purchase histories. */
public final class OrderLog {
  /** Distinct histories taken to the driver; each takes some hundred bytes. */
  private static final int MOST_HISTORIES = 3_000_000;

  private final OrderFile file;
  private final OrderColumns columns;
  private final Dataset<Row> orders;
  private final Dataset<Row> customerDays;
  private final Dataset<Row> customers;
  private final EstimateQuery query;

  public OrderLog(SparkSession session, OrderFile file, OrderColumns columns, EstimateQuery query) {
    this.file = file;
    this.columns = columns;
    this.query = query;
    this.orders = file.read(session, columns);
    this.customerDays =
        orders.transform(PurchaseHistories::withTypes).transform(PurchaseHistories::byCustomerDay);
    this.customers =
        PurchaseHistories.byCustomer(
            customerDays,
            query.calibrationEnd(),
            query.holdoutEnd().orElse(query.calibrationEnd()));
  }

  /**
   * Reads the file.
   *
   * @throws CommandException of data when there are no rows, or some cannot be read
   */
  public Histories histories() {
    List<Row> rows =
        customers.transform(PurchaseHistories::distinct).limit(MOST_HISTORIES + 1).collectAsList();
    if (rows.size() > MOST_HISTORIES) {
      throw CommandException.data(
          file
              + " has more than "
              + MOST_HISTORIES
              + " distinct purchase histories, too many for one machine's memory. Load it with clv"
              + " run, which fits on the cluster.");
    }
    Tally tally = new Tally();
    List<History> histories = new ArrayList<>();
    for (Row row : rows) {
      tally.add(row);
      if (row.getAs(PurchaseHistories.REPEATS) != null) {
        histories.add(history(row, row.getAs(PurchaseHistories.CUSTOMERS)));
      }
    }
    requireReadable(tally);
    if (histories.isEmpty()) {
      throw CommandException.data(
          "No customer in "
              + file
              + " bought until "
              + query.calibrationEnd()
              + ", so there is nothing to learn from. Choose a later --calibration-end.");
    }
    histories.sort(History.ORDER);
    return new Histories(List.copyOf(histories), gaps(), notes(tally));
  }

  /**
   * Histories in their order, and what a reader should know of the rows behind them.
   *
   * @param gaps between purchases; none where no model asks for them
   * @param notes one sentence each
   */
  public record Histories(List<History> rows, List<Gap> gaps, List<String> notes) {}

  /** Read in a pass of their own, since few estimates need them. */
  private List<Gap> gaps() {
    if (query.families().stream().noneMatch(ModelFamily::needsGaps)) {
      return List.of();
    }
    return PurchaseHistories.gaps(customerDays, query.calibrationEnd()).collectAsList().stream()
        .map(
            row ->
                new Gap(
                    row.getAs(PurchaseHistories.SEGMENT),
                    row.getAs(PurchaseHistories.GAP_DAYS),
                    row.getAs(PurchaseHistories.GAPS)))
        .sorted(Gap.ORDER)
        .toList();
  }

  /** Each customer with a history of one, by customer. */
  void forEachCustomer(BiConsumer<String, History> consumer) {
    Iterator<Row> rows =
        customers
            .where(functions.col(PurchaseHistories.REPEATS).isNotNull())
            .orderBy(PurchaseHistories.CUSTOMER)
            .toLocalIterator();
    while (rows.hasNext()) {
      Row row = rows.next();
      consumer.accept(row.getAs(PurchaseHistories.CUSTOMER), history(row, 1));
    }
  }

  private static History history(Row row, long customers) {
    return new History(
        row.getAs(PurchaseHistories.SEGMENT),
        row.getAs(PurchaseHistories.REPEATS),
        row.getAs(PurchaseHistories.RECENCY_DAYS),
        row.getAs(PurchaseHistories.AGE_DAYS),
        row.getAs(PurchaseHistories.HOLDOUT_PURCHASES),
        row.getAs(PurchaseHistories.SPEND_DAYS),
        row.getAs(PurchaseHistories.SPEND),
        customers);
  }

  private void requireReadable(Tally tally) {
    if (tally.rows == 0) {
      throw CommandException.data(
          file + " has no rows below its header: nothing to estimate from.");
    }
    if (tally.firstBadTime != null) {
      throw unreadable(
          "--time " + columns.time(),
          OrderFile.TIME,
          tally.firstBadTime,
          "a day as 1997-01-31 or 19970131, with or without a time behind it");
    }
    if (tally.firstBadAmount != null) {
      throw unreadable(
          "--amount " + columns.amount().orElseThrow(),
          OrderFile.AMOUNT,
          tally.firstBadAmount,
          "a number such as 1234.50");
    }
  }

  /** Finds the value again: values are not carried along, since they are only needed on failure. */
  private CommandException unreadable(String option, String column, long position, String wanted) {
    Object value =
        orders
            .select(
                functions.col(column),
                functions.monotonically_increasing_id().as(PurchaseHistories.ROWS))
            .where(functions.col(PurchaseHistories.ROWS).equalTo(position))
            .first()
            .get(0);
    return CommandException.data(
        file
            + " has "
            + (value == null ? "an empty value" : "the value '" + value + "'")
            + " in its column of "
            + option
            + ", and needed is "
            + wanted
            + ". Correct the file or name another column.");
  }

  private List<String> notes(Tally tally) {
    List<String> notes = new ArrayList<>();
    note(notes, tally.rowsWithoutCustomer, "name no customer and were left out");
    note(notes, tally.negative, "have a negative amount and are no purchases");
    note(notes, tally.zero, "have a zero amount: purchases that are left out of spend");
    if (columns.amount().isPresent()) {
      note(notes, tally.empty, "have no amount: purchases that are left out of spend");
    }
    if (tally.laterCustomers > 0) {
      notes.add(
          tally.laterCustomers
              + " customers have no purchase until "
              + query.calibrationEnd()
              + " and were left out");
    }
    LocalDate needed = query.holdoutEnd().orElse(query.calibrationEnd());
    if (tally.lastDay != null && tally.lastDay.isBefore(needed)) {
      notes.add(
          "the last purchase is on "
              + tally.lastDay
              + ", before "
              + needed
              + ": if the file ends there, the days after it look like days without purchases");
    }
    return List.copyOf(notes);
  }

  private static void note(List<String> notes, long rows, String what) {
    if (rows > 0) {
      notes.add(rows + " rows " + what);
    }
  }

  /** Sums of what the histories' rows carry along. */
  private static final class Tally {
    private long rows;
    private long rowsWithoutCustomer;
    private long laterCustomers;
    private long negative;
    private long zero;
    private long empty;
    private LocalDate lastDay;
    private Long firstBadTime;
    private Long firstBadAmount;

    private void add(Row row) {
      long here = row.getAs(PurchaseHistories.ROWS);
      long customers = row.getAs(PurchaseHistories.CUSTOMERS);
      rows += here;
      if (row.getAs(PurchaseHistories.REPEATS) == null) {
        laterCustomers += customers;
      }
      negative += row.<Long>getAs(PurchaseHistories.NEGATIVE_ROWS);
      zero += row.<Long>getAs(PurchaseHistories.ZERO_ROWS);
      empty += row.<Long>getAs(PurchaseHistories.EMPTY_ROWS);
      rowsWithoutCustomer += row.<Long>getAs(PurchaseHistories.NO_CUSTOMER_ROWS);
      Object day = row.getAs(PurchaseHistories.LAST_DAY);
      if (day != null) {
        LocalDate date = LocalDate.parse(day.toString());
        lastDay = lastDay == null || date.isAfter(lastDay) ? date : lastDay;
      }
      firstBadTime = least(firstBadTime, row.getAs(PurchaseHistories.FIRST_BAD_TIME));
      firstBadAmount = least(firstBadAmount, row.getAs(PurchaseHistories.FIRST_BAD_AMOUNT));
    }

    private static Long least(Long one, Long other) {
      return one == null || (other != null && other < one) ? other : one;
    }
  }
}
