package io.cohortclv.transforms.economics;

import io.cohortclv.models.shrink.GroupMoments;
import io.cohortclv.models.shrink.NormalShrinkage;
import io.cohortclv.models.shrink.Posterior;
import io.cohortclv.models.shrink.ValueCap;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.spark.sql.Row;

/**
 * What the next customer of each owner is believed to be worth, from partial sums on the driver:
 * affiliates are shrunk toward their type and types toward the network, sub-ids toward their
 * affiliate, sources and campaigns toward all of them.
 */
public final class PartnerValues {
  /** Kind of affiliates that no log tells the type of. */
  static final String UNKNOWN_TYPE = "unknown";

  private static final double TOP_DECILE = 0.1;

  /** A row of {@link OwnerSums}, named. */
  record Owner(String level, String id, String part) {
    static Owner of(Row row) {
      return new Owner(
          row.getAs(OwnerSums.LEVEL), row.getAs(OwnerSums.OWNER), row.getAs(OwnerSums.PART));
    }

    static final Comparator<Owner> ORDER =
        Comparator.comparing(Owner::level)
            .thenComparing(Owner::id)
            .thenComparing(Owner::part, Comparator.nullsFirst(Comparator.naturalOrder()));
  }

  /**
   * What is believed of an owner.
   *
   * @param topDecile probability that it is among the best tenth of its level
   */
  record Belief(Posterior posterior, double topDecile) {}

  private final Map<Owner, Belief> beliefs = new HashMap<>();
  private final Map<String, NormalShrinkage> types = new HashMap<>();
  private final Map<Owner, Posterior> firstOrders = new HashMap<>();
  private final Map<String, NormalShrinkage> firstOrdersOfTypes = new HashMap<>();

  private PartnerValues() {}

  /**
   * The cap of each kind of customers.
   *
   * @param counts rows of {@link OwnedCustomers#countValues}
   */
  public static Map<String, ValueCap> caps(List<Row> counts, double quantile) {
    Map<String, ValueCap> caps = new TreeMap<>();
    OwnedCustomers.byKind(counts)
        .forEach(
            (kind, rows) ->
                caps.put(
                    kind,
                    ValueCap.of(
                        rows.stream()
                            .map(
                                row ->
                                    new ValueCap.Bucket(
                                        OwnedCustomers.upTo(row.getAs(OwnedCustomers.BUCKET)),
                                        row.getAs(OwnedCustomers.CUSTOMERS),
                                        row.<Long>getAs(OwnedCustomers.SEEN) / 1e6,
                                        row.<Long>getAs(OwnedCustomers.VALUE) / 1e6))
                            .toList(),
                        quantile)));
    return caps;
  }

  /**
   * Learns from all owners.
   *
   * @param sums rows of {@link OwnerSums#sumByOwner}
   * @param affiliateTypes newest type by affiliate
   */
  public static PartnerValues of(List<Row> sums, Map<String, String> affiliateTypes) {
    Map<Owner, GroupMoments> moments = new TreeMap<>(Owner.ORDER);
    Map<Owner, GroupMoments> firstOrders = new TreeMap<>(Owner.ORDER);
    for (Row row : sums) {
      moments.put(Owner.of(row), moments(row));
      firstOrders.put(Owner.of(row), firstOrders(row));
    }
    Function<Owner, String> type = owner -> affiliateTypes.getOrDefault(owner.id(), UNKNOWN_TYPE);
    PartnerValues values = new PartnerValues();
    values.learn(moments, OwnerSums.SOURCE, owner -> "");
    values.learn(moments, OwnerSums.CAMPAIGN, owner -> "");
    values.types.putAll(values.learn(moments, OwnerSums.AFFILIATE, type));
    values.learnParts(moments);
    values.learnFirstOrders(membersOf(firstOrders, OwnerSums.AFFILIATE), type);
    return values;
  }

  private static GroupMoments moments(Row row) {
    return GroupMoments.ofSums(
        row.getAs(OwnerSums.MEMBERS),
        row.<Long>getAs(OwnerSums.WEIGHT) / 1e6,
        row.<Long>getAs(OwnerSums.WEIGHTED) / 1e6,
        row.<BigDecimal>getAs(OwnerSums.SQUARES).doubleValue());
  }

  private static GroupMoments firstOrders(Row row) {
    return GroupMoments.ofSums(
        row.getAs(OwnerSums.MEMBERS),
        row.<Long>getAs(OwnerSums.CUSTOMERS) / 1e6,
        row.<Long>getAs(OwnedCustomers.FIRST_NET) / 1e6,
        row.<BigDecimal>getAs(OwnerSums.FIRST_SQUARES).doubleValue());
  }

  private Map<String, NormalShrinkage> learn(
      Map<Owner, GroupMoments> moments, String level, Function<Owner, String> kindOf) {
    Map<Owner, GroupMoments> members = membersOf(moments, level);
    Map<String, NormalShrinkage> models = models(members, kindOf);
    believe(members, owner -> models.get(kindOf.apply(owner)));
    return models;
  }

  private static Map<String, NormalShrinkage> models(
      Map<Owner, GroupMoments> members, Function<Owner, String> kindOf) {
    Map<String, List<GroupMoments>> kinds = new TreeMap<>();
    members.forEach(
        (owner, group) ->
            kinds.computeIfAbsent(kindOf.apply(owner), kind -> new ArrayList<>()).add(group));
    return kinds.isEmpty() ? Map.of() : NormalShrinkage.ofKinds(kinds);
  }

  private void learnFirstOrders(Map<Owner, GroupMoments> members, Function<Owner, String> typeOf) {
    firstOrdersOfTypes.putAll(models(members, typeOf));
    members.forEach(
        (owner, group) ->
            firstOrders.put(owner, firstOrdersOfTypes.get(typeOf.apply(owner)).posterior(group)));
  }

  private void learnParts(Map<Owner, GroupMoments> moments) {
    Map<Owner, GroupMoments> members = membersOf(moments, OwnerSums.SUB_ID);
    Map<String, List<GroupMoments>> wholes = new TreeMap<>();
    members.forEach(
        (owner, group) -> wholes.computeIfAbsent(owner.id(), id -> new ArrayList<>()).add(group));
    if (wholes.isEmpty()) {
      return;
    }
    Map<String, Posterior> believed = new HashMap<>();
    wholes
        .keySet()
        .forEach(
            id ->
                believed.put(
                    id, beliefs.get(new Owner(OwnerSums.AFFILIATE, id, null)).posterior()));
    Map<String, NormalShrinkage> models = NormalShrinkage.within(wholes, believed);
    believe(members, owner -> models.get(owner.id()));
  }

  private static Map<Owner, GroupMoments> membersOf(
      Map<Owner, GroupMoments> moments, String level) {
    Map<Owner, GroupMoments> members = new LinkedHashMap<>();
    moments.forEach(
        (owner, group) -> {
          if (owner.level().equals(level)) {
            members.put(owner, group);
          }
        });
    return members;
  }

  private void believe(Map<Owner, GroupMoments> members, Function<Owner, NormalShrinkage> modelOf) {
    if (members.isEmpty()) {
      return;
    }
    List<Owner> owners = List.copyOf(members.keySet());
    List<Posterior> posteriors =
        owners.stream().map(o -> modelOf.apply(o).posterior(members.get(o))).toList();
    double[] top = NormalShrinkage.probabilityInTop(TOP_DECILE, posteriors);
    for (int i = 0; i < top.length; i++) {
      beliefs.put(owners.get(i), new Belief(posteriors.get(i), top[i]));
    }
  }

  /** What is believed of an owner with customers; null of others. */
  Belief of(Owner owner) {
    return beliefs.get(owner);
  }

  /** The value of an affiliate's next customer: what its own say, else its type; null of none. */
  Posterior ofAffiliate(String affiliate, String type) {
    Belief own = beliefs.get(new Owner(OwnerSums.AFFILIATE, affiliate, null));
    return own != null ? own.posterior() : prior(types.get(type));
  }

  /** Likewise the amount of that customer's first order after its discount. */
  Posterior firstOrderOfAffiliate(String affiliate, String type) {
    Posterior own = firstOrders.get(new Owner(OwnerSums.AFFILIATE, affiliate, null));
    return own != null ? own : prior(firstOrdersOfTypes.get(type));
  }

  private static Posterior prior(NormalShrinkage kind) {
    return kind == null ? null : kind.prior();
  }
}
