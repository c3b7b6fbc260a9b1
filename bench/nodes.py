"""Two servers over one PostgreSQL database: what the second one costs, and how soon it takes over."""

import statistics
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager

import orjson

from bench.measuring import Bench, output
from bench.server import Served, data_folder, parlour

TAKEOVERS = 5
ONE, OTHER = "one", "other"


def nodes(bench: Bench) -> None:
    """A load beside an idle node, a load that is heard on the other one, and a few deaths."""
    if "postgres" not in bench.stores:
        return
    with data_folder("postgres") as settings, parlour(bench.cores, settings, bench.provider) as one:
        with beside(bench, settings, one.token) as other:
            bench.targets.update({ONE: one, OTHER: other})
            out = bench.load(ONE, 200)
            told = {"errors": out.errors, "lost": out.lost}
            bench.found.add("beside-cpu-200", "postgres", out.cpu_per_thousand, **told)
            bench.found.add("beside-lag-p99-200", "postgres", out.lag_p99, **told)
            out = bench.load(ONE, 50, hears=OTHER)
            told = {"errors": out.errors, "lost": out.lost}
            bench.found.add("heard-p50", "postgres", out.lag_p50, **told)
            bench.found.add("heard-p99", "postgres", out.lag_p99, **told)
        silent = [takeover(bench, settings, one) for _ in range(TAKEOVERS)]
    for name in (ONE, OTHER):
        del bench.targets[name]
    bench.found.add("takeover-p50", "postgres", statistics.median(silent))
    bench.found.add("takeover", "postgres", max(silent))


@contextmanager
def beside(bench: Bench, settings: dict[str, str], token: str) -> Generator[Served]:
    """Another server of the same house."""
    with tempfile.TemporaryDirectory(prefix="parlour-bench-") as folder:
        own = settings | {"PARLOUR_DATA_DIR": folder}
        with parlour(bench.cores, own, bench.provider, token=token) as served:
            yield served


def takeover(bench: Bench, settings: dict[str, str], stays: Served) -> float:
    """Kill a node in the middle of an answer: how long nothing is heard of that answer on the one that stays."""
    with beside(bench, settings, stays.token) as dies:
        command = [sys.executable, "-m", "bench.takeover", "--asks", dies.url, "--hears", stays.url]
        command += ["--kills", str(dies.pid), "--token", stays.token]
        found = orjson.loads(output(command, bench.cores.others))
    bench.tell(f"takeover  {found['silent_s']:.2f} s, {found['faults']} faults")
    for fault in found["faults"]:
        bench.found.notes.append(f"takeover: {fault}")
    return float(found["silent_s"])
