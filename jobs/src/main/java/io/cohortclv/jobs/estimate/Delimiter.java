package io.cohortclv.jobs.estimate;

import com.univocity.parsers.csv.CsvParser;
import com.univocity.parsers.csv.CsvParserSettings;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** What stands between the values of a line. */
public enum Delimiter {
  TAB("tab", "\t"),
  COMMA(",", ","),
  SEMICOLON(";", ";"),
  BAR("|", "|"),
  /** Any run of white space. */
  SPACE("space", null);

  private final String id;
  private final String character;

  Delimiter(String id, String character) {
    this.id = id;
    this.character = character;
  }

  /** How the command line names it. */
  public String id() {
    return id;
  }

  public static Optional<Delimiter> of(String id) {
    return Arrays.stream(values()).filter(d -> d.id.equals(id)).findFirst();
  }

  /** The character a CSV reader is told. */
  String character() {
    return Objects.requireNonNull(character, "white space is no single character");
  }

  /** The values of a line. */
  String[] split(String line) {
    if (this == SPACE) {
      return line.strip().split("\\s+");
    }
    CsvParserSettings settings = new CsvParserSettings();
    settings.getFormat().setDelimiter(character.charAt(0));
    settings.setMaxCharsPerColumn(-1);
    settings.setMaxColumns(Math.max(1, line.length() + 1));
    settings.setNullValue("");
    String[] values = new CsvParser(settings).parseLine(line);
    return values == null ? new String[0] : values;
  }

  /**
   * The delimiter that cuts all lines into the same number of values, and into the most; white
   * space only where none does, since it also stands inside times and names.
   */
  static Delimiter detect(List<String> lines) {
    Delimiter best = null;
    int most = 1;
    for (Delimiter candidate : values()) {
      int columns = candidate.split(lines.get(0)).length;
      boolean even = lines.stream().allMatch(line -> candidate.split(line).length == columns);
      if (columns > most && even && (best == null || candidate != SPACE)) {
        best = candidate;
        most = columns;
      }
    }
    return best == null ? COMMA : best;
  }
}
