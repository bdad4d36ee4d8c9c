"""Whole programs, their start included: processes measured by what the system says they used."""
import datetime
import os
import pathlib
import shutil
import subprocess
import threading
import time

import duckdb

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAST_DAY = datetime.date(2024, 12, 31)  # of the yardstick


def measure(command, **variables):
    """Wall and CPU seconds and peak resident memory of a process that must succeed."""
    started = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], env=os.environ | {k: str(v) for k, v in variables.items()},
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = []
    reader = threading.Thread(target=lambda: said.append(process.stderr.read()))
    reader.start()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    reader.join()
    if process.returncode != 0:
        raise SystemExit(f"bench: {command} exited with {process.returncode}:\n{said[0]}")
    return {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak_mb": usage.ru_maxrss / 1024}


class Whole:
    """The tasks on the yardstick's files; each answers with a measurement a side."""

    def __init__(self, logs, work, jvm, heap):
        self.logs, self.work, self.jvm, self.heap = logs, work, jvm, heap
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)

    def clv(self, *arguments, logs=None):
        return measure(
            [ROOT / "bin/clv", *arguments, "--conf", ROOT / "bench/yardstick.conf"],
            BENCH_LAKE=self.work / "lake", BENCH_LOGS=logs or self.logs, CLV_HEAP=self.heap,
            CLV_ID_KEY="the yardstick has no customers to hide")

    def clear(self):
        shutil.rmtree(self.work / "lake", ignore_errors=True)

    def ingest(self):
        """Into an empty lake; beside it, Spark copying the same rows to Delta unchecked."""
        self.clear()
        product = self.clv("ingest")
        copy = measure([*self.jvm, f"-Xmx{self.heap}", "io.cohortclv.bench.Copy", self.logs, self.work / "copy"])
        shutil.rmtree(self.work / "copy")
        return {"product": product, "copy": copy}

    def daily(self):
        """A run of all days but the last, then of the last, whose rows came in files of their own."""
        self.clear()
        split = self.work / "daily"
        if not split.exists():
            split.mkdir()
            for log, at in (("orders", "order_ts"), ("clicks", "click_ts")):
                for part, when in (("", f"< DATE '{LAST_DAY}'"), ("-last", f">= DATE '{LAST_DAY}'")):
                    duckdb.sql(f"SET TimeZone = 'UTC'; COPY (SELECT * FROM '{self.logs}/{log}.parquet'"
                               f" WHERE {at} {when} ORDER BY {at})"
                               f" TO '{self.work}/{log}{part}.parquet' (COMPRESSION zstd)")
        for log in ("orders", "clicks"):
            (split / f"{log}-last.parquet").unlink(missing_ok=True)
            shutil.copy(self.work / f"{log}.parquet", split / f"{log}.parquet")
        full = self.clv("run", "--as-of", LAST_DAY - datetime.timedelta(days=1), logs=split)
        for log in ("orders", "clicks"):
            shutil.copy(self.work / f"{log}-last.parquet", split / f"{log}-last.parquet")
        product = self.clv("run", "--as-of", LAST_DAY, logs=split)
        return {"product": product, "full": full}
