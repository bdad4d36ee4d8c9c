package io.cohortclv.jobs.lake;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cohortclv.jobs.config.Build;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who made a commit; rides in its {@code userMetadata}.
 *
 * @param job the command
 * @param runId run or ingest batch
 * @param inputVersions Delta versions of what was read, by name
 */
record Provenance(String job, String runId, Map<String, Long> inputVersions) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** What the metadata of every commit of that run contains. */
  static String ofRun(String runId) {
    return "\"run_id\":\"" + runId + "\"";
  }

  String json(String token) {
    Map<String, Object> metadata = new LinkedHashMap<>();
    metadata.put("job", job);
    metadata.put("run_id", runId);
    metadata.put("code_revision", Build.revision());
    metadata.put("input_versions", inputVersions);
    metadata.put("commit", token);
    try {
      return JSON.writeValueAsString(metadata);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Text, numbers and maps of them are JSON", e);
    }
  }
}
