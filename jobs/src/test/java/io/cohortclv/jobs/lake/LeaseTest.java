package io.cohortclv.jobs.lake;

import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.transforms.table.Operations;
import java.net.InetAddress;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LeaseTest {
  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir Path root;
  private Lake lake;

  @BeforeEach
  void openLake() {
    lake = TestLakes.open(root);
  }

  @Test
  void take_refusesASecondUntilTheFirstGivesItBack() {
    try (Lease first = Lease.take(lake, "run", LONG)) {
      first.requireHeld();
      assertThatThrownBy(() -> Lease.take(lake, "ingest", LONG))
          .isInstanceOfSatisfying(
              CommandException.class, e -> assertThat(e.exitCode()).isEqualTo(1))
          .hasMessageContaining("busy, held by clv run")
          .hasMessageContaining("process " + ProcessHandle.current().pid())
          .hasMessageContaining("since 20");
    }
    Lease.take(lake, "ingest", LONG).close();
    assertThat(lake.ops(Operations.LEASE).filter(col(Operations.STATE).equalTo("held")).count())
        .isEqualTo(2);
  }

  /** Of a machine that died nobody knows the processes: its lease ends by the clock. */
  @Test
  void take_waitsForAnotherMachinesLeaseToEnd() {
    foreign(1, "elsewhere", Instant.now().plusSeconds(600));
    assertThatThrownBy(() -> Lease.take(lake, "run", LONG)).hasMessageContaining("on elsewhere");
    foreign(2, "elsewhere", Instant.now().minusSeconds(1));
    Lease.take(lake, "run", LONG).close();
  }

  @Test
  void take_succeedsADeadProcessOfThisMachineAtOnce() throws Exception {
    foreign(1, InetAddress.getLocalHost().getHostName(), Instant.now().plusSeconds(600));
    Lease.take(lake, "run", LONG).close();
  }

  /** A holder that was suspended past its end and succeeded must not publish. */
  @Test
  void requireHeld_failsWhenAnotherTookOver() {
    try (Lease suspended = Lease.take(lake, "run", Duration.ZERO, LONG)) {
      foreign(2, "elsewhere", Instant.now().plusSeconds(600));
      assertThatThrownBy(suspended::requireHeld)
          .isInstanceOf(CommandException.class)
          .hasMessageContaining("took the lake");
    }
    // Giving back what another has must not take it from there.
    assertThatThrownBy(() -> Lease.take(lake, "run", LONG)).hasMessageContaining("on elsewhere");
  }

  @Test
  void aHolder_renewsItsLease() throws Exception {
    try (Lease held = Lease.take(lake, "run", Duration.ofSeconds(3))) {
      Thread.sleep(4_500); // past its end, which only time brings
      assertThatThrownBy(() -> Lease.take(lake, "ingest", LONG)).hasMessageContaining("busy");
      held.requireHeld();
    }
  }

  /** A state of a process that began in 1970 and so is none of today's. */
  private void foreign(long number, String host, Instant expiresAt) {
    Timestamp now = Lake.now();
    assertThat(
            lake.appendNext(
                Operations.LEASE,
                "lease",
                number,
                List.of(
                    RowFactory.create(
                        number,
                        Operations.HELD,
                        "clv run",
                        host,
                        1L,
                        Timestamp.from(Instant.EPOCH),
                        now,
                        Timestamp.from(expiresAt),
                        now))))
        .isPresent();
  }
}
