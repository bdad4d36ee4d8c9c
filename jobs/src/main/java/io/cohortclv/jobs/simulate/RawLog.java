package io.cohortclv.jobs.simulate;

import io.cohortclv.jobs.simulate.RawShape.Form;
import io.cohortclv.jobs.simulate.RawShape.RawColumn;
import io.cohortclv.jobs.simulate.ShopTruth.Planted;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * One raw log being written: rows go to files of limited length, so that they are read in parallel,
 * and bad records are planted between them. It holds one row.
 */
final class RawLog implements Closeable {
  private static final int BUFFER = 1 << 16;

  private final RawShape shape;
  private final Path folder;
  private final double dirtyFraction;
  private final List<Dirt> dirt;
  private final long[] plantedByKind;
  private final StringBuilder line = new StringBuilder(512);

  private OutputStream file;
  private int files;
  private long rowsInFile;
  private long rows;
  private Object[] lastRow;
  private double owed;
  private long planted;

  /**
   * @param dirt the kinds of bad records, planted in turns
   * @param dirtyFraction bad records per good one; above 0, each kind is planted at least once
   */
  RawLog(Path folder, RawShape shape, List<Dirt> dirt, double dirtyFraction) throws IOException {
    this.shape = shape;
    this.folder = Files.createDirectories(folder);
    this.dirt = List.copyOf(dirt);
    this.dirtyFraction = dirtyFraction;
    this.plantedByKind = new long[dirt.size()];
  }

  RawShape shape() {
    return shape;
  }

  /** Rows written so far, bad ones included. */
  long rows() {
    return rows;
  }

  /** How many bad records of each kind were planted; kinds without any are left out. */
  List<Planted> planted() {
    List<Planted> counts = new ArrayList<>();
    for (int i = 0; i < plantedByKind.length; i++) {
      if (plantedByKind[i] > 0) {
        Dirt d = dirt.get(i);
        counts.add(new Planted(shape.name(), d.kind(), d.verdict().id(), plantedByKind[i]));
      }
    }
    return counts;
  }

  /** Writes a good row, and bad ones when it is their turn. */
  void write(Object... cells) throws IOException {
    append(cells);
    lastRow = cells;
    owed += dirtyFraction;
    while (owed >= 1 && !dirt.isEmpty()) {
      owed--;
      plantNext();
    }
  }

  private void plantNext() throws IOException {
    int kind = (int) (planted % dirt.size());
    planted++;
    plantedByKind[kind]++;
    dirt.get(kind).plant(this, lastRow.clone(), planted);
  }

  /** Writes a row as it is. */
  void append(Object... cells) throws IOException {
    if (cells.length != shape.columns().size()) {
      throw new IllegalArgumentException(
          shape.name() + " has " + shape.columns().size() + " cells, not " + cells.length);
    }
    line.setLength(0);
    if (shape.form() == Form.CSV) {
      writeCsv(cells);
    } else {
      writeJson(cells);
    }
    appendLine(line);
  }

  /** Writes a line as it is. */
  void appendLine(CharSequence text) throws IOException {
    if (file == null || rowsInFile >= shape.form().rowsPerFile()) {
      nextFile();
    }
    file.write(text.toString().getBytes(StandardCharsets.UTF_8));
    file.write('\n');
    rowsInFile++;
    rows++;
  }

  private void nextFile() throws IOException {
    closeFile();
    String name = String.format(Locale.ROOT, "part-%05d%s", files, shape.form().extension());
    OutputStream plain =
        new BufferedOutputStream(Files.newOutputStream(folder.resolve(name)), BUFFER);
    file =
        shape.form() == Form.JSON_LINES_GZIP
            ? new BufferedOutputStream(new FastGzip(plain), BUFFER)
            : plain;
    files++;
    rowsInFile = 0;
    if (shape.form() == Form.CSV) {
      String header =
          String.join(
              String.valueOf(shape.delimiter()),
              shape.columns().stream().map(RawColumn::name).toList());
      file.write((header + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  private void writeCsv(Object[] cells) {
    for (int i = 0; i < cells.length; i++) {
      if (i > 0) {
        line.append(shape.delimiter());
      }
      if (cells[i] != null) {
        String cell = cells[i].toString();
        boolean quoted = cell.indexOf(shape.delimiter()) >= 0;
        line.append(quoted ? "\"" : "").append(cell).append(quoted ? "\"" : "");
      }
    }
  }

  private void writeJson(Object[] cells) {
    String open = "";
    line.append('{');
    for (int i = 0; i < cells.length; i++) {
      if (cells[i] == null) {
        continue;
      }
      String name = shape.columns().get(i).name();
      int dot = name.indexOf('.');
      String group = dot < 0 ? "" : name.substring(0, dot);
      if (!group.equals(open)) {
        line.append(open.isEmpty() ? "" : "}");
        comma();
        if (!group.isEmpty()) {
          line.append('"').append(group).append("\":{");
        }
        open = group;
      } else {
        comma();
      }
      line.append('"').append(name, dot + 1, name.length()).append("\":");
      writeJsonValue(cells[i]);
    }
    line.append(open.isEmpty() ? "}" : "}}");
  }

  private void comma() {
    if (line.charAt(line.length() - 1) != '{') {
      line.append(',');
    }
  }

  /** The shop's texts hold no quotes, backslashes or control characters, so none is escaped. */
  private void writeJsonValue(Object value) {
    if (value instanceof List<?> list) {
      line.append('[');
      for (int i = 0; i < list.size(); i++) {
        line.append(i > 0 ? "," : "");
        writeJsonValue(list.get(i));
      }
      line.append(']');
    } else if (value instanceof String text) {
      line.append('"').append(text).append('"');
    } else {
      line.append(value);
    }
  }

  /**
   * Completes the log: kinds of bad records that had no turn yet are planted once, and a log
   * without rows gets an empty file.
   */
  void finish() throws IOException {
    while (dirtyFraction > 0 && lastRow != null && planted < dirt.size()) {
      plantNext();
    }
    if (file == null) {
      nextFile();
    }
  }

  @Override
  public void close() throws IOException {
    closeFile();
  }

  private void closeFile() throws IOException {
    if (file != null) {
      file.close();
    }
  }

  /** Speed counts here, not size. */
  private static final class FastGzip extends GZIPOutputStream {
    FastGzip(OutputStream out) throws IOException {
      super(out, BUFFER);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
