package io.cohortclv.jobs.lake;

import io.cohortclv.jobs.config.SourceConfig.Gates;
import io.cohortclv.jobs.lake.IngestRecon.Counts;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A limit that a batch broke.
 *
 * @param name as in the config
 * @param found what the batch has instead
 */
record QualityGate(String name, double limit, double found) {
  /** What its check in ops.recon begins with. */
  static final String CHECK = "gate ";

  /** So many batches before say what is usual, and fewer than these say nothing. */
  private static final int USUAL = 7;

  private static final int FEWEST = 3;

  /**
   * The gates that the batch broke.
   *
   * @param before records of the source's earlier batches, the newest last
   */
  static List<QualityGate> broken(Gates gates, Counts counts, Supplier<List<Long>> before) {
    List<QualityGate> broken = new ArrayList<>();
    double share = counts.records() == 0 ? 0 : (double) counts.rejected() / counts.records();
    gates
        .maxRejectedShare()
        .filter(limit -> share > limit)
        .ifPresent(limit -> broken.add(new QualityGate("max-rejected-share", limit, share)));
    gates
        .minRows()
        .filter(limit -> counts.records() < limit)
        .ifPresent(limit -> broken.add(new QualityGate("min-rows", limit, counts.records())));
    gates
        .maxVolumeChange()
        .ifPresent(
            limit -> {
              double change = change(counts.records(), before.get());
              if (change > limit) {
                broken.add(new QualityGate("max-volume-change", limit, change));
              }
            });
    return broken;
  }

  /** How many times more, or fewer, than usual; 1 where nothing is usual yet. */
  private static double change(long records, List<Long> before) {
    if (before.size() < FEWEST) {
      return 1;
    }
    List<Long> usual =
        before.subList(Math.max(0, before.size() - USUAL), before.size()).stream()
            .sorted()
            .toList();
    double median = (usual.get((usual.size() - 1) / 2) + usual.get(usual.size() / 2)) / 2.0;
    // Nothing where something was usual is infinitely fewer; a decimal has to hold it.
    double least = Math.max(1e-9, Math.min((double) records, median));
    return Math.min(Math.max((double) records, median) / least, 1e9);
  }
}
