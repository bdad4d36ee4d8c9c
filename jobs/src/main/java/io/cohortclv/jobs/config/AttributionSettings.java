package io.cohortclv.jobs.config;

import io.cohortclv.transforms.attribution.AttributionRules;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The settings under {@code attribution}. */
final class AttributionSettings {
  private static final String AFTER_ORDER = "after-order";
  private static final String OWNER = "owner";

  private AttributionSettings() {}

  static ClvConfig.Attribution read(Settings settings) {
    String contractModel = settings.oneOf("attribution.contract-model", AttributionRules.KNOWN);
    List<String> compared = settings.manyOf("attribution.compare", AttributionRules.KNOWN);
    return new ClvConfig.Attribution(
        new AttributionRules(
            Stream.concat(Stream.of(contractModel), compared.stream()).distinct().toList(),
            contractModel,
            new AttributionRules.Windows(
                settings.duration("attribution.click-window"),
                settings.duration("attribution.view-window"),
                settings.duration("attribution.first-touch-window")),
            settings.duration("attribution.half-life"),
            settings
                .oneOf("attribution.touch-reset", Set.of(AFTER_ORDER, "never"))
                .equals(AFTER_ORDER),
            settings.positive("attribution.max-touches"),
            new AttributionRules.Precedence(
                Set.copyOf(settings.texts("attribution.touch-first-programs")),
                settings.oneOf("attribution.shared-coupon", Set.of("touches", OWNER)).equals(OWNER),
                settings.number("attribution.coupon-spike", 1, 1e6),
                settings.positive("attribution.coupon-spike-least"))),
        settings.flag("attribution.only"),
        settings.number("attribution.identity.least-confidence", 0, 1),
        settings.positive("attribution.identity.most-people"),
        settings.positive("attribution.markov.least-paths"),
        settings.positive("attribution.markov.most-affiliates"));
  }
}
