package io.cohortclv.jobs.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import io.cohortclv.jobs.failure.CommandException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;

/**
 * The keys a documented object has: what is not among them is an error. An object that is empty in
 * the documentation takes any key; whoever reads it checks them.
 */
final class KnownKeys {
  private static final Pattern SUBSTITUTION = Pattern.compile("\\$\\{\\??([^}]+)}");

  private final ConfigObject known;
  private final Set<String> paths = new TreeSet<>();

  KnownKeys(ConfigObject known) {
    this.known = known;
    collect("", known);
  }

  private void collect(String prefix, ConfigObject object) {
    for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
      paths.add(prefix + entry.getKey());
      if (entry.getValue() instanceof ConfigObject child) {
        collect(prefix + entry.getKey() + ".", child);
      }
    }
  }

  /** First names of the paths that substitutions in the object refer to. */
  static Set<String> referredTo(ConfigObject unresolved) {
    Matcher substitution = SUBSTITUTION.matcher(unresolved.render(ConfigRenderOptions.concise()));
    Set<String> names = new TreeSet<>();
    while (substitution.find()) {
      names.add(substitution.group(1).split("\\.", 2)[0].replace("\"", ""));
    }
    return names;
  }

  /**
   * Refuses a key that is not documented.
   *
   * @param allowed further keys of the object itself
   */
  void requireKnown(ConfigObject given, Set<String> allowed) {
    requireKnown("", given, known, allowed, "");
  }

  /** The same for an object that stands at that place of the file. */
  void requireKnown(String place, ConfigObject given) {
    requireKnown("", given, known, Set.of(), place + ".");
  }

  private void requireKnown(
      String prefix, ConfigObject given, ConfigObject object, Set<String> allowed, String place) {
    for (Map.Entry<String, ConfigValue> entry : given.entrySet()) {
      String path = prefix + entry.getKey();
      ConfigValue there = object.get(entry.getKey());
      if (there == null && !allowed.contains(entry.getKey())) {
        throw CommandException.usage(
            "There is no setting "
                + place
                + path
                + " ("
                + Settings.place(entry.getValue())
                + "); the nearest is "
                + place
                + nearest(path, paths)
                + ". conf/clv.conf lists them all.");
      }
      if (there instanceof ConfigObject child
          && !child.isEmpty()
          && entry.getValue() instanceof ConfigObject values) {
        requireKnown(path + ".", values, child, Set.of(), place);
      }
    }
  }

  /** The candidate that takes the fewest edits, over the whole path or its last name. */
  static String nearest(String name, Collection<String> candidates) {
    LevenshteinDistance edits = LevenshteinDistance.getDefaultInstance();
    return candidates.stream()
        .min(
            Comparator.comparingInt(
                c ->
                    Math.min(
                        edits.apply(name, c),
                        edits.apply(name, c.substring(c.lastIndexOf('.') + 1)))))
        .orElseThrow();
  }

  /** Names for a message, in order. */
  static String list(Collection<String> names) {
    return List.copyOf(names).stream().sorted().collect(Collectors.joining(", "));
  }
}
