"""Measure Parlour beside the provider itself and a bare relay, in the same run, and print one table.

    python -m bench                         everything, three rounds, on SQLite and PostgreSQL
    python -m bench --quick                 one short round
    python -m bench --only streams          one measure
    python -m bench --profile out.prof      one load of 200 streams under cProfile

The server has one core for itself; the provider and the clients have the others. A bar that is missed is printed as
missed, and nothing else happens: a benchmark is no test.
"""

import argparse
import shlex
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.adapters import adapters, costs_table
from bench.bars import Findings
from bench.executor import executor
from bench.machine import Cores, facts
from bench.mcp_tools import mcp_tools
from bench.measuring import ALL, STEPS, Bench
from bench.nodes import nodes
from bench.page import page
from bench.postgres import is_there
from bench.query import query
from bench.search import search
from bench.server import data_folder, parlour, provider, relay

STARTING = {
    "adapters": adapters,
    "executor": executor,
    "mcp": mcp_tools,
    "nodes": nodes,
    "page": page,
    "query": query,
    "search": search,
}
MEASURED = {**ALL, **STARTING}
ALONE = ("start", "idle", "intents", *STARTING)
"""What starts servers of its own, before those that the rest shares."""


def main() -> None:
    """Measure what was asked for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="one round, shorter answers, fewer steps")
    parser.add_argument("--only", choices=sorted(MEASURED), action="append", help="measure this only; may be repeated")
    parser.add_argument("--store", choices=("sqlite", "postgres"), action="append", help="this database only")
    parser.add_argument("--profile", type=Path, help="profile the server under one load into this file instead")
    parser.add_argument("--streams", type=int, default=200, help="how many, with --profile")
    options = parser.parse_args()
    if options.profile:
        _profile(options.profile, options.streams)
        return
    stores: list[str] = options.store or (["sqlite", "postgres"] if is_there() else ["sqlite"])
    rounds = 1 if options.quick else options.rounds
    above = ["python -m bench " + shlex.join(sys.argv[1:]), *facts()]
    found = Findings()
    for number in range(1, rounds + 1):
        _tell(f"--- round {number} of {rounds}")
        _round(found, stores, options.only or list(MEASURED), quick=options.quick)
    print("\n".join(f"- {line}" for line in above))
    if "postgres" not in stores:
        print("- PostgreSQL was not measured")
    for table in filter(None, (found.table() if found.values else "", costs_table(found.costs))):
        print(f"\n{table}")
    for note in dict.fromkeys(found.notes):
        print(f"- {note}")


def _round(found: Findings, stores: Sequence[str], names: Sequence[str], *, quick: bool) -> None:
    cores = Cores.of_this_machine()
    with ExitStack() as stack:
        provider_url = stack.enter_context(provider(cores))
        bench = Bench(
            cores=cores,
            provider=provider_url,
            targets={},
            stores=stores,
            found=found,
            chunks=100 if quick else 200,
            steps=STEPS[:4] if quick else STEPS,
            tell=_tell,
        )
        alone = [name for name in names if name in ALONE]
        for name in alone:
            MEASURED[name](bench)
        if len(alone) == len(names):
            return
        bench.targets["relay"] = stack.enter_context(relay(cores, provider_url))
        for store in stores:
            settings = stack.enter_context(data_folder(store))
            bench.targets[store] = stack.enter_context(parlour(cores, settings, provider_url))
        for name in names:
            if name not in alone:
                MEASURED[name](bench)


def _profile(path: Path, streams: int) -> None:
    cores = Cores.of_this_machine()
    with ExitStack() as stack:
        provider_url = stack.enter_context(provider(cores))
        settings = stack.enter_context(data_folder("sqlite"))
        served = stack.enter_context(parlour(cores, settings, provider_url, profile=path.absolute()))
        bench = Bench(cores, provider_url, {"sqlite": served}, ["sqlite"], Findings(), 200, STEPS, _tell)
        bench.load("sqlite", streams)
        print("\n".join(bench.found.notes))
    print(f"The profile is in {path}: python -m pstats {path}")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
