package io.cohortclv.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import io.cohortclv.jobs.failure.CommandException;
import java.util.Map;
import java.util.regex.Pattern;

/** Keeps secrets out of configuration files: files are copied, committed and logged. */
public final class Secrets {
  /** The name of a class that provides credentials is none. */
  private static final Pattern SECRET_KEY =
      Pattern.compile(
          "(?!.*\\.credentials\\.provider(\\.mapping)?$)"
              + "(.*fs\\.s3a\\..*key|.*(password|passwd|secret|credential|access[.-]?key|(^|[._-])token).*)",
          Pattern.CASE_INSENSITIVE);

  /** {@code scheme://user:password@host}. */
  private static final Pattern USER_INFO = Pattern.compile("[A-Za-z0-9+.-]+://[^/@]*:[^/@]*@.*");

  private Secrets() {}

  /**
   * Refuses keys that name secrets, addresses that carry one, and a literal identifiers' key.
   *
   * @param given the file as written
   * @param merged the same over the defaults, resolved
   */
  static void refuse(Config given, Config merged) {
    for (Map.Entry<String, ConfigValue> entry : merged.root().entrySet()) {
      refuse(entry.getKey(), entry.getValue());
    }
    // What a substitution brings in stands unresolved in the file; a literal is there as text.
    ConfigValue identifiers = given.root().get("identifiers");
    if (identifiers instanceof ConfigObject object
        && object.keySet().contains("key")
        && merged.hasPath(ClvConfigs.IDENTIFIERS_KEY)
        && merged.getValue(ClvConfigs.IDENTIFIERS_KEY).origin().lineNumber() > 0) {
      throw refusal(
          ClvConfigs.IDENTIFIERS_KEY,
          merged.getValue(ClvConfigs.IDENTIFIERS_KEY),
          "set the environment variable CLV_ID_KEY instead");
    }
  }

  /**
   * Refuses secrets among the settings that a session was started with: command lines show in lists
   * of processes, and both they and property files in event logs.
   */
  public static void refuseSettings(Iterable<String> names) {
    for (String name : names) {
      if (name.startsWith("spark.hadoop.") && SECRET_KEY.matcher(name).matches()) {
        throw CommandException.usage(
            name
                + " is set on the command line or in a properties file, where others can read it: use"
                + " the storage's own credential provider, such as AWS_ACCESS_KEY_ID and"
                + " AWS_SECRET_ACCESS_KEY in the environment or the role of the machine.");
      }
    }
  }

  private static void refuse(String path, ConfigValue value) {
    if (value instanceof ConfigObject object) {
      for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
        refuse(path + "." + entry.getKey(), entry.getValue());
      }
    } else if (value instanceof ConfigList list) {
      for (int i = 0; i < list.size(); i++) {
        refuse(path + "[" + i + "]", list.get(i));
      }
    } else if (value.valueType() != ConfigValueType.NULL
        && (SECRET_KEY.matcher(path).matches()
            || USER_INFO.matcher(String.valueOf(value.unwrapped())).matches())) {
      throw refusal(path, value, "use the storage's own credential provider");
    }
  }

  private static CommandException refusal(String path, ConfigValue value, String instead) {
    return CommandException.usage(
        path
            + " ("
            + Settings.place(value)
            + ") holds a secret, and configuration files are copied, committed and logged: "
            + instead
            + ".");
  }
}
