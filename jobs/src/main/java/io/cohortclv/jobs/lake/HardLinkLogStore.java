package io.cohortclv.jobs.lake;

import io.delta.storage.HadoopFileSystemLogStore;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Iterator;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;

/**
 * Delta's commits on a local disk, each a hard link that fails when the file is there.
 *
 * <p>Delta's own store looks whether the file is there and then renames over it, which is safe
 * within one process only: of two {@code clv} at the same moment, both would report success and one
 * would have written nothing.
 */
public final class HardLinkLogStore extends HadoopFileSystemLogStore {
  /** Delta makes it by this constructor. */
  public HardLinkLogStore(Configuration hadoop) {
    super(hadoop);
  }

  @Override
  public void write(
      org.apache.hadoop.fs.Path path,
      Iterator<String> actions,
      Boolean overwrite,
      Configuration hadoop)
      throws IOException {
    Path file = Path.of(path.toUri().getPath());
    Files.createDirectories(file.getParent());
    Path written = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      write(written, actions);
      if (overwrite) {
        // A checksum that Hadoop keeps beside the file would not fit the new one.
        Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
      } else {
        Files.createLink(file, written);
      }
    } finally {
      Files.deleteIfExists(written);
    }
  }

  private static void write(Path file, Iterator<String> actions) throws IOException {
    try (FileChannel channel =
            FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = Channels.newOutputStream(channel)) {
      StringBuilder lines = new StringBuilder();
      while (actions.hasNext()) {
        lines.append(actions.next()).append('\n');
      }
      out.write(lines.toString().getBytes(StandardCharsets.UTF_8));
      channel.force(true); // a commit outlives a power cut, too
    }
  }

  /** A file gets its name when it is whole. */
  @Override
  public Boolean isPartialWriteVisible(org.apache.hadoop.fs.Path path, Configuration hadoop) {
    return false;
  }
}
