package io.cohortclv.jobs;

import io.cohortclv.jobs.config.Build;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"clv " + Build.version() + " (" + Build.revision() + ")"};
  }
}
