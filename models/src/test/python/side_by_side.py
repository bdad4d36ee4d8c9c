"""Prints what peers make of the CDNOW sample and of the simulated customers of the golden fits: their
columns of docs/math.md, side by side. Runs those peers that are installed.

Needs lifetimes (made with 0.11.3), or pymc-marketing (made with 0.19.2): python side_by_side.py orders.csv
Columns of the file: customer, day, units, dollars. Calibration to 1997-09-30 in weeks, 39 weeks of holdout.
"""
import datetime
import pathlib
import sys
import time
import numpy as np
import pandas as pd

try:
    import lifetimes
except ImportError:
    lifetimes = None
try:
    from pymc_marketing import clv
    from pymc_extras.prior import Prior
except ImportError:
    clv = None

END, HOLDOUT = datetime.date(1997, 9, 30), datetime.date(1998, 6, 30)
GOLDEN = pathlib.Path(__file__).parent.parent / "resources/io/cohortclv/models/fit"


def cdnow(path):
    """Customers with x, t_x, T and the mean spend of repeat days, in weeks, and what came later."""
    rows = pd.read_csv(path)
    rows.columns = ["customer", "day", "units", "dollars"]
    rows["day"] = pd.to_datetime(rows["day"]).dt.date
    days = rows.groupby(["customer", "day"])["dollars"].sum().reset_index()
    customers = []
    for _, one in days.groupby("customer"):
        first = one["day"].min()
        repeats = one[(one["day"] > first) & (one["day"] <= END)]
        customers.append((
            len(repeats),
            (repeats["day"].max() - first).days / 7 if len(repeats) else 0.0,
            (END - first).days / 7,
            repeats["dollars"].mean() if len(repeats) else 0.0,
            ((one["day"] > END) & (one["day"] <= HOLDOUT)).sum(),
        ))
    return pd.DataFrame(customers, columns=["frequency", "recency", "T", "spend", "later"])


def simulated():
    """The customers of golden-histories.csv, in days, and the spends of golden-spend.csv."""
    read = lambda name: pd.read_csv(GOLDEN / name, comment="#", header=None)
    rows = read("golden-histories.csv")
    histories = rows.loc[rows.index.repeat(rows[3]), [0, 1, 2]].reset_index(drop=True)
    histories.columns = ["frequency", "recency", "T"]
    rows = read("golden-spend.csv")
    spends = rows.loc[rows.index.repeat(rows[2]), [0, 1]].reset_index(drop=True)
    spends.columns = ["frequency", "spend"]
    return histories, spends


def show(title, parameters, *more):
    print(title, {k: float("%.7g" % v) for k, v in parameters.items()}, *more, flush=True)


def with_lifetimes(data, histories, spends, length):
    for title, fitter in (
        ("BG/NBD", lifetimes.BetaGeoFitter()),
        ("MBG/NBD", lifetimes.ModifiedBetaGeoFitter()),
        ("Pareto/NBD", lifetimes.ParetoNBDFitter()),
    ):
        x, recency, age = histories["frequency"], histories["recency"], histories["T"]
        start = time.process_time()
        fitter.fit(x, recency, age)
        seconds = time.process_time() - start
        # It fits scaled times, and means: a density in the unit is so much less for each repeat.
        value = -fitter._negative_log_likelihood_ * (1 if abs(fitter._negative_log_likelihood_) > 100 else len(x))
        more = ["log-likelihood %.6f" % (value + x.sum() * np.log(fitter._scale)), "CPU %.1f s" % seconds]
        if "later" in histories:
            expected = np.array(fitter.conditional_expected_number_of_purchases_up_to_time(length, x, recency, age))
            more.append(holdout(expected, histories["later"]))
        show(f"{data}, lifetimes {lifetimes.__version__}, {title}", fitter.params_, *more)
    gg = lifetimes.GammaGammaFitter().fit(spends["frequency"], spends["spend"])
    show(f"{data}, lifetimes, Gamma-Gamma", gg.params_)


def with_pymc(data, histories, spends, length):
    """The maximum of the posterior under flat priors, which is the maximum of the likelihood."""
    flat = lambda: Prior("HalfFlat")
    frame = histories.assign(customer_id=range(len(histories)))
    for title, model, names in (
        ("BG/NBD", clv.BetaGeoModel, ("r", "alpha", "a", "b")),
        ("MBG/NBD", clv.ModifiedBetaGeoModel, ("r", "alpha", "a", "b")),
        ("Pareto/NBD", clv.ParetoNBDModel, ("r", "alpha", "s", "beta")),
    ):
        start = time.process_time()
        one = model(data=frame[["customer_id", "frequency", "recency", "T"]],
                    model_config={name: flat() for name in names})
        one.fit(method="map", progressbar=False)
        seconds = time.process_time() - start
        found = {name: float(one.fit_result[name].values.ravel()[0]) for name in names}
        more = ["CPU %.1f s" % seconds]
        if "later" in histories:
            expected = one.expected_purchases(future_t=length).values.ravel()
            more.append(holdout(expected, histories["later"]))
        show(f"{data}, pymc-marketing, {title}", found, *more)


def holdout(expected, later):
    error = expected - later
    return "holdout sum %.2f MAE %.6f RMSE %.6f" % (expected.sum(), abs(error).mean(), (error**2).mean() ** 0.5)


sample = cdnow(sys.argv[1])
some = sample[sample["spend"] > 0]
for run, peer in ((with_lifetimes, lifetimes), (with_pymc, clv)):
    if peer:
        run("CDNOW", sample, some, 39)
        run("simulated", *simulated(), 365)
