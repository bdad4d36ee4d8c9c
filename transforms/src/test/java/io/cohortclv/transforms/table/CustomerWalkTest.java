package io.cohortclv.transforms.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.rand;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortclv.transforms.SharedSession;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class CustomerWalkTest {
  private static final StructType ROW =
      new StructType()
          .add("customer", DataTypes.StringType)
          .add("day", DataTypes.IntegerType)
          .add("what", DataTypes.StringType);

  private static final StructType SEEN =
      new StructType().add("customer", DataTypes.StringType).add("seen", DataTypes.StringType);

  private final List<Row> rows = new ArrayList<>();

  private void row(String customer, Integer day, String what) {
    rows.add(RowFactory.create(customer, day, what));
  }

  /** Writes down what each customer's rows were, and how many customers there were. */
  private static final class Writing implements CustomerWalk.Walk {
    private final Consumer<Row> made;
    private int customers;

    Writing(Consumer<Row> made) {
      this.made = made;
    }

    @Override
    public CustomerWalk.History of(String customer) {
      customers++;
      List<String> seen = new ArrayList<>();
      return new CustomerWalk.History() {
        @Override
        public void next(long moment, Step step) {
          seen.add((step.isNullAt(2) ? "" : step.getString(2)) + moment);
        }

        @Override
        public void end() {
          made.accept(RowFactory.create(customer, String.join(" ", seen)));
        }
      };
    }

    @Override
    public void end() {
      made.accept(RowFactory.create(null, Integer.toString(customers)));
    }
  }

  private List<Row> walked() {
    Collections.shuffle(rows, new java.util.Random(7));
    return CustomerWalk.through(List.of(logged())).make(SEEN, Writing::new).collectAsList();
  }

  private Dataset<Row> logged() {
    return SharedSession.SPARK.createDataFrame(rows, ROW).orderBy(rand(3));
  }

  private List<String> seen(String customer) {
    return walked().stream()
        .filter(r -> customer.equals(r.getString(0)))
        .map(r -> r.getString(1))
        .toList();
  }

  @Test
  void rows_comeInTheOrderOfTheirMomentsAndThoseWithoutFirst() {
    // Days of the years 1 and 9999, and what lies between.
    row("c", 2_932_896, "last ");
    row("c", 0, "epoch ");
    row("c", -719_162, "first ");
    row("c", -1, "eve ");
    row("c", null, "none ");
    row("other", 5, "");

    assertThat(seen("c"))
        .containsExactly("none -274877906944 first -719162 eve -1 epoch 0 last 2932896");
    assertThat(seen("other")).containsExactly("5");
  }

  @Test
  void rowsOfOneMoment_comeInTheOrderOfTheTies() {
    for (int i = 0; i < 9; i++) {
      row("c", i / 3, List.of("c", "b", "a").get(i % 3));
    }
    List<Row> walked =
        CustomerWalk.through(1, List.of(logged()))
            .make(SEEN, Writing::new)
            .filter(col("customer").isNotNull())
            .collectAsList();
    assertThat(walked)
        .extracting(r -> r.getString(1))
        .containsExactly("a0 b0 c0 a1 b1 c1 a2 b2 c2");
  }

  /** Writes down each row of either log. */
  private static CustomerWalk.Walk writing(Consumer<Row> made) {
    return customer ->
        new CustomerWalk.History() {
          @Override
          public void next(long moment, Step step) {
            String value =
                step.log() == 0 ? step.getString(2) : step.getDouble(2) + " " + step.getBoolean(3);
            made.accept(RowFactory.create(customer, moment + " " + value));
          }

          @Override
          public void end() {
            // Every row was written down.
          }
        };
  }

  @Test
  void severalLogs_areWalkedThroughTogether() {
    row("c", 1, "order");
    row("c", 3, "order");
    Dataset<Row> amounts =
        SharedSession.SPARK.sql("SELECT 'c' AS who, 2 AS day, 2.5D AS amount, true AS isPaid");
    assertThat(
            CustomerWalk.through(List.of(logged(), amounts))
                .make(SEEN, CustomerWalkTest::writing)
                .collectAsList())
        .extracting(r -> r.getString(1))
        .containsExactly("1 order", "2 2.5 true", "3 order");
  }

  @Test
  void tiesOfDifferentTypes_areRefused() {
    Dataset<Row> texts = SharedSession.SPARK.sql("SELECT 'c', 1, 'a'");
    Dataset<Row> numbers = SharedSession.SPARK.sql("SELECT 'c', 1, 2");

    assertThatThrownBy(() -> CustomerWalk.through(1, List.of(texts, numbers)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Logs whose ties are of different types");
  }

  @Test
  void columnsThatCannotTravel_areRefused() {
    Dataset<Row> dates = SharedSession.SPARK.sql("SELECT 'c', 1, DATE '2026-01-01'");

    assertThatThrownBy(() -> CustomerWalk.through(List.of(dates)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A column of type date");
  }

  @Test
  void everyCustomer_isWalkedOnceWhereverTheRowsLie() {
    for (int i = 0; i < 3_000; i++) {
      row("c" + i % 700, i / 700, "");
    }

    List<Row> walked = walked();
    assertThat(walked.stream().filter(r -> !r.isNullAt(0)).map(r -> r.getString(0)))
        .hasSize(700)
        .doesNotHaveDuplicates();
    assertThat(
            walked.stream()
                .filter(r -> r.isNullAt(0))
                .mapToInt(r -> Integer.parseInt(r.getString(1)))
                .sum())
        .isEqualTo(700);
  }

  @Test
  void noRows_makeNone() {
    assertThat(walked().stream().filter(r -> !r.isNullAt(0))).isEmpty();
  }
}
