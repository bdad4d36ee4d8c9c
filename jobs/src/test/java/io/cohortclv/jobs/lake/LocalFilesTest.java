package io.cohortclv.jobs.lake;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.permission.FsPermission;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Held to what Hadoop's own file system of the machine does with the same calls. */
class LocalFilesTest {
  private static final URI ROOT = URI.create("file:///");

  @TempDir Path folder;
  private LocalFileSystem ours;
  private LocalFileSystem hadoops;

  @BeforeEach
  void initialize() throws IOException {
    ours = new LocalFiles();
    hadoops = new LocalFileSystem();
    ours.initialize(ROOT, new Configuration());
    hadoops.initialize(ROOT, new Configuration());
  }

  @Test
  void setPermission_givesEveryModeAsHadoopDoes() throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    for (short mode : new short[] {0, 0600, 0644, 0755, 0421, 0777, 01777, 0640}) {
      ours.setPermission(hadoop(file), new FsPermission(mode));
      String given = permissions(file);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
      hadoops.setPermission(hadoop(file), new FsPermission(mode));
      assertThat(given).as(Integer.toOctalString(mode)).isEqualTo(permissions(file));
    }
  }

  @Test
  void create_andMkdirs_giveTheSamePermissionsAsHadoops() throws IOException {
    ours.create(hadoop(folder.resolve("ours/file"))).close();
    hadoops.create(hadoop(folder.resolve("hadoops/file"))).close();
    assertThat(permissions(folder.resolve("ours")))
        .isEqualTo(permissions(folder.resolve("hadoops")));
    assertThat(permissions(folder.resolve("ours/file")))
        .isEqualTo(permissions(folder.resolve("hadoops/file")));
    assertThat(folder.resolve("ours/.file.crc")).exists();
  }

  @Test
  void getFileLinkStatus_tellsFilesAndLinksAsHadoopDoes() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "text");
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    for (Path each : new Path[] {file, link, folder}) {
      FileStatus status = ours.getFileLinkStatus(hadoop(each));
      FileStatus expected = hadoops.getFileLinkStatus(hadoop(each));
      assertThat(status).as(each.toString()).isEqualTo(expected);
      assertThat(status.isSymlink()).isEqualTo(expected.isSymlink());
      assertThat(status.getLen()).isEqualTo(expected.getLen());
    }
  }

  /** Delta's way of putting a file in place at once. */
  @Test
  void fileContext_renamesOverAnOlderFile() throws Exception {
    Configuration conf = new Configuration();
    conf.set("fs.AbstractFileSystem.file.impl", LocalFiles.Context.class.getName());
    FileContext files = FileContext.getFileContext(ROOT, conf);
    write(files, folder.resolve("new"), "new");
    write(files, folder.resolve("old"), "older");
    files.rename(
        hadoop(folder.resolve("new")), hadoop(folder.resolve("old")), Options.Rename.OVERWRITE);
    assertThat(folder.resolve("old")).hasContent("new");
    assertThat(folder.resolve("new")).doesNotExist();
    assertThat(new String(ours.open(hadoop(folder.resolve("old"))).readAllBytes(), UTF_8))
        .isEqualTo("new");
  }

  @Test
  void embeddedSession_usesThem() throws IOException {
    Configuration conf = TestLakes.open(folder).spark().sessionState().newHadoopConf();
    assertThat(FileSystem.getFileSystemClass("file", conf)).isEqualTo(LocalFiles.class);
    assertThat(FileContext.getFileContext(ROOT, conf).getDefaultFileSystem())
        .isInstanceOf(LocalFiles.Context.class);
  }

  private static void write(FileContext files, Path path, String text) throws IOException {
    try (FSDataOutputStream out = files.create(hadoop(path), EnumSet.of(CreateFlag.CREATE))) {
      out.write(text.getBytes(UTF_8));
    }
  }

  private static String permissions(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private static org.apache.hadoop.fs.Path hadoop(Path path) {
    return new org.apache.hadoop.fs.Path(path.toUri());
  }
}
