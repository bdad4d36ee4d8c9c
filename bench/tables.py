"""Writes the tables of docs/performance.md from what was measured."""
import json
import re
import statistics

# Task, what it is, peer, floor and aim: how many times faster than the peer.
FITS = [
    ("fit-bg-nbd", "BG/NBD fit", 20, 40),
    ("fit-mbg-nbd", "MBG/NBD fit", 20, 40),
    ("fit-gamma-gamma", "Gamma-Gamma fit", 30, 60),
    ("clv", "12-month CLV of each", 4, 8),
]
# Task, what it is, floor and aim: how many times DuckDB's wall time at most.
LOGS = [
    ("summarize", "summarize: x, t_x, T, money per customer", 2, 1.3),
    ("attribute", "attribute: last touch in 30 days, one rule", 4, 2),
    ("cohorts", "cohort × affiliate × month of age", 3, 1.5),
]
# Task, what it is, the other side, floor and aim: how many times the other side's CPU at most.
WHOLES = [
    ("ingest", "ingest, against Spark copying the same rows to Delta unchecked", "copy", 2.5, 1.5),
    ("daily", "run of one day more, against the run of all days before", "full", 0.1, 0.03),
]
# Task and what is skewed.
SKEWS = [
    ("skew-affiliate", "one affiliate with half of all clicks"),
    ("skew-visitor", "a visitor with a million touches"),
    ("skew-coupon", "one coupon on every order"),
]


def write(results, page):
    """A table of which nothing was measured here stays as it is."""
    text = page.read_text()
    for name, rows, table in (("fits", FITS, fits), ("logs", LOGS, logs), ("wholes", WHOLES, wholes),
                              ("skews", SKEWS, skews), ("jmh", [("jmh",)], jmh)):
        if not any(list(results.glob(f"{row[0]}-*.json")) for row in rows):
            continue
        begin, end = f"<!-- {name} -->", f"<!-- end {name} -->"
        head, rest = text.split(begin)
        text = head + begin + "\n" + "\n".join(table(results)) + "\n" + end + rest.split(end)[1]
    page.write_text(text)


def measured(results, rows):
    """The rows with a result, each with every size of it, the largest first."""
    for row in rows:
        found = [json.loads(path.read_text()) for path in results.glob(f"{row[0]}-[0-9]*.json")]
        for result in sorted(found, key=lambda r: -r["customers"]):
            yield row, result


def median(result, side, what="wall"):
    return statistics.median(run[what] for run in result["sides"][side])


def cell(result, side):
    """Median wall (least to most); CPU; peak."""
    walls = [run["wall"] for run in result["sides"][side]]
    peak = max(run["peak_mb"] for run in result["sides"][side])
    return (f"{seconds(statistics.median(walls))} ({seconds(min(walls))} to {seconds(max(walls))});"
            f" {seconds(median(result, side, 'cpu'))}; {peak:,.0f} MB")


def seconds(value):
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def footer(results, rows):
    versions, about = {}, set()
    for _, result in measured(results, rows):
        versions |= result["versions"]
        rounds = len(result["sides"]["product"])
        about.add(f"{result['day']}, {'one round' if rounds == 1 else f'medians of {rounds} rounds'}, {result['machine']}, heap {result['heap']}")
    missing = [row[1] for row in rows if not list(results.glob(f"{row[0]}-[0-9]*.json"))]
    if missing:
        yield from ["", "Not measured yet: " + "; ".join(missing) + "."]
    if about:
        tools = ", ".join(f"{k} {v}" for k, v in versions.items())
        yield from ["", "; ".join([*sorted(about), *filter(None, [tools])]) + "."]


def fits(results):
    yield "| task | customers | product | lifetimes | times faster: wall; CPU | floor | aim | revision |"
    yield "|---|---|---|---|---|---|---|---|"
    for (_, what, floor, aim), result in measured(results, FITS):
        ratio = median(result, "lifetimes") / median(result, "product")
        cpu = median(result, "lifetimes", "cpu") / median(result, "product", "cpu")
        yield (f"| {what} | {result['customers']:,} | {cell(result, 'product')} |"
               f" {cell(result, 'lifetimes')} | **{ratio:.1f}**; {cpu:.1f} | {floor} | {aim} | {result['revision']} |")
    yield from footer(results, FITS)


def logs(results):
    yield "| task | customers | product | DuckDB | plain Spark SQL | × DuckDB: wall; CPU | floor | aim | times faster than Spark SQL (floor 2, aim 3): wall; CPU | revision |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for (_, what, floor, aim), result in measured(results, LOGS):
        product = median(result, "product")
        cpu = median(result, "product", "cpu")
        yield (f"| {what} | {result['customers']:,} | {cell(result, 'product')} | {cell(result, 'duckdb')} |"
               f" {cell(result, 'spark')} | **{product / median(result, 'duckdb'):.1f}**;"
               f" {cpu / median(result, 'duckdb', 'cpu'):.1f} | {floor} | {aim} |"
               f" {median(result, 'spark') / product:.2f}; {median(result, 'spark', 'cpu') / cpu:.2f} | {result['revision']} |")
    yield from footer(results, LOGS)


def wholes(results):
    yield "| whole program | customers | product | beside | times its CPU; wall | floor | aim | revision |"
    yield "|---|---|---|---|---|---|---|---|"
    for (_, what, side, floor, aim), result in measured(results, WHOLES):
        cpu = median(result, "product", "cpu") / median(result, side, "cpu")
        wall = median(result, "product") / median(result, side)
        yield (f"| {what} | {result['customers']:,} | {cell(result, 'product')} | {cell(result, side)} |"
               f" **{cpu:.2f}**; {wall:.2f} | {floor} | {aim} | {result['revision']} |")
    yield from footer(results, WHOLES)


def skews(results):
    yield "| skew | customers | skewed | even | times the even case: wall; CPU; longest stage; longest task (at most 3, aim 1.5) | revision |"
    yield "|---|---|---|---|---|---|"
    for (_, what), result in measured(results, SKEWS):
        ratios = [median(result, "product", of) / median(result, "even", of)
                  for of in ("wall", "cpu", "slowest_stage", "slowest_task")]
        yield (f"| {what} | {result['customers']:,} | {cell(result, 'product')} | {cell(result, 'even')} |"
               f" **{ratios[0]:.2f}**; " + "; ".join(f"{r:.2f}" for r in ratios[1:]) + f" | {result['revision']} |")
    yield from footer(results, SKEWS)


def jmh(results):
    yield "| benchmark | model | one time | ± | least | most |"
    yield "|---|---|---|---|---|---|"
    for path in sorted(results.glob("jmh-*.json")):
        for run in json.loads(path.read_text()):
            name = re.sub(r".*\.(\w+)Benchmark\.", r"\1: ", run["benchmark"])
            metric = run["primaryMetric"]
            unit = metric["scoreUnit"].split("/")[0]
            values = [value for fork in metric["rawData"] for value in fork]
            yield (f"| {name} | {run.get('params', {}).get('family', '')} | {metric['score']:,.1f} {unit} |"
                   f" {float(metric['scoreError']):,.1f} | {min(values):,.1f} | {max(values):,.1f} |")
