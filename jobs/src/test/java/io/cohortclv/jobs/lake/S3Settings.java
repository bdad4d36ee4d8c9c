package io.cohortclv.jobs.lake;

import org.apache.hadoop.conf.Configuration;

/** How the tests' own session reaches an {@link S3Server}. */
public final class S3Settings {
  private S3Settings() {}

  /** Sets what one bucket needs; of another port, from the next use on. */
  public static void into(Configuration hadoop, String bucket, int port) {
    String prefix = "fs.s3a.bucket." + bucket + ".";
    S3Server.hadoop(port)
        .forEach((name, value) -> hadoop.set(name.replace("fs.s3a.", prefix), value));
    hadoop.set(prefix + "access.key", S3Server.ACCESS_KEY);
    hadoop.set(prefix + "secret.key", S3Server.SECRET_KEY);
    hadoop.set(prefix + "retry.interval", "20ms");
  }
}
