package io.cohortclv.bench;

import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;

/** The longest task and the longest stage of what ran: what skew shows in first. */
final class SlowestTask extends SparkListener {
  private long taskMillis;
  private long stageMillis;

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    taskMillis = Math.max(taskMillis, end.taskInfo().duration());
  }

  @Override
  public synchronized void onStageCompleted(SparkListenerStageCompleted end) {
    long begun = (Long) end.stageInfo().submissionTime().get();
    stageMillis = Math.max(stageMillis, (Long) end.stageInfo().completionTime().get() - begun);
  }

  /** Seconds, as members of a JSON object. */
  synchronized String read() {
    return "\"slowest_task\": %.3f, \"slowest_stage\": %.3f"
        .formatted(taskMillis / 1e3, stageMillis / 1e3);
  }
}
