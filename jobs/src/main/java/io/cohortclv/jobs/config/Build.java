package io.cohortclv.jobs.config;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Which build of the program this is. */
public final class Build {
  private static final Properties BUILD = read();

  private Build() {}

  public static String version() {
    return BUILD.getProperty("version");
  }

  /** The commit it was built from, or {@code unknown}. */
  public static String revision() {
    return BUILD.getProperty("revision");
  }

  private static Properties read() {
    Properties build = new Properties();
    try (InputStream resource = Build.class.getResourceAsStream("build.properties")) {
      build.load(resource);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return build;
  }
}
