"""Runs tasks of the product and its peers in turn, A B A B, and writes docs/performance.md's tables.

One process for each side answers task after task (Worker, peers.py); the first round warms both and
is not counted. What was measured is kept as JSON, one file a task and size, so that a run may be done
in pieces; every ratio is of one run.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import tables
import whole
import yardstick

ROOT = pathlib.Path(__file__).resolve().parent.parent
HOME = ROOT / ".clv" / "bench"
RESULTS = HOME / "results"
MODULES = (ROOT / "jobs/target/classes/io/cohortclv/jobs/jvm.options").read_text().replace(
    "--add-modules=jdk.incubator.vector", "").split()
JVM = ["java", *MODULES, "-XX:+UseParallelGC", "-XX:+UseTransparentHugePages", "-Duser.timezone=UTC", "-cp",
       (HOME / "class-path").read_text().strip()]

# What is compared: the product's task, then the peers' tasks of the same work.
TASKS = {
    "fit-bg-nbd": {"product": "fit-bg-nbd", "lifetimes": "fit-bg-nbd"},
    "fit-mbg-nbd": {"product": "fit-mbg-nbd", "lifetimes": "fit-mbg-nbd"},
    "fit-gamma-gamma": {"product": "fit-gamma-gamma", "lifetimes": "fit-gamma-gamma"},
    "clv": {"product": "clv", "lifetimes": "clv"},
    "summarize": {"product": "summarize", "duckdb": "summarize", "spark": "spark-summarize"},
    "attribute": {"product": "attribute", "duckdb": "attribute", "spark": "spark-attribute"},
    "cohorts": {"product": "cohorts", "duckdb": "cohorts", "spark": "spark-cohorts"},
    # The product on a skewed log, and on an even one of as many rows.
    "skew-affiliate": {"product": "skew-affiliate", "even": "even-affiliate"},
    "skew-visitor": {"product": "skew-visitor", "even": "even-visitor"},
    "skew-coupon": {"product": "skew-coupon", "even": "even-coupon"},
}
# Whole programs.
WHOLE = ["ingest", "daily"]
# Figures of the result may differ by this share: optimisers stop early, discounting is by the month.
AGREE = {"fit-bg-nbd": 2e-2, "fit-mbg-nbd": 2e-2, "fit-gamma-gamma": 2e-2, "clv": 2e-2}


class Side:
    """A process that answers tasks."""

    def __init__(self, command):
        self.said = HOME / (pathlib.Path(command[0]).name + ".log")
        with self.said.open("w") as log:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        self.versions = self.answer()["ready"]

    def answer(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        raise SystemExit(f"bench: {self.process.args[0]} ended without an answer; {self.said} says why")

    def run(self, task):
        self.process.stdin.write(task + "\n")
        self.process.stdin.flush()
        return self.answer()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def compare(tasks, customers, rounds, heap):
    folder = data(customers)
    jvm = Side([*JVM, f"-Xmx{heap}", "io.cohortclv.bench.Worker", str(folder)])
    python = Side([sys.executable, str(ROOT / "bench/peers.py"), str(folder)])
    sides = {"product": jvm, "even": jvm, "spark": jvm, "lifetimes": python, "duckdb": python}
    for name in tasks:
        seen = {side: [] for side in TASKS[name]}
        for _ in range(rounds + 1):
            for side, task in TASKS[name].items():
                seen[side].append(sides[side].run(task))
        agree(name, seen)
        keep(name, customers, {
            "sides": {side: runs[1:] for side, runs in seen.items()},
            "first": {side: runs[0] for side, runs in seen.items()},
            "versions": jvm.versions | python.versions, "heap": heap})
    jvm.close()
    python.close()


def compare_whole(tasks, customers, rounds, heap):
    """Each starts anew every time: nothing is warmed, every round counts."""
    programs = whole.Whole(data(customers), HOME / "whole", JVM, heap)
    whole.measure([ROOT / "bin/clv", "--version"])  # builds what is not built
    for name in tasks:
        runs = [getattr(programs, name)() for _ in range(rounds)]
        keep(name, customers, {
            "sides": {side: [run[side] for run in runs] for side in runs[0]},
            "versions": {}, "heap": heap})


def agree(name, seen):
    """Sides that do not come to the same result are not compared."""
    product = seen["product"][-1]["figures"]
    for side, runs in seen.items():
        for mine, theirs in zip(product, runs[-1]["figures"]):
            if mine and abs(mine - theirs) > AGREE.get(name, 1e-9) * abs(theirs):
                raise SystemExit(f"bench: {name} differs: product {product}, {side} {runs[-1]['figures']}")


def keep(name, customers, result):
    RESULTS.mkdir(parents=True, exist_ok=True)
    result |= {"task": name, "customers": customers, "revision": revision(), "day": time.strftime("%Y-%m-%d"),
               "machine": f"{os.cpu_count()} cores, {platform.machine()}"}
    (RESULTS / f"{name}-{customers}.json").write_text(json.dumps(result, indent=1))
    for side, runs in result.get("sides", {}).items():
        walls = [run["wall"] for run in runs]
        cpus = [run["cpu"] for run in runs]
        print(f"{name:16} {customers:>9,} {side:10} wall {statistics.median(walls):8.3f} "
              f"({min(walls):.3f} to {max(walls):.3f})  cpu {statistics.median(cpus):8.3f}  "
              f"peak {max(run['peak_mb'] for run in runs):,.0f} MB", flush=True)


def revision():
    return subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT,
                          capture_output=True, text=True, check=False).stdout.strip()


def data(customers):
    folder = HOME / "data" / str(customers)
    if not (folder / "acquired.parquet").exists():
        yardstick.make(folder, customers)
    return folder


def jmh(pattern):
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"jmh-{pattern.strip('.*') or 'all'}.json"
    subprocess.run([*JVM, "org.openjdk.jmh.Main", pattern, "-rf", "json", "-rff", str(path), "-foe", "true"],
                   check=True)


def main():
    parser = argparse.ArgumentParser(prog="bench/run")
    parser.add_argument("command", nargs="?", default="all",
                        choices=["all", "prepare", "compare", "jmh", "tables"])
    parser.add_argument("names", nargs="*", help="tasks of compare, or one pattern of jmh")
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--heap", default="4g")
    options = parser.parse_args()
    if options.command == "prepare":
        data(options.customers)
    if options.command in ("all", "compare"):
        names = options.names or [*TASKS, *WHOLE]
        unknown = set(names) - {*TASKS, *WHOLE}
        if unknown:
            parser.error(f"no task {', '.join(sorted(unknown))}; there are {', '.join([*TASKS, *WHOLE])}")
        asked = [name for name in names if name in TASKS]
        if asked:
            compare(asked, options.customers, options.rounds, options.heap)
        asked = [name for name in names if name in WHOLE]
        if asked:
            compare_whole(asked, options.customers, options.rounds, options.heap)
    if options.command in ("all", "jmh"):
        jmh(options.names[0] if options.command == "jmh" and options.names else ".*")
    if options.command in ("all", "tables"):
        tables.write(RESULTS, ROOT / "docs" / "performance.md")


if __name__ == "__main__":
    main()
