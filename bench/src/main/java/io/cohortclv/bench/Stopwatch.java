package io.cohortclv.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** Wall and CPU time of this process since the watch was started, and its peak memory (Linux). */
final class Stopwatch {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final Path PROCESS = Path.of("/proc/self");

  private final long wall;
  private final long cpu;

  private Stopwatch() {
    try {
      Files.writeString(PROCESS.resolve("clear_refs"), "5"); // the peak starts anew
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.cpu = SYSTEM.getProcessCpuTime();
    this.wall = System.nanoTime();
  }

  static Stopwatch start() {
    return new Stopwatch();
  }

  /** Wall and CPU seconds and MB, as the members of a JSON object. */
  String read() {
    double seconds = (System.nanoTime() - wall) / 1e9;
    double cpuSeconds = (SYSTEM.getProcessCpuTime() - cpu) / 1e9;
    return "\"wall\": %.4f, \"cpu\": %.4f, \"peak_mb\": %d"
        .formatted(seconds, cpuSeconds, peakKilobytes() / 1024);
  }

  private static long peakKilobytes() {
    try {
      return Files.readAllLines(PROCESS.resolve("status")).stream()
          .filter(line -> line.startsWith("VmHWM"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
