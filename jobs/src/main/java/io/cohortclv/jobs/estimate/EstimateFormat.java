package io.cohortclv.jobs.estimate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** How an estimate is written. */
public enum EstimateFormat {
  /** A page to read. */
  TEXT {
    @Override
    String write(Estimate estimate) {
      StringBuilder page = new StringBuilder();
      text(page, estimate);
      return page.toString().stripTrailing();
    }
  },
  /** One object, its keys in a fixed order; what there is no number for is null. */
  JSON {
    @Override
    String write(Estimate estimate) {
      try {
        return MAPPER.writeValueAsString(json(estimate));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("A tree of plain values is always JSON", e);
      }
    }
  };

  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The estimate, without a line break at the end. */
  abstract String write(Estimate estimate);

  private static ObjectNode json(Estimate e) {
    ObjectNode object = MAPPER.createObjectNode();
    e.segment().ifPresent(name -> object.put("segment", name));
    object.put("model", e.model());
    object.put("time_unit", e.timeUnit().id());
    object.put("calibration_end", e.calibrationEnd().toString());
    object.put("customers", e.customers());
    object.put("repeat_purchases", e.repeatPurchases());
    object.put("distinct_histories", e.distinctHistories());
    object.set("parameters", numbers(e.parameters()));
    object.set("standard_errors", numbers(e.standardErrors()));
    number(object, "log_likelihood", e.logLikelihood());
    object.put("converged", e.converged());
    object.put("iterations", e.iterations());
    number(object, "seconds", e.seconds());
    object.set(
        "holdout",
        optional(
            e.holdout(),
            (node, h) -> {
              node.put("end", h.end().toString());
              node.put("actual_purchases", h.actualPurchases());
              number(node, "expected_purchases", h.expectedPurchases());
              number(node, "mae", h.meanAbsoluteError());
              number(node, "rmse", h.rootMeanSquareError());
            }));
    object.set(
        "spend",
        optional(
            e.spend(),
            (node, s) -> {
              node.put("model", "gamma-gamma");
              node.set("parameters", numbers(s.parameters()));
              node.put("customers", s.customers());
              number(node, "log_likelihood", s.logLikelihood());
            }));
    object.set(
        "clv",
        optional(
            e.clv(),
            (node, c) -> {
              node.put("horizon_days", c.horizonDays());
              number(node, "discount_rate_per_year", c.discountRatePerYear());
              number(node, "total", c.total());
              number(node, "mean", c.mean());
            }));
    object.set("segments", segments(e.segments()));
    ArrayNode warnings = object.putArray("warnings");
    e.warnings().forEach(warnings::add);
    return object;
  }

  private static JsonNode segments(Optional<List<Estimate>> segments) {
    if (segments.isEmpty()) {
      return MAPPER.nullNode();
    }
    ArrayNode array = MAPPER.createArrayNode();
    segments.get().forEach(s -> array.add(json(s)));
    return array;
  }

  private static <T> JsonNode optional(Optional<T> value, BiConsumer<ObjectNode, T> fill) {
    if (value.isEmpty()) {
      return MAPPER.nullNode();
    }
    ObjectNode node = MAPPER.createObjectNode();
    fill.accept(node, value.get());
    return node;
  }

  private static ObjectNode numbers(Map<String, Double> values) {
    ObjectNode node = MAPPER.createObjectNode();
    values.forEach((name, value) -> number(node, name, value));
    return node;
  }

  /** JSON has no NaN and no infinity. */
  private static void number(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }

  private static void text(StringBuilder page, Estimate e) {
    e.segment().ifPresent(name -> line(page, "segment %s", name.isEmpty() ? "(none)" : name));
    line(page, "%-22s%s, times in %s", "model", e.model(), e.timeUnit().id());
    line(
        page,
        "%-22s%,d customers, %,d repeat purchases, %,d distinct histories until %s",
        "calibration",
        e.customers(),
        e.repeatPurchases(),
        e.distinctHistories(),
        e.calibrationEnd());
    e.parameters()
        .forEach(
            (name, value) ->
                line(
                    page,
                    "%-22s%-12s standard error %s",
                    "  " + name,
                    significant(value),
                    significant(e.standardErrors().get(name))));
    line(
        page,
        "%-22s%.3f, %s after %d steps, %.2f s",
        "log-likelihood",
        e.logLikelihood(),
        e.converged() ? "converged" : "NOT converged",
        e.iterations(),
        e.seconds());
    e.holdout()
        .ifPresent(
            h ->
                line(
                    page,
                    "%-22s%,d purchases until %s, %,.1f expected; a customer: mean absolute error"
                        + " %.4f, root mean square %.4f",
                    "holdout",
                    h.actualPurchases(),
                    h.end(),
                    h.expectedPurchases(),
                    h.meanAbsoluteError(),
                    h.rootMeanSquareError()));
    e.spend()
        .ifPresent(
            s -> {
              line(
                  page,
                  "%-22sgamma-gamma of %,d customers, log-likelihood %.3f",
                  "spend",
                  s.customers(),
                  s.logLikelihood());
              s.parameters()
                  .forEach((name, value) -> line(page, "%-22s%s", "  " + name, significant(value)));
            });
    e.clv()
        .ifPresent(
            c ->
                line(
                    page,
                    "%-22s%,.2f in all, %,.2f a customer: the next %d days at %s a year",
                    "CLV",
                    c.total(),
                    c.mean(),
                    c.horizonDays(),
                    c.discountRatePerYear()));
    e.warnings().forEach(w -> line(page, "%-22s%s", "note", w));
    e.segments()
        .ifPresent(
            segments ->
                segments.forEach(
                    s -> {
                      page.append('\n');
                      text(page, s);
                    }));
  }

  private static void line(StringBuilder page, String format, Object... values) {
    page.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private static String significant(double value) {
    return String.format(Locale.ROOT, "%.6g", value);
  }
}
