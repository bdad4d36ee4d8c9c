package io.cohortclv.jobs;

import java.io.PrintWriter;
import java.util.List;
import java.util.regex.Pattern;

/** Rows of text in columns as wide as their widest cell; numbers stand on the right. */
final class TextTable {
  private static final Pattern NUMBER = Pattern.compile("-?[0-9][0-9,]*(\\.[0-9]+)?( %)?|-|");

  private TextTable() {}

  /** Prints the rows; the first holds the columns' names. */
  static void print(List<List<String>> rows, PrintWriter out) {
    int columns = rows.get(0).size();
    int[] widths = new int[columns];
    boolean[] numeric = new boolean[columns];
    for (int c = 0; c < columns; c++) {
      numeric[c] = rows.size() > 1;
      for (int r = 0; r < rows.size(); r++) {
        String cell = rows.get(r).get(c);
        widths[c] = Math.max(widths[c], cell.length());
        numeric[c] &= r == 0 || NUMBER.matcher(cell).matches();
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        String pad = " ".repeat(widths[c] - row.get(c).length());
        line.append(c == 0 ? "" : "  ").append(numeric[c] ? pad + row.get(c) : row.get(c) + pad);
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
