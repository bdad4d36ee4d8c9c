package io.cohortclv.bench;

/** What a user of Spark SQL would write over the raw files, straight on; names of views inside. */
final class PlainSql {
  static final String SUMMARIZE =
      """
      WITH days AS (
        SELECT customer_id, to_date(order_ts) AS day, sum(cents) AS cents
        FROM orders GROUP BY ALL)
      SELECT customer_id,
        count(*) - 1 AS x,
        datediff(max(day), min(day)) AS t_x,
        datediff(DATE '2024-12-31', min(day)) AS age,
        (sum(cents) - min_by(cents, day)) / 100 / nullif(count(*) - 1, 0) AS mean
      FROM days GROUP BY customer_id""";

  static final String ATTRIBUTE =
      """
      WITH firsts AS (
        SELECT customer_id, min(order_ts) AS first_ts FROM orders GROUP BY customer_id),
      touched AS (
        SELECT customer_id, max_by(affiliate_id, (click_ts, click_id)) AS affiliate_id
        FROM firsts JOIN clicks ON visitor_id = customer_id
          AND click_ts <= first_ts AND click_ts >= first_ts - INTERVAL 30 DAY
        GROUP BY customer_id)
      SELECT customer_id, trunc(first_ts, 'month') AS cohort_month, affiliate_id
      FROM firsts LEFT JOIN touched USING (customer_id)""";

  static final String COHORTS =
      """
      SELECT cohort_month, affiliate_id,
        CAST(months_between(trunc(order_ts, 'month'), cohort_month) AS INT) AS age_month,
        count(DISTINCT customer_id) AS active, sum(cents) AS cents
      FROM orders JOIN acquired USING (customer_id)
      GROUP BY ALL""";

  private PlainSql() {}
}
