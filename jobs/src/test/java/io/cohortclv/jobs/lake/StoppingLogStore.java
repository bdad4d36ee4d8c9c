package io.cohortclv.jobs.lake;

import io.delta.storage.HadoopFileSystemLogStore;
import java.io.IOException;
import java.util.Iterator;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The product's store of local lakes, which can stop the world at a commit.
 *
 * <p>In the tests' own process, {@link #powerOffAt} makes that commit and every later write fail.
 * In a process of its own, -Dclv.test.stop=N:before or N:after makes it say so on the standard
 * output at the N-th commit and wait to be killed.
 */
public final class StoppingLogStore extends HadoopFileSystemLogStore {
  /** What a write says that found the power off. */
  public static final String NO_POWER = "No power";

  private static final String STOP = "clv.test.stop";
  private static final AtomicLong COMMITS = new AtomicLong();
  private static volatile long powerOff = Long.MAX_VALUE;

  private final HardLinkLogStore store;

  public StoppingLogStore(Configuration hadoop) {
    super(hadoop);
    store = new HardLinkLogStore(hadoop);
  }

  /** Lets that commit from now on fail, counted from 1, and all that follow. */
  public static void powerOffAt(long commit) {
    powerOff = COMMITS.get() + commit;
  }

  /** Everything works again. */
  public static void powerOn() {
    powerOff = Long.MAX_VALUE;
  }

  /** Commits of this process so far. */
  public static long commits() {
    return COMMITS.get();
  }

  @Override
  public void write(Path path, Iterator<String> actions, Boolean overwrite, Configuration hadoop)
      throws IOException {
    boolean isCommit = !overwrite && path.getName().matches("\\d{20}\\.json");
    long number = isCommit ? COMMITS.incrementAndGet() : COMMITS.get();
    if (number >= powerOff) {
      throw new IOException(NO_POWER);
    }
    if (isCommit) {
      awaitKill(number + ":before", path);
    }
    store.write(path, actions, overwrite, hadoop);
    if (isCommit) {
      awaitKill(number + ":after", path);
    }
  }

  private static void awaitKill(String point, Path path) {
    if (point.equals(System.getProperty(STOP))) {
      // The test waits for this line before it kills.
      System.out.println("stopped " + point + " " + path);
      while (true) {
        try {
          Thread.sleep(Long.MAX_VALUE);
        } catch (InterruptedException e) {
          // Only a kill ends it.
        }
      }
    }
  }

  @Override
  public Boolean isPartialWriteVisible(Path path, Configuration hadoop) {
    return store.isPartialWriteVisible(path, hadoop);
  }
}
