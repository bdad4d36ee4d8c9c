"""Makes the yardstick's logs: the same seed gives the same rows.

Customers buy and drop out by an exact BG/NBD (r = 1, alpha = 25 days, a = 1, b = 8) and spend by a
Gamma-Gamma (p = 4, q = 3, v = 25), arriving evenly over the first of two years. Visitors, 1.3 for
each customer, who is the visitor of the same number, click on the links of 200 affiliates, the k-th
of which has a share of 1/k. Files are Parquet with zstd, ordered by time:

  orders.parquet     order_id, customer_id, order_ts, cents
  clicks.parquet     click_id, visitor_id, click_ts, affiliate_id
  histories.parquet  customer_id, x, t_x, age in days by plain differences of dates, mean spend
                     of a repeat day
  acquired.parquet   customer_id, cohort_month, affiliate_id of the last click in the 30 days before
                     the first order
"""
import argparse
import datetime
import pathlib

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import peers

BEGIN = datetime.datetime(2023, 1, 2)  # two years to the end of 2024
DAYS = 730
ARRIVAL_DAYS = 365
SECONDS = DAYS * 86_400
AFFILIATES = 200
CLICKS_PER_VISITOR = 22.7


def orders(customers, rng):
    """Customers, seconds since the beginning, cents; not ordered."""
    rate = rng.gamma(1.0, 1 / 25, customers)
    dropout = rng.beta(1.0, 8.0, customers)
    spend_rate = rng.gamma(3.0, 1 / 25, customers)
    active = np.arange(customers)
    now = rng.uniform(0, ARRIVAL_DAYS, customers)
    who, when = [active], [now]
    while active.size:
        now = now + rng.exponential(1.0, active.size) / rate[active]
        within = now < DAYS
        active, now = active[within], now[within]
        who.append(active)
        when.append(now)
        stays = rng.random(active.size) >= dropout[active]
        active, now = active[stays], now[stays]
    who = np.concatenate(who)
    seconds = (np.concatenate(when) * 86_400).astype(np.int64)
    cents = np.maximum(1, np.rint(100 * rng.gamma(4.0, 1.0, who.size) / spend_rate[who]))
    return who.astype(np.int64), seconds, cents.astype(np.int64)


def clicks(visitors, rng):
    """Visitors, seconds since the beginning, affiliates; not ordered."""
    counts = rng.geometric(1 / CLICKS_PER_VISITOR, visitors)
    who = np.repeat(np.arange(visitors, dtype=np.int64), counts)
    shares = 1 / np.arange(1, AFFILIATES + 1)
    affiliate = rng.choice(AFFILIATES, who.size, p=shares / shares.sum()).astype(np.int16)
    return who, rng.integers(0, SECONDS, who.size), affiliate


def write(path, key, who_name, who, ts_name, seconds, last_name, last):
    order = np.argsort(seconds, kind="stable")
    micros = np.datetime64(BEGIN, "us") + (seconds[order] * 1_000_000).astype("timedelta64[us]")
    table = pa.table({
        key: pa.array(np.arange(who.size, dtype=np.int64)),
        who_name: pa.array(who[order]),
        ts_name: pa.array(micros).cast(pa.timestamp("us", tz="UTC")),
        last_name: last(order),
    })
    pq.write_table(table, path, compression="zstd", row_group_size=1_000_000)


def make(folder, customers):
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(20260101)
    who, seconds, cents = orders(customers, rng)
    write(folder / "orders.parquet", "order_id", "customer_id", who, "order_ts", seconds,
          "cents", lambda order: pa.array(cents[order]))
    del cents
    who, seconds, affiliate = clicks(customers * 13 // 10, rng)
    names = pa.array([f"aff-{k:03d}" for k in range(AFFILIATES)])
    write(folder / "clicks.parquet", "click_id", "visitor_id", who, "click_ts", seconds,
          "affiliate_id",
          lambda order: pa.DictionaryArray.from_arrays(pa.array(affiliate[order]), names))
    database = duckdb.connect()
    for name, query in (("histories", peers.SUMMARY), ("acquired", peers.ACQUIRED)):
        database.sql(peers.at(query, folder)).write_parquet(
            str(folder / f"{name}.parquet"), compression="zstd")
    for name in ("orders", "clicks"):
        path = folder / f"{name}.parquet"
        print(f"{path}: {pq.ParquetFile(path).metadata.num_rows:,} rows, "
              f"{path.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--customers", type=int, default=1_000_000)
    options = parser.parse_args()
    make(options.folder, options.customers)
