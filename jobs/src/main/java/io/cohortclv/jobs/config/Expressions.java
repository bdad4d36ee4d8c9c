package io.cohortclv.jobs.config;

import io.cohortclv.jobs.failure.CommandException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.spark.SparkThrowable;
import org.apache.spark.sql.catalyst.analysis.UnresolvedFunction;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.SubqueryExpression;
import org.apache.spark.sql.catalyst.parser.CatalystSqlParser;
import scala.jdk.javaapi.CollectionConverters;

/**
 * What SQL a mapping may hold: an expression over the row at hand. Spark's own parser decides, so
 * that a column called {@code selected} or a text with "select" in it is what it is.
 */
public final class Expressions {
  /** They call any method on the class path. */
  private static final Set<String> REFLECTION = Set.of("java_method", "reflect", "try_reflect");

  private Expressions() {}

  /**
   * Refuses what is no SQL expression, reads another table or calls a method by reflection.
   *
   * @param setting where the expression stands, for the message
   */
  public static void requirePlain(String setting, String sql) {
    Expression expression;
    try {
      expression = new CatalystSqlParser().parseExpression(sql);
    } catch (Exception e) { // Scala declares no checked exceptions
      if (e instanceof SparkThrowable) {
        throw CommandException.usage(
            setting + " is no SQL expression Spark can parse: " + sql + ".");
      }
      throw e;
    }
    requirePlain(setting, sql, expression);
  }

  private static void requirePlain(String setting, String sql, Expression expression) {
    if (expression instanceof SubqueryExpression) {
      throw CommandException.usage(
          setting + " may use the columns of its own row only, no other table: " + sql + ".");
    }
    if (expression instanceof UnresolvedFunction function) {
      List<String> name = CollectionConverters.asJava(function.nameParts());
      if (REFLECTION.contains(name.get(name.size() - 1).toLowerCase(Locale.ROOT))) {
        throw CommandException.usage(setting + " may not call methods by reflection: " + sql + ".");
      }
    }
    for (Expression child : CollectionConverters.asJava(expression.children())) {
      requirePlain(setting, sql, child);
    }
  }
}
