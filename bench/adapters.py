"""The measure of what reading a provider's stream costs, in a process of its own on the server's core."""

import json
import statistics
import sys
from collections.abc import Mapping, Sequence

from bench.adapter_clients import CLIENTS
from bench.measuring import Bench, output

FLOOR, OURS = "aiohttp + orjson", "Parlour"
BAR = 1.5
"""How many times the floor ours may take at the larger load."""


def adapters(bench: Bench) -> None:
    """CPU per chunk of each client that is installed, at one and at many paced streams."""
    told = output([sys.executable, "-m", "bench.adapter", "--url", bench.provider], bench.cores.server)
    for streams, client, cost, merged in json.loads(told):
        bench.found.costs.setdefault((streams, client), []).append((cost, merged))
        bench.tell(f"{client:16} {streams:4} streams: {cost:.1f} µs a chunk, {merged:.2f} chunks a piece")


Costs = Mapping[tuple[int, str], Sequence[tuple[float, float]]]
"""Microseconds a chunk and chunks a piece, round by round, by how many streams and whose client."""


def costs_table(costs: Costs) -> str:
    """Medians, the worst round, and how many times the floor each client takes; "" where nothing was measured.

    Chunks that come in one read leave as one piece: on a busy machine that is cheaper, so it is told beside.
    """
    if not costs:
        return ""
    lines = [
        [
            "client",
            "streams, 20 ms a chunk",
            "CPU µs a chunk: median (worst)",
            "times the floor",
            "chunks a piece",
            "verdict",
        ]
    ]
    lines.append(["---"] * len(lines[0]))
    largest = max(streams for streams, _ in costs)
    for streams, client in sorted(costs, key=lambda key: (key[0], list(CLIENTS).index(key[1]))):
        rounds = [cost for cost, _ in costs[streams, client]]
        times = statistics.median(rounds) / statistics.median(cost for cost, _ in costs[streams, FLOOR])
        merged = statistics.mean(merged for _, merged in costs[streams, client])
        shown = f"{statistics.median(rounds):.1f} ({max(rounds):.1f})"
        verdict = _verdict(times) if client == OURS and streams == largest else "–"
        lines.append([client, str(streams), shown, f"{times:.2f}", f"{merged:.2f}", verdict])
    missing = [name for name in CLIENTS if not any(key[1] == name for key in costs)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return "\n".join([table, *(f"- {name} is not installed here" for name in missing)])


def _verdict(times: float) -> str:
    return f"≤ {BAR} held" if times <= BAR else f"≤ {BAR} **missed**"
