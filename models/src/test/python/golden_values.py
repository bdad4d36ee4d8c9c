"""Writes golden-values.csv: predictions of the purchase models to 40 digits.

Needs mpmath (made with 1.4.1): python golden_values.py > ../resources/io/cohortclv/models/btyd/golden-values.csv

Each value comes from the textbook form with cancellation outrun by precision, or from the defining
integral over the latent rates; never from the form that the Java code evaluates.
"""
import random
import mpmath as mp
from mpmath import mpf

OUT = 40


def rising(a, n):
    return mp.rf(a, n)


# BG/NBD (d = 0) and MBG/NBD (d = 1): mixtures over the dropout probability p of closed forms in p.
def bg_terms(q, d, x, tx, T):
    r, al, a, b = q
    m = x + d
    alive = rising(r, x) * al**r * rising(b, m) / rising(a + b, m) / (al + T) ** (r + x)
    dead = 0 if m == 0 else rising(r, x) * al**r * a * rising(b, m - 1) / rising(a + b, m) / (al + tx) ** (r + x)
    return alive, dead


def bg_ll(q, d, x, tx, T):
    alive, dead = bg_terms(q, d, x, tx, T)
    return mp.log(alive + dead)


def bg_alive(q, d, ahead, x, tx, T):
    r, al, a, b = q
    alive, dead = bg_terms(q, d, x, tx, T)
    later = mp.hyp2f1(r + x, a, a + b + x + d, -ahead / (al + T)) if ahead else 1
    return alive / (alive + dead) * later


def bg_expected(q, d, h, x, tx, T):
    """Fader, Hardie and Lee's closed form, a nudged off its pole at 1 far beyond the digits kept."""
    r, al, a, b = q
    with mp.workdps(mp.mp.dps * 2 + 40):
        if a == 1:
            a = a + mpf(10) ** (-mp.mp.dps // 2)
        B = b + x + d
        z = h / (al + T + h)
        hyp = mp.hyp2f1(r + x, B, a + B - 1, z)
        whole = (a + B - 1) / (a - 1) * (1 - ((al + T) / (al + T + h)) ** (r + x) * hyp)
        alive, dead = bg_terms(q, d, x, tx, T)
        return whole * alive / (alive + dead)


def bg_discounted(q, d, h, delta, x, tx, T):
    """The mean over p ~ beta and l ~ gamma of l (1 - exp(-(lp + delta) h)) / (lp + delta)."""
    r, al, a, b = q
    B = b + x + d
    be = al + T
    rho = r + x

    def rate(u):
        return mp.exp(-delta * u) * rho / be * mp.hyp2f1(rho + 1, a, a + B, -u / be)

    end = mp.inf if h is None else h
    cuts = [0, be / 4, be, 4 * be, 16 * be, 64 * be, 10 / delta, 40 / delta, 100 / delta]
    cuts = sorted(c for c in cuts if c < end) + [end]
    alive, dead = bg_terms(q, d, x, tx, T)
    return mp.quad(rate, cuts) * alive / (alive + dead)


def bg_pmf(q, d, n, t):
    """The mean over p and l of both endings; the second by its complement, in exact arithmetic."""
    r, al, a, b = q
    with mp.workdps(150):
        m = n + d

        def nb(k):
            return rising(r, k) / mp.factorial(k) * (al / (al + t)) ** r * (t / (al + t)) ** k

        kept = rising(b, m) / rising(a + b, m) * nb(n)
        if m == 0:
            return kept
        at_least = 1 - mp.fsum(nb(k) for k in range(n))
        return kept + a * rising(b, m - 1) / rising(a + b, m) * at_least


# Pareto/NBD: Fader and Hardie's form with the difference of two hypergeometrics.
def pn_a0(q, x, tx, T):
    r, al, s, be = q
    w = r + s + x
    if al >= be:
        f = lambda t: mp.hyp2f1(w, s + 1, w + 1, (al - be) / (al + t)) / (al + t) ** w
    else:
        f = lambda t: mp.hyp2f1(w, r + x, w + 1, (be - al) / (be + t)) / (be + t) ** w
    return f(tx) - f(T)


def pn_digits(x):
    return 60 + x // 2


def pn_ll(q, x, tx, T):
    r, al, s, be = q
    with mp.workdps(pn_digits(x)):
        w = r + s + x
        inner = 1 / ((al + T) ** (r + x) * (be + T) ** s) + s / w * pn_a0(q, x, tx, T)
        return mp.log(rising(r, x) * al**r * be**s * inner)


def pn_alive(q, ahead, x, tx, T):
    r, al, s, be = q
    with mp.workdps(pn_digits(x)):
        odds = s / (r + s + x) * (al + T) ** (r + x) * (be + T) ** s * pn_a0(q, x, tx, T)
        return ((be + T) / (be + T + ahead)) ** s / (1 + odds)


def pn_expected(q, h, x, tx, T):
    r, al, s, be = q
    B = be + T
    life = B * mp.log((B + h) / B) if s == 1 else B / (s - 1) * (1 - (B / (B + h)) ** (s - 1))
    return pn_alive(q, 0, x, tx, T) * (r + x) / (al + T) * life


def pn_discounted(q, h, delta, x, tx, T):
    r, al, s, be = q
    B = be + T
    life = B * mp.exp(delta * B) * mp.expint(s, delta * B)
    if h is not None:
        life -= mp.exp(delta * B) * B**s * (B + h) ** (1 - s) * mp.expint(s, delta * (B + h))
    return pn_alive(q, 0, x, tx, T) * (r + x) / (al + T) * life


def pn_pmf(q, n, t):
    r, al, s, be = q

    def nb(u):
        return rising(r, n) / mp.factorial(n) * (al / (al + u)) ** r * (u / (al + u)) ** n

    # The quadrature's error is absolute, and the values go down to 1e-65.
    with mp.workdps(140):
        cuts = [t * mpf(k) / 16 for k in range(17)]
        dead = mp.quad(lambda u: nb(u) * s / be * (be / (be + u)) ** (s + 1), cuts)
        return nb(t) * (be / (be + t)) ** s + dead


# Means over latent rates, by the trapezoidal rule in their logarithms or logits: it converges
# geometrically, each halving doubling the digits, and is halved until 12 of them stood already.
def trapezoid(g, start, step):
    def side(first, direction):
        total = mpf(0)
        i = 0
        while True:
            term = g(start + direction * (first + i * step))
            total += term
            i += 1
            if i > 4 and abs(term) <= mpf(10) ** -24 * abs(total):
                return total

    total = side(mpf(0), 1) + side(step, -1)
    while True:
        value = total * step
        total += side(step / 2, 1) + side(step / 2, -1)
        step /= 2
        if abs(total * step - value) <= mpf(10) ** -12 * abs(total * step):
            return total * step


def over_gamma(shape, rate, f):
    """The mean of f(l), l ~ gamma(shape, rate)."""
    norm = mp.loggamma(shape) - shape * mp.log(rate)

    def g(t):
        l = mp.exp(t)
        return mp.exp(shape * t - rate * l - norm) * f(l)

    return trapezoid(g, mp.log(shape / rate), min(mpf("0.4"), 1 / mp.sqrt(shape)))


def over_beta(a, b, f):
    """The mean of f(p), p ~ beta(a, b)."""
    norm = mp.log(mp.beta(a, b))

    def g(t):
        p = 1 / (1 + mp.exp(-t))
        return mp.exp(a * mp.log(p) - b * mp.log1p(mp.exp(t)) - norm) * f(p)

    return trapezoid(g, mp.log(a / b), min(mpf("0.5"), mp.sqrt(1 / a + 1 / b)))


# Variance of the discounted sum S from E[S^2] = E[sum e^(-2 delta u)] + 2 E[sum over pairs].
def bg_variance(q, d, h, delta, x, tx, T):
    r, al, a, b = q
    B, rho, scale = b + x + d, r + x, al + T
    if delta:
        # The later purchase at w, every purchase before it survived: E[l^2 (1 - p) e^(-l p w)].
        def rate(w):
            later = rho * (rho + 1) / scale**2 * B / (a + B)
            later *= mp.hyp2f1(rho + 2, a, a + B + 1, -w / scale)
            return mp.exp(-delta * w) * (1 - mp.exp(-delta * w)) / delta * later

        end = mp.inf if h is None else h
        cuts = [0, scale / 4, scale, 4 * scale, 16 * scale, 64 * scale, 10 / delta, 40 / delta, 100 / delta]
        pairs = mp.quad(rate, sorted(c for c in cuts if c < end) + [end])
        mean = bg_discounted(q, d, h, delta, x, tx, T)
        squares = bg_discounted(q, d, h, 2 * delta, x, tx, T)
    else:
        # Given p, over l and then w, in closed form; what cancels for small p is outrun.
        with mp.workdps(240):
            given = lambda p: (1 - p) * (
                (1 - (scale / (scale + p * h)) ** rho) / p**2
                - h / p * rho / scale * (scale / (scale + p * h)) ** (rho + 1)
            )
            pairs = over_beta(a, B, given)
        mean = squares = bg_expected(q, d, h, x, tx, T)
    return squares + 2 * bg_alive(q, d, 0, x, tx, T) * pairs - mean**2


def pn_variance(q, h, delta, x, tx, T):
    """Given the rate m of dropout, the time alive in closed form."""
    r, al, s, be = q
    rho, scale = r + x, al + T

    def area(c):
        return 1 / c if h is None else (1 - mp.exp(-c * h)) / c

    def given(m):
        if delta:
            return (area(delta + m) - area(2 * delta + m)) / delta
        return (1 - mp.exp(-m * h)) / m**2 - h * mp.exp(-m * h) / m

    with mp.workdps(240):
        pairs = rho * (rho + 1) / scale**2 * over_gamma(s, be + T, given)
    mean = pn_discounted(q, h, delta, x, tx, T) if delta else pn_expected(q, h, x, tx, T)
    squares = pn_discounted(q, h, 2 * delta, x, tx, T) if delta else mean
    return squares + 2 * pn_alive(q, 0, x, tx, T) * pairs - mean**2


# (M)BG/CNBD-k: all given the rate l, where the events until t are Poisson(l t) and every k-th is a
# purchase, and averaged over l; kept(n) = E[(1 - p)^n] after the chances so far.
def kept(a, b, n):
    return rising(b, n) / rising(a + b, n)


def poisson(mean, count):
    """P(0), P(1), ..., P(count - 1)."""
    out, term = [], mp.exp(-mean)
    for n in range(count):
        out.append(term)
        term *= mean / (n + 1)
    return out


def cnbd_given(q, d, x, tx, T):
    """Weights of being alive with j events since t_x, and of having dropped out, given l."""
    r, al, a, b, k = q
    m = x + d

    def alive(l):
        since = poisson(l * (T - tx), k)
        return [kept(a, b, m) * l ** (k * x) * mp.exp(-l * tx) * p for p in since]

    def dropped(l):
        return 0 if m == 0 else a * rising(b, m - 1) / rising(a + b, m) * l ** (k * x) * mp.exp(-l * tx)

    return alive, dropped


def cnbd_mean(q, f):
    return over_gamma(q[0], q[1], f)


def cnbd_ll(q, d, x, tx, T):
    """Without the product of gap^(k-1)."""
    alive, dropped = cnbd_given(q, d, x, tx, T)
    density = cnbd_mean(q, lambda l: mp.fsum(alive(l)) + dropped(l))
    return mp.log(density) - x * mp.loggamma(q[4])


def cnbd_after(q, d, x, tx, T, f):
    """The mean over the posterior of f(l, j) if alive, else 0."""
    alive, dropped = cnbd_given(q, d, x, tx, T)
    above = cnbd_mean(q, lambda l: mp.fsum(w * f(l, j) for j, w in enumerate(alive(l)) if w))
    return above / cnbd_mean(q, lambda l: mp.fsum(alive(l)) + dropped(l))


def purchases(k, l, j, h):
    """P(0), P(1), ... further purchases, were there no dropout."""
    events = poisson(l * h, int(l * h + 14 * mp.sqrt(l * h) + 70))
    out = [mpf(0)] * ((j + len(events) - 1) // k + 1)
    for i, p in enumerate(events):
        out[(j + i) // k] += p
    return out


def tails(ps):
    out, total = [], mpf(0)
    for p in reversed(ps):
        total += p
        out.append(total)
    return out[::-1]


def cnbd_alive(q, d, ahead, x, tx, T):
    r, al, a, b, k = q
    B = b + x + d
    if not ahead:
        return cnbd_after(q, d, x, tx, T, lambda l, j: 1)
    f = lambda l, j: mp.fsum(kept(a, B, n) * p for n, p in enumerate(purchases(k, l, j, ahead)))
    return cnbd_after(q, d, x, tx, T, f)


def cnbd_moment(q, d, h, x, tx, T, factor):
    r, al, a, b, k = q
    B = b + x + d
    f = lambda l, j: mp.fsum(
        factor(n) * kept(a, B, n - 1) * p for n, p in enumerate(tails(purchases(k, l, j, h))) if n
    )
    return cnbd_after(q, d, x, tx, T, f)


def cnbd_expected(q, d, h, x, tx, T):
    return cnbd_moment(q, d, h, x, tx, T, lambda n: 1)


def cnbd_variance(q, d, h, x, tx, T):
    return cnbd_moment(q, d, h, x, tx, T, lambda n: 2 * n - 1) - cnbd_expected(q, d, h, x, tx, T) ** 2


def cnbd_discounted(q, d, h, delta, x, tx, T):
    """The n-th purchase is event i = kn - j: E[e^(-delta t); t <= h] = phi^i P(i or more at l + delta)."""
    r, al, a, b, k = q
    B = b + x + d

    def given(l, j):
        phi = l / (l + delta)
        at_least = tails(poisson((l + delta) * h, int((l + delta) * h + 14 * mp.sqrt((l + delta) * h) + 70)))
        return mp.fsum(
            kept(a, B, n - 1) * phi ** (k * n - j) * at_least[k * n - j]
            for n in range(1, (len(at_least) - 1 + j) // k + 1)
        )

    return cnbd_after(q, d, x, tx, T, given)


def cnbd_pmf(q, d, n, t):
    r, al, a, b, k = q

    def given(l):
        ps = purchases(k, l, 0, t)
        ps += [mpf(0)] * (n + 2 - len(ps))
        stopped = mpf(0) if n + d == 0 else a * rising(b, n + d - 1) / rising(a + b, n + d)
        return kept(a, b, n + d) * ps[n] + stopped * mp.fsum(ps[n:])

    return cnbd_mean(q, given)


# P(n purchases in (T, T + h] | history), by the definition of a conditional probability.
def bg_interval(q, d, n, h, x, tx, T):
    r, al, a, b = q
    B = b + x + d

    def given(l, j):
        ps = poisson(l * h, n + 1)
        if n == 0:
            return ps[0]
        stopped = a * rising(B, n - 1) / rising(a + B, n)
        return kept(a, B, n) * ps[n] + stopped * (1 - mp.fsum(ps[:n]))

    with mp.workdps(120):
        some = cnbd_after((r, al, a, b, 1), d, x, tx, T, given)
        return some if n else some + 1 - cnbd_alive((r, al, a, b, 1), d, 0, x, tx, T)


def pn_interval(q, n, h, x, tx, T):
    r, al, s, be = q

    def bought(u):
        return rising(r, x + n) * al**r * u**n / mp.factorial(n) / (al + T + u) ** (r + x + n)

    with mp.workdps(140):
        cuts = [h * mpf(k) / 16 for k in range(17)]
        stopped = mp.quad(lambda u: bought(u) * s * be**s / (be + T + u) ** (s + 1), cuts)
        some = (bought(h) * (be / (be + T + h)) ** s + stopped) / mp.exp(pn_ll(q, x, tx, T))
        return some if n else some + 1 - pn_alive(q, 0, x, tx, T)


def intervals():
    """Published implementations take every customer for a new one."""
    mp.mp.dps = 50
    for n, h, x, tx, T in ((0, 39, 0, 0, 39), (2, 39, 0, 0, 39), (5, 39, 2, 30.43, 38.86), (200, 260, 30, 38, 40)):
        inputs = [n, mpf(h), x, mpf(tx), mpf(T)]
        numbers = [number(v) for v in inputs]
        for d, family in ((0, "bg-nbd"), (1, "mbg-nbd")):
            q = [mpf(p) for p in (0.243, 4.414, 0.793, 2.426)]
            write("interval", family, q, numbers, bg_interval(q, d, *inputs))
        for s in (0.61, 1):
            q = [mpf(p) for p in (0.55, 10.58, s, 11.67)]
            write("interval", "pareto-nbd", q, numbers, pn_interval(q, *inputs))


def write(quantity, family, q, numbers, value):
    cells = [quantity, family, ";".join(repr(float(p)) for p in q), ";".join(str(n) for n in numbers)]
    print(",".join(cells) + "," + mp.nstr(value, OUT, strip_zeros=False))


def number(v):
    return "inf" if v is None else repr(float(v)) if isinstance(v, (float, mpf)) else str(v)


def everything(family, q, x, tx, T, h, delta, n, variances=False):
    """All quantities; the variances, which take long, where asked for."""
    q = [mpf(p) for p in q]
    tx, T, h, delta = mpf(tx), mpf(T), mpf(h), mpf(delta)
    history = [x, tx, T]
    rows = []
    if family == "pareto-nbd":
        rows.append(("log-likelihood", history, pn_ll(q, *history)))
        rows.append(("alive", [mpf(0), *history], pn_alive(q, 0, *history)))
        rows.append(("alive", [h, *history], pn_alive(q, h, *history)))
        rows.append(("expected", [h, *history], pn_expected(q, h, *history)))
        rows.append(("discounted", [h, delta, *history], pn_discounted(q, h, delta, *history)))
        rows.append(("discounted", [None, delta, *history], pn_discounted(q, None, delta, *history)))
        rows.append(("probability", [n, h], pn_pmf(q, n, h)))
        if variances:
            rows.append(("variance", [h, mpf(0), *history], pn_variance(q, h, 0, *history)))
            rows.append(("variance", [h, delta, *history], pn_variance(q, h, delta, *history)))
            rows.append(("variance", [None, delta, *history], pn_variance(q, None, delta, *history)))
    elif family in ("bg-cnbd-k", "mbg-cnbd-k"):
        d = 0 if family == "bg-cnbd-k" else 1
        q[4] = int(q[4])
        rows.append(("log-likelihood", history, cnbd_ll(q, d, *history)))
        rows.append(("alive", [mpf(0), *history], cnbd_alive(q, d, 0, *history)))
        rows.append(("alive", [h, *history], cnbd_alive(q, d, h, *history)))
        rows.append(("expected", [h, *history], cnbd_expected(q, d, h, *history)))
        rows.append(("discounted", [h, delta, *history], cnbd_discounted(q, d, h, delta, *history)))
        rows.append(("probability", [n, h], cnbd_pmf(q, d, n, h)))
        rows.append(("variance", [h, mpf(0), *history], cnbd_variance(q, d, h, *history)))
    else:
        d = 0 if family == "bg-nbd" else 1
        rows.append(("log-likelihood", history, bg_ll(q, d, *history)))
        rows.append(("alive", [mpf(0), *history], bg_alive(q, d, 0, *history)))
        rows.append(("alive", [h, *history], bg_alive(q, d, h, *history)))
        rows.append(("expected", [h, *history], bg_expected(q, d, h, *history)))
        rows.append(("discounted", [h, delta, *history], bg_discounted(q, d, h, delta, *history)))
        rows.append(("discounted", [None, delta, *history], bg_discounted(q, d, None, delta, *history)))
        rows.append(("probability", [n, h], bg_pmf(q, d, n, h)))
        if variances:
            rows.append(("variance", [h, mpf(0), *history], bg_variance(q, d, h, 0, *history)))
            rows.append(("variance", [h, delta, *history], bg_variance(q, d, h, delta, *history)))
            rows.append(("variance", [None, delta, *history], bg_variance(q, d, None, delta, *history)))
    for quantity, inputs, value in rows:
        write(quantity, family, q, [number(v) for v in inputs], value)


def regular():
    """(M)BG/CNBD-k, at 30 digits: its values are sums within integrals."""
    mp.mp.dps = 30
    everything("mbg-cnbd-k", (0.5, 10, 0.3, 0.4, 2), 0, 0, 20, 52, 0.0027, 0)
    everything("bg-cnbd-k", (0.5, 5, 1, 2.5, 3), 3, 15, 20, 52, 0.0027, 3)
    everything("mbg-cnbd-k", (4, 2, 0.7, 2.4, 12), 7, 30, 39, 12, 0.01, 5)
    everything("bg-cnbd-k", (1.4, 6, 0.4, 2.4, 2), 9, 38, 40, 26, 0.0027, 12)
    everything("mbg-cnbd-k", (1.4, 6, 0.4, 2.4, 2), 60, 38, 40, 26, 0.0027, 30)
    everything("bg-cnbd-k", (3, 4, 1.5, 0.6, 4), 2, 5, 30, 8, 0.02, 1)


def main():
    mp.mp.dps = 50
    print("# written by src/test/python/golden_values.py with mpmath " + mp.__version__)
    print("# quantity,family,parameters,inputs,value")
    # Where published implementations fail: poles at a = 1, a + b < 1, s = 1, s = 2; many repeats;
    # rates far apart; many purchases.
    for family in ("bg-nbd", "mbg-nbd"):
        everything(family, (0.5, 10, 0.3, 0.4), 0, 0, 20, 52, 0.0027, 0)
        everything(family, (0.5, 10, 1, 2.5), 3, 15, 20, 52, 0.0027, 3)
        everything(family, (0.5, 10, 1, 2.5), 0, 0, 0, 52, 0.0027, 200)
        everything(family, (0.243, 4.414, 0.793, 2.426), 200, 38, 40, 26, 0.0027, 200)
        everything(family, (2, 3, 0.05, 0.05), 5, 30, 39, 520, 0.001, 8)
        everything(family, (0.6, 0.5, 12, 15), 2, 9, 11, 100, 0.01, 2)
        everything(family, (15, 0.2, 1.5, 40), 3000, 39, 40, 52, 0.0027, 60)
    for q in ((0.55, 10.58, 1, 11.67), (0.55, 10.58, 2, 11.67), (0.55, 10, 0.61, 10)):
        everything("pareto-nbd", q, 7, 35, 77.86, 52, 0.0027, 10)
        everything("pareto-nbd", q, 0, 0, 0, 52, 0.0027, 0)
    for x in (150, 1000, 5000):
        everything("pareto-nbd", (0.55, 10.58, 0.61, 11.67), x, 199, 200, 10, 0.0027, 200)
    everything("pareto-nbd", (0.55, 1000, 0.61, 0.01), 2, 3, 40, 52, 0.0027, 2)
    everything("pareto-nbd", (0.55, 0.01, 0.61, 1000), 2, 3, 40, 52, 0.0027, 2)
    everything("pareto-nbd", (3, 4, 0.3, 3.999), 12, 30, 30, 52, 0.0027, 12)
    rng = random.Random(20260)
    for i in range(120):
        family = ("bg-nbd", "mbg-nbd", "pareto-nbd")[i % 3]
        q = [round(10 ** rng.uniform(-0.9, 0.8), 3) for _ in range(4)]
        q[1] = round(10 ** rng.uniform(-0.3, 1.8), 3)
        if family == "pareto-nbd":
            q[3] = round(10 ** rng.uniform(-0.3, 1.8), 3)
        T = round(rng.uniform(0.5, 100), 2)
        x = 0 if rng.random() < 0.25 else int(10 ** rng.uniform(0, 2))
        tx = 0 if x == 0 else round(T * rng.random() ** 0.5, 2)
        h, delta = round(10 ** rng.uniform(-0.5, 2.3), 2), round(10 ** rng.uniform(-3.5, -1), 5)
        n = int(10 ** rng.uniform(0, 1.6))
        # Small shapes have long tails in the logit, over which what cancels is never outrun.
        everything(family, q, x, tx, T, h, delta, n, i < 45 and q[2] >= 0.5)
    regular()
    intervals()


main()
