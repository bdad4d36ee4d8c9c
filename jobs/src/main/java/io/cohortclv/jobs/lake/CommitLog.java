package io.cohortclv.jobs.lake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Looks a commit up in a table's {@code _delta_log} by what its {@code userMetadata} contains.
 *
 * <p>Delta's own history answers the same through a Spark job of about a second, once a write; here
 * it is one small file, in the format the Delta protocol fixes.
 */
final class CommitLog {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Configuration hadoop;

  CommitLog(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /** The newest commit after {@code before} and up to {@code last} whose metadata contains it. */
  Optional<Written> newest(String table, long before, long last, String metadata) {
    try {
      FileSystem files = new Path(table).getFileSystem(hadoop);
      for (long version = last; version > before; version--) {
        JsonNode commit = commitInfo(files, table, version);
        if (commit == null) {
          return Optional.empty(); // older commits are cleaned up
        }
        if (commit.path("userMetadata").asText().contains(metadata)) {
          return Optional.of(
              new Written(version, commit.path("operationMetrics").path("numOutputRows").asLong()));
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode commitInfo(FileSystem files, String table, long version)
      throws IOException {
    Path file = new Path(table, "_delta_log/%020d.json".formatted(version));
    try (BufferedReader actions =
        new BufferedReader(new InputStreamReader(files.open(file), StandardCharsets.UTF_8))) {
      for (String action; (action = actions.readLine()) != null; ) {
        if (action.startsWith("{\"commitInfo\"")) {
          return JSON.readTree(action).path("commitInfo");
        }
      }
      return JSON.createObjectNode();
    } catch (FileNotFoundException e) {
      return null;
    }
  }
}
