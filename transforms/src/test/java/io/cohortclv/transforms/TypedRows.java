package io.cohortclv.transforms;

import java.math.BigDecimal;
import java.sql.Date;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.StructType;

/** Rows of a schema, typed in a test as column names and values; what is not named is null. */
public final class TypedRows {
  private final StructType schema;
  private final List<Object> defaults = new ArrayList<>();
  private final List<Row> rows = new ArrayList<>();

  private TypedRows(StructType schema) {
    this.schema = schema;
  }

  public static TypedRows of(StructType schema) {
    return new TypedRows(schema);
  }

  /** Values every following row starts from. */
  public TypedRows defaults(Object... namesAndValues) {
    defaults.addAll(Arrays.asList(namesAndValues));
    return this;
  }

  /** One row: name, value, name, value ...; dates, times and decimals as text. */
  public TypedRows row(Object... namesAndValues) {
    Object[] values = new Object[schema.size()];
    fill(values, defaults.toArray());
    fill(values, namesAndValues);
    rows.add(RowFactory.create(values));
    return this;
  }

  public Dataset<Row> dataset() {
    return SharedSession.SPARK.createDataFrame(rows, schema);
  }

  private void fill(Object[] values, Object[] namesAndValues) {
    for (int i = 0; i < namesAndValues.length; i += 2) {
      int field = schema.fieldIndex((String) namesAndValues[i]);
      values[field] = typed(namesAndValues[i + 1], schema.fields()[field].dataType());
    }
  }

  private static Object typed(Object value, DataType type) {
    if (value == null || type instanceof ArrayType) {
      return value;
    }
    if (type instanceof DecimalType) {
      return new BigDecimal(value.toString());
    }
    if (type.equals(DataTypes.TimestampType)) {
      return Timestamp.from(Instant.parse(value.toString()));
    }
    if (type.equals(DataTypes.DateType)) {
      return Date.valueOf(LocalDate.parse(value.toString()));
    }
    if (type.equals(DataTypes.LongType)) {
      return ((Number) value).longValue();
    }
    return value;
  }
}
