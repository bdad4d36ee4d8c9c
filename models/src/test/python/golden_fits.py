"""Writes golden-histories.csv, golden-spend.csv and golden-fits.csv: simulated customers, and the
maximum likelihood fits to them by Newton's method in multiple precision.

Needs mpmath (made with 1.4.1): python golden_fits.py ../resources/io/cohortclv/models/fit
The likelihoods are those of golden_values.py, summed over the table; the derivatives are central
differences at 50 digits.
"""
import collections
import pathlib
import random
import sys
import mpmath as mp
from mpmath import mpf

folder = pathlib.Path(sys.argv[1])
source = pathlib.Path(__file__).with_name("golden_values.py").read_text()
exec(source[: source.rindex("\nmain()")])
mp.mp.dps = 50


def simulate(customers, days, seed):
    """Pareto/NBD customers who arrive over the first third; purchases of one day are one."""
    rng = random.Random(seed)
    rows = collections.Counter()
    spend = collections.Counter()
    for _ in range(customers):
        rate = rng.gammavariate(0.7, 1 / 60)
        life = rng.expovariate(rng.gammavariate(0.8, 1 / 150))
        nu = rng.gammavariate(3.5, 1 / 20)
        age = days - rng.randrange(days // 3)
        seen = set()
        t = rng.expovariate(rate)
        while t <= min(age, life):
            if int(t) > 0:
                seen.add(int(t))
            t += rng.expovariate(rate)
        rows[(len(seen), max(seen, default=0), age)] += 1
        if seen:
            mean = sum(rng.gammavariate(5, 1 / nu) for _ in seen) / len(seen)
            spend[(len(seen), round(mean, 2))] += 1
    return rows, spend


def total(family, q, rows):
    if family == "gamma-gamma":
        p, qq, v = q
        return mp.fsum(
            n
            * (
                mp.loggamma(p * x + qq) - mp.loggamma(p * x) - mp.loggamma(qq) + qq * mp.log(v)
                + (p * x - 1) * mp.log(mpf(m)) + p * x * mp.log(x) - (p * x + qq) * mp.log(v + x * mpf(m))
            )
            for (x, m), n in rows.items()
        )
    if family == "nbd":
        r, al = q
        return mp.fsum(n * mp.log(rising(r, x) * al**r / (al + T) ** (r + x)) for (x, tx, T), n in rows.items())
    if family == "pareto-nbd":
        r, al, s, be = q
        cache = {}

        def f(x, t):
            if (x, t) not in cache:
                w = r + s + x
                cache[x, t] = (
                    mp.hyp2f1(w, s + 1, w + 1, (al - be) / (al + t)) / (al + t) ** w
                    if al >= be
                    else mp.hyp2f1(w, r + x, w + 1, (be - al) / (be + t)) / (be + t) ** w
                )
            return cache[x, t]

        def one(x, tx, T):
            inner = 1 / ((al + T) ** (r + x) * (be + T) ** s) + s / (r + s + x) * (f(x, tx) - f(x, T))
            return mp.log(rising(r, x) * al**r * be**s * inner)

        return mp.fsum(n * one(*row) for row, n in rows.items())
    if family == "mbg-cnbd-2":
        # The events since t_x, none or one, added up; without the product of the gaps.
        r, al, a, b = q

        def two(x, tx, T):
            kept = rising(b, x + 1) / rising(a + b, x + 1)
            shape = r + 2 * x
            alive = kept * (1 + shape * (T - tx) / (al + T)) / (al + T) ** shape
            dead = kept * a / (b + x) / (al + tx) ** shape
            return mp.log(rising(r, 2 * x) * al**r * (alive + dead))

        return mp.fsum(n * two(*row) for row, n in rows.items())
    d = 0 if family == "bg-nbd" else 1
    return mp.fsum(n * bg_ll(q, d, *row) for row, n in rows.items())


def fit(family, start, rows):
    q = [mpf(v) for v in start]
    size = len(q)
    h = mpf(10) ** -12

    def at(moves):
        return total(family, [v * (1 + m) for v, m in zip(q, moves)], rows)

    for step in range(30):
        unit = lambda *pairs: [sum(c * h for i, c in pairs if i == k) for k in range(size)]
        base = at(unit())
        plus = [at(unit((i, 1))) for i in range(size)]
        minus = [at(unit((i, -1))) for i in range(size)]
        g = mp.matrix([(plus[i] - minus[i]) / (2 * h) for i in range(size)])
        H = mp.matrix(size, size)
        for i in range(size):
            H[i, i] = (plus[i] - 2 * base + minus[i]) / h**2
            for j in range(i):
                both = at(unit((i, 1), (j, 1))) + at(unit((i, -1), (j, -1)))
                H[i, j] = H[j, i] = (both - plus[i] - plus[j] - minus[i] - minus[j] + 2 * base) / (2 * h**2)
        move = mp.lu_solve(-H, g)
        size_of = max(abs(m) for m in move)
        if size_of < mpf(10) ** -16:
            covariance = (-H) ** -1
            return q, base, [q[i] * mp.sqrt(covariance[i, i]) for i in range(size)]
        shrink = min(1, mpf("0.5") / size_of)
        q = [v * (1 + shrink * m) for v, m in zip(q, move)]
    raise RuntimeError(family + " did not converge")


def main():
    rows, spend = simulate(500, 360, 7)
    with open(folder / "golden-histories.csv", "w") as out:
        out.write("# repeats,recency days,age days,customers: golden_fits.py\n")
        for (x, tx, T), n in sorted(rows.items()):
            out.write(f"{x},{tx},{T},{n}\n")
    with open(folder / "golden-spend.csv", "w") as out:
        out.write("# purchases,mean,customers: golden_fits.py\n")
        for (x, m), n in sorted(spend.items()):
            out.write(f"{x},{m},{n}\n")
    starts = {
        "bg-nbd": (0.6, 50, 0.5, 1.5),
        "mbg-nbd": (0.9, 50, 0.5, 0.9),
        "mbg-cnbd-2": (0.9, 25, 0.5, 0.9),
        "pareto-nbd": (0.7, 60, 0.8, 150),
        "nbd": (0.5, 60),
        "gamma-gamma": (5, 3.5, 20),
    }
    with open(folder / "golden-fits.csv", "w") as out:
        out.write("# family,parameters,log-likelihood,standard errors: golden_fits.py, mpmath " + mp.__version__ + "\n")
        for family, start in starts.items():
            q, value, errors = fit(family, start, spend if family == "gamma-gamma" else rows)
            text = lambda v: mp.nstr(v, 18)
            out.write(",".join([family, ";".join(map(text, q)), text(value), ";".join(map(text, errors))]) + "\n")
            out.flush()
            print(family, [mp.nstr(v, 8) for v in q], mp.nstr(value, 12), flush=True)


main()
