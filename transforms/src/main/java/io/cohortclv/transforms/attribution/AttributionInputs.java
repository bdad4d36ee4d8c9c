package io.cohortclv.transforms.attribution;

import io.cohortclv.transforms.table.OrderValue;
import io.cohortclv.transforms.table.People;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What crediting looks at, all as of one date; any but the orders may be empty.
 *
 * @param orderValues {@link OrderValue} rows with their month
 * @param orders the orders they were made from
 * @param touchpoints touches
 * @param referralEvents referral events
 * @param terms commission terms
 * @param affiliates affiliates with their history
 * @param coupons codes of affiliates
 * @param people {@link People} rows
 */
public record AttributionInputs(
    Dataset<Row> orderValues,
    Dataset<Row> orders,
    Dataset<Row> touchpoints,
    Dataset<Row> referralEvents,
    Dataset<Row> terms,
    Dataset<Row> affiliates,
    Dataset<Row> coupons,
    Dataset<Row> people) {}
