package io.cohortclv.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** Which build this is. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    Properties build = read();
    return new String[] {
      "clv " + build.getProperty("version") + " (" + build.getProperty("revision") + ")"
    };
  }

  /** The commit it was built from, or {@code unknown}. */
  static String revision() {
    return read().getProperty("revision");
  }

  private static Properties read() {
    Properties build = new Properties();
    try (InputStream resource = Version.class.getResourceAsStream("build.properties")) {
      build.load(resource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return build;
  }
}
