package io.cohortclv.transforms.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.cohortclv.transforms.TypedRows;
import io.cohortclv.transforms.table.IdentityMap;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.Touchpoints;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Visitors are 0:, customers 2: and e-mail addresses 3: in what is found. */
class StitchingTest {
  private final TypedRows orders =
      TypedRows.of(Orders.CONTRACT.clean().schema()).defaults("is_test", false);
  private final TypedRows touches =
      TypedRows.of(Touchpoints.CONTRACT.clean().schema())
          .defaults("is_test", false, "is_bot", false);

  private final TypedRows map = TypedRows.of(IdentityMap.CONTRACT.clean().schema());

  private Map<String, String> people(int mostPeople) {
    return Stitching.people(
            orders.dataset(),
            touches.dataset(),
            map.dataset(),
            new Stitching.Trust(Instant.parse("2024-06-01T00:00:00Z"), 0.8, mostPeople))
        .collectAsList()
        .stream()
        .collect(
            Collectors.toMap(r -> r.getString(0), r -> r.getString(1), (a, b) -> b, TreeMap::new));
  }

  @Test
  void order_linksItsBrowserCustomerAndAddress() {
    orders
        .row("customer_id", "c1", "visitor_id", "v1", "email_id", "m1")
        .row("customer_id", "c1", "visitor_id", "v2")
        .row("customer_id", "c2", "visitor_id", null);

    assertThat(people(20)).isEqualTo(Map.of("0:v2", "0:v1", "2:c1", "0:v1", "3:m1", "0:v1"));
  }

  @Test
  void visitOfAKnownCustomer_linksTheTwo() {
    touches
        .row("customer_id", "c1", "visitor_id", "v1")
        .row("customer_id", null, "visitor_id", "v2")
        .row("customer_id", "c3", "visitor_id", "v3", "is_bot", true);

    assertThat(people(20)).isEqualTo(Map.of("2:c1", "0:v1"));
  }

  @Test
  void clickNamedByAnOrder_linksWhoClickedToWhoOrdered() {
    orders
        .row("customer_id", "c1", "click_id", "k1")
        .row("customer_id", null, "email_id", "m2", "click_id", "k2");
    touches
        .row("visitor_id", "v1", "click_id", "k1")
        .row("visitor_id", "v2", "click_id", "k2")
        .row("visitor_id", "v3", "click_id", "k3");

    assertThat(people(20)).isEqualTo(Map.of("2:c1", "0:v1", "3:m2", "0:v2"));
  }

  /** c1 - m - c2 and c2 - v - c3: a way of four links. */
  @Test
  void accountsThatShareAnAddressOrABrowser_areOnePerson() {
    orders
        .row("customer_id", "c1", "email_id", "m")
        .row("customer_id", "c2", "email_id", "m", "visitor_id", "v")
        .row("customer_id", "c3", "visitor_id", "v");

    assertThat(people(20))
        .isEqualTo(Map.of("2:c1", "0:v", "2:c2", "0:v", "2:c3", "0:v", "3:m", "0:v"));
  }

  /** Two circles of four hang on different people: nothing of them is the end of one link. */
  @Test
  void circles_areFoundToo() {
    for (String circle : new String[] {"x", "y"}) {
      for (int i = 0; i < 4; i++) {
        orders.row("customer_id", circle + i, "visitor_id", "v" + circle + i);
        orders.row("customer_id", circle + i, "visitor_id", "v" + circle + (i + 1) % 4);
      }
      orders.row("customer_id", circle + 0, "email_id", "a" + circle);
    }
    Map<String, String> people = people(20);
    assertThat(people).hasSize(2 * 8);
    people.forEach(
        (node, person) -> assertThat(person).isEqualTo(node.contains("x") ? "0:vx0" : "0:vy0"));
  }

  @Test
  void browserOfMorePeopleThanAllowed_saysNothing() {
    for (int i = 0; i < 4; i++) {
      orders.row("customer_id", "c" + i, "visitor_id", "till", "email_id", "m" + i);
    }
    orders.row("customer_id", "c0", "visitor_id", "v0");

    assertThat(people(4).values()).containsOnly("0:till");
    // Each customer keeps the address, and the first his own browser.
    assertThat(people(3))
        .isEqualTo(
            Map.of("2:c0", "0:v0", "3:m0", "0:v0", "3:m1", "2:c1", "3:m2", "2:c2", "3:m3", "2:c3"));
  }

  /** A customer with many browsers is a customer, not a hub. */
  @Test
  void customerOfManyBrowsers_keepsThem() {
    for (int i = 0; i < 50; i++) {
      orders.row("customer_id", "c", "visitor_id", "v" + i);
    }
    assertThat(people(3)).hasSize(50).containsEntry("2:c", "0:v0");
  }

  @Test
  void newLink_renamesOnlyThePeopleItLinks() {
    Random random = new Random(5);
    for (int i = 0; i < 300; i++) {
      orders.row("customer_id", "c" + random.nextInt(250), "visitor_id", "v" + random.nextInt(250));
    }
    Map<String, String> before = people(20);
    orders.row("customer_id", "c1", "visitor_id", "v2");
    Map<String, String> after = people(20);

    Set<String> linked = new TreeSet<>();
    linked.add(before.getOrDefault("2:c1", "2:c1"));
    linked.add(before.getOrDefault("0:v2", "0:v2"));
    Set<String> nodes = new TreeSet<>(before.keySet());
    nodes.addAll(after.keySet());
    for (String node : nodes) {
      if (!linked.contains(before.getOrDefault(node, node))) {
        assertThat(after.get(node)).as(node).isEqualTo(before.get(node));
      }
    }
    assertThat(after.getOrDefault("2:c1", "2:c1")).isEqualTo(after.getOrDefault("0:v2", "0:v2"));
  }

  /** What is not believed: too unsure, over, without consent, of a kind no log has. */
  @Test
  void identityMap_linksWhatItHoldsAndIsSureOf() {
    map.row("id_type", "visitor", "entity_id", "v1", "person_key", "p")
        .row("id_type", "customer", "entity_id", "c1", "person_key", "p", "confidence", 0.8)
        .row("id_type", "email", "entity_id", "m1", "person_key", "p", "consent", true)
        .row("id_type", "visitor", "entity_id", "v2", "person_key", "p", "confidence", 0.79)
        .row("id_type", "visitor", "entity_id", "v3", "person_key", "p", "consent", false)
        .row("id_type", "phone", "entity_id", "t1", "person_key", "p")
        .row(
            "id_type",
            "visitor",
            "entity_id",
            "v4",
            "person_key",
            "p",
            "valid_to",
            "2024-05-31T23:59:59Z")
        .row(
            "id_type",
            "visitor",
            "entity_id",
            "v5",
            "person_key",
            "q",
            "valid_to",
            "2024-06-01T00:00:00Z");
    orders.row("customer_id", "c1", "visitor_id", "v0");

    assertThat(people(20))
        .isEqualTo(
            Map.of("0:v1", "0:v0", "2:c1", "0:v0", "3:m1", "0:v0", "1:p", "0:v0", "1:q", "0:v5"));
  }

  @Test
  void nothingKnown_isNobody() {
    assertThat(people(20)).isEmpty();
  }
}
