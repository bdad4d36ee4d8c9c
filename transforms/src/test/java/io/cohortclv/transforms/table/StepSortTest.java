package io.cohortclv.transforms.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows packed, brought into order and read again, against sorting in Java. */
class StepSortTest {
  private static final StructType ORDERS =
      new StructType()
          .add("customer", DataTypes.StringType)
          .add("moment", DataTypes.LongType)
          .add("rank", DataTypes.IntegerType)
          .add("id", DataTypes.StringType)
          .add("amount", DataTypes.LongType);

  private static final StructType TOUCHES =
      new StructType()
          .add("customer", DataTypes.StringType)
          .add("moment", DataTypes.LongType)
          .add("rank", DataTypes.IntegerType)
          .add("id", DataTypes.StringType)
          .add("share", DataTypes.DoubleType)
          .add("isBot", DataTypes.BooleanType)
          .add("page", DataTypes.StringType);

  private static final Step.Kind[][] LOGS = {Step.Kind.of(ORDERS), Step.Kind.of(TOUCHES)};
  private static final int TIES = 2;
  private static final int FEW_BUCKETS = 3;
  private static final long LAST_MOMENT = (1L << 38) - 1;

  /** A row as it should be seen; an id is a row's own, so that the order of all is known. */
  private record Seen(String customer, long moment, Integer rank, String id, String values) {}

  private static final Comparator<Seen> ORDER =
      Comparator.comparingLong(Seen::moment)
          .thenComparing(Seen::rank, Comparator.nullsFirst(Comparator.naturalOrder()))
          .thenComparing(
              s -> s.id().getBytes(UTF_8), (one, other) -> Arrays.compareUnsigned(one, other));

  private static String values(Step step) {
    return step.log() == 0
        ? (step.isNullAt(4) ? "null" : Long.toString(step.getLong(4)))
        : (step.isNullAt(4) ? "null" : Double.toString(step.getDouble(4)))
            + (step.isNullAt(5) ? " null " : " " + step.getBoolean(5) + " ")
            + step.getString(6);
  }

  private static Iterator<Row> blocks(Map<Integer, List<Row>> logs, int buckets) {
    List<Row> blocks = new ArrayList<>();
    logs.forEach(
        (log, rows) ->
            new StepBlocks(rows.iterator(), log, LOGS[log], buckets).forEachRemaining(blocks::add));
    Collections.shuffle(blocks, new Random(1));
    blocks.sort(Comparator.comparingInt(block -> block.getInt(0)));
    return blocks.iterator();
  }

  private static List<Seen> walked(Iterator<Row> blocks, int mostHeld) {
    List<Seen> seen = new ArrayList<>();
    CustomerWalk.Plan plan =
        made ->
            customer ->
                new CustomerWalk.History() {
                  @Override
                  public void next(long moment, Step step) {
                    seen.add(
                        new Seen(
                            customer,
                            moment,
                            step.isNullAt(2) ? null : (Integer) step.getInt(2),
                            step.getString(3),
                            values(step)));
                  }

                  @Override
                  public void end() {
                    // The rows are all there is to see.
                  }
                };
    new CustomerWalk.Steps(blocks, LOGS, new StepSort(LOGS, TIES, mostHeld), plan)
        .forEachRemaining(row -> {});
    return seen;
  }

  private static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(UTF_8);
  }

  /** Names and texts of all lengths, moments near and far, nulls, and the ends of all numbers. */
  private static final class RandomLogs {
    private static final String[] WORDS = {"", "é", "雪", "x".repeat(246), "y".repeat(70_000)};
    private final Random random;
    private final Map<Integer, List<Row>> logs = new TreeMap<>();
    private final List<Seen> expected = new ArrayList<>();

    RandomLogs(int seed) {
      random = new Random(seed);
      logs.put(0, new ArrayList<>());
      logs.put(1, new ArrayList<>());
      int rows = 1 + random.nextInt(400);
      for (int i = 0; i < rows; i++) {
        add(i);
      }
      logs.values().forEach(log -> Collections.shuffle(log, random));
    }

    private void add(int i) {
      int who = random.nextInt(30);
      String customer = who == 0 ? "z".repeat(300) : "customer " + who;
      long moment =
          switch (random.nextInt(8)) {
            case 0 -> CustomerWalk.NO_MOMENT;
            case 1 -> LAST_MOMENT;
            case 2 -> random.nextInt();
            default -> random.nextInt(9) - 4;
          };
      Integer rank = random.nextInt(4) == 0 ? null : (Integer) random.nextInt(2);
      String id = (random.nextBoolean() ? "é" : "e") + i;
      boolean isOrder = random.nextBoolean();
      String values =
          isOrder ? order(customer, moment, rank, id) : touch(customer, moment, rank, id);
      expected.add(new Seen(customer, moment, rank, id, values));
    }

    private String order(String customer, long moment, Integer rank, String id) {
      Long amount =
          switch (random.nextInt(6)) {
            case 0 -> null;
            case 1 -> Long.MIN_VALUE;
            case 2 -> Long.MAX_VALUE;
            case 3 -> random.nextLong();
            default -> random.nextInt(600) - 300L;
          };
      logs.get(0).add(RowFactory.create(bytes(customer), moment, rank, bytes(id), amount));
      return String.valueOf(amount);
    }

    private String touch(String customer, long moment, Integer rank, String id) {
      Double share =
          switch (random.nextInt(5)) {
            case 0 -> null;
            case 1 -> Double.NaN;
            case 2 -> -0.0;
            default -> random.nextGaussian();
          };
      Boolean isBot = random.nextInt(3) == 0 ? null : (Boolean) random.nextBoolean();
      String page = random.nextInt(9) == 0 ? null : WORDS[random.nextInt(WORDS.length)];
      logs.get(1)
          .add(
              RowFactory.create(
                  bytes(customer), moment, rank, bytes(id), share, isBot, bytes(page)));
      return share + " " + isBot + " " + page;
    }
  }

  /** Of {@code mostHeld} bytes at once: all of a bucket, some rows, or one block at a time. */
  @ParameterizedTest
  @ValueSource(ints = {1 << 26, 100_000, 1})
  void rows_areSeenOnceAsTheyWereAndInOrder(int mostHeld) {
    for (int seed = 0; seed < 60; seed++) {
      RandomLogs random = new RandomLogs(seed);

      List<Seen> seen = walked(blocks(random.logs, FEW_BUCKETS), mostHeld);

      assertThat(seen).as("seed %d", seed).containsExactlyInAnyOrderElementsOf(random.expected);
      assertThat(seen.stream().map(Seen::customer).distinct().count())
          .as("customers come once each, seed %d", seed)
          .isEqualTo(IntStream.range(0, seen.size()).filter(i -> isFirst(seen, i)).count());
      assertThat(
              IntStream.range(1, seen.size())
                  .filter(i -> !isFirst(seen, i))
                  .allMatch(i -> ORDER.compare(seen.get(i - 1), seen.get(i)) < 0))
          .as("in order, seed %d", seed)
          .isTrue();
    }
  }

  private static boolean isFirst(List<Seen> seen, int i) {
    return i == 0 || !seen.get(i).customer().equals(seen.get(i - 1).customer());
  }

  @Test
  void manyCustomersOfOneBucket_areToldApart() {
    List<Row> rows =
        IntStream.range(0, 10_000)
            .mapToObj(i -> RowFactory.create(bytes("c" + i % 2_500), (long) i, 1, bytes(""), 0L))
            .toList();

    List<Seen> seen = walked(blocks(Map.of(0, rows), 1), 1 << 26);

    assertThat(seen).hasSize(10_000);
    assertThat(IntStream.range(0, 10_000).filter(i -> isFirst(seen, i)).count()).isEqualTo(2_500);
  }

  /**
   * Bytes that no text has look alike as texts; in order by name one comes right after the other.
   */
  @ParameterizedTest
  @ValueSource(ints = {1 << 26, 1})
  void customersWhoseNamesAreNoText_areToldApart(int mostHeld) {
    byte[] one = {(byte) 0xfe};
    byte[] other = {(byte) 0xff};
    Map<Integer, List<Row>> logs =
        Map.of(
            0, List.of(RowFactory.create(one, 5L, 1, bytes("a"), (Object) 0L)),
            1, List.of(RowFactory.create(other, 1L, 1, bytes("b"), null, null, null)));
    List<String> begun = new ArrayList<>();
    CustomerWalk.Plan plan =
        made ->
            customer -> {
              begun.add(customer);
              return new CustomerWalk.History() {
                @Override
                public void next(long moment, Step step) {
                  // That it begins is all there is to see.
                }

                @Override
                public void end() {
                  // As above.
                }
              };
            };

    new CustomerWalk.Steps(blocks(logs, 1), LOGS, new StepSort(LOGS, TIES, mostHeld), plan)
        .forEachRemaining(row -> {});

    assertThat(begun).hasSize(2);
  }

  @Test
  void blocksGivenOn_areSmallAndHoldEveryRow() {
    List<Row> rows =
        IntStream.range(0, 50_000)
            .mapToObj(i -> RowFactory.create(bytes("c" + i), (long) i, 1, bytes(""), 0L))
            .toList();
    List<Row> blocks = new ArrayList<>();
    new StepBlocks(rows.iterator(), 0, LOGS[0], 4).forEachRemaining(blocks::add);

    assertThat(blocks).hasSizeGreaterThan(50);
    assertThat(blocks).allMatch(block -> ((byte[]) block.get(1)).length < 10_000);
    assertThat(walked(blocks(Map.of(0, rows), 4), 1 << 26)).hasSize(50_000);
  }

  @Test
  void momentsBeyondTheYears_areRefused() {
    List<Row> rows =
        List.of(RowFactory.create(bytes("c"), LAST_MOMENT + 1, 1, bytes(""), (Object) 0L));

    assertThatThrownBy(() -> blocks(Map.of(0, rows), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A moment of 274877906944");
  }

  @Test
  void aNumberThatIsNull_isNotReadAsAnother() {
    List<Row> rows =
        List.of(
            RowFactory.create(bytes("c"), 1L, 1, bytes(""), 7L),
            RowFactory.create(bytes("c"), 2L, 1, bytes(""), null));
    CustomerWalk.Plan plan =
        made ->
            customer ->
                new CustomerWalk.History() {
                  @Override
                  public void next(long moment, Step step) {
                    made.accept(RowFactory.create(step.getLong(4)));
                  }

                  @Override
                  public void end() {
                    // Nothing is left to make.
                  }
                };
    Iterator<Row> made =
        new CustomerWalk.Steps(blocks(Map.of(0, rows), 1), LOGS, new StepSort(LOGS, TIES), plan);

    assertThat(made.next().getLong(0)).isEqualTo(7);
    assertThatThrownBy(made::next)
        .isInstanceOf(NullPointerException.class)
        .hasMessage("Column 4 of log 0 is null");
  }

  @Test
  void noRows_makeNoBlocks() {
    assertThat(blocks(Map.of(0, List.of()), 4)).isExhausted();
    assertThat(walked(List.<Row>of().iterator(), 1 << 26)).isEmpty();
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
                  public void next(long moment, Step step) {
                    assertThat(handedOn[0]).isEqualTo(read[0]);
                    read[0]++;
                    made.accept(RowFactory.create(customer));
                  }

                  @Override
                  public void end() {
                    // Nothing is left to make.
                  }
                };
    List<Row> rows =
        IntStream.range(0, 100)
            .mapToObj(i -> RowFactory.create(bytes("c"), (long) i, 1, bytes(""), 0L))
            .toList();

    new CustomerWalk.Steps(blocks(Map.of(0, rows), 1), LOGS, new StepSort(LOGS, 0), plan)
        .forEachRemaining(row -> handedOn[0]++);

    assertThat(handedOn[0]).isEqualTo(100);
  }
}
