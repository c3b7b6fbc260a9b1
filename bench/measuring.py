"""The measures themselves: each makes its rounds over the servers that run, side by side."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.bars import Findings
from bench.machine import Cores, pinned, resident_kib
from bench.server import ROOT, SOURCES, Served, data_folder, parlour, relay
from bench.tally import Load, Outcome

LAG_LIMIT_MS = 100.0
STRETCH_LIMIT = 0.02
STEPS = (100, 200, 300, 400, 600, 800, 1_000)
SOCKETS = 1_000
ENTITIES = 1_000
CALM_S = 3.0


@dataclass(frozen=True, slots=True)
class Bench:
    """What a round needs: where to go, how much to do, and where to write it down."""

    cores: Cores
    provider: str
    targets: dict[str, Served]
    """The servers by name; "direct" is not among them."""
    stores: Sequence[str]
    found: Findings
    chunks: int
    steps: Sequence[int]
    tell: Callable[[str], None]

    def load(self, target: str, streams: int, *, hears: str = "") -> Outcome:
        """Let `streams` people ask at `target` at once, from a process of their own, and listen there or at `hears`."""
        load = Load(streams, self.chunks)
        command = [sys.executable, "-m", "bench.direct" if target == "direct" else "bench.client"]
        command += ["--streams", str(load.streams), "--chunks", str(load.chunks)]
        if target == "direct":
            command += ["--url", self.provider]
        else:
            served = self.targets[target]
            command += ["--url", served.url, "--token", served.token, "--server", str(served.pid)]
            command += ["--hears", self.targets[hears].url] if hears else []
        outcome = Outcome.from_json(output(command, self.cores.others))
        self.tell(
            f"{target:9} {streams:4} streams: first {outcome.first_p50:.1f}/{outcome.first_p95:.1f} ms, "
            f"lag {outcome.lag_p50:.1f}/{outcome.lag_p99:.1f} ms, {outcome.cpu_per_thousand:.4f} s per 1,000, "
            f"{outcome.stretch:.1%} longer, {outcome.lost} lost, client {outcome.client_cpu_s:.1f} s"
        )
        for fault, count in outcome.faults.items():
            self.found.notes.append(f"{target}, {streams} streams: {fault} ({count})")
        return outcome

    @property
    def everybody(self) -> Sequence[str]:
        """Everything a load can be sent to."""
        return ("direct", *self.targets)


def streams(bench: Bench) -> None:
    """CPU, lag and the time to the first token, at 50 and at 200 streams."""
    for count in (50, 200):
        straight: Outcome | None = None
        for target in bench.everybody:
            out = bench.load(target, count)
            straight = straight or out
            told = {"errors": out.errors, "lost": out.lost}
            if target != "direct":
                bench.found.add(f"cpu-{count}", target, out.cpu_per_thousand, **told)
            bench.found.add(f"lag-p50-{count}", target, out.lag_p50, **told)
            bench.found.add(f"lag-p99-{count}", target, out.lag_p99, **told)
            if count == 50:
                own = target == "direct"
                bench.found.add("first-p50", target, out.first_p50 - (0 if own else straight.first_p50), **told)
                bench.found.add("first-p95", target, out.first_p95 - (0 if own else straight.first_p95), **told)


def carries(bench: Bench) -> None:
    """The most streams at which the lag stays short and everybody is done in time."""
    for target in bench.everybody:
        carried = 0
        for count in bench.steps:
            out = bench.load(target, count)
            if out.lag_p99 >= LAG_LIMIT_MS or out.stretch > STRETCH_LIMIT or out.lost or out.errors:
                break
            carried = count
        bench.found.add("carries", target, carried)


def idle(bench: Bench) -> None:
    """Memory of an idle socket, in servers that have done nothing else."""
    for target in ("relay", *bench.stores):
        with data_folder(target if target != "relay" else "sqlite") as settings:
            served = (
                relay(bench.cores, bench.provider)
                if target == "relay"
                else parlour(bench.cores, settings, bench.provider)
            )
            with served as one:
                command = [sys.executable, "-m", "bench.idle", "--url", one.url, "--token", one.token]
                command += ["--server", str(one.pid), "--sockets", str(SOCKETS)]
                kib = float(output(command, bench.cores.others))
        bench.tell(f"{target:9} {kib:.1f} KiB an idle socket")
        bench.found.add("idle", target, kib)


def start(bench: Bench) -> None:
    """From the start of the process to the first healthy answer, and the memory it has when it is calm."""
    for store in bench.stores:
        with data_folder(store) as settings:
            with parlour(bench.cores, settings) as first:
                bench.found.add("start-first", store, first.ready_s)
            with parlour(bench.cores, settings) as second:
                bench.found.add("start", store, second.ready_s)
                time.sleep(CALM_S)
                mib = resident_kib(second.pid) / 1024
                bench.found.add("memory", store, mib)
        bench.tell(f"{store:9} started in {first.ready_s:.2f} s, then {second.ready_s:.2f} s, {mib:.0f} MiB")


def intents(bench: Bench) -> None:
    """The built-in model in a house of 1,000 things."""
    said = output([sys.executable, "-m", "bench.intents", str(ENTITIES)], bench.cores.server).decode()
    times = re.search(r"whole answer p50\s+([\d.]+)\s+p95\s+([\d.]+)", said)
    if times is None:
        bench.found.notes.append(f"bench/intents.py said: {said[:200]}")
        return
    bench.found.add("intents-p50", "sqlite", float(times[1]))
    bench.found.add("intents-p95", "sqlite", float(times[2]))
    bench.tell(f"built-in model {times[1]}/{times[2]} ms")


ALL: dict[str, Callable[[Bench], None]] = {
    "start": start,
    "idle": idle,
    "intents": intents,
    "streams": streams,
    "carries": carries,
}


def output(command: Sequence[str], cores: frozenset[int]) -> bytes:
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | SOURCES, stdout=subprocess.PIPE, check=True, preexec_fn=pinned(cores)
    )
    return done.stdout
