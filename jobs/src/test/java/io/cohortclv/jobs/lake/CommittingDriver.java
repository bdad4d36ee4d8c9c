package io.cohortclv.jobs.lake;

import io.delta.storage.LogStore;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.List;
import java.util.Scanner;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * A driver in a process of its own that commits to a table's log as Delta does: it writes the next
 * version, and when that is taken, the one after. The parent lets all drivers go at once, so that
 * each round begins with both at the same version.
 *
 * <p>Arguments: class of the log store, folder of the log, name; then settings as {@code
 * key=value}. Standard input: one version a line to begin with. Standard output: {@code ready},
 * then the version the driver believes it committed.
 */
final class CommittingDriver {
  private CommittingDriver() {}

  public static void main(String... arguments) throws Exception {
    Configuration hadoop = new Configuration();
    for (String setting : List.of(arguments).subList(3, arguments.length)) {
      String[] pair = setting.split("=", 2);
      hadoop.set(pair[0], pair[1]);
    }
    LogStore store =
        Class.forName(arguments[0])
            .asSubclass(LogStore.class)
            .getConstructor(Configuration.class)
            .newInstance(hadoop);
    // Connections and classes before the first round.
    store.write(
        new Path(arguments[1], "warm-up-" + arguments[2]), List.of("").iterator(), true, hadoop);
    // The test reads these lines to keep two drivers in step.
    System.out.println("ready");
    Scanner rounds = new Scanner(System.in, StandardCharsets.UTF_8);
    while (rounds.hasNextLong()) {
      long version = rounds.nextLong();
      String row = "{\"add\":\"" + arguments[2] + " " + version + "\"}";
      while (true) {
        try {
          Path commit = new Path(arguments[1], "%020d.json".formatted(version));
          store.write(commit, List.of(row).iterator(), false, hadoop);
          break;
        } catch (FileAlreadyExistsException conflict) {
          version++;
        }
      }
      System.out.println(version);
    }
  }
}
