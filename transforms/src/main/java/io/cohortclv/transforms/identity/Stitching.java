package io.cohortclv.transforms.identity;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.struct;
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

  /** Whether that end has no other link. */
  private static final String A_ENDS = "a_ends";

  private static final String B_ENDS = "b_ends";
  private static final String NODE = ConnectedComponents.NODE;
  private static final String OTHER = ConnectedComponents.OTHER;

  /** Most rows, of about 100 bytes, that are sent to every process. */
  private static final long MOST_SENT = 1_000_000;

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
            .localCheckpoint(true)
            .transform(l -> withoutHubs(l, trust.mostPeople()))
            .transform(Stitching::withEnds)
            .localCheckpoint(true);
    Column isInner = not(col(A_ENDS).or(col(B_ENDS)));
    Dataset<Row> inner = links.filter(isInner).select(col(A).as(NODE), col(B).as(OTHER));
    // An end of one link hangs on the other end; of two such, the larger on the less.
    Dataset<Row> hanging =
        links
            .filter(not(isInner))
            .select(
                when(col(B_ENDS), col(B)).otherwise(col(A)).as(NODE),
                when(col(B_ENDS), col(A)).otherwise(col(B)).as(OTHER));
    Dataset<Row> hooks =
        inner.isEmpty() ? hanging : hangOn(hanging, ConnectedComponents.label(inner));
    // Of a component every node but one is hooked to that one. Where a hooked node is the least and
    // so the person, its row speaks of the one it hangs on instead.
    Column isPerson = col(NODE).equalTo(col(People.PERSON));
    return few(
        hooks
            .withColumn(
                People.PERSON, least(min(col(NODE)).over(Window.partitionBy(OTHER)), col(OTHER)))
            .select(
                when(isPerson, col(OTHER)).otherwise(col(NODE)).as(People.NODE),
                col(People.PERSON)));
  }

  /**
   * Rows worked out now, and sent to every process where they are few: a plan made of links says
   * nothing of how few they turned out to be.
   */
  private static Dataset<Row> few(Dataset<Row> rows) {
    Dataset<Row> known = rows.localCheckpoint(true);
    return known.count() > MOST_SENT ? known : broadcast(known);
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
    // Customers order again from the same browser: only the first time says anything.
    Dataset<Row> distinctly =
        ordered.select(Orders.CUSTOMER_ID, Orders.EMAIL_ID, Orders.VISITOR_ID).distinct();
    Dataset<Row> ofOrders =
        distinctly.select(
            explode(
                    array(
                        link(whoOrdered, People.visitor(Orders.VISITOR_ID)),
                        link(whoOrdered, People.email(Orders.EMAIL_ID))))
                .as("link"));
    Dataset<Row> ofVisits =
        seen.filter(col(Touchpoints.CUSTOMER_ID).isNotNull())
            .select(
                link(
                        People.customer(Touchpoints.CUSTOMER_ID),
                        People.visitor(Touchpoints.VISITOR_ID))
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
    Dataset<Row> hubs =
        few(
            bothWays(links)
                .filter(isShared.and(isSomebody))
                .groupBy(NODE)
                .agg(count(lit(1)).as("people"))
                .filter(col("people").gt(mostPeople))
                .select(NODE));
    return links
        .join(hubs.select(col(NODE).as(A)), new String[] {A}, "left_anti")
        .join(hubs.select(col(NODE).as(B)), new String[] {B}, "left_anti")
        .select(A, B);
  }

  /** Adds of each end whether it has no other link. */
  private static Dataset<Row> withEnds(Dataset<Row> links) {
    Dataset<Row> linked =
        few(
            bothWays(links)
                .groupBy(NODE)
                .agg(count(lit(1)).as("degree"))
                .filter(col("degree").gt(1))
                .select(col(NODE), lit(false).as("ends")));
    return links
        .join(linked.select(col(NODE).as(A), col("ends").as(A_ENDS)), new String[] {A}, "left")
        .join(linked.select(col(NODE).as(B), col("ends").as(B_ENDS)), new String[] {B}, "left")
        .select(
            col(A),
            col(B),
            coalesce(col(A_ENDS), lit(true)).as(A_ENDS),
            coalesce(col(B_ENDS), lit(true)).as(B_ENDS));
  }

  private static Dataset<Row> bothWays(Dataset<Row> links) {
    return links
        .select(col(A).as(NODE), col(B).as(OTHER))
        .union(links.select(col(B).as(NODE), col(A).as(OTHER)));
  }
}
