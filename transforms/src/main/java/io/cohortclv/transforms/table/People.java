package io.cohortclv.transforms.table;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.types.StructType;

/**
 * Which identifiers are one person: made by a run for itself, never published.
 *
 * <p>A person is named by its least identifier; who is not in the table is a person alone. Visitors
 * sort first, so that most touches, which know their visitor only, already bear their person's
 * name.
 */
public final class People {
  /** An identifier with its kind before it. */
  public static final String NODE = "node";

  /** The identifier that stands for the person. */
  public static final String PERSON = "person";

  public static final StructType SCHEMA =
      new StructType().add(NODE, "string").add(PERSON, "string");

  private People() {}

  /** The identifier of a browser or device. */
  public static Column visitor(String column) {
    return concat(lit("0:"), col(column));
  }

  /** The identifier a source of identity_map names a person by. */
  public static Column mapped(String column) {
    return concat(lit("1:"), col(column));
  }

  /** The identifier of a customer. */
  public static Column customer(String column) {
    return concat(lit("2:"), col(column));
  }

  /** The identifier of an e-mail address. */
  public static Column email(String column) {
    return concat(lit("3:"), col(column));
  }
}
