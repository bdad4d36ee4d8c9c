package io.cohortclv.jobs.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import io.cohortclv.jobs.failure.CommandException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Other terms to try, from a file such as
 *
 * <pre>
 * terms = [
 *   { affiliate-type = coupon, rate = 0.02 }
 *   { affiliate = aff-1001, rate = 0.08, network-fee = 0.25 }
 * ]
 * commission { target-ratio = 4 }
 * </pre>
 *
 * <p>Of several terms for an affiliate its own come first, then its type's, then those for all.
 *
 * @param commission the policy, what the file does not say as configured
 */
public record WhatIf(List<Terms> terms, ClvConfig.Commission commission) {
  private static final String TERMS = "terms";
  private static final String COMMISSION = "commission";
  private static final ConfigObject TERMS_KEYS =
      ConfigFactory.parseString("affiliate = x, affiliate-type = x, rate = 0, network-fee = 0")
          .root();

  /**
   * Terms of one affiliate, of a type, or of all.
   *
   * @param rate commission as a fraction of the sale; empty leaves today's
   * @param networkFee the network's fee as a fraction of the commission; empty leaves today's
   */
  public record Terms(
      Optional<String> affiliate,
      Optional<String> affiliateType,
      Optional<Double> rate,
      Optional<Double> networkFee) {}

  /**
   * Reads the file.
   *
   * @param now the policy as configured
   * @throws CommandException of usage, naming key, file and line
   */
  public static WhatIf load(Path file, ClvConfig.Commission now) {
    if (!Files.isRegularFile(file)) {
      throw CommandException.usage(
          "There is no file "
              + file
              + " with terms to try. Write one such as: terms = [{ affiliate-type = coupon, rate ="
              + " 0.02 }].");
    }
    try {
      return read(file, now);
    } catch (ConfigException e) {
      throw CommandException.usage("The terms cannot be read: " + e.getMessage() + ".");
    }
  }

  private static WhatIf read(Path file, ClvConfig.Commission now) {
    Config given =
        ConfigFactory.parseFile(file.toFile(), ConfigParseOptions.defaults().setAllowMissing(false))
            .resolve();
    ConfigObject policy =
        ConfigFactory.parseString(
                "incrementality = null, target-ratio = 1, quantile = 0.5, largest-step = 1")
            .root();
    new KnownKeys(policy.toConfig().atKey(COMMISSION).root())
        .requireKnown(given.root(), Set.of(TERMS));
    List<Terms> terms = new ArrayList<>();
    if (given.hasPath(TERMS)) {
      for (ConfigObject object : given.getObjectList(TERMS)) {
        String place = TERMS + "[" + terms.size() + "]";
        new KnownKeys(TERMS_KEYS).requireKnown(place, object);
        Settings settings = new Settings(object.toConfig(), file, place + ".");
        terms.add(
            new Terms(
                settings.optionalText("affiliate"),
                settings.optionalText("affiliate-type"),
                settings.optionalNumber("rate", 0, 10),
                settings.optionalNumber("network-fee", 0, 10)));
      }
    }
    Settings settings = new Settings(given, file);
    return new WhatIf(
        List.copyOf(terms),
        new ClvConfig.Commission(
            settings.optionalNumber("commission.incrementality", 0, 1).or(now::incrementality),
            settings.optionalNumber("commission.target-ratio", 1, 1000).orElse(now.targetRatio()),
            settings.optionalNumber("commission.quantile", 0.001, 0.999).orElse(now.quantile()),
            now.paybackMonths(),
            settings
                .optionalNumber("commission.largest-step", 0.0001, 1)
                .orElse(now.largestStep())));
  }

  /** The terms to try for an affiliate; empty where the file says none. */
  public Optional<Terms> termsOf(String affiliate, String type) {
    return terms.stream()
        .filter(t -> t.affiliate().filter(a -> a.equals(affiliate)).isPresent())
        .findFirst()
        .or(
            () ->
                terms.stream()
                    .filter(t -> t.affiliate().isEmpty())
                    .filter(t -> t.affiliateType().filter(a -> a.equals(type)).isPresent())
                    .findFirst())
        .or(
            () ->
                terms.stream()
                    .filter(t -> t.affiliate().isEmpty() && t.affiliateType().isEmpty())
                    .findFirst());
  }
}
