"""Prints what lifetimes makes of the CDNOW sample: the peer's column of docs/math.md, side by side.

Needs lifetimes (made with 0.11.3): python side_by_side.py orders.csv
Columns of the file: customer, day, units, dollars. Calibration to 1997-09-30 in weeks, 39 weeks of holdout.
"""
import datetime
import sys
import time
import lifetimes
import numpy as np
import pandas as pd

END, HOLDOUT = datetime.date(1997, 9, 30), datetime.date(1998, 6, 30)
rows = pd.read_csv(sys.argv[1])
rows.columns = ["customer", "day", "units", "dollars"]
rows["day"] = pd.to_datetime(rows["day"]).dt.date
days = rows.groupby(["customer", "day"])["dollars"].sum().reset_index()
x, recency, age, later, spent = [], [], [], [], []
for _, one in days.groupby("customer"):
    first = one["day"].min()
    repeats = one[(one["day"] > first) & (one["day"] <= END)]
    x.append(len(repeats))
    recency.append((repeats["day"].max() - first).days / 7 if len(repeats) else 0.0)
    age.append((END - first).days / 7)
    later.append(((one["day"] > END) & (one["day"] <= HOLDOUT)).sum())
    spent.append(repeats["dollars"].mean() if len(repeats) else 0.0)
x, recency, age, later, spent = map(np.array, (x, recency, age, later, spent))

for title, fitter in (
    ("BG/NBD", lifetimes.BetaGeoFitter()),
    ("MBG/NBD", lifetimes.ModifiedBetaGeoFitter()),
    ("Pareto/NBD", lifetimes.ParetoNBDFitter()),
):
    start = time.process_time()
    fitter.fit(x, recency, age)
    seconds = time.process_time() - start
    expected = np.array(fitter.conditional_expected_number_of_purchases_up_to_time(39, x, recency, age))
    error = expected - later
    print(
        title,
        {k: round(float(v), 6) for k, v in fitter.params_.items()},
        # It fits scaled times; a density in weeks is so much less for each repeat.
        "log-likelihood %.6f" % (-fitter._negative_log_likelihood_ + x.sum() * np.log(fitter._scale)),
        "holdout sum %.2f MAE %.6f RMSE %.6f" % (expected.sum(), abs(error).mean(), (error**2).mean() ** 0.5),
        "CPU %.1f s" % seconds,
        flush=True,
    )
gg = lifetimes.GammaGammaFitter()
some = spent > 0
gg.fit(x[some], spent[some])
print("Gamma-Gamma", {k: round(float(v), 6) for k, v in gg.params_.items()})
