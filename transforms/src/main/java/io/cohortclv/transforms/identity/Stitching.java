package io.cohortclv.transforms.identity;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.cohortclv.transforms.table.IdentityMap;
import io.cohortclv.transforms.table.Orders;
import io.cohortclv.transforms.table.People;
import io.cohortclv.transforms.table.Touchpoints;
import java.time.Instant;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * Finds which browsers, customers and e-mail addresses are one person, from what the logs say of
 * them together.
 *
 * <p>An order links its visitor, customer and e-mail; a visit of a known customer links the two; a
 * click id that an order names links the visitor who clicked to whoever ordered; identity_map links
 * what its source knows. Links that change touch the people they link and nobody else: everybody is
 * named by their own identifiers.
 */
public final class Stitching {
  private static final String A = "a";
  private static final String B = "b";
  private static final String NODE = ConnectedComponents.NODE;
  private static final String OTHER = ConnectedComponents.OTHER;

  private Stitching() {}

  /**
   * Which links are believed.
   *
   * @param at identity_map is read as it held before that moment
   * @param leastConfidence entries of identity_map less sure are not believed; those that do not
   *     say how sure they are, are
   * @param mostPeople an identifier that more people share, as a till's or a library's browser,
   *     says nothing of who they are
   */
  public record Trust(Instant at, double leastConfidence, int mostPeople) {}

  /**
   * One {@link People} row an identifier that another stands for; runs several jobs.
   *
   * <p>Most people are stars, a customer with browsers and an address that nobody else has: ends of
   * one link are set aside, and only what is left goes through {@link ConnectedComponents}.
   *
   * @param orders newest versions of the orders
   * @param touchpoints touches; may be empty, like what follows
   * @param identityMap what sources know of identities
   */
  public static Dataset<Row> people(
      Dataset<Row> orders, Dataset<Row> touchpoints, Dataset<Row> identityMap, Trust trust) {
    Dataset<Row> links =
        links(orders, touchpoints)
            .union(mapped(identityMap, trust))
            .filter(col(A).lt(col(B)))
            .distinct()
            .transform(l -> withoutHubs(l, trust.mostPeople()))
            .transform(Stitching::withDegrees)
            .localCheckpoint(true);
    Column isInner = col("degree_a").gt(1).and(col("degree_b").gt(1));
    Dataset<Row> inner = links.filter(isInner).select(col(A).as(NODE), col(B).as(OTHER));
    // An end of one link hangs on the other end; of two such, the larger on the less.
    Column bHangs = col("degree_b").equalTo(1);
    Dataset<Row> hanging =
        links
            .filter(not(isInner))
            .select(
                when(bHangs, col(B)).otherwise(col(A)).as(NODE),
                when(bHangs, col(A)).otherwise(col(B)).as(OTHER));
    Dataset<Row> hooks =
        inner.isEmpty() ? hanging : hangOn(hanging, ConnectedComponents.label(inner));
    Dataset<Row> members =
        hooks.select(explode(array(col(NODE), col(OTHER))).as(People.NODE), col(OTHER)).distinct();
    return members
        .withColumn(People.PERSON, min(People.NODE).over(Window.partitionBy(OTHER)))
        .filter(col(People.NODE).notEqual(col(People.PERSON)))
        .select(People.NODE, People.PERSON)
        .localCheckpoint(true);
  }

  /** Links to the least node of an inner component instead of to one of its nodes. */
  private static Dataset<Row> hangOn(Dataset<Row> hanging, Dataset<Row> labels) {
    Dataset<Row> leastOf = labels.select(col(NODE).as(OTHER), col(OTHER).as("least"));
    return hanging
        .join(leastOf, new String[] {OTHER}, "left")
        .select(col(NODE), coalesce(col("least"), col(OTHER)).as(OTHER))
        .union(labels);
  }

  /** Links between two identifiers, the lesser first; of one end twice where one is not known. */
  private static Dataset<Row> links(Dataset<Row> orders, Dataset<Row> touchpoints) {
    Column whoOrdered =
        coalesce(People.customer(Orders.CUSTOMER_ID), People.email(Orders.EMAIL_ID));
    Dataset<Row> ordered = orders.filter(not(col(Orders.IS_TEST)));
    Dataset<Row> seen =
        touchpoints.filter(not(col(Touchpoints.IS_BOT)).and(not(col(Touchpoints.IS_TEST))));
    Dataset<Row> ofOrders =
        ordered.select(
            explode(
                    array(
                        link(whoOrdered, People.visitor(Orders.VISITOR_ID)),
                        link(whoOrdered, People.email(Orders.EMAIL_ID))))
                .as("link"));
    Dataset<Row> ofVisits =
        seen.select(
            link(People.customer(Touchpoints.CUSTOMER_ID), People.visitor(Touchpoints.VISITOR_ID))
                .as("link"));
    Dataset<Row> ofClicks =
        ordered
            .filter(col(Orders.CLICK_ID).isNotNull())
            .select(col(Orders.CLICK_ID), whoOrdered.as(NODE))
            .join(
                seen.filter(col(Touchpoints.CLICK_ID).isNotNull())
                    .select(
                        col(Touchpoints.CLICK_ID),
                        People.visitor(Touchpoints.VISITOR_ID).as(OTHER)),
                new String[] {Orders.CLICK_ID})
            .select(link(col(NODE), col(OTHER)).as("link"));
    return ofOrders.union(ofVisits).union(ofClicks).select("link.*");
  }

  /** Links to persons of identity_map that hold; who did not consent is not recognised. */
  private static Dataset<Row> mapped(Dataset<Row> identityMap, Trust trust) {
    Column type = col(IdentityMap.ID_TYPE);
    Column identifier =
        when(type.equalTo(IdentityMap.VISITOR), People.visitor(IdentityMap.ENTITY_ID))
            .when(type.equalTo(IdentityMap.CUSTOMER), People.customer(IdentityMap.ENTITY_ID))
            .when(type.equalTo(IdentityMap.EMAIL), People.email(IdentityMap.ENTITY_ID));
    return identityMap
        .filter(
            coalesce(col(IdentityMap.VALID_TO).geq(lit(trust.at())), lit(true))
                .and(coalesce(col(IdentityMap.CONFIDENCE).geq(trust.leastConfidence()), lit(true)))
                .and(coalesce(col(IdentityMap.CONSENT), lit(true))))
        .select(link(identifier, People.mapped(IdentityMap.PERSON_KEY)).as("link"))
        .select("link.*");
  }

  /** Null ends are skipped by least and greatest, and so make no link of two ends. */
  private static Column link(Column one, Column other) {
    return struct(least(one, other).as(A), greatest(one, other).as(B));
  }

  /** Leaves out the links of identifiers, not of customers, that more people share. */
  private static Dataset<Row> withoutHubs(Dataset<Row> links, int mostPeople) {
    Column isShared = col(NODE).startsWith("0:").or(col(NODE).startsWith("3:"));
    Column isSomebody = not(col(OTHER).startsWith("0:"));
    return bothWays(links)
        .withColumn("people", sum(when(isSomebody, 1).otherwise(0)).over(Window.partitionBy(NODE)))
        .filter(not(isShared.and(col("people").gt(mostPeople))))
        .groupBy(least(col(NODE), col(OTHER)).as(A), greatest(col(NODE), col(OTHER)).as(B))
        .agg(count(lit(1)).as("ends"))
        .filter(col("ends").equalTo(2))
        .select(A, B);
  }

  /** Adds to how many others each end is linked. */
  private static Dataset<Row> withDegrees(Dataset<Row> links) {
    return bothWays(links)
        .withColumn("degree", count(lit(1)).over(Window.partitionBy(NODE)))
        .groupBy(least(col(NODE), col(OTHER)).as(A), greatest(col(NODE), col(OTHER)).as(B))
        .agg(
            max(when(col(NODE).lt(col(OTHER)), col("degree"))).as("degree_a"),
            max(when(col(NODE).gt(col(OTHER)), col("degree"))).as("degree_b"));
  }

  private static Dataset<Row> bothWays(Dataset<Row> links) {
    return links
        .select(col(A).as(NODE), col(B).as(OTHER))
        .union(links.select(col(B).as(NODE), col(A).as(OTHER)));
  }
}
