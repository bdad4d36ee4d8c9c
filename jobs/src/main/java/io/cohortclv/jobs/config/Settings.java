package io.cohortclv.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import io.cohortclv.jobs.failure.CommandException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collection;
import java.util.Currency;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Typed settings of one file; what is wrong is refused by key, value, file and line. */
final class Settings {
  private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*):.*");
  private static final Set<String> STORAGE = Set.of("file", "hdfs", "s3a", "abfss", "gs");

  private final Config config;
  private final Path file;
  private final String prefix;

  Settings(Config config, Path file) {
    this(config, file, "");
  }

  /**
   * @param prefix what stands before every key in messages, {@code inputs.orders[0].}
   */
  Settings(Config config, Path file, String prefix) {
    this.config = config;
    this.file = file;
    this.prefix = prefix;
  }

  /** Where a value was written: {@code clv.conf: 12}, or {@code env var X}. */
  static String place(ConfigValue value) {
    ConfigOrigin origin = value.origin();
    String name = origin.filename() == null ? origin.description() : origin.filename();
    return origin.filename() != null && origin.lineNumber() > 0
        ? name + ", line " + origin.lineNumber()
        : name;
  }

  String text(String key) {
    return optionalText(key)
        .orElseThrow(
            () ->
                CommandException.usage(
                    prefix + key + " is not set, and it is required. Set it in " + file + "."));
  }

  Optional<String> optionalText(String key) {
    return config.hasPath(key) ? Optional.of(config.getString(key)) : Optional.empty();
  }

  List<String> texts(String key) {
    return List.copyOf(config.getStringList(key));
  }

  /** A path made absolute from the file's folder on, or the URI of a storage the product knows. */
  String location(String key) {
    String location = text(key);
    Matcher scheme = SCHEME.matcher(location);
    if (!scheme.matches()) {
      return file.toAbsolutePath().resolveSibling(location).normalize().toString();
    }
    if (!STORAGE.contains(scheme.group(1))) {
      throw wrong(key, "a path or a URI of " + KnownKeys.list(STORAGE));
    }
    return location;
  }

  int positive(String key) {
    int value = config.getInt(key);
    if (value <= 0) {
      throw wrong(key, "a whole number above 0");
    }
    return value;
  }

  OptionalInt optionalPositive(String key) {
    return config.hasPath(key) ? OptionalInt.of(positive(key)) : OptionalInt.empty();
  }

  double number(String key, double least, double most) {
    double value = config.getDouble(key);
    if (!(value >= least && value <= most)) {
      throw wrong(key, "a number from " + least + " to " + most);
    }
    return value;
  }

  Duration duration(String key) {
    Duration value = config.getDuration(key);
    if (value.isNegative() || value.isZero()) {
      throw wrong(key, "a time span above 0 with its unit, such as 30d");
    }
    return value;
  }

  Optional<Duration> optionalDuration(String key) {
    return config.hasPath(key) ? Optional.of(duration(key)) : Optional.empty();
  }

  /** A time span that may be 0. */
  Duration span(String key) {
    Duration value = config.getDuration(key);
    if (value.isNegative()) {
      throw wrong(key, "a time span of 0 or more with its unit, such as 7d");
    }
    return value;
  }

  Optional<Double> optionalNumber(String key, double least, double most) {
    return config.hasPath(key) ? Optional.of(number(key, least, most)) : Optional.empty();
  }

  boolean flag(String key) {
    return config.getBoolean(key);
  }

  String currency(String key) {
    return parse(key, "an ISO 4217 code such as EUR", Currency::getInstance).getCurrencyCode();
  }

  ZoneId zone(String key) {
    return parse(key, "a time zone such as Europe/Berlin", ZoneId::of);
  }

  Optional<ZoneId> optionalZone(String key) {
    return config.hasPath(key) ? Optional.of(zone(key)) : Optional.empty();
  }

  LocalDate day(String key) {
    return parse(key, "a day as YYYY-MM-DD", LocalDate::parse);
  }

  Optional<LocalDate> optionalDay(String key) {
    return config.hasPath(key) ? Optional.of(day(key)) : Optional.empty();
  }

  String oneOf(String key, Collection<String> names) {
    if (!names.contains(text(key))) {
      throw wrong(key, "one of " + KnownKeys.list(names));
    }
    return text(key);
  }

  List<String> manyOf(String key, Collection<String> names) {
    if (!names.containsAll(texts(key))) {
      throw wrong(key, "of " + KnownKeys.list(names));
    }
    return texts(key);
  }

  /** At least one of the names, each once. */
  List<String> someOf(String key, Collection<String> names) {
    List<String> given = manyOf(key, names).stream().distinct().toList();
    if (given.isEmpty()) {
      throw wrong(key, "at least one of " + KnownKeys.list(names));
    }
    return given;
  }

  /** The text made into something else by a parser that throws what the JDK's parsers throw. */
  <T> T parse(String key, String expected, Function<String, T> parser) {
    try {
      return parser.apply(text(key));
    } catch (DateTimeException | IllegalArgumentException e) {
      throw wrong(key, expected);
    }
  }

  CommandException wrong(String key, String expected) {
    ConfigValue value = config.getValue(key);
    return CommandException.usage(
        prefix
            + key
            + " ("
            + place(value)
            + ") must be "
            + expected
            + ", but it is "
            + value.unwrapped()
            + ".");
  }
}
