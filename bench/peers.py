"""The peers: what a user would put together in Python. Reads task names, answers with JSON lines.

Every answer has wall and CPU seconds, peak resident memory, and figures of the result that must
agree with the product's.
"""
import datetime
import json
import pathlib
import sys
import time
import warnings

import duckdb
import numpy as np
import pandas as pd
import lifetimes

AS_OF = datetime.date(2024, 12, 31)
DELTA = 0.10  # yearly discount rate

# Orders of one day are one purchase.
SUMMARY = f"""
WITH days AS (
  SELECT customer_id, CAST(order_ts AT TIME ZONE 'UTC' AS DATE) AS day, sum(cents) AS cents
  FROM '{{folder}}/orders.parquet' GROUP BY ALL)
SELECT customer_id,
  count(*) - 1 AS x,
  date_diff('day', min(day), max(day)) AS t_x,
  date_diff('day', min(day), DATE '{AS_OF}') AS age,
  CASE WHEN count(*) > 1
    THEN (sum(cents) - arg_min(cents, day)) / 100 / (count(*) - 1) END AS mean
FROM days GROUP BY customer_id"""

# Of clicks at one second the one with the greatest id is the last.
ACQUIRED = """
WITH firsts AS (
  SELECT customer_id, min(order_ts) AS first_ts FROM '{folder}/orders.parquet' GROUP BY ALL),
touched AS (
  SELECT f.customer_id, arg_max(c.affiliate_id, (c.click_ts, c.click_id)) AS affiliate_id
  FROM firsts f JOIN '{folder}/clicks.parquet' c ON c.visitor_id = f.customer_id
    AND c.click_ts <= f.first_ts AND c.click_ts >= f.first_ts - INTERVAL 30 DAY
  GROUP BY ALL)
SELECT customer_id, CAST(date_trunc('month', first_ts AT TIME ZONE 'UTC') AS DATE) AS cohort_month,
  affiliate_id
FROM firsts LEFT JOIN touched USING (customer_id)"""

COHORTS = """
SELECT cohort_month, affiliate_id,
  date_diff('month', cohort_month, CAST(order_ts AT TIME ZONE 'UTC' AS DATE)) AS age_month,
  count(DISTINCT customer_id) AS active, sum(cents) AS cents
FROM '{folder}/orders.parquet' JOIN '{folder}/acquired.parquet' USING (customer_id)
GROUP BY ALL"""


def at(query, folder):
    return query.replace("{folder}", str(folder))


class Duck:
    """SQL to a Parquet file, as the product writes one."""

    def __init__(self, folder, out):
        self.folder, self.out = folder, out
        self.database = duckdb.connect()
        self.database.sql("SET enable_progress_bar = false; SET threads = 2")

    def to_parquet(self, name, query):
        path = self.out / f"duckdb-{name}.parquet"
        self.database.sql(at(query, self.folder)).write_parquet(str(path), compression="zstd")
        return path

    def figures(self, path, select):
        row = self.database.sql(f"SELECT {select} FROM '{path}'").fetchall()[0]
        return [float(v) for v in row]


class Tasks:
    def __init__(self, folder):
        self.out = folder / "out"
        self.out.mkdir(exist_ok=True)
        self.duck = Duck(folder, self.out)
        self.folder = folder
        self.kept = {}

    def histories(self):
        if "histories" not in self.kept:
            frame = pd.read_parquet(self.folder / "histories.parquet").sort_values("customer_id")
            self.kept["histories"] = frame.reset_index(drop=True)
        return self.kept["histories"]

    def fit_bg_nbd(self):
        h = self.histories()
        fitted = lifetimes.BetaGeoFitter().fit(h.x, h.t_x, h.age)
        self.kept["bg-nbd"] = fitted
        return lambda: [float(v) for v in fitted.params_]

    def fit_mbg_nbd(self):
        h = self.histories()
        fitted = lifetimes.ModifiedBetaGeoFitter().fit(h.x, h.t_x, h.age)
        return lambda: [float(v) for v in fitted.params_]

    def fit_gamma_gamma(self):
        h = self.histories()
        back = h[h.x > 0]
        fitted = lifetimes.GammaGammaFitter().fit(back.x, back["mean"])
        self.kept["gamma-gamma"] = fitted
        return lambda: [float(v) for v in fitted.params_]

    def clv(self):
        h = self.histories()
        for model, fit in (("bg-nbd", self.fit_bg_nbd), ("gamma-gamma", self.fit_gamma_gamma)):
            if model not in self.kept:
                fit()
        started = Stopwatch()
        values = self.kept["gamma-gamma"].customer_lifetime_value(
            self.kept["bg-nbd"], h.x, h.t_x, h.age, h["mean"].fillna(0), time=12, freq="D",
            discount_rate=(1 + DELTA) ** (1 / 12) - 1)
        return started, lambda: [float(values.sum())]

    def summarize(self):
        path = self.duck.to_parquet("summarize", SUMMARY)
        return lambda: self.duck.figures(path, "count(*), sum(x), sum(t_x), sum(age), sum(x * mean)")

    def attribute(self):
        path = self.duck.to_parquet("attribute", ACQUIRED)
        return lambda: self.duck.figures(path, "count(*), count(affiliate_id)")

    def cohorts(self):
        path = self.duck.to_parquet("cohorts", COHORTS)
        return lambda: self.duck.figures(path, "sum(active), sum(cents) / 100")


class Stopwatch:
    def __init__(self):
        pathlib.Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def read(self):
        wall, cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu
        status = pathlib.Path("/proc/self/status").read_text()
        peak = next(l for l in status.splitlines() if l.startswith("VmHWM")).split()[1]
        return {"wall": wall, "cpu": cpu, "peak_mb": int(peak) / 1024}


def main(folder):
    warnings.simplefilter("ignore")
    tasks = Tasks(pathlib.Path(folder))
    print(json.dumps({"ready": {
        "python": sys.version.split()[0], "lifetimes": lifetimes.__version__,
        "duckdb": duckdb.__version__, "pandas": pd.__version__, "numpy": np.__version__}}), flush=True)
    for line in sys.stdin:
        task = getattr(tasks, line.strip().replace("-", "_"))
        if line.strip().startswith("fit"):
            tasks.histories()
        started = Stopwatch()
        result = task()
        if isinstance(result, tuple):
            started, result = result
        answer = started.read()
        answer["figures"] = result()
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
