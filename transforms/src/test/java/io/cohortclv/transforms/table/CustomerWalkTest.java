package io.cohortclv.transforms.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.rand;
import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.SharedSession;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
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
        public void next(long moment, Row row) {
          seen.add((row.getString(2) == null ? "" : row.getString(2)) + moment);
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
    return CustomerWalk.walk(
            SharedSession.SPARK.createDataFrame(rows, ROW).orderBy(rand(3)), SEEN, Writing::new)
        .collectAsList();
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

  /**
   * The 25 bits of these names' hashes in the key are the same (found by trying a hundred thousand
   * names), so that their rows come mixed.
   */
  @Test
  void customersOfTheSameBits_areToldApart() {
    String[] twins = {"customer 1594", "customer 5165"};
    for (int day = 0; day < 20; day++) {
      row(twins[day % 2], day, "");
    }

    assertThat(seen(twins[0])).containsExactly("0 2 4 6 8 10 12 14 16 18");
    assertThat(seen(twins[1])).containsExactly("1 3 5 7 9 11 13 15 17 19");
  }

  @Test
  void rowsOfOneMoment_comeInTheOrderOfTheTies() {
    for (int i = 0; i < 9; i++) {
      row("c", i / 3, List.of("c", "b", "a").get(i % 3));
    }
    List<Row> walked =
        CustomerWalk.walkArranged(
                CustomerWalk.arrange(
                    SharedSession.SPARK.createDataFrame(rows, ROW).orderBy(rand(3)), col("what")),
                SEEN,
                Writing::new)
            .filter(col("customer").isNotNull())
            .collectAsList();
    assertThat(walked)
        .extracting(r -> r.getString(1))
        .containsExactly("a0 b0 c0 a1 b1 c1 a2 b2 c2");
  }

  /** A customer's rows made are not held until the customer ends. */
  @Test
  void rowsMade_areHandedOnBeforeTheNextIsRead() {
    int[] read = {0};
    int[] handedOn = {0};
    CustomerWalk.Plan plan =
        made ->
            customer ->
                new CustomerWalk.History() {
                  @Override
                  public void next(long moment, Row row) {
                    assertThat(handedOn[0]).isEqualTo(read[0]);
                    read[0]++;
                    made.accept(row);
                  }

                  @Override
                  public void end() {}
                };
    List<Row> rowsOfOne =
        IntStream.range(0, 100).mapToObj(i -> RowFactory.create("c", (long) i, "")).toList();
    CustomerWalk.steps(rowsOfOne.iterator(), plan).forEachRemaining(row -> handedOn[0]++);
    assertThat(handedOn[0]).isEqualTo(100);
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
