package io.cohortclv.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.models.btyd.ModelFamily;
import io.cohortclv.transforms.cohorts.CohortPeriod;
import io.cohortclv.transforms.table.Contract;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Reads a configuration file. What it leaves out comes from conf/clv.conf, which travels in the jar
 * and also says which keys there are.
 */
public final class ClvConfigs {
  /** The resource that is conf/clv.conf. */
  static final String DEFAULTS = "io/cohortclv/jobs/config/clv.conf";

  static final String IDENTIFIERS_KEY = "identifiers.key";
  private static final int SHORTEST_KEY = 16;
  static final String SOURCE_DEFAULTS = "source-defaults";
  private static final String INPUTS = "inputs";
  private static final String STORAGE = "lake.storage";

  /** All purchase models, to choose among. */
  private static final String AUTO = "auto";

  private static final List<String> PURCHASE_MODELS =
      Stream.concat(ModelFamily.ofHistories().stream().map(ModelFamily::id), Stream.of(AUTO))
          .toList();

  private ClvConfigs() {}

  /**
   * The configuration of that file, checked.
   *
   * @throws CommandException of usage when there is no such file or it says what cannot be, naming
   *     key, file and line
   */
  public static ClvConfig load(Path file) {
    return load(file, true);
  }

  /** The same where sources need no schema yet, since one is to be proposed. */
  public static ClvConfig loadToPropose(Path file) {
    return load(file, false);
  }

  private static ClvConfig load(Path file, boolean withSchemas) {
    if (!Files.isRegularFile(file)) {
      throw CommandException.usage(
          "There is no configuration file "
              + file
              + ". Name one with --conf, or write one: conf/clv.conf of the distribution explains"
              + " every setting.");
    }
    try {
      return read(file, withSchemas);
    } catch (ConfigException e) {
      throw CommandException.usage("The configuration cannot be read: " + e.getMessage() + ".");
    }
  }

  private static ClvConfig read(Path file, boolean withSchemas) {
    Config given =
        ConfigFactory.parseFile(
            file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
    Config defaults =
        ConfigFactory.parseResources(
            ClvConfigs.class.getClassLoader(),
            DEFAULTS,
            ConfigParseOptions.defaults().setAllowMissing(false));
    Config merged = given.withFallback(defaults).resolve();

    Secrets.refuse(given, merged);
    ConfigObject known = defaults.root();
    KnownKeys keys = new KnownKeys(known);
    keys.requireKnown(given.root(), KnownKeys.referredTo(given.root()));

    Settings settings = new Settings(merged, file);
    return new ClvConfig(
        new ClvConfig.Lake(
            settings.location("lake.root"),
            settings.text("lake.database"),
            settings.duration("lake.lease"),
            storage(merged.getObject(STORAGE))),
        new ClvConfig.Identifiers(key(settings)),
        new ClvConfig.Reporting(
            settings.currency("reporting.currency"),
            settings.zone("reporting.timezone"),
            settings.positive("reporting.horizon-days"),
            settings.number("reporting.discount-rate-per-year", 0, 10)),
        inputs(merged, file, withSchemas),
        settings.optionalDay("history-complete-from"),
        AttributionSettings.read(settings),
        new ClvConfig.Margin(settings.number("margin.default-rate", 0, 1)),
        new ClvConfig.Cohorts(
            settings.someOf("cohorts.periods", CohortPeriod.names()),
            settings.optionalPositive("cohorts.churn-gap-days"),
            settings.number("cohorts.churn-gap-quantile", 0.5, 1)),
        new ClvConfig.Fit(
            families(settings.oneOf("fit.model", PURCHASE_MODELS)),
            settings
                .oneOf("fit.age-convention", Set.of("midpoint", "difference"))
                .equals("midpoint"),
            settings.positive("fit.min-segment-customers"),
            settings.positive("fit.max-distinct-histories"),
            settings.positive("fit.holdout-days")),
        new ClvConfig.Scorecard(
            settings.positive("scorecard.small-n"),
            settings.number("scorecard.cap-quantile", 0.5, 1),
            settings.positive("scorecard.max-owners"),
            settings.positive("scorecard.daily-days")),
        commission(settings),
        Targets.read(merged.getValue(Targets.TARGETS), merged.getObject(Targets.DEFAULTS), file),
        hash(merged, known.keySet()));
  }

  /** Settings by their dotted names, quoted or not. */
  private static Map<String, String> storage(ConfigObject given) {
    Map<String, String> storage = new TreeMap<>();
    flatten("", given, storage);
    return storage;
  }

  private static void flatten(String prefix, ConfigObject object, Map<String, String> into) {
    object.forEach(
        (name, value) -> {
          if (value instanceof ConfigObject child) {
            flatten(prefix + name + ".", child, into);
          } else if (value.unwrapped() != null) {
            if (!(prefix + name).startsWith("fs.")) {
              throw CommandException.usage(
                  STORAGE
                      + "."
                      + prefix
                      + name
                      + " ("
                      + Settings.place(value)
                      + ") is no setting of a file system: those begin with fs. (conf/s3.conf shows"
                      + " S3's). Give Spark's own to spark-submit.");
            }
            into.put(prefix + name, value.unwrapped().toString());
          }
        });
  }

  private static ClvConfig.Commission commission(Settings settings) {
    return new ClvConfig.Commission(
        settings.optionalNumber("commission.incrementality", 0, 1),
        settings.number("commission.target-ratio", 1, 1000),
        settings.number("commission.quantile", 0.001, 0.999),
        settings.positive("commission.payback-months"),
        settings.number("commission.largest-step", 0.0001, 1));
  }

  /** An empty key or a guessable one would hash nobody's name away. */
  private static Optional<String> key(Settings settings) {
    Optional<String> key = settings.optionalText(IDENTIFIERS_KEY);
    if (key.isPresent() && key.get().length() < SHORTEST_KEY) {
      throw CommandException.usage(
          "CLV_ID_KEY has fewer than "
              + SHORTEST_KEY
              + " characters, too few for a secret. Make one with openssl rand -hex 32 and keep it:"
              + " another key gives everybody another id.");
    }
    return key;
  }

  /** Sources by input, in the order of the contracts: HOCON keeps no order of its own. */
  private static Map<String, List<SourceConfig>> inputs(
      Config merged, Path file, boolean withSchemas) {
    ConfigObject given = merged.getObject(INPUTS);
    ConfigObject defaults = merged.getObject(SOURCE_DEFAULTS);
    Sources.requireContracts(given);
    Map<String, List<SourceConfig>> inputs = new LinkedHashMap<>();
    for (Contract contract : Contract.all()) {
      ConfigValue sources = given.get(contract.name());
      if (sources == null) {
        continue;
      }
      String path = INPUTS + "." + contract.name();
      if (!(sources instanceof ConfigList)) {
        throw CommandException.usage(
            path
                + " ("
                + Settings.place(sources)
                + ") is a list of sources: write "
                + path
                + " = [{ ... }].");
      }
      List<? extends ConfigObject> objects = merged.getObjectList(path);
      inputs.put(
          contract.name(),
          IntStream.range(0, objects.size())
              .mapToObj(i -> Sources.read(contract, i, objects.get(i), defaults, file, withSchemas))
              .toList());
    }
    Sources.requireOrdersOf(inputs);
    return inputs;
  }

  /** SHA-256 over the effective settings in the order of their names. */
  private static String hash(Config merged, Set<String> known) {
    Config effective = merged.withoutPath(IDENTIFIERS_KEY);
    for (String name : merged.root().keySet()) {
      if (!known.contains(name)) {
        effective = ConfigFactory.parseMap(effective.root().withoutKey(name).unwrapped());
      }
    }
    byte[] rendered =
        effective.root().render(ConfigRenderOptions.concise()).getBytes(StandardCharsets.UTF_8);
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(rendered));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  private static List<ModelFamily> families(String model) {
    return model.equals(AUTO) ? ModelFamily.ofHistories() : List.of(ModelFamily.of(model));
  }
}
