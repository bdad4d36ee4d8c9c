package io.cohortclv.jobs.config;

import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import io.cohortclv.jobs.failure.CommandException;
import io.cohortclv.transforms.economics.Target;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** The monthly goals of affiliates. */
final class Targets {
  static final String TARGETS = "targets";
  static final String DEFAULTS = "target-defaults";

  private Targets() {}

  /** Every goal of the list, in its order. */
  static List<Target> read(ConfigValue given, ConfigObject defaults, Path file) {
    if (!(given instanceof ConfigList list)) {
      throw CommandException.usage(
          TARGETS
              + " ("
              + Settings.place(given)
              + ") is a list of goals: write targets = [{ valid-from = 2025-01-01 }].");
    }
    List<Target> targets = new ArrayList<>();
    for (ConfigValue value : list) {
      String place = TARGETS + "[" + targets.size() + "]";
      if (!(value instanceof ConfigObject goal)) {
        throw CommandException.usage(
            place + " (" + Settings.place(value) + ") is a goal: { valid-from = 2025-01-01 }.");
      }
      new KnownKeys(defaults).requireKnown(place, goal);
      targets.add(target(new Settings(goal.withFallback(defaults).toConfig(), file, place + ".")));
    }
    return List.copyOf(targets);
  }

  private static Target target(Settings settings) {
    LocalDate from = settings.day("valid-from");
    LocalDate until = settings.optionalDay("valid-until").orElse(null);
    if (until != null && until.isBefore(from)) {
      throw settings.wrong("valid-until", "valid-from or a day after it");
    }
    return new Target(
        settings.optionalText("affiliate").orElse(null),
        settings.optionalText("affiliate-type").orElse(null),
        settings.oneOf("metric", Target.METRICS),
        settings.number("uplift", -1, 100),
        settings.number("bonus", 0, 1e12),
        from,
        until);
  }
}
