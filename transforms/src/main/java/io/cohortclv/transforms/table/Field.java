package io.cohortclv.transforms.table;

import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * One column of a table.
 *
 * @param name snake_case, without spaces or symbols, so that readers without column mapping can
 *     read it
 * @param type the Spark type
 * @param meaning what the column says, with its unit; published as the column's comment
 */
public record Field(String name, DataType type, String meaning) {
  public Field {
    if (!name.matches("[a-z][a-z0-9_]*")) {
      throw new IllegalArgumentException("A column is named in snake_case: " + name);
    }
    if (meaning.isBlank()) {
      throw new IllegalArgumentException("Column " + name + " has no meaning written down");
    }
  }

  /** The column for a table's schema; nullable, since contracts are checked by rules, not flags. */
  StructField toStructField() {
    return new StructType().add(name, type, true, meaning).fields()[0];
  }
}
