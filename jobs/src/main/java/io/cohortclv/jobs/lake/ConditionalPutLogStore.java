package io.cohortclv.jobs.lake;

import static org.apache.hadoop.fs.Options.CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE;

import io.delta.storage.HadoopFileSystemLogStore;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.Arrays;
import java.util.Iterator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * Delta's commits on S3, each a put that fails when the object is there ({@code If-None-Match: *}).
 *
 * <p>Delta's own store for S3 looks whether the object is there and then writes it: two drivers
 * that look at the same moment both write, and the rows of the first are lost though it reported
 * success. Here the storage decides.
 *
 * <p>A put whose reply was lost is tried again below, and then finds its own object: that, like any
 * other failure, is settled by reading the object back. Equal bytes are this commit (each holds an
 * identity of its own), other bytes are a conflict, and no object means that the put may be tried
 * again.
 */
public final class ConditionalPutLogStore extends HadoopFileSystemLogStore {
  /** Puts of one commit while the storage answers that there is nothing. */
  private static final int ATTEMPTS = 3;

  /** Delta makes it by this constructor. */
  public ConditionalPutLogStore(Configuration hadoop) {
    super(hadoop);
  }

  @Override
  public void write(Path path, Iterator<String> actions, Boolean overwrite, Configuration hadoop)
      throws IOException {
    FileSystem files = path.getFileSystem(hadoop);
    byte[] content = content(actions);
    if (overwrite) {
      put(files, path, content, false);
      return;
    }
    for (int attempt = 1; ; attempt++) {
      try {
        put(files, path, content, true);
        return;
      } catch (IOException failure) {
        if (isThere(files, path, content, failure)) {
          return;
        }
        if (attempt == ATTEMPTS) {
          throw failure;
        }
      }
    }
  }

  /** A writer that dies or fails half-way leaves no object: S3 shows whole puts only. */
  @Override
  public Boolean isPartialWriteVisible(Path path, Configuration hadoop) {
    return false;
  }

  private static byte[] content(Iterator<String> actions) {
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    while (actions.hasNext()) {
      lines.writeBytes(actions.next().getBytes(StandardCharsets.UTF_8));
      lines.write('\n');
    }
    return lines.toByteArray();
  }

  private static void put(FileSystem files, Path path, byte[] content, boolean onlyIfAbsent)
      throws IOException {
    FSDataOutputStreamBuilder<?, ?> object = files.createFile(path).overwrite(true).recursive();
    if (onlyIfAbsent) {
      // Must: a file system that does not know the condition refuses, and does not overwrite.
      var unused = object.must(FS_OPTION_CREATE_CONDITIONAL_OVERWRITE, true);
    }
    FSDataOutputStream out = object.build();
    try {
      out.write(content);
    } catch (IOException | RuntimeException e) {
      out.abort(); // closing would put what was written so far
      throw e;
    }
    out.close();
  }

  /**
   * What became of a put that failed: whether the object is this commit's after all.
   *
   * @return false when there is no object
   * @throws FileAlreadyExistsException when it is another's
   * @throws IOException the failure, when the storage does not tell
   */
  private static boolean isThere(FileSystem files, Path path, byte[] content, IOException failure)
      throws IOException {
    byte[] found;
    try (InputStream object = files.open(path)) {
      found = object.readAllBytes();
    } catch (FileNotFoundException e) {
      return false;
    } catch (IOException e) {
      failure.addSuppressed(e);
      throw failure;
    }
    if (Arrays.equals(found, content)) {
      return true;
    }
    FileAlreadyExistsException conflict = new FileAlreadyExistsException(path.toString());
    conflict.initCause(failure);
    throw conflict;
  }
}
